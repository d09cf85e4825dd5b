"""The history of a sitting: whatever was done can be undone and done again, also after the page was loaded again."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_builder import word_embeddings

from assistant.review import Sitting, resume_sitting
from assistant.suggest import propose, suggest
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, decisions, standing
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.segments import segments
from store.steps import Turn, turn_marks
from store.values import Code, Role, Span, Verdict


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


@pytest.fixture
def proposals(suggested):
    """What is proposed before anything is decided: later proposals depend on what other examples decided."""
    return propose(suggested)


def spoken_in(study):
    return segments(study, role=Role.PARTICIPANT)


def stands(study):
    """What stands from eve, with all that an undo must bring back of it."""
    words = standing(decisions(study, coder="eve"))
    return {(key[1:], w.verdict, w.suggestion_id, w.codebook_id, w.memo, w.replaces) for key, w in words.items()}


def undo_all(study, sitting):
    while sitting.undo(study):
        pass


def redo_all(study, sitting):
    while sitting.redo(study):
        pass


class Screen:
    """Eve at work at one window, on acts that are told by numbers: the same numbers do the same things."""

    def __init__(self, study, proposals, sitting):
        self.study, self.proposals, self.sitting = study, proposals, sitting
        self.segments = [s for s in spoken_in(study) if proposals.by_segment.get(s.id)]
        book = current_codebook(study)
        self.codes = [book.find(name).guid for name in ("cleaning", "licence", "cost")]

    def act(self, kind, where, which):
        segment = self.segments[where % len(self.segments)]
        drafts = self.proposals.by_segment[segment.id]
        draft, sitting, study = drafts[which % len(drafts)], self.sitting, self.study
        span = Span(segment.span.start + which, segment.span.end - which)
        if kind in ("undo", "redo"):
            getattr(sitting, kind)(study)
        elif kind in ("accept", "reject"):
            getattr(sitting, kind)(study, segment, draft, memo=f"memo {which}")
        elif kind == "replace":
            sitting.replace(study, segment, draft, self.codes[which % 3])
        elif kind == "add":
            sitting.add(study, segment, self.codes[: which + 1], span=span, memo="")
        elif kind == "new code":
            sitting.new_code(study, segment, f"code {len(current_codebook(study).codes)}", span=span, memo="new")
        elif kind == "rule":
            pairs = [(s, d) for s in self.segments for d in self.proposals.by_segment[s.id]]
            sitting.reject_all(study, pairs[which::3])
        else:
            self._with_standing(kind, segment, which, span)

    def _with_standing(self, kind, here, which, span):
        mine = list(standing(decisions(self.study, coder="eve")).values())
        coded = [w for w in mine if w.verdict is not Verdict.REJECT and w.transcript_id == here.transcript_id]
        if mine and kind == "withdraw":
            self.sitting.withdraw(self.study, self._segment_of(mine[which % len(mine)]), mine[which % len(mine)])
        if coded and kind == "respan":
            word = coded[which % len(coded)]
            self.sitting.respan(self.study, self._segment_of(word), word, span)

    def _segment_of(self, word):
        here = (s for s in self.segments if s.transcript_id == word.transcript_id)
        return next(s for s in here if s.span.overlaps(word.span))


KINDS = ("accept", "reject", "replace", "add", "new code", "rule", "withdraw", "respan", "undo", "redo")
ACT = (st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 2))
ACTS = st.lists(st.tuples(*ACT), min_size=1, max_size=10)
HARD = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HARD
@given(ACTS)
def test_undoing_all_and_redoing_all(suggested, proposals, acts):
    """Undoing all gives what stood before, redoing all what stood after, to the last memo, as often as one likes."""
    before, sitting = stands(suggested), Sitting("eve")
    screen = Screen(suggested, proposals, sitting)
    for act in acts:
        screen.act(*act)
    after, steps = stands(suggested), len(sitting.done)
    undo_all(suggested, sitting)
    assert stands(suggested) == before
    redo_all(suggested, sitting)
    for _ in range(len(sitting.done) - steps):  # what was undone before the end
        sitting.undo(suggested)
    assert stands(suggested) == after
    undo_all(suggested, sitting)
    assert stands(suggested) == before


@HARD
@given(ACTS, ACTS)
def test_a_page_loaded_again_loses_no_history(suggested, proposals, acts, later):
    """What is read back from the disk is the same history, step by step, and it goes on as the other would have."""
    before, sitting = stands(suggested), Sitting("eve")
    screen = Screen(suggested, proposals, sitting)
    for act in acts:
        screen.act(*act)
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    assert (resumed.done, resumed.undone, resumed.guid) == (sitting.done, sitting.undone, sitting.guid)
    assert resumed.stands_for == sitting.stands_for
    screen.sitting = resumed
    for act in later:
        screen.act(*act)
    undo_all(suggested, resumed)
    assert stands(suggested) == before


@HARD
@given(st.lists(st.tuples(st.booleans(), *ACT), max_size=10))
def test_two_windows_never_take_back_each_others_words(suggested, proposals, acts):
    """An undo or redo changes nothing that this window has not said itself, or brought back, last."""
    here, there = Sitting("eve"), Sitting("eve")
    windows = [Screen(suggested, proposals, sitting) for sitting in (here, there)]
    last = {}
    for is_there, *act in acts:
        made = len(decisions(suggested))
        try:
            windows[is_there].act(*act)
        except ConflictError:
            continue
        for word in decisions(suggested)[made:]:
            place = (word.transcript_id, word.span, word.code)
            if act[0] in ("undo", "redo"):
                assert last.get(place, is_there) == is_there
            last[place] = is_there
    undo_all(suggested, here)
    undo_all(suggested, there)
    for word in standing(decisions(suggested, coder="eve")).values():
        Sitting("eve").withdraw(suggested, windows[0].segments[0], word)


def test_a_withdrawal_after_a_coding_is_no_undo_of_it(suggested, proposals):
    """Both say the same on the disk; after a reload, one undo brings the coding back and a second takes it away."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    sitting.withdraw(suggested, segment, made)
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    assert (len(resumed.done), resumed.undone) == (2, [])
    resumed.undo(suggested)
    assert len(codings(suggested)) == 1
    resumed.undo(suggested)
    assert codings(suggested) == ()


