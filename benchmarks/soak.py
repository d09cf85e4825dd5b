"""How much memory the app, the queue's worker and the language model's process hold while they work for a long time.

    python benchmarks/soak.py [--minutes 10] [--warm-up 1] [--every 5] [--segments 600] [--json]

A headless Chromium walks through every page of the app, decides on the review page, and begins a new visit after each
round; a queue of recordings of three minutes is transcribed; the language model scores and writes for codebooks that
change, so that what it keeps is kept and dropped. Memory is what the trees of processes hold together: resident (RSS),
and proportional (PSS), which counts shared pages once, where the system tells it. `growth_percent` is the slope of
a line of least squares over the last four fifths of the time, times their length, as a share of the median;
`fifths_percent` compares the median of the last fifth with that of the first. The aim is 5 % for both.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from machine import machine
from made_up import made_codebook, made_questions
from playwright.sync_api import Page
from review_action import CODER, app, made_study, page_at

from assistant.llm import LlmClient
from assistant.models import choose
from assistant.settings import load_settings
from assistant.suggest.llm_scores import LlmScores
from assistant.transcribe.queue import enqueue, start_worker, worker_is_there
from store.decisions import decisions
from store.interviews import add_interview, interviews
from store.job_values import Wanted
from store.study import open_study
from store.values import Codebook

PAGES = (
    "Study", "Transcripts", "Codebook", "Review", "New codes", "Quotes", "Summaries", "Saturation", "Agreement",
    "Relations", "Memos", "Methods", "Recordings", "Import and export", "Audit",
)  # fmt: skip
RECORDING = Path(__file__).parents[1] / "samples" / "recordings" / "I4.mp3"
RECORDING_MS = 183_744
MODEL = "smollm2-135m"
TREES = ("app", "worker", "llm")
AIM_PERCENT = 5.0
_WARM = {"visits": 2, "recordings": 2, "codebooks": 3}
"""What must have been done before memory counts, for whatever is used for the first time has to be loaded."""
_LONGEST_WARM_UP = 900
_FEWEST_SAMPLES = 10


@dataclasses.dataclass
class Soak:
    """What runs, what was sampled, and how much was done."""

    place: Path
    study: Path
    warm_up: float
    seconds: float
    began: float = dataclasses.field(default_factory=time.monotonic)
    counts_from: float | None = None
    samples: dict[str, list[tuple[float, int, int]]] = dataclasses.field(
        default_factory=lambda: {name: [] for name in TREES}
    )
    done: dict[str, int] = dataclasses.field(default_factory=dict)
    troubles: list[str] = dataclasses.field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the time is over; it begins when everything is warm."""
        past = time.monotonic() - self.began
        warm = past > self.warm_up and all(self.done.get(what, 0) >= number for what, number in _WARM.items())
        if self.counts_from is None and (warm or past > _LONGEST_WARM_UP):
            self.counts_from = past
        return self.counts_from is not None and past > self.counts_from + self.seconds

    def count(self, what: str, number: int = 1) -> None:
        """Remember that something was done."""
        self.done[what] = self.done.get(what, 0) + number

    def until_over(self, act: Callable[[], None], what: str) -> None:
        """Do it again and again; what goes wrong is told in the end, and does not stop the others."""
        while not self.over:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - the measurement goes on, and says so
                self.troubles.append(f"{what}: {type(error).__name__}: {str(error)[:200]}")
                time.sleep(1)


