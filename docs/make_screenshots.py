"""Takes a picture of every page of the app, with the sample study in it, for the documents in this folder.

    python docs/make_screenshots.py [--study FOLDER] [PAGE …]

Without a folder the sample study is built first (`interview demo --headless`, about a minute); a folder is changed.
Without pages all of them are taken. Writes `docs/screenshots/<page>.png`, `review-dark.png` and `codebook-dark.png`
beside them, and `docs/review.png`. Needs Chromium and the test extra (Playwright).
"""

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from picture_scenes import LAST, SCENES, at_rest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from assistant.cli.review import app_command  # noqa: E402 - found through the line above
from assistant.review import draw, finish  # noqa: E402
from assistant.ui.navigation import PLACES  # noqa: E402
from store.codebook import current_codebook  # noqa: E402
from store.coders import add_coder, coder_list, set_role  # noqa: E402
from store.decisions import codings, keep_decisions  # noqa: E402
from store.memos import MemoDraft, MemoTarget, keep_memo  # noqa: E402
from store.milestones import keep_milestone  # noqa: E402
from store.remarks import keep_remark  # noqa: E402
from store.segments import segments  # noqa: E402
from store.study import Study, open_study  # noqa: E402
from store.values import CoderRole, DecisionDraft, RemarkKind, Role, Verdict  # noqa: E402

PICTURES = ROOT / "docs" / "screenshots"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip
COLOURS = 128
STILL = "*, *::before, *::after { animation: none !important; transition: none !important; }"
STILL += " .study-folder { display: none; }"  # a temporary one, another each time


def main() -> None:
    """Build the study where none is given, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--study", type=Path)
    every = [place.address for place in PLACES]
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"any of {', '.join(every)}")
    options = parser.parse_args()
    if unknown := set(options.pages) - set(every):
        parser.error(f"There is no page {', '.join(sorted(unknown))}; there are {', '.join(every)}.")
    with tempfile.TemporaryDirectory(prefix="pictures-") as place:
        folder = options.study or _built(Path(place) / "demo")
        with open_study(folder) as study:
            coder = _lived_in(study)
        PICTURES.mkdir(parents=True, exist_ok=True)
        with _app(folder, coder) as address:
            rounds = (
                ("light", [at for at in every if at != LAST]),
                ("dark", ["review", "codebook"]),
                ("light", [LAST]),
            )
            for number, (scheme, addresses) in enumerate(rounds):
                with _browser(Path(place) / str(number), scheme) as page:
                    for at in addresses:
                        if not options.pages or at in options.pages:
                            path = PICTURES / f"{at}{_ending(scheme)}.png"
                            _picture(page, f"{address}/{_path(at)}", path)
    shutil.copy(PICTURES / "review.png", ROOT / "docs" / "review.png")


def _path(at: str) -> str:
    """The first page is served at the root alone."""
    return "" if at == PLACES[0].address else at


def _ending(scheme: str) -> str:
    return "" if scheme == "light" else f"-{scheme}"


def _built(folder: Path) -> Path:
    command = [sys.executable, "-m", "assistant", "demo", "--headless", "--folder", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def _lived_in(study: Study) -> str:
    """A second coder, a double coding, memos, a remark and a milestone, so that every page has something to show."""
    first = coder_list(study)[0].name
    made = [c for c in codings(study) if c.coder == first]
    lead = made[0].coder if made else first
    if len(coder_list(study)) > 1 and any(c.role is CoderRole.LEAD for c in coder_list(study)):
        return lead
    add_coder(study, "Robin", by=lead)
    set_role(study, lead, CoderRole.LEAD, by=lead)
    set_role(study, "Robin", CoderRole.SECOND, by=lead)
    keep_milestone(study, lead, "Synthesis after I3", "First themes.")
    here = [s for s in segments(study, "I1") if s.role is not Role.INTERVIEWER]
    draw(study, lead, "Round 1", "Robin", interviews=["I1"], seed=20260301)
    codebook = current_codebook(study)
    guids = [code.guid for code in codebook.codes if code.parent is not None] if codebook else []
    said = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in here]
    said += [DecisionDraft(c.transcript_id, c.span, Verdict.ADD, c.code) for c in made if c.interview == "I1"][1:]
    said.append(DecisionDraft(here[0].transcript_id, here[0].span, Verdict.ADD, guids[0], memo="I read it as this."))
    keep_decisions(study, "Robin", said)
    finish(study, "Robin")
    place = MemoTarget("I1", here[0].transcript_id, here[0].span)
    keep_memo(study, lead, MemoDraft(place, "She hesitates before the number.", "Tone"))
    keep_memo(study, lead, MemoDraft(MemoTarget(), "Compute and licences come up together.", "First impression"))
    if made:
        keep_remark(study, "Robin", made[0].decision, RemarkKind.CHALLENGE, "Is this not about data?")
    return lead


@contextlib.contextmanager
def _app(folder: Path, coder: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    logged_in = {**os.environ, "LOGNAME": coder}
    running = subprocess.Popen(
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
def _browser(place: Path, scheme: str) -> Iterator[Page]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(place),
            executable_path=found,
            args=list(QUIET),
            viewport={"width": 1280, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            env={**os.environ, "HOME": str(place.parent)},
        )
        yield context.new_page()
        context.close()


def _picture(page: Page, address: str, path: Path) -> None:
    """The page at rest, in few colours, so that the file stays small."""
    page.goto(address)
    page.locator("h1.page-title").wait_for()
    at_rest(page)
    page.add_style_tag(content=STILL)
    if path.stem in SCENES:
        SCENES[path.stem](page)
        page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    page.wait_for_timeout(2_500)
    at_rest(page)
    page.screenshot(path=path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
