"""Memos, milestones, roles, double codings, adjudications and remarks: kept for good, and only by whom they may be."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from full_study import COST, QUEUE, full_study
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.postgres import on_postgres
from test_erase import found_in

from store.adjudications import AdjudicationDraft, adjudicate, adjudications
from store.audit import verify
from store.codebook import current_codebook, edit_codebook
from store.coders import add_coder, coder_list, set_role
from store.decisions import codings, decisions, keep_decisions
from store.double_coding import (
    DoubleCodingDraft,
    call_off_double_coding,
    double_codings,
    finish_double_coding,
    keep_double_coding,
    open_double_coding,
)
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from store.event_log import LogFilter, count_events, event_types, last_event, log
from store.memos import MemoDraft, MemoTarget, delete_memo, keep_memo, memo_history, memos, revise_memo
from store.milestones import keep_milestone, milestones
from store.newest import decisions_since, decisions_stamp
from store.remarks import keep_remark, remarks
from store.segments import segments
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.values import CoderRole, DecisionDraft, MemoKind, NewTurn, RemarkKind, Role, Span, Verdict


@pytest.fixture
def study(tmp_path):
    with full_study(tmp_path) as made:
        yield made


def passage(study, label="T1"):
    first = segments(study, label)[0]
    return MemoTarget(label, first.transcript_id, first.span)


def drawn(study, name="round 1", labels=("R1", "T1"), second="ben"):
    spans = {label: tuple((s.transcript_id, s.span) for s in segments(study, label)) for label in labels}
    return keep_double_coding(study, "ada", DoubleCodingDraft(name, second, 7, 0.5, spans))


def finished(study):
    made = drawn(study)
    finish_double_coding(study, "ben", made.guid)
    return made


# ---- memos


def test_a_memo_can_be_about_anything_and_says_what(study):
    """Study, interview, passage, code and coding; a debriefing has a day and people."""
    coding = codings(study)[0]
    targets = [
        MemoTarget(),
        MemoTarget(interview="R1"),
        passage(study),
        MemoTarget(code=QUEUE),
        MemoTarget(decision=coding.decision),
    ]
    for target in targets:
        keep_memo(study, "ada", MemoDraft(target, "A thought."))
    on = date(2026, 3, 1)
    keep_memo(study, "ben", MemoDraft(targets[1], "Tired.", "After", MemoKind.DEBRIEFING, on, "Ada, Ben"))
    found = memos(study)
    assert [m.target.kind for m in found] == ["study", "interview", "passage", "code", "coding", "interview"]
    assert found[4].target.interview == coding.interview, "a coding lends the memo its place"
    assert (found[5].on, found[5].present, found[5].kind) == (on, "Ada, Ben", MemoKind.DEBRIEFING)
    assert [m.target.kind for m in memos(study, interview="R1")] == ["interview", "coding", "interview"]
    assert len(memos(study, code=QUEUE)) == 1
    assert len(memos(study, coder="ben")) == 1
    assert verify(study).faults == ()


def test_revisions_are_kept_and_a_deleted_memo_comes_back(study):
    """Nothing of a memo is ever lost; deleting only hides it."""
    first = keep_memo(study, "ada", MemoDraft(MemoTarget(), "One."))
    second = revise_memo(study, "ben", first.guid, revision=1, title="T", text="Two.")
    assert (second.revision, second.coder, second.first_coder) == (2, "ben", "ada")
    delete_memo(study, "ada", first.guid, revision=2)
    assert memos(study) == ()
    assert [m.text for m in memos(study, deleted=True)] == ["Two."]
    revise_memo(study, "ada", first.guid, revision=3, title="T", text="Two.")
    assert [m.text for m in memos(study)] == ["Two."]
    assert [(m.text, m.gone) for m in memo_history(study, first.guid)] == [
        ("One.", False),
        ("Two.", False),
        ("Two.", True),
        ("Two.", False),
    ]
    assert verify(study).faults == ()


def test_two_people_who_edit_one_memo_overwrite_nothing(study):
    """The second is told who was faster, and nothing of theirs is kept in silence."""
    memo = keep_memo(study, "ada", MemoDraft(MemoTarget(), "One."))
    revise_memo(study, "ada", memo.guid, revision=1, title="", text="Ada’s.")
    with pytest.raises(ConflictError, match="ada has changed this memo since you opened it"):
        revise_memo(study, "ben", memo.guid, revision=1, title="", text="Ben’s.")
    assert [m.text for m in memos(study)] == ["Ada’s."]


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_memo_is_refused(study, text):
    """There is nothing to keep."""
    with pytest.raises(InvalidInputError, match="needs a text or a title"):
        keep_memo(study, "ada", MemoDraft(MemoTarget(), text))
    assert memos(study) == ()


def test_a_memo_on_what_is_not_there_is_refused(study):
    """A passage beyond the text, an unknown coding, an unknown memo."""
    beyond = MemoTarget("T1", passage(study).transcript_id, Span(0, 10_000))
    for target in (beyond, MemoTarget(decision="no such"), MemoTarget(interview="I99")):
        with pytest.raises(NotFoundError):
            keep_memo(study, "ada", MemoDraft(target, "x"))
    with pytest.raises(NotFoundError):
        memo_history(study, "no such")
    assert memos(study) == ()


def test_a_memo_moves_with_its_passage(study):
    """After a correction before it, the memo stands on the same words."""
    text = transcript(study, "T1")
    span = text.turns[1].span
    keep_memo(study, "ada", MemoDraft(MemoTarget("T1", text.id, span), "here"))
    turns = [NewTurn(t.span.of(text.text), t.speaker, Role(t.role)) for t in text.turns]
    revise_transcript(study, "T1", [NewTurn("Something longer at first.", "Ada"), *turns[1:]], coder="ada")
    (memo,) = memos(study)
    now = transcript(study, "T1")
    assert memo.target.transcript_id == now.id
    assert memo.target.span.of(now.text) == span.of(text.text)


SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0" if on_postgres() else "")
"""PostgreSQL refuses NUL in a text, which a test of its own tries."""


@settings(max_examples=30, deadline=None)
@given(st.text(SIGNS, min_size=1).filter(lambda text: text.strip()))
def test_any_text_comes_back_as_it_was_written(tmp_path_factory, text):
    """Emoji, combining marks, line ends of every kind: a memo is not touched."""
    with create_study(tmp_path_factory.mktemp("m") / "s", "m") as study:
        keep_memo(study, "ada", MemoDraft(MemoTarget(), text))
        assert memos(study)[0].text == text
        assert verify(study).faults == ()


# ---- roles


def test_while_nobody_is_lead_anybody_gives_roles_and_then_only_a_lead(study):
    """The first lead is made by whoever comes first; the last lead cannot be un-led."""
    assert {c.role for c in coder_list(study)} == {CoderRole.CODER}
    set_role(study, "ada", CoderRole.LEAD, by="ben")
    with pytest.raises(NotAllowedError, match="Only a lead can give ben the role “lead”; ask ada"):
        set_role(study, "ben", CoderRole.LEAD, by="ben")
    with pytest.raises(NotAllowedError, match="ada is the only lead"):
        set_role(study, "ada", CoderRole.CODER, by="ada")
    set_role(study, "ben", CoderRole.LEAD, by="ada")
    set_role(study, "ada", CoderRole.SECOND, by="ben")
    assert {c.name: c.role for c in coder_list(study)} == {"ada": CoderRole.SECOND, "ben": CoderRole.LEAD}
    with pytest.raises(NotFoundError):
        set_role(study, "nobody", CoderRole.CODER, by="ben")
    assert add_coder(study, " cleo ", by="ada").role is CoderRole.CODER
    assert [c.name for c in coder_list(study)][-1] == "cleo"
    assert verify(study).faults == ()


# ---- double coding and adjudication


def test_a_double_coding_keeps_its_seed_and_segments_until_it_ends(study):
    """One at a time for a second coder; finished only by them, called off only by a lead."""
    made = drawn(study)
    assert open_double_coding(study, "ben") == made
    assert (made.seed, made.share, made.size) == (7, 0.5, len(segments(study)))
    with pytest.raises(ConflictError, match="ben has “round 1” to finish first"):
        drawn(study, "round 2")
    with pytest.raises(NotAllowedError, match="Only ben can finish"):
        finish_double_coding(study, "ada", made.guid)
    finish_double_coding(study, "ben", made.guid)
    assert open_double_coding(study, "ben") is None
    with pytest.raises(ConflictError, match="was finished already"):
        finish_double_coding(study, "ben", made.guid)
    with pytest.raises(ConflictError, match="There is a double coding “round 1” already"):
        drawn(study)
    second = drawn(study, "round 2")
    call_off_double_coding(study, "ada", second.guid, "enough")
    assert [each.ended for each in double_codings(study)] == ["finished", "called off"]
    assert verify(study).faults == ()


def test_only_a_lead_draws_and_adjudicates_once_there_is_one(study):
    """The store says so, whatever a page offers."""
    made = finished(study)
    set_role(study, "ben", CoderRole.LEAD, by="ben")
    with pytest.raises(NotAllowedError, match="Only a lead can draw"):
        drawn(study, "round 2", second="cleo")
    first = segments(study, "T1")[0]
    draft = AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, applies=True)
    with pytest.raises(NotAllowedError, match="Only a lead can adjudicate"):
        adjudicate(study, "ada", [draft])
    assert adjudications(study) == ()


def test_an_adjudication_leaves_the_decisions_and_can_be_said_anew(study):
    """The last word on a stretch and code counts; nothing that was decided changes."""
    made, before = finished(study), decisions(study)
    first = segments(study, "T1")[0]
    draft = AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, True, "as agreed", (before[0].guid,))
    adjudicate(study, "ada", [draft])
    adjudicate(study, "ada", [AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, False)])
    (last,) = adjudications(study)
    assert (last.applies, last.coder, last.interview) == (False, "ada", "T1")
    assert decisions(study) == before
    assert verify(study).faults == ()


def test_what_is_not_finished_cannot_be_adjudicated(study):
    """The second coder's work stays closed until they say they are done."""
    made = drawn(study)
    first = segments(study, "T1")[0]
    with pytest.raises(ConflictError, match="“round 1” is not finished; ben has to finish it"):
        adjudicate(study, "ada", [AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, True)])