def main() -> None:
    """Print a table, or with --json one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--warm-up", type=float, default=1, help="minutes that go before, at least")
    parser.add_argument("--every", type=float, default=5, help="seconds between two samples")
    parser.add_argument("--segments", type=int, default=600)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as place:
        result = _soaked(Path(place), options)
    print(json.dumps(result, indent=2) if options.json else _table(result))
    sys.exit(not result["flat"])


def _soaked(place: Path, options: argparse.Namespace) -> dict[str, Any]:
    os.environ |= {
        "INTERVIEW_LLM": MODEL,
        "INTERVIEW_RUNTIME_DIR": str(place / "run"),
        "INTERVIEW_CACHE_DIR": str(place / "cache"),
    }
    whole = 60 * options.minutes + _LONGEST_WARM_UP
    with made_study(place, options.segments, 40) as study:
        folder = study.folder
        for number in range(int(whole / 20) + 2):  # more than can be heard
            add_interview(study, _recording(place, number), "recording", duration_ms=RECORDING_MS)
    with app(folder) as address, page_at(address, place) as page:
        running = _app_process(folder)
        soak = Soak(place, folder, 60 * options.warm_up, 60 * options.minutes)
        threads = [
            threading.Thread(target=soak.until_over, args=(lambda: _asked(soak), "llm")),
            threading.Thread(target=soak.until_over, args=(lambda: _heard(soak), "worker")),
            threading.Thread(target=_sampled, args=(soak, running, options.every)),
        ]
        for thread in threads:
            thread.start()
        soak.until_over(lambda: _walked(soak, page, address), "pages")
        for thread in threads:
            thread.join()
        _stop_worker(soak)
    with open_study(folder) as study:
        soak.done["decisions"] = len(decisions(study, coder=CODER))
    return _result(soak, options)


def _recording(place: Path, number: int) -> Path:
    """The same sound under a name and a hash of its own."""
    path = place / f"talk {number}.mp3"
    path.write_bytes(RECORDING.read_bytes() + number.to_bytes(4, "big"))
    return path


def _walked(soak: Soak, page: Page, address: str) -> None:
    """One round through the pages, with decisions on the review page, as a new visit."""
    page.goto(f"{address}/review")
    for title in PAGES:
        if soak.over:
            return
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        page.get_by_test_id("stStatusWidget").wait_for(state="detached")
        page.wait_for_timeout(500)
        if title == "Review":
            _decided(soak, page)
        soak.count("pages")
    soak.count("visits")


def _decided(soak: Soak, page: Page) -> None:
    page.locator(".rd-root[data-heard]").wait_for()
    page.wait_for_timeout(500)
    for number in range(12):
        before = page.locator(".rd-root").get_attribute("data-heard")
        page.keyboard.press("1" if number % 2 == 0 else "n")
        for _ in range(100):  # a card that cannot be accepted hears nothing
            if page.evaluate("document.querySelector('.rd-root')?.dataset.heard") not in {before, None}:
                break
            page.wait_for_timeout(50)  # asked from outside: the page's content policy evaluates no text
        soak.count("keys")


def _asked(soak: Soak) -> None:
    """Score a few passages under a codebook of its own, and have a sentence written."""
    settings = load_settings()
    number = soak.done.get("codebooks", 0)
    codes = made_codebook(20, number)
    book = Codebook(1, 1, "0" * 64, codes, datetime.now(UTC), "", "")
    with LlmClient(choose("llm", MODEL, settings).path, settings) as client:
        questions = made_questions(4, number)
        LlmScores(client, book, codes).scores(questions, np.ones((len(questions), 4), np.bool_).repeat(5, axis=1))
        client.chat([{"role": "user", "content": f"Say something about {codes[0].name}."}], max_tokens=24)
    soak.count("codebooks")
    soak.count("passages scored", len(questions))


def _heard(soak: Soak) -> None:
    """Keep the queue's worker alive and at work."""
    with open_study(soak.study) as study:
        if not worker_is_there(study):
            if not soak.done.get("queues"):
                enqueue(study, load_settings(study.settings()), None, Wanted(speakers="none"))
            start_worker(study)
            soak.count("queues")
        soak.done["recordings"] = sum(each.transcribed for each in interviews(study) if each.kind == "recording")
    time.sleep(5)


def _stop_worker(soak: Soak) -> None:
    for process in _named("assistant.transcribe", str(soak.study)):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(_named("assistant.transcribe", str(soak.study)), timeout=20)


def _app_process(folder: Path) -> psutil.Process:
    return next(each for each in psutil.Process().children(recursive=True) if str(folder.resolve()) in each.cmdline())


