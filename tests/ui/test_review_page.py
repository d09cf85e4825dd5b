"""The review page: what its desk shows, and what its keys leave on the disk."""

from contextlib import contextmanager

import pytest
from desk_page import DeskPage
from planted import FakeChat, writer
from streamlit.runtime.scriptrunner import RerunData, RerunException

from assistant.ui import rationale, review_acts
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, decisions, keep_decisions
from store.interviews import add_interview
from store.memos import memos
from store.runs import suggestions
from store.segments import segments
from store.transcripts import add_transcript
from store.values import Code, DecisionDraft, NewTurn, Role, Span, Verdict


def words(study):
    """Every decision as (verdict, code), in order."""
    return [(str(d.verdict), d.code) for d in decisions(study)]


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def first(study):
    return segments(study, "I1")[1]


@pytest.fixture
def desk(page, study, monkeypatch) -> DeskPage:
    return DeskPage(page, monkeypatch)


def test_drawing_a_card_writes_what_it_shows(desk, study, first):
    """Suggestions are on disk as soon as they are on the screen, and only those."""
    assert {(s.segment_id, s.code) for s in suggestions(study)} == {(first.id, "c1"), (first.id, "c3")}
    assert desk.state["segment"]["id"] == first.id
    assert not decisions(study)


def test_accept_reject_and_move_on(desk, study):
    """Accepting, rejecting and going on leave exactly these three decisions, with the coder's name."""
    desk.act("accept", code="c1").act("reject", code="c3")
    assert [option["state"] for option in desk.state["options"]] == ["confirmed", "rejected"]
    desk.act("next")
    assert words(study) == [("accept", "c1"), ("reject", "c3"), ("read", None)]
    assert {d.coder for d in decisions(study)} == {"Ana"}
    assert [c.code for c in codings(study)] == ["c1"]
    assert "Segment 2 of 3" in desk.state["progress"]["sentence"]
    assert verify(study).faults == ()


def test_every_act_is_done_once_and_in_order(desk, study):
    """Acts that the browser sends again because it has not heard of them yet are not done again."""
    desk.acts([{"kind": "accept", "code": "c1"}, {"kind": "reject", "code": "c3"}])
    desk.acts([{"kind": "accept", "code": "c1"}, {"kind": "reject", "code": "c3"}, {"kind": "next"}], first=1)
    assert words(study) == [("accept", "c1"), ("reject", "c3"), ("read", None)]
    assert desk.state["heard"] == 3


def test_an_act_that_another_run_breaks_off_is_done_when_it_is_sent_again(desk, study, monkeypatch):
    """Streamlit ends what runs where it is asked for the whole page meanwhile; the browser sends the act again then."""

    def broken_off():
        raise RerunException(RerunData())

    with monkeypatch.context() as asked:
        asked.setattr(review_acts, "may_judge", broken_off)
        with pytest.raises(RerunException):
            desk.act("next")
    assert (words(study), desk.redraw().state["heard"]) == ([], 0)
    desk.act("next")
    assert (words(study), desk.state["heard"]) == ([("read", None)], 1)


def test_what_a_browser_says_of_the_interview_that_was_left_is_no_choice(desk, study):
    """With N one comes to the next interview; a run that was asked for before that was heard does not lead back."""
    left = desk.interviews.set_value("I1")  # what that browser sends
    desk.act("next").act("next").act("next")
    assert (desk.interviews.value, desk.state["segment"]["interview"]) == ("I2", "I2")
    left.run()
    assert (desk.interviews.value, desk.state["segment"]["interview"]) == ("I2", "I2")
    desk.open("I1")
    assert desk.state["segment"]["interview"] == "I1"


def test_an_interview_without_a_participant_cannot_be_chosen(page, study, tmp_path, monkeypatch):
    """It is said why, and the list goes on saying which interview one reads."""
    (tmp_path / "asked.txt").write_text("made up", encoding="utf-8")
    add_interview(study, tmp_path / "asked.txt", "transcript", label="I9")
    add_transcript(study, "I9", [NewTurn("Is anybody there?", "Interviewer", Role.INTERVIEWER)], origin="transcript")
    desk = DeskPage(page, monkeypatch).open("I9")
    assert "Nobody but the interviewer speaks in I9" in desk.state["problem"]
    assert (desk.interviews.value, desk.state["segment"]["interview"]) == ("I1", "I1")


def test_an_act_for_another_segment_does_nothing(desk, study):
    """A key that was pressed for what is no longer on the screen decides nothing."""
    before = desk.state["segment"]["id"]
    desk.act("next")
    desk.acts([{"kind": "accept", "code": "c1", "segment": before}])
    assert words(study) == [("read", None)]


