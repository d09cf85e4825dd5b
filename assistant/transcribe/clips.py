"""The speech of a window without its silences, in clips that a model decodes by themselves, and the way back."""

import bisect
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.transcribe.audio import PER_MS, RATE_HZ, Samples
from assistant.transcribe.windows import Group, Window

MIN_REST = 2 * RATE_HZ
"""Speech of fewer samples than this after the last word is taken for breath and noise."""


@dataclass(frozen=True, slots=True)
class Clip:
    """At most 30 seconds of speech to decode by itself, in samples, `end` exclusive."""

    start: int
    end: int

    def in_seconds(self) -> dict[str, float]:
        """As faster-whisper wants it; half a sample more, because it cuts fractions of samples off."""
        return {"start": (self.start + 0.5) / RATE_HZ, "end": (self.end + 0.5) / RATE_HZ}

    @property
    def seek(self) -> int:
        """What faster-whisper calls a segment's place: hundredths of a second, rounded down."""
        return int(self.start / RATE_HZ * 100)


def unheard(clips: Iterable[Clip], segments: Iterable[Any]) -> list[Clip]:
    """The ends of clips after the last word heard in them, where they are long enough to hold words.

    A clip in which nothing at all was heard is not tried again: the outcome would be the same.
    """
    ends: dict[int, int] = {}
    for segment in segments:
        if segment.words:
            ends[segment.seek] = max(ends.get(segment.seek, 0), int(segment.words[-1].end * RATE_HZ))
    rests = (Clip(ends[clip.seek], clip.end) for clip in clips if clip.start + MIN_REST < ends.get(clip.seek, 0))
    return [rest for rest in rests if rest.end - rest.start >= MIN_REST]


class SpeechOnly:
    """A window's speech without its silences, and the way back to the recording's time."""

    def __init__(self, window: Window) -> None:
        stretches = [stretch for group in window.groups for stretch in group]
        parts = [window.samples[s.start : s.end] for s in stretches]
        self.samples: Samples = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
        self.clips = list(_clips(window.groups))
        """Where each group lies in `samples`."""
        ends = list(itertools.accumulate(s.length for s in stretches))
        self._begins = [0, *ends[:-1]]
        self._spans = [(window.start_ms + s.start // PER_MS, window.start_ms + s.end // PER_MS) for s in stretches]

    def word_ms(self, start_s: float, end_s: float) -> tuple[int, int]:
        """When a word was said in the recording; it stays within the stretch that holds its middle."""
        middle = (start_s + end_s) / 2 * RATE_HZ
        index = max(bisect.bisect_right(self._begins, middle) - 1, 0)
        first, last = self._spans[index]
        shift_ms = first - self._begins[index] / PER_MS
        start, end = (min(max(round(s * 1000 + shift_ms), first), last) for s in (start_s, end_s))
        return start, max(start, end)


def _clips(groups: Iterable[Group]) -> Iterator[Clip]:
    at = 0
    for group in groups:
        end = at + sum(stretch.length for stretch in group)
        yield Clip(at, end)
        at = end
