"""A rule over two hundred suggestions: counted, previewed, done at once and taken back with one key."""

import pytest
from conftest import chromium, running_app
from small_study import score, turns
from test_review import press, settle

from store.audit import verify
from store.config import keep_setting
from store.decisions import decisions, standing
from store.interviews import add_interview
from store.study import create_study
from store.transcripts import add_transcript
from store.values import Verdict

pytestmark = pytest.mark.browser

MANY = 220


@pytest.fixture
def large(tmp_path):
    """One interview of 220 passages, each of which gets a suggestion."""
    with create_study(tmp_path / "study", "Large") as study:
        source = tmp_path / "one.txt"
        source.write_text("one", encoding="utf-8")
        add_interview(study, source, "transcript", label="I1")
        said = [("Cleo", f"Passage number {n}. Nothing of note.") for n in range(MANY)]
        add_transcript(study, "I1", turns(said), origin="import")
        score(study, {"I1": [{"c2"}] * MANY})
        keep_setting(study.folder, "expected_precision", 0.01)
        yield study


def rejected(study):
    return [d for d in standing(decisions(study, coder="Ana")).values() if d.verdict is Verdict.REJECT]


def test_a_rule_over_two_hundred_suggestions_is_undone_with_one_key(large, tmp_path):
    """Nothing is done before the button; then all of it; one Z takes exactly that back, one Shift+Z does it again."""
    with running_app(large.folder, tmp_path) as address, chromium(tmp_path) as browser:
        page = browser.new_page()
        page.goto(f"{address}/review")
        page.locator("body[data-review-keys]").wait_for(state="attached")
        settle(page)
        press(page, "1", '.rd-confirmed[data-card="1"]')
        page.keyboard.press("l")
        page.get_by_role("dialog").wait_for()
        slider = page.locator(".st-key-rule_below [role=slider], .st-key-rule_below input[type=range]").first
        slider.focus()
        page.keyboard.press("End")
        button = page.locator(".st-key-rule_apply button")
        button.wait_for()
        settle(page)
        count = int("".join(filter(str.isdigit, button.inner_text())))
        assert count >= 200
        assert rejected(large) == []
        button.click()
        page.locator(".rd-said", has_text="rejected").wait_for()
        assert len(rejected(large)) == count
        settle(page)
        press(page, "z")
        assert rejected(large) == []
        assert [d.verdict for d in standing(decisions(large, coder="Ana")).values()] == [Verdict.ACCEPT]
        press(page, "Shift+Z")
        assert len(rejected(large)) == count
        assert verify(large).faults == ()