@pytest.mark.parametrize(
    "act",
    [
        {"kind": "explode"},
        {"kind": "accept"},
        {"kind": "accept", "code": "c4"},
        {"kind": "add", "codes": ["c2"], "span": [0, 10_000]},
        {"kind": "add", "codes": ["c2"], "span": [5, 5]},
        {"kind": "withdraw", "decision": "no such"},
        {"kind": "respan", "decision": "no such", "span": [0, 4]},
        {"kind": "new code", "name": " "},
        {"kind": "memo", "text": " "},
        {"kind": "accept", "code": "c1", "more": 1},
    ],
)
def test_nonsense_is_told_in_one_sentence_and_nothing_is_kept(desk, study, act):
    """Whatever a page sends, it cannot break anything; what came with it afterwards is dropped."""
    desk.acts([act, {"kind": "add", "codes": ["c2"]}])
    assert desk.state["problem"]
    assert desk.state["problem"].count("\n") == 0
    assert words(study) == []
    desk.act("accept", code="c1")
    assert words(study) == [("accept", "c1")]
    assert desk.state["problem"] == ""


def test_a_segment_is_read_once(desk, study):
    """Going back and on again does not record a second reading."""
    desk.act("next").act("back").act("next")
    assert words(study) == [("read", None)]


def test_undo_and_redo(desk, study):
    """Undo withdraws the last step and redo writes it again; nothing is ever removed."""
    desk.act("accept", code="c1").undo()
    assert not codings(study)
    desk.redo()
    assert words(study) == [("accept", "c1"), ("withdraw", "c1"), ("accept", "c1")]


def test_undo_goes_on_after_the_page_was_loaded_again(page, desk, study, monkeypatch):
    """The address keeps the seat, and the seat its sitting; what was done before the reload can be taken back after."""
    desk.act("accept", code="c1").act("add", codes=["c2"])
    seat = desk.app.query_params["visit"]

    def loaded_again(address, _coder):
        return page(address, coder=None, visit=seat)

    fresh = DeskPage(loaded_again, monkeypatch)
    assert fresh.state["can"]["undo"] == 2
    fresh.undo()
    assert [c.code for c in codings(study)] == ["c1"]


def test_undo_leads_back_to_the_interview_of_the_step(desk, study):
    """A step of I1 taken back while I2 is on the screen brings I1 back."""
    desk.act("accept", code="c1")
    desk.open("I2")
    assert "I did, at night" in desk.text
    desk.undo()
    assert "We borrowed them" in desk.text
    assert desk.interviews.value == "I1"


def test_replace_and_add_and_withdraw(desk, study):
    """Replacing rejects and adds in one step; an added code can be taken back."""
    desk.act("replace", code="c1", by="c4").act("add", codes=["c2"])
    assert words(study) == [("reject", "c1"), ("add", "c4"), ("add", "c2")]
    added = next(own for own in desk.state["own"] if own["code"] == "c2")
    desk.act("withdraw", decision=added["decision"])
    assert [c.code for c in codings(study)] == ["c4"]


def test_a_selected_stretch_is_coded_accepted_and_re_spanned(desk, study, first):
    """Codes go on exactly the stretch that was selected; a coding moves to another one as one step."""
    start = first.span.start
    desk.act("accept", code="c1", span=[start, start + 16]).act("add", codes=["c2", "c4"], span=[start + 3, start + 11])
    assert {(c.code, (c.span.start - start, c.span.end - start)) for c in codings(study)} == {
        ("c1", (0, 16)),
        ("c2", (3, 11)),
        ("c4", (3, 11)),
    }
    desk.act("respan", decision=desk.option("c1")["decision"], span=[start, start + 2])
    moved = next(c for c in codings(study) if c.code == "c1")
    assert moved.span == Span(start, start + 2)
    made = decisions(study)
    assert (made[-1].verdict, made[-1].replaces, made[-1].suggestion_id) == (
        Verdict.ACCEPT,
        made[0].guid,
        made[0].suggestion_id,
    )
    desk.undo()
    assert next(c for c in codings(study) if c.code == "c1").span == Span(start, start + 16)


def test_a_code_that_is_made_while_reading(desk, study):
    """It is in the codebook and on the passage; the browser is told of the new version."""
    before = desk.state["codes"]
    desk.act("new code", name="Night work", text="Work at night.", theme="t2")
    code = current_codebook(study).find("Night work")
    assert (code.definition, code.parent) == ("Work at night.", "t2")
    assert [c.code for c in codings(study)] == [code.guid]
    assert desk.state["codes"] != before
    assert "“Night work” is in the codebook" in desk.state["said"]


