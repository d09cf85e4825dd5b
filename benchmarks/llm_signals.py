"""Which way of asking a language model tells the codes of a segment apart, within a short list made by retrieval.

    python benchmarks/llm_signals.py --data DIR --llm NAME [--segments N] [--codes K] [--only NAME …] [--raw FILE]

On coded segments of participants whose short list holds both a true and another code: the share of (true, other)
pairs of one segment that a signal orders rightly (AUC), the mean reciprocal rank of the best true code within the
list, seconds for a segment, each figure with a 95 % bootstrap interval over segments. `hit` is the share of all coded
segments whose list holds a true code at all.
"""

import argparse
import json
import string
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from coded_folder import CodedFolder, made_segment, read_coded
from in_process import InProcess, in_process
from machine import machine
from numpy.typing import NDArray

from assistant.llm import Fork, load_prompt
from assistant.llm.prompts import Prompt, parse_prompt
from assistant.segment import local_embedder
from assistant.settings import load_settings
from assistant.suggest.llm_scores import PROMPT, LlmScores, Question
from assistant.suggest.shortlist import Shortlist
from store.values import Code

PROMPTS = Path(__file__).parent / "prompts"
WORDINGS = ("ask_short.v1", "ask_expresses.v1", "ask_about.v1")
ALONE = ", segment alone"
"""Added to the name of a way that is not told what was asked before."""
CONTENT_FREE = "N/A"
RESAMPLES = 2000

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """The segments to judge, each with the columns of its short list and which of them are true."""

    data: CodedFolder
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    truth: NDArray[np.bool_]
    standing: Matrix
    hit: float


def own_prompt(name: str) -> Prompt:
    """A prompt file of the benchmark."""
    return parse_prompt(f"{name}.md", (PROMPTS / f"{name}.md").read_bytes())


def made_task(data: CodedFolder, size: int, wanted: int, seed: int) -> Task:
    """A seeded sample of the segments on which a signal can be right or wrong."""
    similar = _similarities(data)
    shortlist = Shortlist([similar], size)
    chosen = shortlist.of(similar)
    guids = [code.guid for code in data.codebook.codes]
    truth = np.array([[guid in codes for guid in guids] for codes in data.truth])
    coded = np.flatnonzero(truth.any(axis=1))
    telling = (truth & chosen).any(axis=1) & (~truth & chosen).any(axis=1)
    sample = np.sort(np.random.default_rng(seed).permutation(np.flatnonzero(telling))[:wanted])
    columns = np.array([np.flatnonzero(chosen[row]) for row in sample])
    standing = (similar - similar.mean(axis=0)) / similar.std(axis=0)
    within = np.arange(len(sample))[:, None]
    hit = float((truth & chosen)[coded].any(axis=1).mean())
    return Task(data, sample, columns, truth[sample][within, columns], standing[sample][within, columns], hit)


def _similarities(data: CodedFolder) -> Matrix:
    embeddings = local_embedder(load_settings()).load()
    meant = [f"{code.name}. {code.definition}".strip() for code in data.codebook.codes]
    said = np.array(embeddings.embed_documents([q.segment.text for q in data.questions]))
    similar: Matrix = said @ np.array(embeddings.embed_documents(meant)).T
    return similar


Way = Callable[[InProcess, Task], dict[str, Matrix]]
"""Scores of shape (segments, list), one matrix or several that cost the same work, by what is added to the name."""


