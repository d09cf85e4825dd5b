"""Two people in two browsers on one study: nothing is lost, each sees the other, and blind means blind."""

import pytest
from conftest import code_as
from test_review import at, press, settle, words

from store.adjudications import adjudications
from store.audit import verify
from store.coders import add_coder, set_role
from store.config import keep_setting
from store.decisions import codings, decisions, keep_decisions
from store.double_coding import double_codings
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Role, Verdict

pytestmark = pytest.mark.browser


THEIRS = ".rd-suggested, .rd-others, .tv-label-other, .tv-label-machine"


@pytest.fixture
def people(browser, address):
    """Opens a page of the app as somebody, in a tab of their own."""

    def opened(coder, place="review"):
        tab = browser.new_page()
        tab.goto(f"{address}/{place}")
        tab.wait_for_url("**visit=**")
        if coder != "Ana":  # who is logged in
            code_as(tab, coder)
        if place == "review":
            tab.locator("body[data-review-keys]").wait_for(state="attached")
        else:
            tab.locator("h1.page-title").wait_for()
        settle(tab)
        return tab

    return opened


def test_two_people_code_at_once_and_see_each_other(people, study):
    """Keys pressed in turn in two windows: every decision is kept under its name, and shown on the next redraw."""
    ana, ben = people("Ana"), people("Ben")
    press(ana, "1", '.rd-confirmed[data-card="1"]')
    press(ben, "Shift+1", '.rd-rejected[data-card="1"]')
    ben.locator(".rd-others", has_text="Ana").wait_for()
    press(ben, "2", '.rd-confirmed[data-card="2"]')
    press(ana, "n")
    press(ana, "b")
    ana.locator(".rd-others", has_text="Ben").wait_for()
    for tab in (ana, ben):
        tab.keyboard.press("a")
        tab.keyboard.type("never found 7")
        press(tab, "Enter")
    made = [(d.coder, str(d.verdict)) for d in decisions(study)]
    assert made == [
        ("Ana", "accept"),
        ("Ben", "reject"),
        ("Ben", "accept"),
        ("Ana", "read"),
        ("Ana", "add"),
        ("Ben", "add"),
    ]
    assert verify(study).faults == ()


def draw_round_1(lead):
    """The lead draws the whole of I1 for Ben."""
    lead.get_by_text("Blind double coding", exact=True).click()
    settle(lead)
    lead.locator(".st-key-draw_name input").fill("round 1")
    lead.locator(".st-key-draw_name input").press("Enter")
    settle(lead)
    lead.get_by_text("Whole interviews").click()
    settle(lead)
    lead.locator(".st-key-draw_second input").click()
    lead.get_by_role("option").filter(has_text="Ben").click()
    settle(lead)
    lead.locator(".st-key-draw_interviews input").click()
    lead.get_by_role("option").filter(has_text="I1").first.click()
    lead.keyboard.press("Escape")
    lead.get_by_text("This draws 3 segments (I1: 3).").wait_for()
    settle(lead)
    lead.locator(".st-key-draw_sample button").click()
    lead.locator(".notice", has_text="was drawn for Ben").wait_for()


def code_blind(ben):
    """The second coder goes through the three segments, gives one code, and finishes."""
    ben.get_by_text("Double coding", exact=True).click()
    ben.locator(".rd-blind", has_text="0 of 3 read").wait_for()
    settle(ben)
    for number in range(3):
        assert ben.locator(THEIRS).count() == 0, "nothing of Ana’s, nothing suggested"
        if number == 1:
            ben.keyboard.press("a")
            ben.keyboard.type("failed")
            press(ben, "Enter", '[data-own="c2"]')
        if number < 2:
            press(ben, "n")
    finish = ben.locator('[data-k="finish"]')
    finish.wait_for()
    finish.click()
    ben.locator(".rd-said", has_text="is finished").wait_for()


def test_a_blind_double_coding_from_the_draw_to_the_adjudication(people, study):
    """A lead draws, the second coder codes blind on the desk and finishes, the lead adjudicates; originals stay."""
    keep_setting(study.folder, "blind_share", 0.0)
    add_coder(study, "Ana", by="Ana")
    add_coder(study, "Ben", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    first, second, third = (s for s in segments(study, "I1") if s.role is Role.PARTICIPANT)
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in (first, second, third)]
    coded = DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1", memo="on loan")
    keep_decisions(study, "Ana", [*made, coded])

    lead = people("Ana", "second-coder")
    draw_round_1(lead)
    ben = people("Ben")
    code_blind(ben)
    assert double_codings(study)[0].ended == "finished"

    before = decisions(study)
    lead.get_by_text("Adjudication", exact=True).click()
    lead.get_by_text("2 differ, 0 of these adjudicated").wait_for()
    lead.locator(".side.with", has_text="Memo: on loan").wait_for()
    settle(lead)
    lead.keyboard.press("1")
    lead.get_by_text("1 of these adjudicated").wait_for()
    settle(lead)
    lead.keyboard.press("2")
    lead.locator(".notice", has_text="Nothing is left to adjudicate here.").wait_for()
    assert [(a.code, a.applies, a.coder) for a in adjudications(study)] == [("c1", True, "Ana"), ("c2", False, "Ana")]
    assert decisions(study) == before
    assert {(c.code, c.coder) for c in codings(study)} == {("c1", "Ana"), ("c2", "Ben")}
    assert verify(study).faults == ()
    assert at(ben)
    assert ("add", "c2") in words(study)
