"""The sample study in a real browser, with suggestions by the real models."""

import shutil

import pytest
from test_review import go, press, settle, suggested, words

from store.audit import verify
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
    while page.locator('.rd-suggested[data-card="2"]').count() == 0:
        press(page, "n")
    before = words(study)
    first, second = suggested(page, 1), suggested(page, 2)
    press(page, "1", '.rd-confirmed[data-card="1"]')
    press(page, "Shift+2", '.rd-rejected[data-card="2"]')
    press(page, "z", '.rd-suggested[data-card="2"]')
    page.reload()
    page.locator('.rd-suggested[data-card="2"]').wait_for()
    settle(page)
    assert words(study) == [*before, ("accept", first), ("reject", second), ("withdraw", second)]
    events = [event for event in log(study) if event.type == "decision.made"]
    assert [event.coder for event in events[len(before) :]] == ["Ana"] * 3
    assert verify(study).faults == ()
    go(page, "Saturation")