def yes_no(file: Prompt, *, context: bool = True) -> Way:
    """The product's way: a yes/no question for each code of the list; as it comes, and calibrated in two ways."""

    def score(llm: InProcess, task: Task) -> dict[str, Matrix]:
        codes = task.data.codebook.codes
        asking = LlmScores(llm, task.data.codebook, codes, file)
        wanted = np.zeros((len(task.rows), len(codes)), np.bool_)
        np.put_along_axis(wanted, task.columns, values=True, axis=1)
        questions = [task.data.questions[row] for row in task.rows]
        found = asking.scores(questions if context else [replace(q, asked="") for q in questions], wanted)
        empty = asking.scores([Question(made_segment(-1, "", CONTENT_FREE), "")], wanted.any(axis=0, keepdims=True))
        kinds = {"": found, ", less empty": found - empty, ", less own mean": less_own_mean(found)}
        return {kind: np.take_along_axis(all_, task.columns, 1).astype(np.float64) for kind, all_ in kinds.items()}

    return score


def less_own_mean(scores: Matrix) -> Matrix:
    """Each score (rows, codes; NaN unknown) less the mean of the code's scores in the other rows; 0 for a lone one."""
    known = np.isfinite(scores)
    others = known.sum(axis=0) - 1
    rest = np.where(known, scores, 0).sum(axis=0) - scores
    return np.where(others > 0, scores - rest / np.maximum(others, 1), np.where(known, 0.0, np.nan))


def letters(llm: InProcess, task: Task) -> dict[str, Matrix]:
    """One question for the whole list: the letter of the best code, against the answer to an empty passage."""
    file = own_prompt("score_labels.v1")
    return {"": np.array([_letters_of_one(llm, task, place, file) for place in range(len(task.rows))])}


def _letters_of_one(llm: InProcess, task: Task, place: int, file: Prompt) -> Matrix:
    question = task.data.questions[task.rows[place]]
    names = tuple(string.ascii_uppercase[: task.columns.shape[1] + 1])
    listed = [
        {"letter": letter, "name": c.name, "theme": _theme(task, c), "definition": c.definition or c.name,
         "include": "", "exclude": ""}
        for letter, c in zip(names, (task.data.codebook.codes[i] for i in task.columns[place]), strict=False)
    ]  # fmt: skip
    rendered = [
        file.render(codes=listed, none_letter=names[-1], question=asked, segment=text)
        for asked, text in ((question.asked, question.segment.text), ("", CONTENT_FREE))
    ]
    forks = [Fork(each.suffix, (each.tail,)) for each in rendered]
    said, empty = (np.asarray(s[0, :-1], np.float64) for s in llm.score_branches(rendered[0].for_labels(names), forks))
    return said - empty


def _theme(task: Task, code: Code) -> str:
    theme = task.data.codebook.theme_of(code)
    return theme.name if theme else ""


def names(*, context: bool) -> Way:
    """How much likelier the passage makes the code's name (pointwise mutual information)."""
    file = own_prompt("name_code.v1")

    def score(llm: InProcess, task: Task) -> dict[str, Matrix]:
        said = [code.name for code in task.data.codebook.codes]
        empty = llm.likelihoods(file.render(question="", segment=CONTENT_FREE), said)
        found = []
        for row, columns in zip(task.rows, task.columns, strict=True):
            question = task.data.questions[row]
            rendered = file.render(question=question.asked if context else "", segment=question.segment.text)
            found.append(llm.likelihoods(rendered, [said[c] for c in columns]) - empty[columns])
        return {"": np.array(found)}

    return score


def figures(scores: Matrix, truth: NDArray[np.bool_], seed: int) -> dict[str, object]:
    """AUC and mean reciprocal rank with their intervals; equal scores count half."""
    ahead = scores[:, :, None] - scores[:, None, :]
    pairs = truth[:, :, None] & ~truth[:, None, :]
    wins = (np.where(ahead > 0, 1.0, np.where(ahead == 0, 0.5, 0.0)) * pairs).sum(axis=(1, 2))
    best = np.where(truth, scores, -np.inf).max(axis=1, keepdims=True)
    others = np.where(truth, -np.inf, scores)
    reciprocal = 1 / (1 + (others > best).sum(axis=1) + 0.5 * (others == best).sum(axis=1))
    picks = np.random.default_rng(seed).integers(0, len(scores), (RESAMPLES, len(scores)))
    count = pairs.sum(axis=(1, 2))
    aucs = wins[picks].sum(axis=1) / count[picks].sum(axis=1)
    ranks = reciprocal[picks].mean(axis=1)
    return {
        "auc": round(float(wins.sum() / count.sum()), 3),
        "auc_95": [round(float(q), 3) for q in np.quantile(aucs, (0.025, 0.975))],
        "mrr": round(float(reciprocal.mean()), 3),
        "mrr_95": [round(float(q), 3) for q in np.quantile(ranks, (0.025, 0.975))],
    }


