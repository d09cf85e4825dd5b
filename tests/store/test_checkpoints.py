"""The checkpoint of a transcription."""

import pytest
from sqlalchemy.exc import IntegrityError

from store.errors import NotFoundError
from store.interviews import add_interview
from store.study import open_study
from store.transcription import (
    begin_transcription,
    finish_transcription,
    keep_utterances,
    keep_voices,
    kept_voices,
    utterances,
)
from store.values import Utterance, Word


def heard(*numbers: int) -> list[Utterance]:
    return [
        Utterance(100 * n, 100 * n + 90, f"🙂 {n}", (Word(0, 1, 100 * n, 100 * n + 5, 0.5),), -0.1, 0.2, 1.5)
        for n in numbers
    ]


@pytest.fixture
def recorded(blank, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF")
    add_interview(blank, tmp_path / "a.wav", "recording", label="R")
    return blank


def test_an_interrupted_transcription_goes_on_where_it_stopped(recorded):
    """What was heard is on disk after each piece, in order, and the same settings find it again."""
    first = begin_transcription(recorded, "R", {"model": "tiny", "beam": 5})
    assert (first.done_ms, first.finished) == (0, False)
    keep_utterances(recorded, first, heard(0, 1), 200)
    recorded.close()
    with open_study(recorded.folder) as again:
        second = begin_transcription(again, "R", {"beam": 5, "model": "tiny"})
        assert (second.id, second.done_ms, second.finished) == (first.id, 200, False)
        keep_utterances(again, second, heard(2), 300)
        keep_utterances(again, second, [], 400)
        finish_transcription(again, second)
        assert utterances(again, second) == tuple(heard(0, 1, 2))
        third = begin_transcription(again, "R", {"model": "tiny", "beam": 5})
        assert (third.id, third.done_ms, third.finished) == (first.id, 400, True)


def test_other_settings_begin_another_transcription(recorded):
    """A transcription with another model does not mix with the first."""
    one = begin_transcription(recorded, "R", {"model": "tiny"})
    keep_utterances(recorded, one, heard(0), 100)
    other = begin_transcription(recorded, "R", {"model": "base"})
    assert other.id != one.id
    assert (other.done_ms, utterances(recorded, other)) == (0, ())
    assert utterances(recorded, one) == tuple(heard(0))


def test_what_was_heard_is_kept_whole_or_not_at_all(recorded):
    """A piece of which one part cannot be stored leaves nothing behind, neither text nor progress."""
    checkpoint = begin_transcription(recorded, "R", {"model": "tiny"})
    keep_utterances(recorded, checkpoint, heard(0), 100)
    broken = Utterance(200, 290, None, (), -0.1, 0.2, 1.5)
    with pytest.raises(IntegrityError):
        keep_utterances(recorded, checkpoint, [*heard(1), broken], 300)
    assert utterances(recorded, checkpoint) == tuple(heard(0))
    assert begin_transcription(recorded, "R", {"model": "tiny"}).done_ms == 100


def test_an_unknown_recording_is_told(recorded):
    """There is nothing to begin for a label that is not there."""
    with pytest.raises(NotFoundError, match="no interview X"):
        begin_transcription(recorded, "X", {})


def test_no_voice_is_kept_once_a_recording_was_heard(recorded, tmp_path):
    """Voices of a transcription that broke off go with those of the one that was finished; other people's stay."""
    (tmp_path / "b.wav").write_bytes(b"RIFX")
    add_interview(recorded, tmp_path / "b.wav", "recording", label="S")
    broken, made = (begin_transcription(recorded, "R", {"model": model}) for model in ("tiny", "base"))
    other = begin_transcription(recorded, "S", {"model": "tiny"})
    for checkpoint in (broken, made, other):
        keep_voices(recorded, checkpoint, 0, 60_000, b"voice")
    finish_transcription(recorded, made)
    assert [len(kept_voices(recorded, checkpoint)) for checkpoint in (broken, made, other)] == [0, 0, 1]
