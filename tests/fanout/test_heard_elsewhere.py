import json
from dataclasses import replace

import numpy as np
import pytest
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches
from made_sound import tone, write_wav

from assistant.fanout.wire import findings_from_plain, findings_to_plain, order_from_plain, order_to_plain
from assistant.settings import load_settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import Recording
from assistant.transcribe.away import Models, hear_order, keep_findings, order_of
from assistant.transcribe.hearing import StoppedError
from store.audit import verify
from store.errors import ConflictError, InvalidInputError, StudyError
from store.interviews import add_interview, interview
from store.records import EventRow
from store.study import create_study
from store.transcripts import transcript


@pytest.fixture
def talk(tmp_path):
    """Ten minutes in which somebody speaks now and then."""
    samples = np.zeros(600 * 16_000, np.int16)
    for number, start in enumerate(range(3, 590, 17)):
        part = tone(5, 16_000) // (1 + number % 3)
        samples[start * 16_000 : start * 16_000 + len(part)] = part
    return write_wav(tmp_path / "talk.wav", samples)


def a_study(folder, talk):
    study = create_study(folder)
    add_interview(study, talk, "recording", label="I1")
    return study


def models_of(recogniser, listener):
    return Models(recogniser.name, recogniser.identity, None if listener is None else listener.identity)


def heard_elsewhere(study, recogniser, listener, *, speakers="auto", language="auto", before=lambda _ms: None):
    """What a worker would find, after both ways over the wire."""
    order = order_of(study, "I1", models_of(recogniser, listener), language, speakers)
    sent = order_from_plain(order_to_plain(order))
    assert sent == order
    with Recording(study.folder / order.media, order.name) as sound:
        found = hear_order(sent, sound, recogniser, listener, find=loud_stretches, before=before)
    return order, findings_from_plain(findings_to_plain(found))


@pytest.mark.parametrize("listener", [None, FakeListener])
@pytest.mark.parametrize("language", ["auto", "en"])
def test_what_is_heard_elsewhere_is_what_is_heard_here(talk, tmp_path, listener, language):
    """The same turns, speakers, language, notices and details, also what the record says of how it was made."""
    guess = ("de", 0.3)
    with a_study(tmp_path / "here", talk) as here, a_study(tmp_path / "away", talk) as away:
        speakers = "auto" if listener else "none"
        mine = transcribe(
            here,
            "I1",
            load_settings(),
            language=language,
            speakers=speakers,
            recogniser=FakeRecogniser(guess=guess),
            listener=listener and listener(),
            find=loud_stretches,
        )
        recogniser, ears = FakeRecogniser(guess=guess), listener and listener()
        order, found = heard_elsewhere(away, recogniser, ears, speakers=speakers, language=language)
        done = keep_findings(away, "I1", models_of(recogniser, ears), order, found, speakers=speakers)
        theirs = done.transcript
        assert theirs.turns == mine.turns
        assert len(theirs.turns) > 3
        assert theirs.sha256 == mine.sha256
        facts = [(i.duration_ms, i.language, i.transcribed) for i in (interview(here, "I1"), interview(away, "I1"))]
        assert facts[0] == facts[1]
        details = [_details(study) for study in (here, away)]
        assert details[0] == details[1]
        assert len(details[0]) == 1
        assert done.notices == tuple(details[0][0]["details"]["notices"])
        assert verify(away).faults == ()


def _details(study):
    """What the log says of how the transcript was made."""
    with study.read() as session:
        payloads = [row.payload for row in session.query(EventRow)]
    found = [json.loads(each) for each in payloads if "weights_sha256" in (each or "")]
    for each in found:
        for key in ("guid", "at", "interview", "transcript"):
            each.pop(key, None)
    return [{k: v for k, v in each.items() if k not in {"id", "created_at", "interview_guid"}} for each in found]


