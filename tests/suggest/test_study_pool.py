import pytest
from study_builder import TALK, word_embeddings

from assistant.segment import segment_new
from assistant.suggest import propose, show, study_pool, suggest
from store.codebook import current_codebook, keep_codebook
from store.decisions import decided_transcripts, keep_decisions, stances
from store.runs import first_shown
from store.transcripts import revise_transcript
from store.values import DecisionDraft, NewTurn, Role, Verdict


@pytest.fixture
def scored(machines):
    """The study with a finished run, without a language model."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def say(study, segment, verdict, code=None, suggestion=None):
    """A decision of Ada's on a whole segment."""
    book = current_codebook(study)
    draft = DecisionDraft(
        segment.transcript_id, segment.span, verdict, code=code, suggestion_id=suggestion, codebook_id=book.id
    )
    keep_decisions(study, "ada", [draft])


def correct(study, replaced="", by=""):
    """Another revision of the first interview, in which some words are others."""
    turns = [
        NewTurn(said.replace(replaced, by), who, Role.INTERVIEWER if who == "Interviewer" else Role.PARTICIPANT)
        for who, said in TALK
    ]
    revise_transcript(study, "I1", turns, coder="ada")
    segment_new(study)
    suggest(study, word_embeddings(study)[0], None)


def blind(study, row):
    """What counts as decided before anything was shown of a row: its truths, None where all is unknown."""
    labels = study_pool(study).labels(study, first_shown(study))
    return labels.truth[row].tolist() if labels.known[row].all() else None


def code_of(study, name):
    return current_codebook(study).find(name).guid


@pytest.mark.parametrize("after", [Verdict.ACCEPT, Verdict.WITHDRAW])
def test_what_was_decided_blind_stays_so_whatever_is_said_afterwards(scored, after):
    """A code confirmed again, or taken back, when suggestions are there does not change what was said without them."""
    pool = study_pool(scored)
    segment, queue = pool.segments[0], code_of(scored, "queue")
    say(scored, segment, Verdict.ADD, queue)
    say(scored, segment, Verdict.READ)
    shown = {s.code: s.id for s in show(scored, propose(scored, precision=0.01).by_segment[segment.id])}
    before = blind(scored, 0)
    assert before[pool.pool.codes.index(queue)] == 1
    say(scored, segment, after, queue, shown[queue] if after is Verdict.ACCEPT else None)
    assert blind(scored, 0) == before
    assert (pool.labels(scored).truth[0].sum() == 1) == (after is Verdict.ACCEPT)


@pytest.mark.parametrize("replaced", ["garden", "We wait", "weeks"])
def test_what_was_shown_before_a_correction_was_shown(scored, replaced):
    """Decisions that answer suggestions are not blind because a transcript was corrected since, there or elsewhere."""
    segment, queue = study_pool(scored).segments[0], code_of(scored, "queue")
    shown = {s.code: s.id for s in show(scored, propose(scored, precision=0.01).by_segment[segment.id])}
    say(scored, segment, Verdict.ACCEPT, queue, shown[queue])
    say(scored, segment, Verdict.READ)
    first = first_shown(scored)[segment.id]
    correct(scored, replaced, "Now")
    now = study_pool(scored).segments[0]
    assert now.id != segment.id
    assert first_shown(scored) == {now.id: first}
    say(scored, now, Verdict.READ)
    assert blind(scored, 0) is None


def test_a_word_that_was_replaced_stands_until_the_next(scored):
    """Past stances say until which event they stood; without the past, only the last word is there."""
    segment, queue = study_pool(scored).segments[0], code_of(scored, "queue")
    say(scored, segment, Verdict.ADD, queue)
    say(scored, segment, Verdict.WITHDRAW, queue)
    say(scored, segment, Verdict.ADD, queue)
    once, now = stances(scored, past=True)
    assert once.event < once.until < now.event
    assert now.until is None
    assert stances(scored) == (now,)


def test_a_codebook_that_lost_all_its_codes_proposes_nothing(scored):
    """No pool and no proposals, as before there was a codebook."""
    keep_codebook(scored, [], coder="ada", reason="all over again")
    assert study_pool(scored) is None
    assert len(propose(scored)) == 0


def test_a_corrected_interview_counts_once_and_as_decided(scored):
    """Its old revision makes no study large, and what was decided on it is learnt from where interviews are drawn."""
    segment = study_pool(scored).segments[0]
    say(scored, segment, Verdict.ADD, code_of(scored, "queue"))
    before = study_pool(scored).scored
    correct(scored, "weeks", "months")
    after = study_pool(scored, most=before)
    assert (after.scored, after.transcripts) == (before, None)
    now = next(s for s in after.segments if s.interview == "I1")
    assert now.transcript_id != segment.transcript_id
    assert now.transcript_id in decided_transcripts(scored)
    drawn = study_pool(scored, most=before - 1)
    assert now.transcript_id in drawn.transcripts
    assert all(s.transcript_id in drawn.transcripts for s in drawn.segments)