def test_an_undo_stands_on_the_log(suggested, proposals):
    """By the sitting and the time of the step, so that nobody need guess; the log still holds."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    sitting.undo(suggested)
    sitting.redo(suggested)
    marks = turn_marks(suggested, "eve", sitting.guid)
    assert [(mark.turn, mark.step, mark.decisions) for mark in marks] == [
        (Turn.BACK, made.recorded_at, 1),
        (Turn.FORTH, made.recorded_at, 1),
    ]
    assert turn_marks(suggested, "eve", "another sitting") == turn_marks(suggested, "ada", sitting.guid) == ()
    assert verify(suggested).faults == ()


def test_what_another_window_said_stays_after_undo_and_redo(suggested, proposals):
    """Also where it said the same again: it is that window's word now; a sentence says so each time."""
    segment, code = spoken_in(suggested)[0], current_codebook(suggested).find("cost").guid
    here, there = Sitting("eve"), Sitting("eve")
    here.add(suggested, segment, [code], memo="mine")
    there.add(suggested, segment, [code], memo="theirs")
    here.undo(suggested)
    assert [coding.memo for coding in codings(suggested)] == ["theirs"]
    assert here.told.startswith("Nothing was taken back")
    there.undo(suggested)
    assert [coding.memo for coding in codings(suggested)] == ["mine"]
    here.redo(suggested)
    assert here.told == "Nothing was done again: this was decided anew in another window, or its interview was erased."


def test_a_part_of_a_step_is_taken_back_where_the_rest_was_decided_anew(suggested, proposals):
    """Two of three codes go, and the sentence counts."""
    segment, book = spoken_in(suggested)[0], current_codebook(suggested)
    codes = [book.find(name).guid for name in ("cost", "queue", "licence")]
    here = Sitting("eve")
    _, changed, _ = here.add(suggested, segment, codes)
    Sitting("eve").withdraw(suggested, segment, changed)
    Sitting("eve").add(suggested, segment, [codes[1]], memo="again")
    here.undo(suggested)
    assert [(coding.code, coding.memo) for coding in codings(suggested)] == [(codes[1], "again")]
    assert here.told.startswith("1 of 3 decisions stay as they are")


