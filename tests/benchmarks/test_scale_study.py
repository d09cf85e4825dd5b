"""The made-up study of any size is a whole one, and what is done for large studies does the same as for small ones."""

import gc

import numpy as np
import pytest
from scale_study import CODERS, EMBEDDER, scale_study

from assistant.segment import Embedder, StudyEmbeddings
from assistant.suggest import propose, study_pool, suggest
from assistant.suggest.labels import no_labels
from assistant.suggest.learner import learn
from assistant.suggest.pool import one_core
from store import audit
from store.decisions import keep_decisions, stances
from store.newest import glance, study_stamp, texts_stamp
from store.runs import latest_run, load_scores, scored_transcripts
from store.segments import segment_batches, segments, segments_among, spoken_in
from store.values import DecisionDraft, Role, Segment, Verdict

PASSAGES = 2_150
INTERVIEWS = 22


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Twenty-two interviews, of which three are scored and four were read."""
    study, _ = scale_study(tmp_path_factory.mktemp("scale"), PASSAGES)
    with study:
        yield study


class Nothing:
    """Everything is in the cache of vectors."""

    def embed_documents(self, texts):
        raise AssertionError(texts)

    def embed_query(self, text):
        raise AssertionError(text)


def test_the_made_up_study_is_whole(made):
    """Every row is what its event says, every segment fits its turn, every decision its text."""
    assert audit.verify(made).faults == ()
    found = segments(made)
    assert len(found) == PASSAGES
    assert len({s.interview for s in found}) == INTERVIEWS
    assert len(stances(made)) > INTERVIEWS


def test_it_is_made_once(made):
    """What the folder holds is opened again."""
    again, took = scale_study(made.folder.parent, PASSAGES)
    with again:
        assert took == 0
        assert again.guid == made.guid


def test_segments_come_the_same_in_pieces(made):
    """By interview, among some transcripts or in batches, segments are those of the whole study, in its order."""
    whole = segments(made)
    labels = [label for label, _, _ in spoken_in(made)]
    assert tuple(s for label in labels for s in segments(made, label)) == whole
    some = {s.transcript_id for s in whole[300:900]}
    assert segments_among(made, some) == tuple(s for s in whole if s.transcript_id in some)
    batches = list(segment_batches(made, 350))
    assert tuple(s for batch in batches for s in batch) == whole
    assert max(map(len, batches)) <= 350
    spoken = [s for s in whole if s.role is not Role.INTERVIEWER]
    assert sum(count for _, _, count in spoken_in(made)) == len(spoken)
    assert segments(made, role=Role.INTERVIEWER) == tuple(s for s in whole if s.role is Role.INTERVIEWER)


def test_scores_come_the_same_in_pieces(made):
    """What is told of matrices without loading them is what they hold; of some transcripts, only these are loaded."""
    run = latest_run(made)
    matrices = load_scores(made, run)
    told = [(each.transcript_id, each.segments, each.complete) for each in scored_transcripts(made, run)]
    assert told == [(m.transcript_id, len(m.segments), m.complete) for m in matrices]
    (one,) = load_scores(made, run, [matrices[1].transcript_id])
    assert one.segments == matrices[1].segments


def test_stances_on_some_interviews_are_those_of_all(made):
    """Nothing is lost, and nothing of another interview comes along."""
    whole = stances(made, past=True)
    some = {stance.transcript_id for stance in whole[::97]}
    assert stances(made, past=True, transcripts=some) == tuple(s for s in whole if s.transcript_id in some)


def test_a_glance_changes_with_a_decision_alone(made):
    """Reading changes nothing; texts stay as they are when somebody decides."""
    before, texts, stamp = glance(made), texts_stamp(made), study_stamp(made)
    assert glance(made) == before
    segment = segments(made, "I5")[1]
    keep_decisions(made, CODERS[0], [DecisionDraft(segment.transcript_id, segment.span, Verdict.READ)])
    after = study_stamp(made)
    assert glance(made).decision > before.decision
    assert texts_stamp(made) == texts
    assert after.decisions == (glance(made).decision, stamp.decisions[1] + 1)
    assert after.texts == stamp.texts


def test_of_a_large_study_whole_interviews_are_drawn(made):
    """No more segments than there is room for, some of them decided, and the same ones every time."""
    whole, drawn = study_pool(made), study_pool(made, most=200)
    assert whole.transcripts is None
    assert len(drawn.segments) <= 200 < len(whole.segments) == whole.scored == drawn.scored
    assert {s.transcript_id for s in drawn.segments} == drawn.transcripts
    for transcript in drawn.transcripts:
        count = sum(s.transcript_id == transcript for s in whole.segments)
        assert sum(s.transcript_id == transcript for s in drawn.segments) == count
    assert study_pool(made, most=200).segments == drawn.segments
    assert drawn.labels(made).known.any()


def test_a_row_put_beside_a_pool_is_as_a_row_of_it(made):
    """The same interview, as part of the pool and put beside it, has the same features and the same chances."""
    drawn = study_pool(made, most=200)
    transcript = drawn.segments[-1].transcript_id
    rows = [row for row, s in enumerate(drawn.segments) if s.transcript_id == transcript]
    beside = drawn.beside(made, transcript)
    assert beside.segments == tuple(drawn.segments[row] for row in rows)
    for name in ("meaning", "asked", "words"):
        np.testing.assert_allclose(getattr(beside.pool, name), getattr(drawn.pool, name)[rows], atol=2e-3)
    for name, values in drawn.pool.signals.items():
        np.testing.assert_array_equal(beside.pool.signals[name], values[rows])
    with one_core():
        learned = learn(drawn.pool, no_labels(drawn.pool.shape))
    np.testing.assert_allclose(learned.over(beside.pool).probabilities, learned.probabilities[rows], atol=2e-3)


def test_an_interview_that_was_not_drawn_has_suggestions_too(made):
    """Every scored segment gets proposals when it is asked for; one without scores gets none."""
    drawn = study_pool(made, most=200)
    found = propose(made, pool=drawn, precision=0.01)
    others = [s for s in study_pool(made).segments if s.transcript_id not in drawn.transcripts]
    proposed = [found.of(segment) for segment in others]
    assert sum(map(bool, proposed)) > len(others) / 2
    assert all(draft.segment_id == s.id for s, drafts in zip(others, proposed, strict=True) for draft in drafts)
    assert all(found.of(s) == found.by_segment.get(s.id, ()) for s in drawn.segments)
    assert found.of(segments(made, "I5")[1]) == ()
    assert found.outlook.scored == len(others) + len(drawn.segments)


def test_a_run_holds_few_interviews_at_a_time(tmp_path):
    """However many interviews there are, only segments of the one that is being scored are in memory."""
    study, _ = scale_study(tmp_path, 1_200)
    with study:
        held = []

        def look(_done, _total, _label):
            held.append(sum(isinstance(each, Segment) for each in gc.get_objects()))

        gc.collect()
        before = sum(isinstance(each, Segment) for each in gc.get_objects())
        embeddings = StudyEmbeddings(study, Embedder(EMBEDDER, Nothing))
        summary = suggest(study, embeddings, None, progress=look)
        assert summary.segments == 1_080
        assert len(held) == 12
        assert max(held) - before <= 250
