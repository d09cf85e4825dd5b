"""Two processes and two browser sessions decide in one study at the same time, ten thousand decisions altogether."""

import multiprocessing

import pytest
from at_rest import settle
from conftest import code_as
from decision_writer import numbers, write_decisions
from small_study import score, turns
from test_review import heard, wait_for_next

from store.audit import verify
from store.config import keep_setting, read_head
from store.decisions import decisions
from store.events import Head
from store.interviews import add_interview
from store.segments import segments
from store.study import create_study
from store.transcripts import add_transcript

pytestmark = pytest.mark.browser

SPAWN = multiprocessing.get_context("spawn")
PROCESSES, PEOPLE = ("cleo", "dan"), ("Ana", "Ben")
PASSAGES = 50
ALL = 10_000
EACH_PROCESS = (ALL - len(PEOPLE) * 2 * PASSAGES) // len(PROCESSES)


@pytest.fixture
def study(tmp_path):
    """Two interviews of fifty passages; each passage of the first one gets a suggestion."""
    with create_study(tmp_path / "study", "For many") as made:
        for label in ("I1", "I2"):
            source = tmp_path / f"{label}.txt"
            source.write_text(label, encoding="utf-8")
            add_interview(made, source, "transcript", label=label)
            said = [("Cleo", f"Passage number {n} of {label}. Nothing of note.") for n in range(PASSAGES)]
            add_transcript(made, label, turns(said), origin="import")
        score(made, {"I1": [{"c2"}] * PASSAGES, "I2": [set()] * PASSAGES})
        keep_setting(made.folder, "expected_precision", 0.01)
        yield made


def opened(browser, address, coder):
    """The review page, as somebody."""
    tab = browser.new_page()
    tab.goto(f"{address}/review")
    tab.wait_for_url("**visit=**")
    if coder != "Ana":  # who is logged in
        code_as(tab, coder)
    tab.locator("body[data-review-keys]").wait_for(state="attached")
    settle(tab)
    return tab


def pressed(tabs, key) -> None:
    """A key in every window at once; then wait until each act is on the disk and drawn."""
    before = [heard(tab) for tab in tabs]
    for tab in tabs:
        tab.keyboard.press(key)
    for tab, count in zip(tabs, before, strict=True):
        wait_for_next(tab, count)


def test_ten_thousand_decisions_by_four_writers(browser, address, study):
    """None is lost, each writer's are in the order in which they were made, all four at once, the record is whole."""
    begin = SPAWN.Event()
    working = [
        SPAWN.Process(target=write_decisions, args=(study.folder, "I2", coder, EACH_PROCESS, begin))
        for coder in PROCESSES
    ]
    for each in working:
        each.start()
    tabs = [opened(browser, address, coder) for coder in PEOPLE]
    pressed(tabs, "1")
    begin.set()
    pressed(tabs, "n")
    for _ in range(PASSAGES - 1):
        pressed(tabs, "1")
        pressed(tabs, "n")
    for each in working:
        each.join(timeout=300)
    assert [each.exitcode for each in working] == [0, 0]

    made = decisions(study)
    assert len(made) == ALL
    for coder in PROCESSES:
        assert numbers(made, coder) == list(range(EACH_PROCESS))
    spans = [segment.span for segment in segments(study, "I1")]
    wanted = [(str(verdict), span) for span in spans for verdict in ("accept", "read")]
    for coder in PEOPLE:
        assert [(str(d.verdict), d.span) for d in made if d.coder == coder] == wanted
    ids = [[d.id for d in made if d.coder == coder] for coder in (*PROCESSES, *PEOPLE)]
    assert max(min(each) for each in ids) < min(max(each) for each in ids), "they wrote at the same time"
    report = verify(study)
    assert report.faults == ()
    assert read_head(study.folder) == Head(report.events, report.head)