def _sampled(soak: Soak, running: psutil.Process, every: float) -> None:
    while not soak.over:
        roots = {
            "app": [running],
            "worker": _named("assistant.transcribe", str(soak.study)),
            "llm": _named("assistant.llm", str(soak.place)),
        }
        for name, processes in roots.items():
            if (held := _held(processes)) is not None:
                soak.samples[name].append((time.monotonic() - soak.began, *held))
        time.sleep(every)


def _named(*parts: str) -> list[psutil.Process]:
    """The processes that name all these on their command lines."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if all(part in line for part in parts):
            found.append(process)
    return found


def _held(roots: Sequence[psutil.Process]) -> tuple[int, int] | None:
    """Bytes that these processes and their children hold: RSS, and PSS or 0; None where there is none of them."""
    rss, pss, seen = 0, 0, set[int]()
    for process in _trees(roots):
        if process.pid in seen:
            continue
        seen.add(process.pid)
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, OSError):
            rss += process.memory_info().rss
            pss += _pss(process.pid)
    return (rss, pss) if rss else None


def _trees(roots: Sequence[psutil.Process]) -> Iterator[psutil.Process]:
    for root in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield root
            yield from root.children(recursive=True)


def _pss(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if not rollup.exists():
        return 0
    line = next((each for each in rollup.read_text().splitlines() if each.startswith("Pss:")), "Pss: 0 kB")
    return 1024 * int(line.split()[1])


def _result(soak: Soak, options: argparse.Namespace) -> dict[str, Any]:
    trees = {}
    for name, samples in soak.samples.items():
        kept = [each for each in samples if each[0] >= (soak.counts_from or 0)]
        if len(kept) >= _FEWEST_SAMPLES:
            kinds = {"rss": 1} | ({"pss": 2} if all(each[2] for each in kept) else {})
            trees[name] = {kind: _growth([(each[0], each[at]) for each in kept]) for kind, at in kinds.items()}
    flat = set(trees) == set(TREES) and all(
        max(found["growth_percent"], found["fifths_percent"]) <= AIM_PERCENT
        for tree in trees.values()
        for found in (tree.get("pss", tree["rss"]),)
    )
    return {
        "minutes": options.minutes,
        "warm_up_minutes": round((soak.counts_from or 0) / 60, 1),
        "trees": trees,
        "flat": flat,
        "done": soak.done,
        "troubles": soak.troubles[:20],
        "series_mb": {
            name: [[round(at), round(rss / 1e6), round(pss / 1e6)] for at, rss, pss in samples]
            for name, samples in soak.samples.items()
        },
        "machine": machine(),
    }


def _growth(samples: Sequence[tuple[float, int]]) -> dict[str, float]:
    """How a series of (seconds, bytes) grows."""
    late = samples[len(samples) // 5 :]
    at, held = np.array([each[0] for each in late]), np.array([each[1] for each in late], float)
    slope = float(np.polyfit(at - at[0], held, 1)[0])
    median = float(np.median(held))
    fifth = max(1, len(samples) // 5)
    first, last = (statistics.median(each[1] for each in part) for part in (samples[:fifth], samples[-fifth:]))
    return {
        "median_mb": round(median / 1e6, 1),
        "most_mb": round(max(each[1] for each in samples) / 1e6, 1),
        "growth_percent": round(100 * slope * float(at[-1] - at[0]) / median, 2),
        "fifths_percent": round(100 * (last - first) / first, 2),
    }


def _table(result: dict[str, Any]) -> str:
    lines = [f"{'':8}{'':5}{'median MB':>10}{'most MB':>10}{'growth %':>10}{'fifths %':>10}"]
    for name, tree in result["trees"].items():
        for kind, found in tree.items():
            values = (found["median_mb"], found["most_mb"], found["growth_percent"], found["fifths_percent"])
            lines.append(f"{name:8}{kind:5}" + "".join(f"{value:10.1f}" for value in values))
    lines.append(", ".join(f"{number} {what}" for what, number in result["done"].items()))
    lines += result["troubles"]
    lines.append("flat within 5 %" if result["flat"] else "not flat within 5 %")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
