"""How long a key takes on the review page: until it is drawn as pending, and until it is on the disk and drawn as done.

    python benchmarks/review_action.py [--segments 10000] [--codes 80] [--presses 60] [--json]

A study of made-up interviews of 500 segments each is suggested for and opened in the app; a real headless Chromium
presses 1 (accept) and N (next: the reading is kept, the next segment drawn) in turn. Times are taken in the page, from
the key event to the first frame after the change: *pending* is what the key is expected to do, *durable* is what came
back from Python after the commit. Every press is a decision in the database, and they are counted in the end.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from machine import machine
from made_up import made_codebook, made_said
from playwright.sync_api import Page, sync_playwright

from assistant.cli.review import app_command
from assistant.segment import Embedder, StudyEmbeddings, segment_new
from assistant.suggest import suggest
from store.canonical import sha256_text
from store.codebook import keep_codebook
from store.config import keep_setting
from store.decisions import decisions
from store.interviews import add_interview
from store.study import Study, create_study, open_study
from store.transcripts import add_transcript
from store.values import NewTurn, Role

PER_INTERVIEW = 500
DIMENSIONS = 384
CODER = "Ada"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip

WATCH = """() => {
  const root = document.querySelector(".rd-root");
  const frame = (then) => requestAnimationFrame(() => setTimeout(() => then(performance.now()), 0));
  window.presses = [];
  window.addEventListener("keydown", (event) => {
    const { heard, segment } = root.dataset;
    const press = { key: event.key, at: event.timeStamp, heard: Number(heard), segment };
    window.presses.push(press);
  }, { capture: true });
  new MutationObserver(() => {
    const press = window.presses.at(-1);
    if (!press || press.durable) return;
    if (!press.pending && Number(root.dataset.waiting) > 0) {
      press.pending = -1;
      frame((now) => { press.pending = now - press.at; });
    }
    const moved = press.key !== "n" || root.dataset.segment !== press.segment;
    if (Number(root.dataset.heard) > press.heard && moved) {
      press.durable = -1;
      frame((now) => { press.durable = now - press.at; });
    }
  }).observe(root, { attributes: true });
}"""


class Hashed(Embeddings):
    """A vector for every text, by its hash: passages are neither like nor unlike each other."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        drawn = np.random.default_rng(int(sha256_text(text)[:12], 16)).normal(size=DIMENSIONS)
        unit: list[float] = (drawn / np.linalg.norm(drawn)).tolist()
        return unit


def main() -> None:
    """Print the figures as a line, or with --json as one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--codes", type=int, default=80)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--order", choices=["chronological", "informative", "likely"], default="chronological")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="review-action-") as place:
        with made_study(Path(place), options.segments, options.codes) as study:
            folder = study.folder
        with app(folder) as address, page_at(address, Path(place)) as page:
            pressed = _pressed(page, options.presses, options.order)
        with open_study(folder) as study:
            kept = len(decisions(study, coder=CODER))
    result = _result(pressed, options, kept)
    told = ", ".join(f"{name} {value}" for name, value in result.items() if name.endswith("_ms"))
    print(json.dumps(result, indent=2) if options.json else f"{options.segments} segments: {told}")


def made_study(place: Path, segments: int, codes: int) -> Study:
    """Interviews of 500 passages and a question before every fifth, with suggestions by similarity."""
    study = create_study(place / "study", "Made up")
    for number, start in enumerate(range(0, segments, PER_INTERVIEW), start=1):
        count = min(PER_INTERVIEW, segments - start)
        source = place / f"I{number}.txt"
        source.write_text(f"made up {number}", encoding="utf-8")
        add_interview(study, source, "transcript", label=f"I{number}", attributes={"site": f"site {number % 3}"})
        add_transcript(study, f"I{number}", _turns(made_said(count, number)), origin="import")
    keep_codebook(study, made_codebook(codes, 1), coder="lead", reason="made up")
    segment_new(study)
    keep_setting(study.folder, "blind_share", 0.0)
    suggest(study, StudyEmbeddings(study, Embedder("hashed@1", Hashed)), None)
    return study


def _turns(said: Sequence[str]) -> Iterator[NewTurn]:
    for number, text in enumerate(said):
        if number % 5 == 0:
            yield NewTurn("And how was that for you?", "Interviewer", Role.INTERVIEWER)
        yield NewTurn(text, "Participant")


@contextlib.contextmanager
def app(folder: Path) -> Iterator[str]:
    """The app on a free port, ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    logged_in = {**os.environ, "LOGNAME": CODER}
    running = subprocess.Popen(  # noqa: S603 - our own program
        app_command(folder, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=logged_in
    )
    try:
        while running.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(30)


@contextlib.contextmanager
def page_at(address: str, place: Path) -> Iterator[Page]:
    """The review page in a fresh Chromium of 1280 by 800 pixels, at rest."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(place / "profile"),
            executable_path=found,
            args=list(QUIET),
            viewport={"width": 1280, "height": 800},
            env={**os.environ, "HOME": str(place)},
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/review")
        page.locator(".rd-root[data-heard]").wait_for()
        yield page
        context.close()


def _pressed(page: Page, presses: int, order: str) -> list[dict[str, Any]]:
    if order != "chronological":
        page.locator(".st-key-review_order input").click()
        page.get_by_role(
            "option", name={"informative": "Most informative first", "likely": "Most likely first"}[order]
        ).click()
        page.wait_for_timeout(3_000)
    page.evaluate(WATCH)
    for number in range(presses):
        answerable = page.locator('.rd-card[data-card="1"].rd-suggested').count() > 0
        page.keyboard.press("1" if number % 2 == 0 and answerable else "n")
        while not page.evaluate("window.presses.at(-1)?.durable > 0 && window.presses.at(-1)?.pending > 0"):
            page.wait_for_timeout(50)  # asked from outside: the page's content policy evaluates no text
        page.wait_for_timeout(300)
    found: list[dict[str, Any]] = page.evaluate("window.presses")
    return found


def _result(pressed: list[dict[str, Any]], options: argparse.Namespace, kept: int) -> dict[str, Any]:
    pending, durable = ([press[what] for press in pressed] for what in ("pending", "durable"))
    by_key = {key: [p["durable"] for p in pressed if p["key"] == key] for key in ("1", "n")}
    return {
        "segments": options.segments,
        "codes": options.codes,
        "order": options.order,
        "presses": len(pressed),
        "decisions_kept": kept,
        "pending_p50_ms": _share(pending, 50),
        "pending_p95_ms": _share(pending, 95),
        "durable_p50_ms": _share(durable, 50),
        "durable_p95_ms": _share(durable, 95),
        "accept_p95_ms": _share(by_key["1"], 95),
        "next_p95_ms": _share(by_key["n"], 95),
        "machine": machine(),
    }


def _share(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:  # noqa: PLR2004 - a percentile of one value says nothing
        return None
    return round(statistics.quantiles(values, n=100, method="inclusive")[percent - 1], 1)


if __name__ == "__main__":
    main()
