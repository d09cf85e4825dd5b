"""From people in overlapping windows to one timeline of who speaks when."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.transcribe.audio import PER_MS, RATE_HZ
from assistant.transcribe.speakers.clustering import NOBODY
from assistant.transcribe.speakers.segmentation_model import FRAME_LENGTH, FRAME_STEP, FRAMES
from assistant.transcribe.speakers.voices import Voices

GAP_MS = 100
"""Shorter silences within one person's speech are none."""
_LEAST = 0.02
_MIDDLE = np.abs(np.arange(FRAMES) - (FRAMES - 1) / 2) / (FRAMES / 2)
_TRUST = (1 - (1 - _LEAST) * _MIDDLE).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch in which one person speaks; stretches of different people may overlap. Milliseconds."""

    start_ms: int
    end_ms: int
    speaker: int


def timeline(voices: Voices, people: NDArray[np.int64]) -> tuple[Spoken, ...]:
    """Who speaks when, by start; `people` as `assign` gives them.

    Every frame is heard by two windows. The one in whose middle it lies counts more, for there the network knows what
    came before and what comes after.
    """
    if not len(people) or people.max() == NOBODY:
        return ()
    first = np.rint(voices.starts_ms * PER_MS / FRAME_STEP).astype(np.int64)
    size = int(first.max()) + FRAMES + 1
    votes = np.zeros((size, int(people.max()) + 1), dtype=np.float32)
    speaking, heard = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    active = voices.active
    for number, start in enumerate(first):
        here = slice(int(start), int(start) + FRAMES)
        heard[here] += _TRUST
        speaking[here] += active[number].sum(axis=1) * _TRUST
        for local, person in enumerate(people[number]):
            if person != NOBODY:
                votes[here, person] += active[number][:, local] * _TRUST
    count = np.floor(speaking / np.maximum(heard, _LEAST) + 0.5).astype(np.int64)
    on = _loudest(votes, count)
    found = [spoken for person in range(on.shape[1]) for spoken in _stretches(on[:, person], person)]
    return tuple(sorted(found, key=lambda s: (s.start_ms, s.end_ms, s.speaker)))


def _loudest(votes: NDArray[np.float32], count: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each frame the people with most votes, as many as speak."""
    rank = np.argsort(np.argsort(-votes, axis=1, kind="stable"), axis=1)
    return (rank < count[:, None]) & (votes > 0)


def _stretches(on: NDArray[np.bool_], person: int) -> list[Spoken]:
    edges = np.diff(np.concatenate([[0], on.astype(np.int8), [0]]))
    found: list[Spoken] = []
    for first, last in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        start_ms, end_ms = _ms(int(first)), _ms(int(last))
        if found and start_ms - found[-1].end_ms <= GAP_MS:
            found[-1] = Spoken(found[-1].start_ms, end_ms, person)
        else:
            found.append(Spoken(start_ms, end_ms, person))
    return found


def _ms(frame: int) -> int:
    """When a frame begins: its middle, half a step before."""
    return max(0, (frame * FRAME_STEP + (FRAME_LENGTH - FRAME_STEP) // 2) * 1000 // RATE_HZ)


def overlaps(spoken: tuple[Spoken, ...], shortest_ms: int = 250) -> tuple[tuple[int, int], ...]:
    """The stretches in which more than one person speaks, in order."""
    edges = sorted([(s.start_ms, 1) for s in spoken] + [(s.end_ms, -1) for s in spoken], key=lambda e: (e[0], e[1]))
    found, speaking, began = [], 0, 0
    for at, change in edges:
        if speaking <= 1 < speaking + change:
            began = at
        elif speaking > 1 >= speaking + change and at - began >= shortest_ms:
            found.append((began, at))
        speaking += change
    return tuple(found)
