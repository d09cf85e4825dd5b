"""Runs, their scores and the suggestions that were shown."""

import numpy as np
import pytest
from full_study import CODES, COST, QUEUE, score, suggest

from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.errors import ConflictError
from store.runs import begin_run, keep_scores, latest_run, load_scores, scores_stamp, show_suggestions, suggestions
from store.segments import segments
from store.values import Code, Span, SuggestionDraft


@pytest.fixture
def run(full):
    book = current_codebook(full)
    assert book is not None
    return begin_run(full, book.id, "llm@abc", {"seed": 2, "prompt": "b"})


def test_the_same_configuration_is_the_same_run(full, run):
    """Order of settings does not matter; any other model, setting or codebook is another run."""
    book = current_codebook(full)
    assert book is not None
    assert begin_run(full, book.id, "llm@abc", {"prompt": "b", "seed": 2}) == run
    others = [
        begin_run(full, book.id, "llm@abd", dict(run.settings)),
        begin_run(full, book.id, None, dict(run.settings)),
    ]
    others.append(begin_run(full, book.id, "llm@abc", {"seed": 3, "prompt": "b"}))
    newer = keep_codebook(full, [*CODES, Code("n", "new")], coder="ada", reason="more")
    others.append(begin_run(full, newer.id, "llm@abc", dict(run.settings)))
    assert len({run.guid, *(other.guid for other in others)}) == 5
    assert others[-1].codebook_version == newer.version == 2
    same_again = keep_codebook(full, CODES, coder="ada", reason="back")
    assert begin_run(full, same_again.id, "llm@abc", dict(run.settings)).guid == run.guid


def test_partial_scores_are_filled_up_and_complete_ones_are_final(full, run):
    """Rows not yet done are NaN, later ones take their place; once complete nothing changes any more."""
    wanted = segments(full, "T1")
    ids, place = [s.id for s in wanted], wanted[0].transcript_id
    part = np.array([[0.25, 0.5], [np.nan, np.nan], [np.nan, np.nan]], np.float32)
    keep_scores(full, run, place, ids, [QUEUE, COST], {"llm": part}, complete=False)
    events = verify(full).events
    (matrix,) = load_scores(full, run)
    assert (matrix.segments, matrix.codes, matrix.complete) == (tuple(ids), (QUEUE, COST), False)
    np.testing.assert_array_equal(matrix.signals["llm"], part)
    whole = np.nan_to_num(part, nan=0.125)
    keep_scores(full, run, place, ids, [QUEUE, COST], {"llm": whole, "near": whole.T.reshape(3, 2)}, complete=True)
    (matrix,) = load_scores(full, run)
    assert matrix.complete
    np.testing.assert_array_equal(matrix.signals["llm"], whole)
    np.testing.assert_array_equal(matrix.signals["near"], whole.T.reshape(3, 2))
    with pytest.raises(ConflictError, match="final already"):
        keep_scores(full, run, place, ids, [QUEUE, COST], {"llm": part}, complete=False)
    report = verify(full)
    assert (report.events, report.faults) == (events + 1, ())
    np.testing.assert_array_equal(load_scores(full, run)[0].signals["llm"], whole)


def test_scores_of_another_shape_or_axis_are_refused(full, run):
    """A signal must fit its axes, and the axes of a matrix never change."""
    wanted = segments(full, "T1")
    ids, place = [s.id for s in wanted], wanted[0].transcript_id
    for shape in ((2, 2), (3, 1), (6,)):
        with pytest.raises(ValueError, match="has shape"):
            keep_scores(full, run, place, ids, [QUEUE, COST], {"llm": np.zeros(shape, np.float32)}, complete=False)
    assert load_scores(full, run) == ()
    zeros = np.zeros((3, 2), np.float32)
    keep_scores(full, run, place, ids, [QUEUE, COST], {"llm": zeros}, complete=False)
    for axes in ((ids[::-1], [QUEUE, COST]), (ids, [COST, QUEUE])):
        with pytest.raises(ConflictError, match="other segments or codes"):
            keep_scores(full, run, place, *axes, {"llm": zeros}, complete=True)


def test_any_float_layout_reads_back_as_float32(full, run):
    """Doubles, other byte orders and transposed views are stored by value, and what is read can be written to."""
    wanted = segments(full, "T1")
    values = np.arange(6, dtype=">f8").reshape(2, 3).T
    keep_scores(full, run, wanted[0].transcript_id, [s.id for s in wanted], [QUEUE, COST], {"x": values}, complete=True)
    (matrix,) = load_scores(full, run)
    assert matrix.signals["x"].dtype == np.float32
    np.testing.assert_array_equal(matrix.signals["x"], values)
    matrix.signals["x"][0, 0] = 9


def test_matrices_come_in_study_order_and_the_stamp_moves_with_them(full, run):
    """Whichever interview was scored first, they read in study order; the stamp tells new scores from old."""
    before = scores_stamp(full)
    score(full, run, "T1")
    assert latest_run(full) == run
    middle = scores_stamp(full)
    score(full, run, "R1", complete=False)
    assert scores_stamp(full) == middle != before
    order = [segments(full, label)[0].transcript_id for label in ("R1", "T1")]
    assert [matrix.transcript_id for matrix in load_scores(full, run)] == order
    score(full, run, "R1")
    assert scores_stamp(full) != middle


def test_a_suggestion_is_written_once_for_each_state_of_the_learner(full, run):
    """Showing again in the same state gives the same rows and no event; a new state gives new rows."""
    first = suggest(full, run, "T1", learner="cold")
    events = verify(full).events
    assert suggest(full, run, "T1", learner="cold") == first
    assert verify(full).events == events
    second = suggest(full, run, "T1", learner="warm")
    assert {s.guid for s in first}.isdisjoint(s.guid for s in second)
    assert suggestions(full, run=run) == first + second
    assert [s.id for s in suggestions(full)] == sorted(s.id for s in suggestions(full))
    assert show_suggestions(full, []) == ()


def test_a_suggestion_never_changes_and_keeps_the_order_asked_for(full, run):
    """A draft with another probability in the same state gives what was shown; order and doubles are the caller's."""
    one, two = segments(full, "T1")[:2]
    drafts = [
        SuggestionDraft(run.id, s.id, QUEUE, 0.5, (Span(s.span.start, s.span.start + 1),), {"llm": -1.5}, "a")
        for s in (two, one)
    ]
    shown = show_suggestions(full, [*drafts, drafts[0]])
    assert [s.segment_id for s in shown] == [two.id, one.id, two.id]
    assert shown[0] == shown[2]
    assert (shown[0].span, shown[0].evidence, shown[0].scores) == (two.span, drafts[0].evidence, {"llm": -1.5})
    changed = SuggestionDraft(run.id, one.id, QUEUE, 0.75, (), {}, "a")
    assert show_suggestions(full, [changed]) == (shown[1],)


@pytest.mark.parametrize("probability", [0, 1, np.float64(0.1), np.float32(0.1), 1e-300, -0.0])
def test_any_number_for_a_probability_passes_the_audit(full, run, probability):
    """Whole numbers and NumPy's numbers read back as what the log says of them."""
    segment = segments(full, "T1")[0]
    draft = SuggestionDraft(run.id, segment.id, QUEUE, probability, (), {"llm": probability, "one": 1}, "a")
    (shown,) = show_suggestions(full, [draft])
    assert shown.probability == float(probability)
    assert verify(full).faults == ()
