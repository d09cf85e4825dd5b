"""Speakers told apart anew, and doubtful stretches heard again: words, codings and the way back."""

import json
import wave
from dataclasses import replace

import numpy as np
import pytest
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches

from assistant.correction import turns_of, undo
from assistant.correction.heard_again import Reheard, doubtful, hear_again, keep_heard_again, tell_apart
from assistant.segment import segment_new
from assistant.settings import Settings
from assistant.transcribe import transcribe
from store.audit import verify
from store.codebook import keep_codebook
from store.decisions import codings, keep_decisions
from store.errors import InvalidInputError
from store.event_log import LogFilter, log
from store.interviews import add_interview
from store.segments import segments
from store.study import create_study
from store.transcripts import add_transcript, transcript
from store.values import Code, DecisionDraft, Doubt, NewTurn, TurnMarks, Verdict, Word

RATE = 16_000


def recording(path, *spoken):
    """Constant levels as (start_s, end_s, level) on silence of a minute and a half."""
    sound = np.zeros(90 * RATE)
    for start, end, level in spoken:
        sound[start * RATE : end * RATE] = level * 32_767
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype(np.int16).tobytes())
    return path


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        path = recording(tmp_path / "a.wav", (2, 8, 0.3), (10, 18, 0.6), (62, 70, 0.3))
        add_interview(made, path, "recording", label="I1")
        yield made


@pytest.fixture
def heard(study):
    """Transcribed without speakers: three turns of one word, a doubt on the second."""
    transcribe(study, "I1", Settings(), speakers="none", recogniser=FakeRecogniser(), find=loud_stretches)
    segment_new(study)
    return study


def test_speakers_are_told_apart_in_a_transcript_that_is_there(heard):
    """Each word goes to its voice, as one correction that can be taken back; the text stays the same."""
    before = transcript(heard, "I1")
    done = tell_apart(heard, "I1", FakeListener(), count=2, coder="Ana", find=loud_stretches)
    assert [turn.speaker for turn in done.transcript.turns] == ["Speaker 1", "Speaker 2", "Speaker 1"]
    assert done.transcript.text == before.text
    assert [w for t in done.transcript.turns for w in t.words] == [w for t in before.turns for w in t.words]
    assert {s.speaker for s in segments(heard, "I1")} == {"Speaker 1", "Speaker 2"}
    undo(heard, "I1", coder="Ana")
    assert [turn.speaker for turn in transcript(heard, "I1").turns] == [None, None, None]
    assert verify(heard).faults == ()


def test_codings_stay_where_they_are(heard):
    """A coding made before is on its words after, without needing a look."""
    keep_codebook(heard, [Code("c1", "Noise")], coder="Ana", reason="")
    segment = segments(heard, "I1")[1]
    keep_decisions(heard, "Ana", [DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, "c1")])
    tell_apart(heard, "I1", FakeListener(), count=2, coder="Ana", find=loud_stretches)
    (coding,) = codings(heard)
    found = transcript(heard, "I1")
    assert coding.span.of(found.text) == "beep10"
    assert not coding.needs_look


def test_punctuation_between_words_is_not_lost(study):
    """Characters that belong to no word, as in corrected text, stay with the word before them."""
    words = (Word(0, 2, 2_000, 2_400, 0.9), Word(5, 7, 10_500, 11_000, 0.9))
    add_transcript(
        study, "I1", [NewTurn("Hi – yo!", words=words, start_ms=2_000, end_ms=11_000)], origin="transcription"
    )
    done = tell_apart(study, "I1", FakeListener(), count=2, find=loud_stretches)
    assert done.transcript.text == "Hi –\nyo!"


def test_a_transcript_without_word_times_is_refused(study):
    """What another tool wrote has no words to give to voices; the sentence says what to do."""
    add_transcript(study, "I1", [NewTurn("Hello.", start_ms=0, end_ms=900)], origin="import")
    with pytest.raises(InvalidInputError, match="name its speakers by hand"):
        tell_apart(study, "I1", FakeListener(), count=2)


