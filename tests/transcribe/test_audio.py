from pathlib import Path

import numpy as np
import pytest
from made_sound import CODECS, encode, tone, write_wav

from assistant.transcribe.audio import PER_MS, Recording, probe
from store.errors import InvalidInputError, NotFoundError

RATE = 48_000


def read_window(path, start_ms, length_ms):
    """One stretch of a recording that is opened for it alone."""
    with Recording(path) as recording:
        return recording.read(start_ms, length_ms)


def rising(seconds: float) -> np.ndarray:
    """A tone whose pitch rises all the time, so that every moment differs from every other."""
    times = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * (200 * times + 20 * times**2)) * 12_000).astype(np.int16)


@pytest.mark.parametrize("ending", CODECS)
def test_every_container_says_what_it_holds(ending: str, tmp_path: Path) -> None:
    """Each of the six containers opens and reports duration, channels, rate and codec."""
    facts = probe(encode(tmp_path / f"a.{ending}", tone(3, RATE), picture=ending == "mp4"))
    assert abs(facts.duration_ms - 3000) < 60
    assert (facts.channels, facts.rate) == (1, RATE)
    assert facts.codec


@pytest.mark.parametrize("ending", CODECS)
def test_a_window_is_the_slice_of_the_whole(ending: str, tmp_path: Path) -> None:
    """Seeking into any container gives the same sound, at the same time, as decoding from the start."""
    path = encode(tmp_path / f"a.{ending}", rising(12))
    whole = read_window(path, 0, 20_000)
    for start_ms, length_ms in ((0, 700), (3_217, 2_000), (7_777, 1_234), (9_000, 9_000)):
        window = read_window(path, start_ms, length_ms)
        expected = whole[start_ms * PER_MS :][: length_ms * PER_MS]
        assert abs(len(window) - len(expected)) <= PER_MS
        shared = min(len(window), len(expected)) - PER_MS
        inner = slice(PER_MS, shared)
        assert np.corrcoef(window[inner], expected[inner])[0, 1] > 0.95


@pytest.mark.parametrize("ending", CODECS)
def test_a_sound_is_found_where_it_was_put(ending: str, tmp_path: Path) -> None:
    """A beep at second 5 is heard at second 5, so that times point into the file that a browser plays."""
    samples = np.zeros(8 * RATE, dtype=np.int16)
    samples[5 * RATE : 6 * RATE] = tone(1, RATE)
    window = read_window(encode(tmp_path / f"a.{ending}", samples), 4_000, 3_000)
    loud = np.flatnonzero(np.abs(window) > 0.1)
    assert abs(loud[0] - 1_000 * PER_MS) < 40 * PER_MS
    assert abs(loud[-1] - 2_000 * PER_MS) < 40 * PER_MS


def test_sound_is_mono_float_at_16_khz(tmp_path: Path) -> None:
    """Loudness survives the way to float32, and the end of the file ends the window."""
    window = read_window(write_wav(tmp_path / "a.wav", tone(1, 16_000)), 500, 5_000)
    assert window.dtype == np.float32
    assert len(window) == 500 * PER_MS
    assert np.abs(window).max() == pytest.approx(12_000 / 32_768, abs=0.01)


def test_past_the_end_there_is_nothing(tmp_path: Path) -> None:
    """A window that begins after the end is empty, not an error."""
    assert len(read_window(write_wav(tmp_path / "a.wav", tone(1, 16_000)), 5_000, 1_000)) == 0


def test_a_window_decodes_only_its_own_stretch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading one second of two minutes decodes a few seconds, so that memory and time stay bounded."""
    decoded: list[float] = []
    original = Recording._frames

    def counted(self: Recording, start_ms: int = 0):
        for frame in original(self, start_ms):
            decoded.append(frame.samples / frame.sample_rate)
            yield frame

    path = write_wav(tmp_path / "a.wav", tone(120, 16_000))
    with Recording(path) as recording:
        monkeypatch.setattr(Recording, "_frames", counted)
        assert len(recording.read(100_000, 1_000)) == 1_000 * PER_MS
    assert 1 <= sum(decoded) < 6


def sound_file(folder: Path, kind: str) -> Path:
    path = folder / f"talk.{kind.rpartition(' ')[2]}"
    match kind.rpartition(" ")[0]:
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("Interviewer: hello\n" * 40, encoding="utf-8")
        case "noise":
            path.write_bytes(np.random.default_rng(0).bytes(50_000))
        case "silent film":
            encode(path, tone(1, RATE), sound=False, picture=True)
        case "zero seconds":
            write_wav(path, np.zeros(0, dtype=np.int16))
        case "cut off":
            data = encode(folder / f"whole.{path.suffix[1:]}", tone(5, RATE)).read_bytes()
            path.write_bytes(data[: len(data) // 2])
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("empty mp3", "is empty, it has 0 bytes"),
        ("text mp3", "cannot be read as sound"),
        ("noise wav", "cannot be read as sound"),
        ("silent film mp4", "has no sound track"),
        ("zero seconds wav", "lasts 0 seconds"),
        ("cut off m4a", "copied to its end"),
    ],
)
def test_what_is_not_a_recording_is_refused_in_a_sentence(kind: str, says: str, tmp_path: Path) -> None:
    """Each unusable file gets a sentence that names it as its owner does and says what to do."""
    with pytest.raises(InvalidInputError) as caught:
        probe(sound_file(tmp_path, kind), "I4 (talk)")
    assert str(caught.value).startswith(("I4 (talk) ", "The sound in I4 (talk) "))
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_missing_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """A recording that is gone is a StudyError, not a traceback."""
    with pytest.raises(NotFoundError, match="is not there any more"):
        probe(tmp_path / "gone.wav")


@pytest.mark.parametrize("ending", ["wav", "flac", "mp3", "ogg"])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(ending: str, tmp_path: Path) -> None:
    """Half a file gives about half the sound, and no error."""
    window = read_window(sound_file(tmp_path, f"cut off {ending}"), 0, 10_000)
    assert 1_500 * PER_MS < len(window) < 3_500 * PER_MS


def test_damage_in_the_middle_costs_only_the_damaged_part(tmp_path: Path) -> None:
    """After bytes that cannot be decoded, the sound goes on at its proper time, and the damage is known."""
    samples = np.zeros(10 * RATE, dtype=np.int16)
    samples[8 * RATE : 9 * RATE] = tone(1, RATE)
    path = encode(tmp_path / "a.m4a", samples + np.random.default_rng(1).integers(-90, 90, len(samples), np.int16))
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : third + 2_000] = np.random.default_rng(2).bytes(2_000)
    path.write_bytes(data)
    with Recording(path) as recording:
        window = recording.read(0, 10_000)
        assert recording.damaged
    loud = np.flatnonzero(np.abs(window) > 0.1)
    assert np.median(loud) == pytest.approx(8_500 * PER_MS, abs=400 * PER_MS)


def test_a_hole_at_the_end_of_a_window_is_not_the_end_of_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where sound goes on behind a hole, the window is full; a shorter one would end the transcript there."""
    sound = np.ones((1, 500 * PER_MS), dtype=np.float32)
    pieces = [(0, sound), (1_500 * PER_MS, sound[:, :PER_MS])]
    with Recording(write_wav(tmp_path / "a.wav", tone(1, 16_000))) as recording:
        monkeypatch.setattr(Recording, "_pieces", lambda self, start_ms, layout: iter(pieces))
        window = recording.read(0, 1_000)
    assert len(window) == 1_000 * PER_MS
    assert np.count_nonzero(window) == 500 * PER_MS
