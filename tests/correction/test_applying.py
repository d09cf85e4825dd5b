"""Corrections on the disk: their history, what moves along, and who was quicker."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_study import build_study

from assistant.correction import (
    Sought,
    assign_speaker,
    correct,
    course,
    edit_text,
    join_with_next,
    mark_unintelligible,
    redo,
    rename_speaker,
    replace_all,
    restore,
    revisions,
    sentence,
    set_role,
    split_turn,
    turns_of,
    undo,
)
from store.audit import verify
from store.decisions import codings, keep_decisions
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError
from store.event_log import LogFilter, log
from store.segments import segments, unsegmented
from store.transcripts import transcript
from store.values import DecisionDraft, Role, Span, Verdict


@pytest.fixture
def study(tmp_path):
    with build_study(tmp_path) as made:
        yield made


def code(study, words: str, coder: str = "Ana") -> None:
    """Put a code on exactly these words of I1."""
    found = transcript(study, "I1")
    at = found.text.index(words)
    keep_decisions(study, coder, [DecisionDraft(found.id, Span(at, at + len(words)), Verdict.ADD, "c1")])


def coded(study) -> list[tuple[str, bool]]:
    """The words of every coding, and whether somebody must look at it."""
    texts = {
        transcript(study, "I1", n.revision).id: transcript(study, "I1", n.revision).text for n in revisions(study, "I1")
    }
    return [(c.span.of(texts[c.transcript_id]), c.needs_look) for c in codings(study, interview="I1")]


def test_codings_stay_on_their_words(study):
    """Through an edit, a split, a join, a rename and a replacement; the one whose words were changed needs a look."""
    for words in ("We borrowed them.", "owner wanted", "lost a month"):
        code(study, words)
    correct(
        study, "I1", edit_text(1, "Well, we borrowed them. The owners wanted a logo. I wrote every week."), coder="Ana"
    )
    correct(study, "I1", split_turn(1, 24), coder="Ana")
    correct(study, "I1", rename_speaker("Ana", "Ada"), coder="Ana")
    correct(study, "I1", replace_all(Sought("twice"), "three times"), coder="Ana")
    assert transcript(study, "I1").revision == 5
    assert coded(study) == [("We borrowed them.", True), ("owner wanted", True), ("lost a month", False)]
    correct(study, "I1", join_with_next(1), coder="Ana")
    assert coded(study)[2] == ("lost a month", False)
    assert unsegmented(study) == ()
    assert segments(study, "I1")[1].speaker == "Ada"
    assert verify(study).faults == ()


def test_what_was_taken_back_leaves_no_trace_on_codings(study):
    """Undone, the coding is where it was; done again, it needs its look again."""
    code(study, "borrowed")
    correct(study, "I1", edit_text(1, "We lent them."), coder="Ana")
    assert coded(study) == [("borrowed", True)]
    undo(study, "I1", coder="Ben")
    assert coded(study) == [("borrowed", False)]
    assert transcript(study, "I1").text == transcript(study, "I1", 1).text
    redo(study, "I1", coder="Ana")
    assert coded(study) == [("borrowed", True)]


def test_the_history_tells_who_did_what(study):
    """Each correction is an event with what, where, before and after; erasing blanks it."""
    correct(study, "I1", edit_text(4, "Nothing more to add here."), coder="Ana", expected=1)
    correct(study, "I1", set_role("Ana", Role.INTERVIEWER), coder="Ben", expected=2)
    correct(study, "I1", mark_unintelligible(1, 3, 16), coder="Ben")
    undo(study, "I1", coder="Ana")
    restore(study, "I1", 1, coder="Ana")
    made = revisions(study, "I1")
    assert [(each.revision, each.coder, sentence(each.what)) for each in made] == [
        (1, "", "As it came in"),
        (2, "Ana", "Text of turn 5: “more” added"),
        (3, "Ben", "Ana made interviewer"),
        (4, "Ben", "Turn 2: “borrowed them” marked as unintelligible"),
        (5, "Ana", "Taken back: as in revision 3"),
        (6, "Ana", "Restored: as in revision 1"),
    ]
    assert made[1].what == {
        "what": "edit",
        "turn": 4,
        "start_ms": None,
        "before": "Nothing to add here.",
        "after": "Nothing more to add here.",
    }
    assert course(made).back == 3, "the revision whose turns stood before, not the one that brought them back"
    assert verify(study).faults == ()
    erase_interview(study, "I1", coder="Ana")
    assert all(event.payload is None for event in log(study, wanted=LogFilter(types=("transcript.revised",)))[:1])
    assert verify(study).faults == ()


def test_somebody_else_was_quicker(study):
    """The second of two who saw the same revision is told; nothing of theirs is written."""
    correct(study, "I1", edit_text(1, "First."), coder="Ana", expected=1)
    for late in (
        lambda: correct(study, "I1", edit_text(1, "Second."), coder="Ben", expected=1),
        lambda: undo(study, "I1", coder="Ben", expected=1),
        lambda: restore(study, "I1", 1, coder="Ben", expected=1),
    ):
        with pytest.raises(ConflictError, match="corrected by somebody else meanwhile; nothing was changed"):
            late()
    assert transcript(study, "I1").revision == 2


def test_an_undo_takes_back_no_more_than_it_saw(study, monkeypatch: pytest.MonkeyPatch):
    """Where somebody corrects between the look into the history and the writing, their work stays."""
    correct(study, "I2", edit_text(0, "Mine."), coder="Ana")

    def overtaken(*args):
        found = revisions(*args)
        correct(study, "I2", edit_text(1, "Theirs."), coder="Ben")
        return found

    monkeypatch.setattr("assistant.correction.applying.revisions", overtaken)
    with pytest.raises(ConflictError, match="somebody else"):
        undo(study, "I2", coder="Ana")
    assert transcript(study, "I2").text.startswith("Mine.\nTheirs.")


def test_what_changes_nothing_writes_nothing(study):
    """The same text again makes no revision; a transcript cannot be emptied."""
    same = correct(study, "I1", edit_text(4, "Nothing to add here. "), coder="Ana")
    assert (same.changed, same.transcript.revision) == (False, 1)
    for _ in range(4):
        correct(study, "I1", edit_text(1, ""), coder="Ana")
    with pytest.raises(InvalidInputError, match="Nothing would be left of I1"):
        correct(study, "I1", edit_text(0, ""), coder="Ana")
    for turn, said in ((undo, "take back"), (redo, "do again")):
        with pytest.raises(InvalidInputError, match=f"There is no correction of I2 to {said}"):
            turn(study, "I2", coder="Ana")
    assert not restore(study, "I1", 5, coder="Ana").changed


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with build_study(tmp_path_factory.mktemp("lasting")) as made:
        yield made


STEPS = st.lists(st.sampled_from(["edit", "replace", "rename", "undo", "redo"]), min_size=1, max_size=8)


@settings(max_examples=8, deadline=None)
@given(STEPS, st.integers(0, 10_000))
def test_undo_and_redo_walk_as_an_editor_does(lasting, steps, number):
    """Against a plain model: a stack of what was, and one of what was taken back."""
    restore(lasting, "I1", 1, coder="Ana")
    correct(lasting, "I1", edit_text(4, f"Begun at {transcript(lasting, 'I1').revision}."), coder="Ana")
    start = now = turns_of(transcript(lasting, "I1"))
    base = course(revisions(lasting, "I1")).back
    past: list[tuple] = []
    future: list[tuple] = []
    edits = {
        "edit": edit_text(0, f"How {number}?"),
        "replace": replace_all(Sought("e"), f"e{number}"),
        "rename": assign_speaker(0, f"N{number}"),
    }
    for step in steps:
        if step == "undo" and past:
            undo(lasting, "I1", coder="Ana")
            future.append(now)
            now = past.pop()
        elif step == "redo" and not future:
            with pytest.raises(InvalidInputError, match="to do again"):
                redo(lasting, "I1", coder="Ana")
        elif step == "redo":
            redo(lasting, "I1", coder="Ana")
            past.append(now)
            now = future.pop()
        elif step in edits and correct(lasting, "I1", edits[step], coder="Ana").changed:
            past.append(now)
            future, now = [], turns_of(transcript(lasting, "I1"))
        assert turns_of(transcript(lasting, "I1")) == now
    for _ in past:
        undo(lasting, "I1", coder="Ana")
    assert turns_of(transcript(lasting, "I1")) == start
    assert course(revisions(lasting, "I1")).back == base
