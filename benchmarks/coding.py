"""How good suggestions are on interviews that people coded: interview by interview, suggest, then reveal their codes.

    python benchmarks/coding.py --data DIR [--llm MODEL|none] [--json]

The interviews go through the product's own doors: transcripts and codebook into a study, `suggest`, the learner, and
the human codes back through `decide`, as additions and readings. Before each interview the learner knows what was
decided on all those before it and nothing of what is decided on it; the texts of all are there from the start. Figures
are for all interviews and for the second half of them. Baselines run on the same segments with the same models; those
of the language model on a seeded sample (of a turn cut in parts, its first), on which ours is scored too.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from coding_baselines import llm_json, llm_yes_no, nearest_confirmed
from coding_measures import Looks, measures
from coding_reviewer import assured, fixed_order, reading_curve, review, rounds
from coding_study import BuiltStudy, CodedData, agreement, build_study, guid_of, read_folder, reveal
from machine import machine, peak_mb
from numpy.typing import NDArray

from assistant.cli.language_model import language_model
from assistant.llm.endpoint_place import settings_for
from assistant.segment import StudyEmbeddings, local_embedder
from assistant.settings import Settings, load_settings
from assistant.suggest import StudyPool, study_pool, suggest
from assistant.suggest.learner import learn
from assistant.suggest.llm_scores import Question
from assistant.suggest.order import Order
from store.study import create_study

Matrix = NDArray[np.floating]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bench:
    """The study with its pool, and how the rows of the folder map to the segments of the pool."""

    data: CodedData
    built: BuiltStudy
    pool: StudyPool
    columns: Rows
    truth: Mask
    interview: Rows
    parts: tuple[tuple[int, ...], ...]

    @property
    def second(self) -> Mask:
        """The rows of the second half of the interviews."""
        later: Mask = self.interview >= (self.interview.max() + 2) // 2
        return later

    def of_rows(self, scores: Matrix) -> Matrix:
        """From segments and all codes to rows and the folder's codes: the best of a row's segments."""
        taken = scores[:, self.columns]
        return np.stack([taken[list(part)].max(axis=0) for part in self.parts])

    def of_segments(self, known: Mask) -> Mask:
        """From rows to segments."""
        found = np.zeros(len(self.pool.segments), np.bool_)
        for row in np.flatnonzero(known):
            found[list(self.parts[row])] = True
        return found

    def segment_truth(self) -> Mask:
        """What each segment of the pool carries, shape (segments, codes of the pool)."""
        found = np.zeros(self.pool.pool.shape, np.bool_)
        for row, part in enumerate(self.parts):
            found[np.ix_(list(part), self.columns)] = self.truth[row]
        return found


def main() -> None:
    """Print a table, or JSON alone."""
    options = _options()
    began = time.perf_counter()
    settings = load_settings()
    data = read_folder(options.data, options.each)
    with tempfile.TemporaryDirectory(prefix="coding-") as folder, create_study(Path(folder) / "study") as study:
        built = build_study(study, data, Path(folder))
        with _model(options.llm, settings) as model:
            suggest(
                study,
                StudyEmbeddings(study, local_embedder(settings)),
                model,
                seed=options.seed,
                context_tokens=settings.llm_context_tokens,
                progress=_progress if model else None,
            )
            bench = _bench(data, built)
            result = _result(bench, options, model, began)
    print(json.dumps(result, indent=2) if options.json else _table(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with segments.jsonl and codebook.jsonl")
    parser.add_argument("--llm", default="none", help="an installed model's name, or none")
    parser.add_argument("--llm-sample", type=int, default=150, help="segments on which the model's baselines run")
    parser.add_argument("--each", type=int, help="only so many of the first segments of each interview")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--queue", action="store_true", help="also compare orders of reading, and assured suggestions")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _model(name: str, settings: Settings) -> Iterator[Any]:
    with nullcontext() if name == "none" else language_model(name, settings_for(settings, name)) as model:
        yield model


def _progress(done: int, total: int, label: str) -> None:
    if done % 50 == 0 or done == total:
        print(f"scored {done} of {total} ({label})", file=sys.stderr)


def _bench(data: CodedData, built: BuiltStudy) -> Bench:
    pool = study_pool(built.study)
    if pool is None:
        raise SystemExit("Nothing could be scored: the folder has no participants' segments or no codes.")
    row_of = {segment.id: row for row, segment in enumerate(pool.segments)}
    column_of = {guid: column for column, guid in enumerate(pool.pool.codes)}
    labels = {label: number for number, label in enumerate(dict.fromkeys(row.interview for row in data.rows))}
    return Bench(
        data=data,
        built=built,
        pool=pool,
        columns=np.array([column_of[guid_of(code)] for code in data.codes], np.intp),
        truth=data.truth(list(data.codes)),
        interview=np.array([labels[row.interview] for row in data.rows], np.intp),
        parts=tuple(tuple(row_of[key] for key in part) for part in built.segments),
    )


def _result(bench: Bench, options: argparse.Namespace, model: Any, began: float) -> dict[str, Any]:
    chances, longest = _prequential(bench, options.seed)
    similar = bench.of_rows(np.nan_to_num(bench.pool.scores["retrieval"]))
    baselines = {
        "retrieval": similar,
        "retrieval_standardised": bench.of_rows(bench.pool.pool.signals["definition"]),
        "nearest_confirmed": _nearest(bench),
    }
    result: dict[str, Any] = {
        "data": bench.data.name,
        "rows": len(bench.data.rows),
        "codes": len(bench.data.codes),
        "interviews": int(bench.interview.max()) + 1,
        "ours": _halves(bench, chances, likely=True, looks=_reviewed(bench, options.seed)),
        "baselines": {name: _halves(bench, scores, likely=False) for name, scores in baselines.items()},
        "fixed_order": _fixed(bench, fixed_order),
        "rounds": _fixed(bench, rounds),
        "human": agreement(bench.data),
        "llm": None if model is None else {"model": model.name, "sha256": model.sha256},
        "slowest_refit_seconds": round(longest, 3),
    }
    if model is not None:
        _ask(bench, options, model, chances, result)
    if options.queue:
        result["queue"] = _queue(bench, options.seed)
    return result | {"peak_mb": peak_mb(), "machine": machine(), "seconds": round(time.perf_counter() - began, 1)}


def _prequential(bench: Bench, seed: int) -> tuple[Matrix, float]:
    """The probabilities of each interview's rows before it was revealed, and the slowest refit in seconds."""
    found = np.zeros(bench.truth.shape)
    longest = 0.0
    for number in range(int(bench.interview.max()) + 1):
        here = bench.interview == number
        labels = bench.pool.labels(bench.built.study)
        began = time.perf_counter()
        learned = learn(bench.pool.pool, labels, seed=seed)
        longest = max(longest, time.perf_counter() - began)
        found[here] = bench.of_rows(learned.probabilities)[here]
        reveal(bench.built, bench.data, np.flatnonzero(here).tolist())
    return found, longest


