from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.transcribe.audio import PER_MS, RATE_HZ
from assistant.transcribe.clips import Clip, SpeechOnly, unheard
from assistant.transcribe.windows import Stretch, Window

SECOND = RATE_HZ


def window(*groups: tuple[tuple[int, int], ...], start_ms: int = 100_000) -> Window:
    """Stretches given in seconds; every sample's value is its place in the window."""
    made = tuple(tuple(Stretch(a * SECOND, b * SECOND) for a, b in group) for group in groups)
    samples = np.arange(60 * SECOND, dtype=np.float32)
    return Window(start_ms, start_ms + 60_000, samples, made, last=True)


def segment(clip: Clip, *words: tuple[float, float]) -> SimpleNamespace:
    return SimpleNamespace(seek=clip.seek, words=[SimpleNamespace(start=a, end=b) for a, b in words])


def test_silence_is_left_out_and_times_find_their_way_back() -> None:
    """A word after two silences gets the time at which it was said in the recording."""
    speech = SpeechOnly(window(((2, 5), (10, 12)), ((20, 30),)))
    assert len(speech.samples) == 15 * SECOND
    assert speech.clips == [Clip(0, 5 * SECOND), Clip(5 * SECOND, 15 * SECOND)]
    assert speech.word_ms(1.0, 1.5) == (103_000, 103_500)
    assert speech.word_ms(3.5, 4.0) == (110_500, 111_000)
    assert speech.word_ms(6.0, 6.25) == (121_000, 121_250)


def test_a_word_stays_in_the_stretch_that_holds_its_middle() -> None:
    """Times that reach over a silence that was left out are held back at its edge."""
    speech = SpeechOnly(window(((2, 5), (10, 12))))
    assert speech.word_ms(2.8, 3.1) == (104_800, 105_000)
    assert speech.word_ms(2.9, 3.8) == (110_000, 110_800)


@given(st.floats(0, 15), st.floats(0, 3))
def test_every_word_gets_the_time_of_its_own_sound(start_s: float, length_s: float) -> None:
    """The sample at a word's middle comes from within the time that the word is given."""
    speech = SpeechOnly(window(((2, 5), (10, 12)), ((20, 30),)))
    start_ms, end_ms = speech.word_ms(start_s, start_s + length_s)
    middle = min(int((start_s + length_s / 2) * RATE_HZ), len(speech.samples) - 1)
    place_ms = 100_000 + speech.samples[middle] / PER_MS
    assert start_ms - 1 <= place_ms <= end_ms + 1


def test_an_empty_window_has_no_clips() -> None:
    """Without speech there is nothing to decode."""
    assert SpeechOnly(window()).clips == []


def test_what_follows_an_early_stop_is_heard_again() -> None:
    """Only a clip that was left with seconds of speech after its last word is tried again, from there."""
    whole, early, silent = Clip(0, 30 * SECOND), Clip(30 * SECOND, 55 * SECOND), Clip(55 * SECOND, 60 * SECOND)
    heard = [segment(whole, (0.1, 28.5)), segment(early, (30.5, 34.0)), segment(silent)]
    assert unheard([whole, early, silent], heard) == [Clip(34 * SECOND, 55 * SECOND)]


def test_hearing_again_comes_to_an_end() -> None:
    """A clip in which hardly anything is heard is given up, so that the loop always ends."""
    clip = Clip(0, 30 * SECOND)
    assert unheard([clip], [segment(clip, (0.0, 0.4))]) == []


def test_seconds_survive_the_way_through_faster_whisper() -> None:
    """faster-whisper multiplies by the rate and cuts the fraction off; every sample number comes back."""
    for start in range(0, 2_000_000, 7_919):
        assert int(Clip(start, start + 1).in_seconds()["start"] * RATE_HZ) == start