# ---- remarks


def test_remarks_are_about_codings_of_others(study):
    """Agreeing with oneself says nothing; a challenge needs words; an outcome is one of three."""
    own = next(c for c in codings(study) if c.coder == "ada")
    keep_remark(study, "ben", own.decision, RemarkKind.CHALLENGE, "Too wide.")
    keep_remark(study, "ada", own.decision, RemarkKind.COMMENT, "We meant it so.")
    keep_remark(study, "ben", own.decision, RemarkKind.OUTCOME, outcome="kept")
    assert [(r.coder, r.kind, r.outcome) for r in remarks(study, interview=own.interview)] == [
        ("ben", RemarkKind.CHALLENGE, ""),
        ("ada", RemarkKind.COMMENT, ""),
        ("ben", RemarkKind.OUTCOME, "kept"),
    ]
    with pytest.raises(NotAllowedError, match="This coding is your own"):
        keep_remark(study, "ada", own.decision, RemarkKind.AGREE)
    for kind, text, outcome in [
        (RemarkKind.CHALLENGE, " ", ""),
        (RemarkKind.OUTCOME, "", "maybe"),
        (RemarkKind.AGREE, "", "kept"),
    ]:
        with pytest.raises(InvalidInputError):
            keep_remark(study, "ben", own.decision, kind, text, outcome)
    with pytest.raises(NotFoundError):
        keep_remark(study, "ben", "no such", RemarkKind.AGREE)
    assert len(remarks(study)) == 3
    assert verify(study).faults == ()


