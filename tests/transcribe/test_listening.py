"""Listening to voices: how far, where a file says less of itself than it holds."""

from dataclasses import replace

import numpy as np
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches
from made_sound import write_wav

from assistant.settings import Settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import RATE_HZ, Recording
from store.interviews import add_interview, interview


def test_voices_are_heard_to_the_end_of_a_file_that_understates_its_length(study, tmp_path, monkeypatch):
    """As an mp3 file of varying bit rate does: the person who speaks last is not taken for the one before."""
    sound = np.zeros(200 * RATE_HZ)
    for start, end, level in ((2, 8, 0.3), (10, 18, 0.6), (150, 158, 0.3)):
        sound[start * RATE_HZ : end * RATE_HZ] = level * 32_767
    add_interview(study, write_wav(tmp_path / "a.wav", sound.astype(np.int16)), "recording", label="I1")
    true = Recording._facts
    monkeypatch.setattr(Recording, "_facts", lambda self: replace(true(self), duration_ms=100_000))
    listener = FakeListener()
    made = transcribe(
        study, "I1", Settings(), recogniser=FakeRecogniser(), listener=listener, speakers="2", find=loud_stretches
    )
    assert interview(study, "I1").duration_ms == 200_000
    assert listener.listened == [0, 60_000, 120_000, 180_000]
    assert [turn.speaker for turn in made.turns] == ["Speaker 1", "Speaker 2", "Speaker 1"]
