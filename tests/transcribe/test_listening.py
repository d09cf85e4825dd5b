"""Listening to voices: to the very end, on from where it stopped, and nothing left of them after."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches
from made_sound import write_wav

from assistant.settings import Settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import RATE_HZ, Recording
from store.audit import verify
from store.erase import erase_interview
from store.interviews import add_interview, interview
from store.jobs import queue_job


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


def test_what_was_listened_to_before_a_failure_is_not_listened_to_again(study, tmp_path):
    """The voices of the first minute wait on the disk, and the second run goes on from there; then they are gone."""
    sound = np.zeros(150 * RATE_HZ)
    for start, end, level in ((2, 8, 0.3), (56, 64, 0.6), (130, 138, 0.3)):
        sound[start * RATE_HZ : end * RATE_HZ] = level * 32_767
    add_interview(study, write_wav(tmp_path / "a.wav", sound.astype(np.int16)), "recording", label="I1")
    words, broken, whole = FakeRecogniser(), FakeListener(fail_at=1), FakeListener()
    with pytest.raises(RuntimeError):
        transcribe(study, "I1", Settings(), recogniser=words, listener=broken, find=loud_stretches)
    with sqlite3.connect(study.folder / "study.db") as database:
        assert database.execute("SELECT start_ms, end_ms FROM voices").fetchall() == [(0, 60_000)]
    made = transcribe(study, "I1", Settings(), recogniser=FakeRecogniser(), listener=whole, find=loud_stretches)
    assert whole.listened == [60_000, 120_000]
    assert [turn.speaker for turn in made.turns] == ["Speaker 1", "Speaker 2", "Speaker 1"]
    with sqlite3.connect(study.folder / "study.db") as database:
        assert database.execute("SELECT count(*) FROM voices").fetchone() == (0,)


def test_an_erased_recording_leaves_no_voices_and_no_job(study, tmp_path):
    """Even where it was erased between a failure and the next run."""
    sound = np.full(70 * RATE_HZ, 0.3 * 32_767)
    add_interview(study, write_wav(tmp_path / "a.wav", sound.astype(np.int16)), "recording", label="I1")
    queue_job(study, "I1")
    broken = FakeListener(fail_at=1)
    with pytest.raises(RuntimeError):
        transcribe(study, "I1", Settings(), recogniser=FakeRecogniser(), listener=broken, find=loud_stretches)
    tables = ("voices", "job", "utterance", "transcription")
    counts = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)  # noqa: S608 - names of our own
    with sqlite3.connect(study.folder / "study.db") as database:
        assert all(count for (count,) in database.execute(counts))
    erase_interview(study, "I1", coder="Ana")
    with sqlite3.connect(study.folder / "study.db") as database:
        assert not any(count for (count,) in database.execute(counts))
    assert verify(study).faults == ()