def _nearest(bench: Bench) -> Matrix:
    """Similarity to the nearest quote confirmed before each interview."""
    own = bench.pool.own
    truth = bench.segment_truth()
    found = np.zeros(bench.truth.shape)
    for number in range(1, int(bench.interview.max()) + 1):
        here, read = bench.of_segments(bench.interview == number), bench.of_segments(bench.interview < number)
        whole = np.zeros(bench.pool.pool.shape)
        whole[here] = nearest_confirmed(own, truth, read, here)
        rows = bench.interview == number
        found[rows] = bench.of_rows(whole)[rows]
    return found


def _halves(bench: Bench, scores: Matrix, *, likely: bool, looks: dict[str, Looks] | None = None) -> dict[str, Any]:
    looks = looks or {}
    second = bench.second
    return {
        "all": measures(scores, bench.truth, likely=likely, looks=looks.get("all")),
        "second_half": measures(scores[second], bench.truth[second], likely=likely, looks=looks.get("second_half")),
    }


def _reviewed(bench: Bench, seed: int) -> dict[str, Looks]:
    truth = bench.segment_truth()
    everything = np.ones(len(truth), np.bool_)
    return {
        "all": review(bench.pool.pool, truth, everything, seed),
        "second_half": review(bench.pool.pool, truth, bench.of_segments(bench.second), seed),
    }