# ---- milestones and the state at an event


def test_a_milestone_names_a_state_that_can_be_asked_for_later(study):
    """Codings as of then, under the codebook of then, whatever was done since."""
    before = codings(study)
    frozen = keep_milestone(study, "ada", "  synthesis  after I10 ", "first themes")
    assert (frozen.name, frozen.codebook) == ("synthesis after I10", 1)
    first = segments(study, "T1")[2]
    keep_decisions(study, "ada", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, COST)])
    edit_codebook(study, lambda book: [c for c in book.codes if c.guid != QUEUE], coder="ada", reason="out")
    assert codings(study, through=frozen.through) == before
    assert len(codings(study)) == len(before) + 1
    with pytest.raises(ConflictError, match="There is a milestone “synthesis after I10” already"):
        keep_milestone(study, "ben", "synthesis after I10")
    with pytest.raises(InvalidInputError):
        keep_milestone(study, "ben", "  ")
    assert milestones(study) == (frozen,)
    assert verify(study).faults == ()


# ---- erasing


def test_erasing_an_interview_takes_what_was_written_about_it_and_nothing_else(study):
    """No word of a memo, remark or adjudication on it is left in the file; the rest stays, and the chain holds."""
    made = finished(study)
    words = {"R1": "quagga", "T1": "okapi"}
    for label, word in words.items():
        keep_memo(study, "ada", MemoDraft(passage(study, label), f"A {word} in the passage.", f"{word} title"))
        keep_memo(study, "ada", MemoDraft(MemoTarget(interview=label), f"Debrief {word}", present=f"{word} people"))
        coding = next(c for c in codings(study) if c.interview == label and c.coder == "ada")
        keep_remark(study, "ben", coding.decision, RemarkKind.COMMENT, f"remark {word}")
        first = segments(study, label)[0]
        adjudicate(
            study,
            "ada",
            [AdjudicationDraft(made.guid, first.transcript_id, first.span, QUEUE, True, f"adjudged {word}")],
        )
    keep_memo(study, "ada", MemoDraft(MemoTarget(), "About the study."))
    erase_interview(study, "R1", coder="ada")
    assert [m.target.interview for m in memos(study)] == ["T1", "T1", None]
    assert [r.interview for r in remarks(study)] == ["T1"]
    assert [a.interview for a in adjudications(study)] == ["T1"]
    assert set(double_codings(study)[0].spans) == {"T1"}
    assert verify(study).faults == ()
    study.close()
    assert found_in(study, ("okapi", "quagga")) == {"okapi"}