def with_retrieval(scores: Matrix, task: Task, weight: float = 0.5) -> Matrix:
    """Retrieval's standing with some of a signal, standardised over the sample."""
    return task.standing + weight * (scores - scores.mean()) / (scores.std() or 1.0)


def measured(
    llm: InProcess, task: Task, only: Sequence[str], seed: int, raw: dict[str, Matrix]
) -> dict[str, dict[str, object]]:
    """Each way of asking by name; its scores go to `raw`."""
    files = {PROMPT: load_prompt(PROMPT), **{name: own_prompt(name) for name in WORDINGS}}
    ways: dict[str, Way] = {"letters": letters}
    for kind, context in (("", True), (ALONE, False)):
        ways |= {name + kind: yes_no(file, context=context) for name, file in files.items()}
        ways["names" + kind] = names(context=context)
    results: dict[str, dict[str, object]] = {"retrieval": figures(task.standing, task.truth, seed)}
    for name, way in ways.items():
        if only and name not in only:
            continue
        begin = time.perf_counter()
        found = way(llm, task)
        seconds = round((time.perf_counter() - begin) / len(task.rows), 3)
        for kind, scores in found.items():
            raw[name + kind] = scores
            beside = figures(with_retrieval(scores, task), task.truth, seed)
            own = {**figures(scores, task.truth, seed), "seconds_per_segment": seconds, "with_retrieval": beside}
            results[name + kind] = own
            print(name + kind, json.dumps(own), file=sys.stderr, flush=True)
    return results


def table(report: dict[str, object]) -> str:
    """The figures for people to read."""
    lines = [
        "{data}, {llm}: {segments} segments, short list of {codes}, hit {hit:.2f}".format_map(report),
        f"{'signal':44} {'AUC':>6} {'95 %':>15} {'MRR':>6} {'95 %':>15} {'s/seg':>7} {'AUC with retrieval':>19}",
    ]
    for name, each in report["signals"].items():
        beside = each.get("with_retrieval", {}).get("auc", "")
        lines.append(
            f"{name:44} {each['auc']:6.3f} {each['auc_95']!s:>15} {each['mrr']:6.3f} {each['mrr_95']!s:>15}"
            f" {each.get('seconds_per_segment', 0):7.3f} {beside!s:>19}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--llm", required=True)
    parser.add_argument("--segments", type=int, default=80)
    parser.add_argument("--codes", type=int, default=6, help="length of the short list")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=(), help="only these signals")
    parser.add_argument("--raw", type=Path, help="write truth and scores to this file (.npz)")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    options = parser.parse_args()
    task = made_task(read_coded(options.data), options.codes, options.segments, options.seed)
    raw = {"rows": task.rows, "columns": task.columns, "truth": task.truth, "retrieval": task.standing}
    with in_process(options.llm, load_settings()) as llm:
        signals = measured(llm, task, options.only, options.seed, raw)
    if options.raw:
        np.savez(options.raw, **raw)
    report: dict[str, object] = {
        "data": task.data.name,
        "llm": options.llm,
        "segments": len(task.rows),
        "codes": options.codes,
        "hit": round(task.hit, 3),
        "signals": signals,
        "machine": machine(),
    }
    if not options.json:
        print(table(report))
    print(json.dumps(report))


if __name__ == "__main__":
    main()