def test_a_half_done_local_transcription_goes_on_elsewhere(talk, tmp_path):
    """What was heard here is not heard again there, and the transcript is the same."""
    with a_study(tmp_path / "here", talk) as here, a_study(tmp_path / "away", talk) as away:
        whole = transcribe(
            here, "I1", load_settings(), speakers="none", recogniser=FakeRecogniser(), find=loud_stretches
        )
        with pytest.raises(RuntimeError):
            transcribe(
                away,
                "I1",
                load_settings(),
                speakers="none",
                recogniser=FakeRecogniser(fail_at=2),
                find=loud_stretches,
            )
        recogniser = FakeRecogniser()
        order, found = heard_elsewhere(away, recogniser, None, speakers="none")
        assert order.words_ms > 0
        assert min(recogniser.heard) == order.words_ms
        done = keep_findings(away, "I1", models_of(recogniser, None), order, found, speakers="none")
        assert done.transcript.turns == whole.turns
        assert done.resumed_from_ms == order.words_ms


def test_what_was_kept_twice_is_refused(talk, tmp_path):
    """Findings that come again, or after somebody else heard the recording, change nothing."""
    with a_study(tmp_path / "away", talk) as study:
        recogniser = FakeRecogniser()
        order, found = heard_elsewhere(study, recogniser, None, speakers="none")
        keep_findings(study, "I1", models_of(recogniser, None), order, found, speakers="none")
        before = transcript(study, "I1")
        with pytest.raises(ConflictError):
            keep_findings(study, "I1", models_of(recogniser, None), order, found, speakers="none")
        assert transcript(study, "I1") == before


def test_findings_for_another_state_are_refused(talk, tmp_path):
    """A piece that was ordered before somebody heard half of the recording would make it double."""
    with a_study(tmp_path / "away", talk) as study:
        recogniser = FakeRecogniser()
        order, found = heard_elsewhere(study, recogniser, None, speakers="none")
        with pytest.raises(RuntimeError):
            transcribe(
                study,
                "I1",
                load_settings(),
                speakers="none",
                recogniser=FakeRecogniser(fail_at=1),
                find=loud_stretches,
            )
        with pytest.raises(ConflictError, match="meanwhile"):
            keep_findings(study, "I1", models_of(recogniser, None), order, found, speakers="none")


def test_a_language_that_the_model_does_not_know_is_a_sentence(talk, tmp_path):
    """The worker says it; nothing is heard."""
    with a_study(tmp_path / "away", talk) as study, pytest.raises(InvalidInputError, match="no language"):
        heard_elsewhere(study, FakeRecogniser(), None, language="xx")


def test_silence_is_said(tmp_path):
    """No transcript comes of it, and no voices stay."""
    silent = write_wav(tmp_path / "silent.wav", np.zeros(16_000 * 5, np.int16))
    with a_study(tmp_path / "away", silent) as study:
        recogniser, ears = FakeRecogniser(), FakeListener()
        order, found = heard_elsewhere(study, recogniser, ears)
        with pytest.raises(StudyError, match="No speech"):
            keep_findings(study, "I1", models_of(recogniser, ears), order, found)
        assert not interview(study, "I1").transcribed


def test_a_piece_that_is_called_back_stops_between_windows(talk, tmp_path):
    """A worker does not hear an hour for nobody."""
    recogniser = FakeRecogniser()

    def called_back(ms):
        if ms:
            raise StoppedError("called back")

    with a_study(tmp_path / "away", talk) as study, pytest.raises(StoppedError):
        heard_elsewhere(study, recogniser, None, speakers="none", before=called_back)
    assert len(recogniser.heard) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"windows": [[["odd"], 1, None, 1.0]]},
        {"windows": 7},
        {"language": 7},
        {"blocks": [["x", b""]]},
        {"facts": {}},
        {"seconds": "long"},
    ],
)
def test_findings_of_another_form_are_refused(talk, tmp_path, change):
    """A worker of another version answers otherwise; nothing of it is kept."""
    with a_study(tmp_path / "away", talk) as study:
        _, found = heard_elsewhere(study, FakeRecogniser(), None, speakers="none")
    with pytest.raises(StudyError, match="does not know"):
        findings_from_plain({**findings_to_plain(replace(found)), **change})
