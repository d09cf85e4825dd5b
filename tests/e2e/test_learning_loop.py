"""The whole loop of reviewing on the keyboard: blind, revealed, answered, in another order, with what was learnt."""

import pytest
from at_rest import until
from test_review import at, go, press, settle, words

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
    keep_setting(study.folder, "expected_precision", 0.05)
    go(page, "Review")
    page.locator(".rd-blind", has_text="code this passage before you see suggestions").wait_for()
    assert page.locator(".rd-suggested").count() == 0
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.type("failed")
    press(page, "Enter", '[data-own="c2"]')
    assert words(study) == [("add", "c2")], "no key answers what is not shown"
    assert suggestions(study) == ()

    press(page, "r", '.rd-suggested[data-card="1"]')
    assert words(study)[1:] == [("read", None)]
    press(page, "1", '.rd-confirmed[data-card="1"]')
    press(page, "Shift+2", ".rd-rejected")
    press(page, "z", '.rd-suggested[data-card="2"]')
    assert [verdict for verdict, _ in words(study)] == ["add", "read", "accept", "reject", "withdraw"]

    settle(page)
    before = page.locator(".rd-root").get_attribute("data-segment")
    page.keyboard.press("o")
    page.locator(".st-key-review_order input:focus").wait_for()
    page.keyboard.type("Most likely")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.st-key-review_order input').value === 'Most likely first'")
    # another order begins with its own first segment, and the keys belong to the desk again
    other = "before => ![before, undefined].includes(document.querySelector('.rd-root')?.dataset.segment)"
    until(page, other, arg=before)
    settle(page)
    for number in range(2, 6):
        until(page, "!['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)")
        press(page, "n")
        page.locator(".rd-progress", has_text=f"{number} of the study’s 5 read").wait_for()
    page.locator(".rd-end", has_text="everything here is read").wait_for()
    press(page, "b")
    read = [verdict for verdict, _ in words(study)].count("read")
    assert read == len(segments(study, role=Role.PARTICIPANT)) == 5
    assert verify(study).faults == ()


def test_ten_suggestions_on_the_keyboard_alone(page, study):
    """Accepted and rejected in turn, over both interviews: ten keys for answers, and each one is on the disk."""
    keep_setting(study.folder, "expected_precision", 0.05)
    go(page, "Review")
    answered = 0
    while answered < 10:
        left = page.locator(".rd-suggested").count()
        if left:
            number = page.locator(".rd-suggested").first.get_attribute("data-card")
            press(page, number if answered % 2 == 0 else f"Shift+{number}")
            answered += 1
        else:
            before = at(page)
            press(page, "n")
            if at(page) == before:
                break
    made = [verdict for verdict, _ in words(study) if verdict in ("accept", "reject")]
    assert len(made) == answered == 10
    assert made == ["accept", "reject"] * 5
    assert verify(study).faults == ()


def test_the_precision_is_chosen_on_the_keyboard(page, study):
    """S opens what is known of the suggestions; the choice is kept in the study's settings, and the card follows."""
    go(page, "Review")
    page.locator('.rd-suggested[data-card="1"]').wait_for()
    page.keyboard.press("s")
    page.locator(".outlook:visible").wait_for()
    page.locator(".st-key-expected_precision input").focus()
    page.keyboard.type("95")
    page.keyboard.press("Enter")
    page.get_by_text("Nothing is sure enough to be suggested here.").wait_for()
    assert read_settings(study.folder)["expected_precision"] == 0.95
    page.keyboard.press("Escape")


def test_evidence_can_be_opened_and_a_blind_half_stays_blind(page, study):
    """What spoke for a suggestion is folded, opens with a key, and stays inside the page."""
    keep_setting(study.folder, "blind_share", 0.5)
    drawn = {s.id: is_blind(s, propose(study), 0.5) for s in segments(study, role=Role.PARTICIPANT)}
    go(page, "Review")
    for blind in list(drawn.values())[:3]:
        assert page.locator(".rd-card.rd-blind").count() == int(blind)
        summary = page.locator(".rd-why summary")
        if summary.count():
            summary.first.focus()
            page.keyboard.press("Enter")
            page.locator(".rd-why[open]").get_by_text("(log-odds)").wait_for()
        assert page.evaluate(
            "document.querySelector('.stMain').scrollWidth <= document.querySelector('.stMain').clientWidth"
        )
        press(page, "n")
