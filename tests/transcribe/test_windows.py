from collections.abc import Callable

import numpy as np
import pytest
from fake_recogniser import loud_stretches
from hypothesis import given
from hypothesis import strategies as st

from assistant.transcribe.audio import PER_MS, Samples
from assistant.transcribe.windows import GROUP_SAMPLES, Stretch, Window, find_speech, grouped, windows

LOOK_AHEAD_MS = 60_000


def reader(sound: Samples) -> Callable[[int, int], Samples]:
    return lambda start_ms, length_ms: sound[start_ms * PER_MS : (start_ms + length_ms) * PER_MS]


def spoken(*spans_ms: tuple[int, int], total_ms: int) -> Samples:
    sound = np.zeros(total_ms * PER_MS, dtype=np.float32)
    for start, end in spans_ms:
        sound[start * PER_MS : end * PER_MS] = 0.5
    return sound


def cut(sound: Samples) -> list[Window]:
    return list(windows(reader(sound), loud_stretches, look_ahead_ms=LOOK_AHEAD_MS))


def heard_samples(window: Window) -> int:
    return sum(stretch.length for group in window.groups for stretch in group)


spans = st.lists(
    st.tuples(st.integers(150, 4_000), st.integers(50, 29_000)), min_size=0, max_size=25
)  # (silence before, length of speech) in ms


@given(spans, st.integers(0, 40_000))
def test_no_window_ends_inside_speech_and_nothing_is_lost_or_doubled(gaps: list[tuple[int, int]], tail: int) -> None:
    """Windows follow each other without gap or overlap, end only in silence, and hold all the speech exactly once."""
    at, placed = 0, []
    for silence, speech in gaps:
        placed.append((at + silence, at + silence + speech))
        at += silence + speech
    sound = spoken(*placed, total_ms=at + tail)
    found = cut(sound)
    assert [w.start_ms for w in found] == [0, *(w.end_ms for w in found[:-1])]
    assert found[-1].end_ms == at + tail
    assert [w.last for w in found] == [False] * (len(found) - 1) + [True]
    for window in found[:-1]:
        assert not any(start < window.end_ms < end for start, end in placed)
    assert sum(map(heard_samples, found)) == np.count_nonzero(sound)


@given(st.lists(st.integers(1, GROUP_SAMPLES), max_size=40))
def test_groups_hold_at_most_thirty_seconds_in_order(lengths: list[int]) -> None:
    """Grouping keeps every stretch, in order, never fills a group above 30 s, and never leaves room for the next."""
    stretches, at = [], 0
    for length in lengths:
        stretches.append(Stretch(at, at + length))
        at += length
    groups = grouped(stretches)
    assert [s for group in groups for s in group] == stretches
    totals = [sum(s.length for s in group) for group in groups]
    assert all(total <= GROUP_SAMPLES for total in totals)
    assert all(t + g[0].length > GROUP_SAMPLES for t, g in zip(totals, groups[1:], strict=False))


def test_the_group_that_more_sound_could_fill_waits_for_the_next_window() -> None:
    """A window holds complete groups; the one that the look-ahead cuts off begins the next window."""
    first, second = cut(spoken((0, 20_000), (21_000, 41_000), (42_000, 70_000), total_ms=70_000))
    assert [len(first.groups), first.end_ms] == [2, 42_000]
    assert [len(second.groups), second.start_ms] == [1, 42_000]


def test_long_silence_is_stepped_over() -> None:
    """Minutes without speech give windows without groups, and the speech after them is whole."""
    found = cut(spoken((200_000, 205_000), total_ms=260_000))
    assert [bool(w.groups) for w in found].count(True) == 1
    assert len(found) > 3
    assert sum(map(heard_samples, found)) == 5_000 * PER_MS


def test_going_on_gives_the_same_windows() -> None:
    """Starting at the end of any window gives exactly the windows that would have followed."""
    sound = spoken(*((n * 9_000, n * 9_000 + 8_000) for n in range(30)), total_ms=270_000)
    whole = [(w.start_ms, w.end_ms) for w in cut(sound)]
    assert len(whole) > 4
    for index, (start_ms, _) in enumerate(whole):
        rest = windows(reader(sound), loud_stretches, start_ms, LOOK_AHEAD_MS)
        assert [(w.start_ms, w.end_ms) for w in rest] == whole[index:]


def test_a_recording_that_ends_with_the_look_ahead_ends() -> None:
    """Where the sound ends exactly at the look-ahead, an empty last window says so."""
    found = cut(spoken((0, 5_000), total_ms=LOOK_AHEAD_MS))
    assert found[-1].last
    assert found[-1].end_ms == LOOK_AHEAD_MS


@pytest.mark.parametrize("seconds", [0, 3])
def test_the_real_finder_hears_no_speech_in_silence(seconds: int) -> None:
    """The detector that ships with faster-whisper runs, and finds nothing where nothing is said."""
    assert find_speech(np.zeros(seconds * 16_000, dtype=np.float32)) == []
