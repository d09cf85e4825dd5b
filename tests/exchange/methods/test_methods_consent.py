"""What the appendix says of consent: by number, from the record, and against the items it answers."""

import pytest
from small_study import build_study

from assistant.exchange.methods import appendix
from assistant.exchange.methods.document import Paragraph
from assistant.exchange.methods.record import text_of
from assistant.settings import load_settings
from store.consent import EVERYTHING, ConsentChange, ConsentState, Covers, record_consent
from store.erase import WITHDRAWN, erase_interview, erase_recording


@pytest.fixture
def study(tmp_path):
    """I1 is a transcript, I2 a recording."""
    with build_study(tmp_path) as made:
        yield made


def of(study):
    return appendix(study, load_settings(study.settings()), None)


def prose(found):
    blocks = found.section("interviews").blocks
    return " ".join(text_of(block.pieces) for block in blocks if isinstance(block, Paragraph))


def answer(found, name, number):
    (checklist,) = [each for each in found.checklists if each.name == name]
    said = checklist.items[number - 1].answer
    return "" if said is None else text_of(said.pieces)


def test_where_nothing_is_recorded_nothing_is_said(study):
    """Consent is left to the authors, as before."""
    found = of(study)
    assert "onsent" not in prose(found)
    assert "approval and consent are yours to state" in answer(found, "SRQR", 9)


def test_what_is_recorded_is_told_by_number(study):
    """The newest record of each interview counts; what a participant took back is told."""
    record_consent(study, "I1", ConsentChange(ConsentState.GIVEN, EVERYTHING), coder="Ana")
    record_consent(study, "I1", ConsentChange(ConsentState.RESTRICTED, frozenset({Covers.QUOTES})), coder="Ana")
    erase_recording(study, "I2", coder="Ana")
    found = of(study)
    assert (
        "Consent is on record for 1 interview: it covers quotes in 1, giving the whole transcript to others in 0 and"
        " keeping the recording in 0. Part of it was taken back later in 1. Nothing is recorded of 1. Erased before the"
        " transcript: 1 recording."
    ) in prose(found)
    assert answer(found, "SRQR", 9).startswith("Consent is on record for 1 interview.")


def test_a_withdrawal_is_counted_and_answers_for_those_who_left(study):
    """The erased interview is in no other number; COREQ asks how many dropped out."""
    record_consent(study, "I1", ConsentChange(ConsentState.GIVEN, EVERYTHING), coder="Ana")
    erase_interview(study, "I1", coder="Ana", why=WITHDRAWN)
    found = of(study)
    assert "In 1 case the participant withdrew." in prose(found)
    assert "Consent is on record" not in prose(found)
    assert answer(found, "COREQ", 13) == "1 participant withdrew; who refused is yours to say."