def test_what_does_not_stand_any_more_cannot_be_changed(suggested, proposals):
    """Withdrawing or re-spanning what another window has changed meanwhile changes nothing, in a sentence."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    Sitting("eve").withdraw(suggested, segment, made)
    count = len(decisions(suggested))
    with pytest.raises(ConflictError, match="decided anew"):
        sitting.respan(suggested, segment, made, Span(segment.span.start, segment.span.start + 5))
    with pytest.raises(ConflictError, match="decided anew"):
        sitting.withdraw(suggested, segment, made)
    assert len(decisions(suggested)) == count
    assert len(sitting.done) == 1


def test_the_same_stretch_again_changes_nothing(suggested, proposals):
    """A re-span to where the coding is already is no step."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    assert sitting.respan(suggested, segment, made, made.span) == ()
    assert len(sitting.done) == 1


def test_a_code_that_left_the_codebook_is_not_coded_with(suggested, proposals):
    """The page was drawn before; nothing is written, not even the suggestion."""
    book = current_codebook(suggested)
    segment = next(s for s in spoken_in(suggested) if proposals.by_segment.get(s.id))
    draft = proposals.by_segment[segment.id][0]
    keep_codebook(suggested, [code for code in book.codes if code.guid != draft.code], coder="ada", reason="out")
    sitting = Sitting("eve")
    with pytest.raises(NotFoundError, match="taken out"):
        sitting.accept(suggested, segment, draft)
    with pytest.raises(NotFoundError, match="taken out"):
        sitting.add(suggested, segment, [book.find("compute").guid, draft.code])
    assert (decisions(suggested), sitting.done) == ((), [])


def test_a_new_code_stays_and_that_is_said(suggested, proposals):
    """Also after a reload; redoing codes with the same code, and makes none."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.new_code(suggested, segment, "Night work", memo="why")
    assert made.memo == "why"
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    resumed.undo(suggested)
    assert resumed.told == "The coding was taken back; the code “Night work” stays in the codebook."
    version = current_codebook(suggested).version
    resumed.redo(suggested)
    assert [(coding.code, coding.memo) for coding in codings(suggested)] == [(made.code, "why")]
    assert current_codebook(suggested).version == version


def test_a_coding_of_a_code_that_was_there_says_nothing_of_the_codebook(suggested, proposals):
    """The sentence on the code that stays is for a code made in the same act."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    book = current_codebook(suggested)
    keep_codebook(suggested, [*book.codes, Code("new", "New")], coder="eve", reason="by hand")
    sitting.read(suggested, segment)
    sitting.add(suggested, segment, ["new"])
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    resumed.undo(suggested)
    assert resumed.told == ""


def test_a_memo_is_kept_with_an_answer(suggested, proposals):
    """With an acceptance and a rejection alike."""
    segment = next(s for s in spoken_in(suggested) if len(proposals.by_segment.get(s.id, ())) > 1)
    first, second = proposals.by_segment[segment.id][:2]
    sitting = Sitting("eve")
    (yes,), (no,) = (
        sitting.accept(suggested, segment, first, memo="clear"),
        sitting.reject(suggested, segment, second, memo="no"),
    )
    assert (yes.memo, no.memo) == ("clear", "no")


def test_a_span_outside_the_text_keeps_nothing(suggested, proposals):
    """All of a step or nothing: the withdrawal of the old stretch too."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    (made,) = sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    with pytest.raises(InvalidInputError, match="past the end"):
        sitting.respan(suggested, segment, made, Span(0, 10_000))
    assert [coding.span for coding in codings(suggested)] == [segment.span]
    assert len(sitting.done) == 1


def test_an_erased_interview_does_not_stop_the_history(suggested, proposals):
    """What is left of a step is taken back; the steps before it can be reached."""
    segment, sitting = spoken_in(suggested)[0], Sitting("eve")
    sitting.add(suggested, segment, [current_codebook(suggested).find("cost").guid])
    pairs = [(s, d) for s in spoken_in(suggested) for d in proposals.by_segment.get(s.id, ())]
    sitting.reject_all(suggested, pairs)
    erase_interview(suggested, "I2", coder="eve")
    resumed = resume_sitting(suggested, "eve", sitting.guid)
    for each in (sitting, resumed):
        assert len(each.done) == 2
    sitting.undo(suggested)
    assert "erased" in sitting.told
    sitting.undo(suggested)
    assert stands(suggested) == set()
    again = resume_sitting(suggested, "eve", sitting.guid)
    assert (len(again.done), len(again.undone)) == (0, 2)
    assert verify(suggested).faults == ()
