"""The sample study in a real browser, with suggestions by the real models."""

import shutil

import pytest
from test_review import go, press, settle, words

from store.audit import verify
from store.codebook import current_codebook
from store.event_log import log
from store.study import open_study

pytestmark = [pytest.mark.browser, pytest.mark.models]


@pytest.fixture
def study(sample_study, tmp_path):
    """A copy of the sample study, to decide in."""
    folder, _ = sample_study
    with open_study(shutil.copytree(folder, tmp_path / "demo")) as opened:
        yield opened


def test_accept_reject_undo_reload(page, study):
    """A researcher opens the sample study, decides by key and reloads: exactly these decisions are on record."""
    settle(page)
    page.get_by_role("link", name="Review", exact=True).click()
    page.locator("body[data-review-keys]").wait_for(state="attached")
    settle(page)
    number = 1
    while page.locator(".st-key-suggested_2").count() == 0:
        number += 1
        press(page, "n", f"text=Segment {number} of")
        settle(page)
    before = words(study)
    names = [page.locator(f".st-key-card_{number} strong").inner_text() for number in (1, 2)]
    first, second = (current_codebook(study).find(name).guid for name in names)
    press(page, "1", ".st-key-confirmed_1")
    press(page, "Shift+2", ".st-key-rejected_2")
    press(page, "z", ".st-key-suggested_2")
    page.reload()
    page.locator(".st-key-suggested_2").wait_for()
    settle(page)
    assert words(study) == [*before, ("accept", first), ("reject", second), ("withdraw", second)]
    events = [event for event in log(study) if event.type == "decision.made"]
    assert [event.coder for event in events[len(before) :]] == ["Ana"] * 3
    assert verify(study).faults == ()
    go(page, "Saturation")