# ---- the log


def test_the_log_is_filtered_and_paged(study):
    """By type, person, interview, text and number; what is not asked for does not matter."""
    keep_memo(study, "ben", MemoDraft(MemoTarget(interview="T1"), "An okapi."))
    assert "memo.kept" in event_types(study)
    (memo,) = log(study, wanted=LogFilter(types=("memo.kept",)))
    assert (memo.coder, memo.interview) == ("ben", "T1")
    assert log(study, wanted=LogFilter(text="OKAPI")) == (memo,)
    assert log(study, wanted=LogFilter(text="100 %_")) == ()
    everything = log(study)
    assert len(everything) == last_event(study) == count_events(study, LogFilter())
    newest = log(study, limit=3)
    assert [e.id for e in newest] == [e.id for e in everything[-3:]]
    older = log(study, limit=3, wanted=LogFilter(through=newest[0].id - 1))
    assert [e.id for e in older] == [e.id for e in everything[-6:-3]]
    assert {e.coder for e in log(study, wanted=LogFilter(coder="ben"))} == {"ben"}
    at = everything[4].at
    since = log(study, wanted=LogFilter(since=datetime.fromisoformat(at)))
    assert [e.id for e in since] == [e.id for e in everything if e.at >= at]


def test_decisions_since_an_event(study):
    """Only what is new is read again; an erasure is noticed by the count."""
    last, count, _ = decisions_stamp(study)
    assert count == len(decisions(study)) == len(decisions_since(study, 0))
    assert decisions_since(study, last) == ()
    first = segments(study, "T1")[2]
    (made,) = keep_decisions(study, "ada", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, COST)])
    assert [decision for _, decision in decisions_since(study, last)] == [made]
    erase_interview(study, "R1", coder="ada")
    assert decisions_stamp(study)[1] < count


# ---- editing the codebook


def test_two_people_edit_different_codes_and_both_stay(study):
    """Each edit is made of the newest version; only the same code, changed since it was seen, is refused."""

    def named(guid, name):
        return lambda book: [replace(c, name=name) if c.guid == guid else c for c in book.codes]

    seen = current_codebook(study).version
    edit_codebook(study, named(QUEUE, "waiting"), coder="ada", reason="a", touched=[QUEUE], seen=seen)
    edit_codebook(study, named(COST, "price"), coder="ben", reason="b", touched=[COST], seen=seen)
    assert {c.name for c in current_codebook(study).codes} == {"compute", "waiting", "price"}
    with pytest.raises(ConflictError, match="changed “queue” since you opened it"):
        edit_codebook(study, named(QUEUE, "lines"), coder="ben", reason="c", touched=[QUEUE], seen=seen)
    version = current_codebook(study).version
    assert edit_codebook(study, lambda book: book.codes, coder="ben", reason="nothing").version == version
    assert verify(study).faults == ()
