"""The whole loop of reviewing on the keyboard: blind, revealed, answered, in another order, with what was learnt."""

import pytest
from test_review import go, press, settle, words

from assistant.review import is_blind
from assistant.suggest import propose
from store.audit import verify
from store.config import keep_setting, read_settings
from store.runs import suggestions
from store.segments import segments
from store.values import Role

pytestmark = pytest.mark.browser


def test_the_loop_without_a_mouse(page, study):
    """Code blind, reveal, accept, reject, undo, another order, to the end: no click, and all of it is on record."""
    keep_setting(study.folder, "blind_share", 1.0)
    go(page, "Review")
    page.locator(".st-key-blind", has_text="code this passage before you see suggestions").wait_for()
    assert page.locator('[class*="st-key-suggested_"]').count() == 0
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.type("failed")
    page.keyboard.press("Enter")
    page.locator(".st-key-confirmed_own_1", has_text="Failed runs").wait_for()
    assert words(study) == [("add", "c2")], "no key answers what is not shown"
    assert suggestions(study) == ()

    press(page, "r", ".st-key-suggested_1")
    assert words(study)[1:] == [("read", None)]
    press(page, "1", '[class*="st-key-confirmed_"]:has-text("Confirmed by Ana")')
    press(page, "Shift+2", '[class*="st-key-rejected_"]')
    press(page, "z", ".st-key-suggested_2")
    assert [verdict for verdict, _ in words(study)] == ["add", "read", "accept", "reject", "withdraw"]

    press(page, "o", ".st-key-review_order input:focus")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.st-key-review_order input').value === 'Most likely first'")
    page.wait_for_function("document.activeElement.tagName !== 'INPUT'")  # then the keys belong to the page again
    for number in range(2, 6):
        press(page, "n", f"text={number} of the study’s 5 read")
    page.get_by_text("This is the end of the study").wait_for()
    press(page, "b", ".passage")
    read = [verdict for verdict, _ in words(study)].count("read")
    assert read == len(segments(study, role=Role.PARTICIPANT)) == 5
    assert verify(study).faults == ()


def test_the_precision_is_chosen_on_the_keyboard(page, study):
    """S opens what is known of the suggestions; the choice is kept in the study's settings, and the card follows."""
    go(page, "Review")
    page.locator(".st-key-suggested_1").wait_for()
    press(page, "s", ".outlook:visible")
    page.locator(".st-key-expected_precision input").focus()
    page.keyboard.type("95")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing is sure enough to be suggested here.").wait_for()
    assert read_settings(study.folder)["expected_precision"] == 0.95
    page.keyboard.press("Escape")


def test_evidence_can_be_opened_and_stays_inside_the_page(page, study):
    """What spoke for a suggestion is folded, opens without leaving the page's width, and a blind half stays blind."""
    keep_setting(study.folder, "blind_share", 0.5)
    drawn = {s.id: is_blind(s, propose(study), 0.5) for s in segments(study, role=Role.PARTICIPANT)}
    go(page, "Review")
    for blind in list(drawn.values())[:3]:
        assert page.locator(".st-key-blind").count() == int(blind)
        summary = page.locator(".spoken-for summary")
        if summary.count():
            summary.first.focus()
            page.keyboard.press("Enter")
            page.locator(".spoken-for[open]").get_by_text("(log-odds)").wait_for()
        assert page.evaluate(
            "document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth"
        )
        before = page.locator(".passage .now p").inner_text()
        page.keyboard.press("n")
        page.wait_for_function("text => document.querySelector('.passage .now p')?.innerText !== text", arg=before)
        settle(page)