def _fixed(bench: Bench, order: Callable[[Matrix, Mask], Looks]) -> dict[str, Any]:
    """What a reviewer needs who goes by an order that learns nothing, over the same segments and codes as ours."""
    similar, truth = np.nan_to_num(bench.pool.scores["retrieval"]), bench.segment_truth()
    second = bench.of_segments(bench.second)
    return {
        "all": _looks(order(similar, truth)),
        "second_half": _looks(order(similar[second], truth[second])),
    }


def _looks(looks: Looks) -> dict[str, Any]:
    return {"looks_per_coding": looks.per_coding(), "wss95": looks.saved()}


def _ask(bench: Bench, options: argparse.Namespace, model: Any, chances: Matrix, result: dict[str, Any]) -> None:
    """The language model as others use it, on a sample of rows, and ours on exactly those."""
    rng = np.random.default_rng(options.seed)
    count = min(options.llm_sample, len(bench.data.rows))
    chosen = np.sort(rng.choice(len(bench.data.rows), count, replace=False))
    first = np.array([bench.parts[row][0] for row in chosen], np.intp)
    questions = [
        Question(bench.pool.segments[part], bench.data.rows[row].question)
        for row, part in zip(chosen, first, strict=True)
    ]
    truth, second = bench.truth[chosen], bench.second[chosen]
    ways = {
        "llm_json": lambda: llm_json(model.scorer, bench.pool.codebook, questions, bench.pool.pool, first),
        "llm_yes_no": lambda: llm_yes_no(model.scorer, bench.pool.codebook, questions),
    }
    ours = {
        "all": measures(chances[chosen], truth, likely=True),
        "second_half": measures(chances[chosen][second], truth[second], likely=True),
    }
    result["llm"] |= {"sample": count, "ours": ours}
    for name, way in ways.items():
        began = time.perf_counter()
        scores = way()[:, bench.columns]
        result["baselines"][name] = {
            "all": measures(scores, truth, likely=False),
            "second_half": measures(scores[second], truth[second], likely=False),
            "seconds_per_segment": (time.perf_counter() - began) / count,
        }


def _queue(bench: Bench, seed: int) -> dict[str, Any]:
    pool, truth = bench.pool.pool, bench.segment_truth()
    orders: dict[str, Order | None] = {
        "as they come": Order.CHRONOLOGICAL,
        "most informative first": Order.INFORMATIVE,
        "most likely first": Order.LIKELY,
        "by chance": None,
    }
    return {
        "reading": {name: reading_curve(pool, truth, order, seed) for name, order in orders.items()},
        "assured": [assured(pool, truth, most_wrong, seed) for most_wrong in (0.1, 0.2, 0.3)],
    }


def _table(result: dict[str, Any]) -> str:
    head = f"{result['data']}: {result['interviews']} interviews, {result['rows']} segments, {result['codes']} codes"
    lines = [head, f"{'second half':26} micro AP  macro AP  recall@1/3/5      ECE   looks 80 %  WSS@95"]
    named = {"ours": result["ours"], **result["baselines"]}
    lines += [_line(name, each["second_half"]) for name, each in named.items()]
    for name in ("fixed_order", "rounds"):
        lines.append(f"{name:26} looks 80 %: {_number(result[name]['second_half']['looks_per_coding']['80'])}")
    if result["human"]:
        lines.append(f"two people: F1 {result['human']['micro_f1']:.2f}, kappa {result['human']['kappa']:.2f}")
    return "\n".join([*lines, f"{result['seconds']} s"])


def _line(name: str, told: dict[str, Any]) -> str:
    if not told:
        return f"{name:26} nothing in the second half"
    recall = "/".join(_number(value) for value in told["recall_at"].values())
    return (
        f"{name:26} {_number(told['micro_ap']):8}  {_number(told['macro_ap']):8}  {recall:16}"
        f"  {_number(told['ece']):5}  {_number(told['looks_per_coding']['80']):10}  {_number(told['wss95'])}"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:#.3g}"


if __name__ == "__main__":
    main()
