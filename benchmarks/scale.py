"""How long things take as a study grows from a thousand segments to a million, and how much memory they hold.

    python benchmarks/scale.py [--segments N] [--backend embedded|servers] [--folder F] [--json]
    python benchmarks/scale.py --backend servers --database postgresql+psycopg://… --index http://…

Measured, each in a process of its own, on a made-up study (`scale_study.py`) that is made once and kept in the folder:

- a question by meaning, and one within a third of the interviews and what participants say, asked as the page Quotes
  asks, warm, no question twice; embedding the question by the installed model counts;
- opening the review queue, most informative first: for the first person after the program was started, and for
  whoever comes then;
- a decision: from the key that accepts until it is on the disk (`decision`), the page is ready to be drawn with it
  (`decision_drawn`), and, after the key “next”, the following segment is (`decision_next`; `decision_processor` is what
  of all that the processor took, which a busy machine does not stretch);
- saturation with all its figures, and a QDPX project of everything;
- the most memory that suggesting holds where a tenth of the interviews is scored (a copy of the study; embedded only).

With `servers` the study lies in PostgreSQL and its vectors in a Chroma server: those that are named, or temporary ones
on this machine.
"""

import argparse
import contextlib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from machine import machine, peak_mb
from printed import printed
from scale_servers import servers
from scale_study import CODERS, EMBEDDER, near, scale_study

from assistant.segment import Embedder, StudyEmbeddings, local_embedder
from assistant.settings import load_settings
from store.study import Study, open_study

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUERIES, OPENINGS, DECISIONS = 100, 10, 60
REVIEWER = CODERS[0]
KEYS = (
    "query_p95_ms", "filtered_query_p95_ms", "queue_open_ms", "decision_p95_ms", "saturation_s", "export_s", "peak_mb",
)  # fmt: skip

Found = dict[str, Any]