def test_doubtful_turns_are_those_with_doubts_or_unsure_words():
    """A bound of nothing takes the doubts alone."""
    sure = NewTurn("yes", words=(Word(0, 3, 0, 100, 0.9),))
    unsure = NewTurn("yes", words=(Word(0, 3, 0, 100, 0.4),))
    doubted = replace(sure, marks=TurnMarks(doubts=(Doubt(0, 3, "repeat"),)))
    assert doubtful((sure, unsure, doubted), 0.0) == [2]
    assert doubtful((sure, unsure, doubted), 0.5) == [1, 2]


def test_what_is_heard_again_takes_its_place_and_can_be_taken_back(heard):
    """Another model writes other words; only what it believes itself, only the words inside the turn."""

    class Better(FakeRecogniser):
        def hear(self, window, language):
            found = super().hear(window, language)
            better = [replace(u, text="better", words=(replace(u.words[0], end=6),)) for u in found.utterances]
            return replace(found, utterances=tuple(better))

    recogniser = Better(name="larger")
    before = transcript(heard, "I1")
    again = hear_again(heard, "I1", recogniser, [1], language="de")
    assert [(a.before.text, a.after.text, a.after.marks.language) for a in again] == [("beep10", "better", "de")]
    assert transcript(heard, "I1") == before, "nothing is kept before somebody wants it"
    done = keep_heard_again(heard, "I1", again, recogniser, coder="Ana")
    assert [turn.span.of(done.transcript.text) for turn in done.transcript.turns] == ["beep2", "better", "beep62"]
    assert undo(heard, "I1", coder="Ana").transcript.text == before.text


def test_a_language_that_the_model_does_not_know_is_refused(heard):
    """Neither one that a person asks for, nor that of the interview: an English model would write English for it."""
    with pytest.raises(InvalidInputError, match="knows no language 'xx'"):
        hear_again(heard, "I1", FakeRecogniser(name="larger"), [1], language="xx")
    with pytest.raises(InvalidInputError, match="knows no language 'de'"):
        hear_again(heard, "I1", FakeRecogniser(name="tiny.en", languages=("en",)), [1])


def test_a_turn_heard_in_mixed_languages_keeps_the_one_that_was_heard(heard):
    """`mixed` is a wish, never the language of a turn."""

    class Mixed(FakeRecogniser):
        def hear(self, window, language):
            found = super().hear(window, language)
            other = [replace(u, text="autre", words=(replace(u.words[0], end=5),)) for u in found.utterances]
            return replace(found, utterances=tuple(replace(u, language="fr") for u in other))

    (again,) = hear_again(heard, "I1", Mixed(languages=("mixed",)), [1], language="mixed")
    assert (again.after.text, again.after.marks.language) == ("autre", "fr")


def test_a_turn_corrected_meanwhile_is_left_alone(heard):
    """Between hearing and keeping, a person was faster."""
    again = hear_again(heard, "I1", FakeRecogniser(name="x"), [0], language="en")
    assert again == [], "it heard the same words"
    recogniser = FakeRecogniser(name="larger")
    other = turns_of(transcript(heard, "I1"))[0]
    stale = Reheard(0, replace(other, text="beep9"), replace(other, text="never"))
    assert not keep_heard_again(heard, "I1", [stale], recogniser).changed


def test_other_speakers_wanted_do_not_make_the_words_be_heard_again(study):
    """A run that broke off goes on where it was, though another number of speakers is asked for now."""
    with pytest.raises(RuntimeError):
        transcribe(
            study, "I1", Settings(), recogniser=FakeRecogniser(), listener=FakeListener(fail_at=1), find=loud_stretches
        )
    recogniser, listener = FakeRecogniser(), FakeListener()
    found = transcribe(
        study, "I1", Settings(), speakers="2", recogniser=recogniser, listener=listener, find=loud_stretches
    )
    assert recogniser.heard in ([], [90_000]), "all words were committed"
    assert listener.listened == [60_000]
    assert [turn.speaker for turn in found.turns] == ["Speaker 1", "Speaker 2", "Speaker 1"]


def test_fewer_voices_than_people_are_told(study):
    """Five were said to speak; the transcript says that two were found."""
    transcribe(
        study,
        "I1",
        Settings(),
        speakers="5",
        recogniser=FakeRecogniser(),
        listener=FakeListener(),
        find=loud_stretches,
    )
    (event,) = log(study, wanted=LogFilter(types=("transcript.revised",), interview="I1"))
    assert any("Only 2 of 5 voices" in notice for notice in json.loads(event.payload)["details"]["notices"])
