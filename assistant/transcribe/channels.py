"""Recordings with two channels in which each holds one speaker, as calls and two lapel microphones give them."""

import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from assistant.transcribe.audio import PER_MS, Recording, Samples
from assistant.transcribe.speakers import Spoken
from assistant.transcribe.windows import SpeechFinder

FRAME_MS = 100
BLOCK_MS = 60_000
APART_DB = 10.0
"""Where one person speaks, their channel is louder than the other by so much."""
MOSTLY = 0.7
"""So much of what is loud must be in one channel alone."""
EACH = 0.05
"""Each channel must have so large a share of it."""
BLEED_DB = 6.0
"""A channel that is softer than the other by more holds what the other microphone picked up."""
_QUIET_DB = 25.0
"""Frames so far below the loudest are taken for silence."""
_FLOOR = 1e-10


def one_speaker_each(sound: Recording) -> bool:
    """Whether the recording has two channels with one speaker in each; read in blocks, nothing is kept."""
    if sound.facts.channels != 2:  # noqa: PLR2004 - only two channels can be two people's
        return False
    levels = [_levels(block) for _, block in _blocks(sound)]
    return bool(levels) and _apart(np.concatenate(levels, axis=1))


def _apart(levels: NDArray[np.float64]) -> bool:
    """The same from the levels of both channels: (2, frames) in decibels."""
    loudest = levels.max(axis=0)
    loud = loudest > np.percentile(loudest, 99) - _QUIET_DB
    if not loud.any():
        return False
    difference = levels[0, loud] - levels[1, loud]
    first, second = float((difference >= APART_DB).mean()), float((difference <= -APART_DB).mean())
    return first + second >= MOSTLY and min(first, second) >= EACH


def spoken_in_channels(channels: Samples, start_ms: int, find: SpeechFinder) -> list[Spoken]:
    """Who speaks when in a stretch of (2, samples): channel 0 or 1, both where they talk over each other."""
    levels = _levels(channels)
    found = []
    for number in (0, 1):
        louder = levels[number] >= levels[1 - number] - BLEED_DB
        speaking = np.zeros(levels.shape[1], dtype=np.bool_)
        for stretch in find(channels[number]):
            speaking[stretch.start // (FRAME_MS * PER_MS) : -(-stretch.end // (FRAME_MS * PER_MS))] = True
        found += _runs(speaking & louder, number, start_ms)
    return found


def to_bytes(spoken: list[Spoken]) -> bytes:
    """As JSON."""
    return json.dumps([[s.start_ms, s.end_ms, s.speaker] for s in spoken]).encode()


def from_bytes(data: bytes) -> list[Spoken]:
    """Read back what `to_bytes` gave."""
    return [Spoken(*entry) for entry in json.loads(data)]


def _blocks(sound: Recording) -> Iterator[tuple[int, Samples]]:
    start_ms = 0
    while (block := sound.read_stereo(start_ms, BLOCK_MS)).shape[1]:
        yield start_ms, block
        start_ms += BLOCK_MS
        if block.shape[1] < BLOCK_MS * PER_MS:
            return


def _levels(channels: Samples) -> NDArray[np.float64]:
    """The level of each channel in frames of a tenth of a second, in decibels of full scale: (2, frames)."""
    size = FRAME_MS * PER_MS
    frames = -(-channels.shape[1] // size)
    padded = np.zeros((2, frames * size))
    padded[:, : channels.shape[1]] = channels
    power = (padded.reshape(2, frames, size) ** 2).mean(axis=2)
    levels: NDArray[np.float64] = 10 * np.log10(power + _FLOOR)
    return levels


def _runs(on: NDArray[np.bool_], speaker: int, start_ms: int) -> list[Spoken]:
    edges = np.diff(np.concatenate([[0], on.astype(np.int8), [0]]))
    pairs = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    return [Spoken(start_ms + int(a) * FRAME_MS, start_ms + int(b) * FRAME_MS, speaker) for a, b in pairs]
