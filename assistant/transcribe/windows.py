"""Where a recording may be cut: windows that begin and end in silence, with the speech in them.

The recogniser hears groups of at most 30 seconds of speech, each by itself. A window is a few complete groups, so
that cutting there loses no word and no context, and no group is filled up with silence for nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.transcribe.audio import PER_MS, RATE_HZ, Samples

GROUP_SAMPLES = 30 * RATE_HZ
LOOK_AHEAD_MS = 180_000
LEAD_SAMPLES = RATE_HZ // 2
"""How much silence is left before the next window, so that the beginning of a word is never missed."""

VAD: dict[str, float] = {
    "threshold": 0.5,
    "min_silence_duration_ms": 250,
    "speech_pad_ms": 400,
    "max_speech_duration_s": 30.0,
}
"""Settings of the voice activity detector (silero). With 250 ms of silence groups fill up as well as with the library's
160, with 500 they take an eighth more time; the words that come out are as good with each."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech between two silences, in samples from the start of its window, `end` exclusive."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Samples."""
        return self.end - self.start


Group = tuple[Stretch, ...]
SpeechFinder = Callable[[Samples], list[Stretch]]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a recording that is heard and committed in one go."""

    start_ms: int
    end_ms: int
    samples: Samples
    groups: tuple[Group, ...]
    last: bool


def find_speech(samples: Samples) -> list[Stretch]:
    """The stretches of speech, each at most 30 seconds, with a little silence left around them."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) == 0:
        return []
    return [Stretch(found["start"], found["end"]) for found in get_speech_timestamps(samples, VadOptions(**VAD))]


def windows(
    read: Callable[[int, int], Samples],
    find: SpeechFinder,
    start_ms: int = 0,
    look_ahead_ms: int = LOOK_AHEAD_MS,
) -> Iterator[Window]:
    """The windows from `start_ms` to the end; `read(start_ms, length_ms)` gives less than asked only at the end."""
    last = False
    while not last:
        samples = read(start_ms, look_ahead_ms)
        last = len(samples) < look_ahead_ms * PER_MS
        groups = grouped(find(samples))
        cut = len(samples)
        if not last:
            groups, cut = _whole(groups, len(samples))
        end_ms = start_ms + cut // PER_MS
        yield Window(start_ms, end_ms, samples[:cut], groups, last)
        start_ms = end_ms


def grouped(stretches: list[Stretch]) -> tuple[Group, ...]:
    """Stretches in groups of at most 30 seconds of speech, each as full as their order allows."""
    groups: list[list[Stretch]] = []
    room = 0
    for stretch in stretches:
        if not groups or stretch.length > room:
            groups.append([])
            room = GROUP_SAMPLES
        groups[-1].append(stretch)
        room -= stretch.length
    return tuple(tuple(group) for group in groups)


def _whole(groups: tuple[Group, ...], length: int) -> tuple[tuple[Group, ...], int]:
    """The groups that more sound could not change, and where the next window begins, in samples."""
    if not groups:
        return (), _on_a_millisecond(length - LEAD_SAMPLES)
    if len(groups) > 1:
        return groups[:-1], _on_a_millisecond(groups[-1][0].start)
    (group,) = groups
    if group[-1].end < length:
        return groups, _on_a_millisecond(max(group[-1].end, length - LEAD_SAMPLES))
    if group[-1].start == 0:
        return groups, length
    return ((group[:-1],) if group[:-1] else ()), _on_a_millisecond(group[-1].start)


def _on_a_millisecond(samples: int) -> int:
    return samples - samples % PER_MS