def test_memos_stand_on_the_passage_and_on_a_coding(desk, study, first):
    """What is written is shown with its author the next time the passage is on the screen."""
    desk.act("accept", code="c1").act("memo", text="He laughed.", title="Tone")
    desk.act("memo", text="Not sure.", decision=desk.option("c1")["decision"])
    assert [(m["title"], m["text"], m["coder"]) for m in desk.state["memos"]] == [
        ("Tone", "He laughed.", "Ana"),
        ("", "Not sure.", "Ana"),
    ]
    passage, coding = memos(study)
    assert (passage.target.kind, passage.target.span) == ("passage", first.span)
    assert (coding.target.kind, coding.target.decision) == ("coding", decisions(study)[0].guid)


def test_no_name_no_decision(page, study):
    """Without a coder's name there is nothing to press."""
    app = page("review", coder="  ")
    assert "Write your name" in html(app)


def test_another_coder_begins_afresh_and_sees_what_the_first_one_coded(page, desk, study, first, monkeypatch):
    """Ben's suggestions are unanswered and his decisions his own; Ana's codings are shown as hers."""
    desk.act("accept", code="c1")
    ben = DeskPage(page, monkeypatch, "Ben")
    assert ben.option("c1")["state"] == "suggested"
    assert [(other["code"], other["coder"]) for other in ben.state["others"]] == [("c1", "Ana")]
    assert [(mark["kind"], mark["coder"]) for mark in ben.state["marks"]] == [("other", "Ana")]
    ben.act("reject", code="c1")
    assert [(d.coder, d.verdict) for d in decisions(study)] == [("Ana", Verdict.ACCEPT), ("Ben", Verdict.REJECT)]


def test_what_others_code_shows_on_the_next_redraw(desk, study, first):
    """Two people at once: nothing has to be loaded again."""
    keep_decisions(study, "Ben", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c2")])
    desk.redraw()
    assert [(other["code"], other["coder"]) for other in desk.state["others"]] == [("c2", "Ben")]


def test_it_opens_where_work_is_left(page, desk, study, monkeypatch):
    """Segments that are read are passed over when the page is opened again."""
    desk.act("reject", code="c1").act("next")
    assert "It broke twice" in DeskPage(page, monkeypatch).text


def test_a_link_leads_to_its_place(page, study, monkeypatch):
    """`?interview=I2&at=…` opens the passage there, once."""
    place = segments(study, "I2")[2]

    def opened(address, coder):
        app = page(address, coder)
        del app.session_state["visit"]
        app.query_params["interview"], app.query_params["at"] = "I2", str(place.span.start)
        return app.run()

    desk = DeskPage(opened, monkeypatch)
    assert desk.state["segment"]["id"] == place.id
    desk.act("back")
    assert desk.state["segment"]["id"] == segments(study, "I2")[1].id


def test_nothing_suggested_still_takes_a_code(desk, study):
    """A segment without suggestions offers the whole codebook."""
    desk.act("next").act("next")
    assert desk.codes == []
    desk.act("add", codes=["c3"])
    assert [c.code for c in codings(study)] == ["c3"]


def test_a_retired_code_is_neither_suggested_nor_asked_for(page, desk, study, monkeypatch):
    """Its codings stay; a suggestion of it is not drawn any more."""
    desk.act("accept", code="c3")
    codes = [Code(**{**_fields(c), "retired": c.guid in ("c1", "c3")}) for c in current_codebook(study).codes]
    keep_codebook(study, codes, coder="Ana", reason="retired two")
    desk.redraw()
    assert "c1" not in desk.codes
    assert "c3" in desk.codes, "what was answered stays on the card"


def _fields(code):
    return {name: getattr(code, name) for name in Code.__dataclass_fields__}


def test_the_last_segment_can_be_finished(desk, study):
    """After the last segment of the study the page stays there, and that one is read too."""
    desk.open("I2")
    desk.act("next")
    assert desk.state["can"]["next"] == "Finish"
    desk.act("next")
    assert words(study) == [("read", None)] * 2


def test_the_carrying_sentence_is_evidence(desk, first):
    """The sentence that carries a suggestion is told as a stretch of the interview."""
    (start, end), *_ = desk.option("c1")["evidence"]
    at = first.span.start
    assert first.text[start - at : end - at] == "I wrote to him every week."


def test_a_rationale_is_told_as_the_models_words(desk, study, monkeypatch):
    """It appears when asked for, names its author, and is asked of the model once."""
    asked = []

    @contextmanager
    def opened_writer(wanted, settings):
        asked.append(wanted)
        yield writer(FakeChat(answer="A <b>bold</b> claim. No."))

    monkeypatch.setattr(rationale, "opened_writer", opened_writer)
    desk.act("why", code="c1").act("why", code="c1")
    (told,) = desk.state["asked"]
    assert told["head"] == "The model’s words, not a quote · fake"
    assert told["text"] == "A <b>bold</b> claim. No."
    assert len(asked) == 1
    desk.act("seen", code="c1")
    assert "No language model took part in this run." in desk.state["asked"][1]["text"]
    desk.act("next")
    assert desk.state["asked"] == []