class AskedForReal(Embeddings):
    """Embeds a question by the installed model, whose time counts, and answers with a vector of the made-up study."""

    def __init__(self, study: Study) -> None:
        self._real = local_embedder(load_settings(study.settings())).load()
        self._chance = np.random.default_rng(3)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Everything is embedded already."""
        msg = f"{len(texts)} texts of the made-up study have no vector; make it again."
        raise RuntimeError(msg)

    def embed_query(self, text: str) -> list[float]:
        """A vector near one of the topics."""
        self._real.embed_query(text)
        made: list[float] = near(self._chance.integers(200, size=1), self._chance)[0].tolist()
        return made


def of_query(study: Study) -> Found:
    """Milliseconds of questions by meaning, over everything and filtered, and of the first one of a process."""
    from assistant.quotes import QuoteQuery, Shelf, find
    from assistant.suggest import propose
    from store.values import Role

    model = AskedForReal(study)
    embeddings, shelf = StudyEmbeddings(study, Embedder(EMBEDDER, lambda: model)), Shelf(study)
    embeddings.embed_query("the model is loaded before anything is timed")
    proposals = propose(study, precision=load_settings(study.settings()).expected_precision)

    own: list[float] = []

    def ask(number: int, **more: Any) -> float:
        query = QuoteQuery(meaning=f"what is said about matter {number}", **more)
        began = time.process_time()
        took = _ms(lambda: find(study, query, shelf=shelf, embeddings=embeddings, proposals=proposals))
        own.append(1_000 * (time.process_time() - began))
        return took

    filters: Found = {"where": (("site", "site 1"),), "roles": (Role.PARTICIPANT,)}
    cold = ask(0)
    ask(1, **filters)
    plain = [ask(2 + number) for number in range(QUERIES)]
    filtered = [ask(1_000 + number, **filters) for number in range(QUERIES)]
    found = {**_spread("query", plain), **_spread("filtered_query", filtered), "query_first_ms": round(cold)}
    return {**found, **_spread("filtered_query_processor", own[-QUERIES:])}


def of_queue(study: Study) -> Found:
    """Milliseconds until the review page of somebody is ready to be drawn, most informative first."""
    page = _Page(study)
    first = _ms(page.open)
    return {**_spread("queue_open", [_ms(page.open) for _ in range(OPENINGS)]), "queue_first_open_ms": round(first)}


def of_decision(study: Study) -> Found:
    """Milliseconds from accepting the best suggestion (or adding a code) until it is kept, drawn and gone on from.

    The machine learns meanwhile. `decision` ends when it is on the disk, `decision_drawn` when the page can be drawn
    with it, `decision_next` when the next segment can; `decision_processor` is the processor time of all of that.
    """
    page = _Page(study)
    page.open()
    kept, drawn, onward, own = [], [], [], []
    for _ in range(DECISIONS):
        began = time.thread_time()
        drawn.append(_ms(page.decide))
        kept.append(page.acted_ms)
        onward.append(drawn[-1] + _ms(page.go_on))
        own.append(1_000 * (time.thread_time() - began))
        time.sleep(0.3)  # a person needs longer; the fit that runs beside must be met sometimes
    page.end()
    named = {"decision": kept, "decision_drawn": drawn, "decision_next": onward, "decision_processor": own}
    return {key: value for name, values in named.items() for key, value in _spread(name, values).items()}


class _Page:
    """What the review page does, without a browser."""

    def __init__(self, study: Study) -> None:
        for name in ("streamlit", "streamlit.runtime", "streamlit.runtime.scriptrunner_utils.script_run_context"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # there is no page, which is said at every turn
        from assistant.ui.session import current_learning, study_settings

        self._study = study
        self._acts = 0
        self.acted_ms = 0.0
        current_learning(study).guarantee(study_settings(study).blind_share)

    def open(self) -> None:
        """Come to the page as the reviewer, in a new tab."""
        from assistant.review import Sitting
        from assistant.suggest import Order
        from assistant.ui.review_order import first_segment, go_to
        from assistant.ui.session import Visit, spoken_segments

        self.visit = Visit(Sitting(REVIEWER), order=Order.INFORMATIVE)
        go_to(self.visit, first_segment(self._study, self.visit) or spoken_segments(self._study).segments[0])
        self._draw()

    def _draw(self) -> None:
        from assistant.suggest import show
        from assistant.ui.review_state import codebook_in_use, desk_card, desk_state
        from assistant.ui.session import keep_learning, spoken_segments

        codebook = codebook_in_use(self._study)
        segment = spoken_segments(self._study).by_id[self.visit.segment or 0]
        self.card = desk_card(self._study, self.visit, segment, codebook)
        self.codebook = codebook
        show(self._study, [option.draft for option in self.card.options])
        desk_state(self._study, self.visit, self.card, codebook)
        keep_learning(self._study)

    def decide(self) -> None:
        """Accept the first suggestion, or add a code where there is none; then draw."""
        if self.card.options:
            self._press("accept", code=self.card.options[0].code.guid)
        else:
            self._press("add", codes=[self.codebook.codes[0].guid])

    def go_on(self) -> None:
        """Have the segment as read, and draw the next one."""
        self._press("next")

    def _press(self, kind: str, **more: object) -> None:
        from assistant.ui.review_acts import perform

        self._acts += 1
        act = {"id": self._acts, "kind": kind, "segment": self.visit.segment, **more}
        self.acted_ms = _ms(lambda: perform(self._study, self.visit, [act]))
        if self.visit.problem:
            raise RuntimeError(self.visit.problem)
        self._draw()

    def end(self) -> None:
        """Let the fit that is under way end."""
        from assistant.ui.session import current_learning

        current_learning(self._study).settle()


def of_saturation(study: Study) -> Found:
    """Seconds of everything that the page Saturation computes."""
    from assistant.saturation.report import report

    return _seconds("saturation", lambda: report(study))


def of_export(study: Study) -> Found:
    """Seconds of a project of everything, and how large it is."""
    from assistant.exchange.refi.exporting import export_refi

    with tempfile.TemporaryDirectory(prefix="scale-") as place:
        path = Path(place) / "made-up.qdpx"
        found = _seconds("export", lambda: export_refi(study, path, coder=REVIEWER))
        return {**found, "export_mb": round(path.stat().st_size / 2**20, 1)}


def of_suggest(study: Study) -> Found:
    """Seconds and memory of scoring what no run has scored, in a copy of the study."""
    from assistant.suggest import suggest

    model = AskedForReal(study)
    with tempfile.TemporaryDirectory(prefix="scale-", dir=study.folder.parent) as place:
        shutil.copytree(study.folder, Path(place) / "study")
        with open_study(Path(place) / "study") as copied:
            embeddings = StudyEmbeddings(copied, Embedder(EMBEDDER, lambda: model))
            return _seconds("suggest", lambda: suggest(copied, embeddings, None))


MEASURES: Mapping[str, Callable[[Study], Found]] = {
    "query": of_query,
    "queue": of_queue,
    "decision": of_decision,
    "saturation": of_saturation,
    "export": of_export,
    "suggest": of_suggest,
}


def _seconds(name: str, act: Callable[[], object]) -> Found:
    """How long something takes, and what of it the processor took, which a busy machine does not stretch."""
    own = time.process_time()
    took = _ms(act) / 1_000
    return {f"{name}_s": round(took, 2), f"{name}_processor_s": round(time.process_time() - own, 2)}


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1_000 * (time.perf_counter() - began)


def _spread(name: str, values: Sequence[float]) -> Found:
    """The median and the 95th percentile; of opening a queue, the latter is called plainly by its name."""
    last = f"{name}_ms" if name == "queue_open" else f"{name}_p95_ms"
    return {f"{name}_p50_ms": round(float(np.median(values)), 1), last: round(float(np.quantile(values, 0.95)), 1)}


def measured(count: int, options: argparse.Namespace) -> Found:
    """All figures of one size, each measured in a process of its own."""
    study, took = scale_study(options.folder / options.backend, count, options.database)
    study.close()
    found: Found = {"segments": count, "interviews": -(-count // 100), "backend": options.backend}
    peaks: dict[str, int] = {}
    for name in options.only or MEASURES:
        if name == "suggest" and options.backend == "servers":
            continue
        said = _in_own_process(name, study.folder)
        print(f"{count} segments, {name}: {said}", file=sys.stderr)
        peaks[name] = said.pop("peak_mb") or 0
        found |= said
    last = {"peak_mb": max(peaks.values()), "peak_mb_by_measure": peaks, "build_s": round(took, 1)}
    return {**found, **last, "load": machine()["load"]}


def _in_own_process(name: str, folder: Path) -> Found:
    command = [sys.executable, __file__, "--measure", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this very file
    said: Found = json.loads(done.stdout.splitlines()[-1])
    return said


def measure(name: str, folder: Path) -> Found:
    """One measure of the study in that folder, with the memory of this process."""
    with open_study(folder) as study:
        found = MEASURES[name](study)
    return {**found, "peak_mb": peak_mb()}


@contextlib.contextmanager
def backend(options: argparse.Namespace) -> Iterator[None]:
    """What the backend needs: nothing, or both servers; a study on temporary ones is made for this run alone."""
    if options.backend == "embedded":
        yield
        return
    temporary = options.database is None
    with (
        servers(options.database, options.index) as options.database,
        tempfile.TemporaryDirectory(prefix="scale-servers-") as place,
    ):
        options.folder = Path(place) if temporary else options.folder
        yield


def table(results: Sequence[Found]) -> str:
    """A line for each size."""
    head = ["segments", *KEYS]
    lines = [head, *([str(found.get(key, "–")) for key in head] for found in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def main() -> int:
    """Measure and print: with one size its figures as one object, else a list of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=None, help="this size alone; else 1k, 10k, 100k and 1M")
    parser.add_argument("--backend", choices=["embedded", "servers"], default="embedded")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "interview-scale")
    parser.add_argument("--database", default=None, help="a PostgreSQL server, for --backend servers")
    parser.add_argument("--index", default=None, help="a Chroma server, for --backend servers")
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="of the measures, only this one")
    parser.add_argument("--measure", choices=list(MEASURES), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.folder)))
        return 0
    with backend(options):
        results = [measured(size, options) for size in ([options.segments] if options.segments else SIZES)]
    if options.json and options.segments:
        print(printed({**results[0], "machine": machine()}, as_json=True))
    elif options.json:
        print(printed({"sizes": results, "machine": machine()}, as_json=True))
    else:
        print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
