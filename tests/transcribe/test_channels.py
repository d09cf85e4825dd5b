"""Two channels with one speaker each are recognised, other stereo is not, and both are heard by their channel."""

import wave

import numpy as np
import pytest
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches

from assistant.settings import Settings
from assistant.transcribe import transcribe
from assistant.transcribe.audio import Recording
from assistant.transcribe.channels import one_speaker_each
from store.interviews import add_interview

RATE = 16_000


def channel(seconds, *spoken, level=12_000.0):
    times = np.arange(int(seconds * RATE)) / RATE
    on = np.zeros(len(times))
    for start, end in spoken:
        on[int(start * RATE) : int(end * RATE)] = 1
    return np.sin(2 * np.pi * 440 * times) * level * on + np.random.default_rng(1).normal(0, 3, len(times))


def wav(path, *channels):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack(channels, axis=1).astype(np.int16).tobytes())
    return path


LEFT = channel(90, (1, 9), (20, 29), (61, 70))
RIGHT = channel(90, (10, 19), (30, 55), (72, 80))


@pytest.mark.parametrize(
    ("channels", "apart"),
    [
        ((LEFT, RIGHT), True),
        ((LEFT + 0.1 * RIGHT, RIGHT + 0.1 * LEFT), True),
        ((LEFT + RIGHT, LEFT + RIGHT), False),
        ((LEFT + 0.6 * RIGHT, RIGHT + 0.6 * LEFT), False),
        ((LEFT, np.zeros(len(LEFT))), False),
        ((np.zeros(len(LEFT)), np.zeros(len(LEFT))), False),
        ((LEFT,), False),
        ((LEFT, RIGHT, LEFT), False),
    ],
    ids=["apart", "some bleed", "twice the same", "one room", "one is silent", "silence", "mono", "three"],
)
def test_one_speaker_a_channel_is_recognised(tmp_path, channels, apart):
    """Only where most of what is loud is in one channel alone, and each channel has its share."""
    with Recording(wav(tmp_path / "a.wav", *channels)) as sound:
        assert one_speaker_each(sound) is apart


def test_the_channels_tell_who_speaks(study, tmp_path):
    """Both voices sound alike to the listener; their channels differ, beyond the edge of a block too."""
    add_interview(study, wav(tmp_path / "call.wav", LEFT + 0.02 * RIGHT, RIGHT), "recording", label="I1")
    listener = FakeListener()
    found = transcribe(study, "I1", Settings(), recogniser=FakeRecogniser(), listener=listener, find=loud_stretches)
    said = [(turn.speaker, turn.span.of(found.text)) for turn in found.turns]
    assert [speaker for speaker, _ in said] == ["Speaker 1", "Speaker 2"] * 3
    assert listener.listened == [], "the voices need no listening to where the channels tell"


def test_a_given_number_that_is_not_two_is_believed(study, tmp_path):
    """Three people said to speak are not made two because there are two channels."""
    add_interview(study, wav(tmp_path / "call.wav", LEFT, RIGHT), "recording", label="I1")
    listener = FakeListener()
    transcribe(
        study, "I1", Settings(), speakers="3", recogniser=FakeRecogniser(), listener=listener, find=loud_stretches
    )
    assert listener.listened == [0, 60_000]


def test_eight_channels_are_heard(study, tmp_path):
    """A multi-track recorder's file is mixed down; everybody is heard."""
    tracks = [LEFT, RIGHT, *[np.zeros(len(LEFT))] * 6]
    add_interview(study, wav(tmp_path / "eight.wav", *tracks), "recording", label="I1")
    found = transcribe(study, "I1", Settings(), speakers="none", recogniser=FakeRecogniser(), find=loud_stretches)
    assert len(found.turns) >= 2
