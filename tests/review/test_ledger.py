"""What is held in memory is what the disk says, whoever writes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.review import Ledger, read_by
from assistant.review import ledger as ledger_module
from store.codebook import current_codebook
from store.decisions import decisions, keep_decisions, standing
from store.erase import erase_interview
from store.errors import StudyError
from store.segments import segments
from store.transcripts import revise_transcript, transcript
from store.values import DecisionDraft, NewTurn, Role, Span, Verdict

ACTS = st.tuples(st.sampled_from(["ada", "eve"]), st.integers(0, 5), st.booleans(), st.booleans())


def spoken(study):
    return segments(study, role=Role.PARTICIPANT)


def everything(ledger):
    return {(w.coder, w.transcript_id, w.span, w.code, w.verdict) for w in ledger.all_words()}


def on_disk(study):
    words = standing(decisions(study)).values()
    return {(w.coder, w.transcript_id, w.span, w.code, w.verdict) for w in words}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["ada", "eve"]), st.integers(0, 5), st.booleans(), st.booleans()), max_size=8)
)
def test_after_every_refresh_it_is_the_fold_over_all_decisions(machines, acts):
    """Added, withdrawn and read by several people, taken in pieces."""
    ledger, codes = Ledger(machines), current_codebook(machines).codes
    for coder, number, add, refresh in acts:
        segment = spoken(machines)[number]
        verdict = Verdict.ADD if add else Verdict.WITHDRAW
        made = DecisionDraft(segment.transcript_id, segment.span, verdict, codes[number % len(codes)].guid)
        read = DecisionDraft(segment.transcript_id, segment.span, Verdict.READ)
        keep_decisions(machines, coder, [made, read])
        if refresh:
            ledger.refresh()
    ledger.refresh()
    assert everything(ledger) == on_disk(machines)
    for coder in ("ada", "eve"):
        read = ledger.read(coder, spoken(machines))
        assert {s.id for s in spoken(machines) if s in read} == {
            s.id for s in spoken(machines) if s in read_by(machines, coder)
        }


def test_an_erasure_is_noticed_even_where_numbers_come_again(machines):
    """Rows get the numbers of erased ones; the ledger is not fooled by it."""
    ledger = Ledger(machines)
    last = spoken(machines)[-1]
    code = current_codebook(machines).codes[0].guid
    keep_decisions(machines, "ada", [DecisionDraft(last.transcript_id, last.span, Verdict.ADD, code)])
    ledger.refresh()
    erase_interview(machines, last.interview, coder="ada")
    first = spoken(machines)[0]
    keep_decisions(machines, "ada", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, code)])
    ledger.refresh()
    assert everything(ledger) == on_disk(machines)
    assert {word.interview for word in ledger.all_words()} == {first.interview}


def test_codings_follow_a_correction(machines):
    """They stand on the same words of the new text; those that were touched are marked, torn ones left out."""
    ledger = Ledger(machines)
    first, second, *_ = spoken(machines)
    label, code = first.interview, current_codebook(machines).codes[0].guid
    for segment in (first, second):
        keep_decisions(machines, "ada", [DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, code)])
    ledger.refresh()
    text = transcript(machines, label)
    said = [t.span.of(text.text) for t in text.turns]
    said[0] = f"Well. {said[0]}"
    turns = [NewTurn(words, t.speaker, t.role) for words, t in zip(said, text.turns, strict=True)]
    revise_transcript(machines, label, turns, coder="ada")
    ledger.refresh()
    now = transcript(machines, label)
    words = ledger.words(now.id)
    assert [w.span.of(now.text) for w in words] == [first.text, second.text]
    assert ledger.words(text.id) == []


def test_a_reading_over_several_segments_counts_for_all_it_covers(machines):
    """As where the whole interview was read in one go."""
    ledger, found = Ledger(machines), spoken(machines)
    first = found[0]
    whole = Span(0, len(transcript(machines, first.interview).text))
    keep_decisions(machines, "ada", [DecisionDraft(first.transcript_id, whole, Verdict.READ)])
    ledger.refresh()
    read = ledger.read("ada", found)
    assert len(read) == sum(s.interview == first.interview for s in found)
    assert ledger.has_readings("ada", first.transcript_id)
    assert not ledger.has_readings("eve", first.transcript_id)


def test_a_correction_before_the_first_decision_is_noticed(machines):
    """The ledger of a study without decisions must not stay on the transcripts it saw first."""
    label, code = spoken(machines)[0].interview, current_codebook(machines).codes[0].guid
    ledger = Ledger(machines)
    ledger.refresh()
    revise_transcript(machines, label, [NewTurn("All is new.")], coder="ben")
    text = transcript(machines, label)
    keep_decisions(machines, "ana", [DecisionDraft(text.id, Span(0, 3), Verdict.ADD, code)])
    ledger.refresh()
    assert [word.span for word in ledger.words(text.id)] == [Span(0, 3)]


def test_what_could_not_be_read_is_read_at_the_next_look(machines, monkeypatch):
    """A connection that breaks while decisions are read leaves nothing behind that looks as if they had been."""
    found = Ledger(machines)
    found.refresh()
    segment = spoken(machines)[0]
    keep_decisions(machines, "ada", [DecisionDraft(segment.transcript_id, segment.span, Verdict.READ)])
    with monkeypatch.context() as broken:
        broken.setattr(ledger_module, "decisions_since", _breaks)
        with pytest.raises(StudyError):
            found.refresh()
    assert found.refresh() > 0
    assert len(found.events) == 1


def _breaks(*_):
    raise StudyError("The connection broke.")
