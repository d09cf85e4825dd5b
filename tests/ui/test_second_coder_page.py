"""The page of second coders, and that whoever codes blind sees nothing of the others on any page."""

import pytest
from desk_page import DeskPage
from quotes_page_of import QuotesPage

from assistant.ui import transcripts_page
from assistant.ui.navigation import PLACES
from store.adjudications import adjudications
from store.coders import coder_list
from store.config import keep_setting
from store.decisions import codings, decisions, keep_decisions
from store.double_coding import double_codings
from store.memos import MemoDraft, MemoTarget, keep_memo
from store.remarks import remarks
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Role, Verdict


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def spoken(study, label):
    return [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]


@pytest.fixture
def coded(study):
    """Ana read and coded all of I1, with a memo on her coding and on the passage."""
    first, second, third = spoken(study, "I1")
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in (first, second, third)]
    made.append(DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1", memo="Anas secret memo"))
    made.append(DecisionDraft(second.transcript_id, second.span, Verdict.ADD, "c2"))
    keep_decisions(study, "Ana", made)
    keep_memo(study, "Ana", MemoDraft(MemoTarget("I1", first.transcript_id, first.span), "Anas secret note"))
    return study


def part(page, name, coder="Ana"):
    app = page("second-coder", coder)
    app.segmented_control(key="second_part").set_value(name).run()
    assert not app.exception
    return app


def button(app, start):
    """The first button whose key begins so."""
    return next(b for b in app.button if b.key.startswith(start))


def drawn_for_ben(page, study):
    app = part(page, "Coders")
    app.text_input(key="coder_name").set_value("Ben").run()
    app.button(key="add_coder").click().run()
    assert "Ben is known." in html(app)
    app.segmented_control(key="second_part").set_value("Blind double coding").run()
    app.text_input(key="draw_name").set_value("round 1").run()
    app.selectbox(key="draw_second").set_value("Ben").run()
    app.radio(key="draw_how").set_value("Whole interviews").run()
    app.multiselect(key="draw_interviews").set_value(["I1"]).run()
    assert "This draws 3 segments (I1: 3)." in html(app)
    app.button(key="draw_sample").click().run()
    assert not app.exception
    assert "“round 1” was drawn for Ben: 3 segments" in html(app)
    return app


def test_roles_are_given_and_then_only_by_a_lead(page, coded):
    """The page says who may; the store holds it."""
    app = part(page, "Coders")
    assert "Nobody is a lead yet" in html(app)
    app.selectbox(key="role_0_coder").set_value(CoderRole.LEAD).run()
    assert coder_list(coded)[0].role is CoderRole.LEAD
    app = part(page, "Coders", "Ben")
    app.text_input(key="coder_name").set_value("Ben").run()
    app.button(key="add_coder").click().run()
    app.selectbox(key="role_1_coder").set_value(CoderRole.LEAD).run()
    assert "Only a lead can give Ben the role" in html(app)
    assert coder_list(coded)[1].role is CoderRole.CODER


def test_a_second_coder_sees_nothing_of_the_first_on_any_page_until_they_finish(page, coded, monkeypatch):
    """Neither codings nor memos nor suggestions of the sample’s interview; afterwards all of it."""
    keep_setting(coded.folder, "blind_share", 0.0)
    drawn_for_ben(page, coded)
    given = {}
    monkeypatch.setattr(transcripts_page, "draw_reader", lambda state, heard: given.update(state))
    for place in PLACES:
        if place.address == "review":
            continue
        app = page(place.address, "Ben")
        assert not app.exception, place.address
        assert "Anas secret" not in html(app), place.address
    app = page("transcripts", "Ben")
    app.toggle(key="transcript_suggestions").set_value(True).run()
    assert given["marks"] == []
    assert QuotesPage(page, monkeypatch, "Ben").cards == []
    assert any("We borrowed them" in said for said in QuotesPage(page, monkeypatch, "Cleo").texts), (
        "others are not blind"
    )
    app = part(page, "Open second review", "Ben")
    assert "There is no coding here to look at." in html(app)
    audit = page("audit", "Ben")
    assert "Hidden while you code blind." in html(audit)

    desk = DeskPage(page, monkeypatch, "Ben")
    desk.app.toggle(key="review_assigned").set_value(True).run()
    assert desk.state["assigned"]["of"] == 3
    for _ in range(3):
        assert (desk.state["options"], desk.state["others"], desk.state["memos"]) == ([], [], [])
        assert desk.state["marks"] == []
        last = desk.state["assigned"]["read"] == 2
        desk.act("finish" if last else "next")
    assert "finished" in desk.state["said"]
    assert double_codings(coded)[0].ended == "finished"
    assert [d.verdict for d in decisions(coded, coder="Ben")] == [Verdict.READ] * 3
    desk = DeskPage(page, monkeypatch, "Ben")
    desk.open("I1")
    assert {mark["coder"] for mark in desk.state["marks"]} == {"Ana"}
    assert "Anas secret note" in html(page("memos", "Ben"))


def test_disagreements_are_adjudicated_one_after_the_other(page, coded):
    """Side by side, kept with a reason; the originals stay; what is done leaves the list."""
    drawn_for_ben(page, coded)
    first, *others = spoken(coded, "I1")
    made = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in (first, *others)]
    keep_decisions(coded, "Ben", [*made, DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
    app = part(page, "Blind double coding", "Ben")
    app.button(key="finish_mine").click().run()
    before = decisions(coded)
    app = part(page, "Adjudication")
    assert "1 codes agree, 1 differ, 0 of these adjudicated" in html(app)
    assert "Ana coded" in html(app)
    assert "read it and left the code out" in html(app)
    app.text_area(key="adjudication_memo").set_value("It did break.").run()
    app.button(key="applies").click().run()
    assert not app.exception
    (made,) = adjudications(coded)
    assert (made.code, made.applies, made.memo, made.coder) == ("c2", True, "It did break.", "Ana")
    assert decisions(coded) == before
    assert "Nothing is left to adjudicate here." in html(app)
    app.toggle(key="adjudication_open").set_value(False).run()
    assert "Adjudicated by Ana" in html(app)
    app.button(key="applies_not").click().run()
    assert not adjudications(coded)[0].applies


def test_an_open_review_agrees_challenges_and_settles(page, coded):
    """Each remark is kept; a challenge without words is refused; one’s own codings cannot be agreed with."""
    app = part(page, "Open second review", "Ben")
    app.button(key="remark_challenge").click().run()
    assert "needs a sentence that says why" in html(app)
    app.text_area(key="remark_text").set_value("Too wide.").run()
    app.button(key="remark_challenge").click().run()
    app.button(key="outcome_kept").click().run()
    assert [(r.coder, str(r.kind), r.outcome) for r in remarks(coded)] == [
        ("Ben", "challenge", ""),
        ("Ben", "outcome", "kept"),
    ]
    app = part(page, "Open second review", "Ana")
    assert app.button(key="remark_agree").disabled
    assert len(codings(coded)) == 2


def test_a_double_coding_is_called_off(page, coded):
    """What was hidden is shown again."""
    app = drawn_for_ben(page, coded)
    button(app, "call_off_").click().run()
    assert double_codings(coded)[0].ended == "called off"
    assert "Anas secret note" in html(page("memos", "Ben"))
