from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fake_recogniser import FakeRecogniser, loud_stretches
from made_sound import tone

from assistant.models import choose
from assistant.settings import load_settings
from assistant.transcribe.audio import PER_MS, Recording, Samples
from assistant.transcribe.recogniser import Recogniser
from assistant.transcribe.whisper import WhisperRecogniser
from assistant.transcribe.windows import Window, find_speech, grouped, windows
from store.canonical import canonical_json
from store.errors import InvalidInputError, StudyError
from store.transcripts import clean_text

SAMPLE = Path(__file__).parents[2] / "samples" / "recordings" / "I4.mp3"
OFFSET_MS = 1_000_000


def beeps() -> Samples:
    sound = np.zeros(10_000 * PER_MS, dtype=np.float32)
    for second in (1, 4, 7):
        sound[second * 16_000 : (second + 2) * 16_000] = tone(2, 16_000) / 32_768
    return sound


def fake() -> tuple[Recogniser, Window]:
    sound = beeps()
    return FakeRecogniser(), Window(OFFSET_MS, OFFSET_MS + 10_000, sound, grouped(loud_stretches(sound)), last=True)


def real() -> tuple[Recogniser, Window]:
    model = choose("whisper", "tiny.en", load_settings())
    with Recording(SAMPLE) as recording:
        sound = recording.read(0, 25_000)
    window = Window(OFFSET_MS, OFFSET_MS + 25_000, sound, grouped(find_speech(sound)), last=True)
    return WhisperRecogniser(model.path, name=model.name, sha256=model.sha256, threads=2), window


Maker = Callable[[], tuple[Recogniser, Window]]


@pytest.fixture(scope="module", params=[fake, pytest.param(real, marks=pytest.mark.models)])
def both(request: pytest.FixtureRequest) -> tuple[Recogniser, Window]:
    make: Maker = request.param
    return make()


def test_times_are_from_the_start_of_the_recording_and_never_go_back(both: tuple[Recogniser, Window]) -> None:
    """Utterances lie within their window, in order, and so do their words."""
    recogniser, window = both
    heard = recogniser.hear(window, "en").utterances
    assert heard
    words = [word for utterance in heard for word in utterance.words]
    assert all(window.start_ms <= w.start_ms <= w.end_ms <= window.end_ms for w in words)
    assert [w.start_ms for w in words] == sorted(w.start_ms for w in words)
    assert all(u.start_ms <= u.words[0].start_ms and u.words[-1].end_ms <= u.end_ms for u in heard)


def test_words_are_slices_of_clean_text(both: tuple[Recogniser, Window]) -> None:
    """The words of an utterance are exact slices, and together with single spaces they are the text."""
    recogniser, window = both
    for utterance in recogniser.hear(window, "en").utterances:
        assert utterance.text == clean_text(utterance.text)
        slices = [utterance.text[w.start : w.end] for w in utterance.words]
        assert "".join(slices) == utterance.text.replace(" ", "")
        assert all(0 <= w.probability <= 1 for w in utterance.words)


def test_a_window_without_speech_is_heard_as_nothing(both: tuple[Recogniser, Window]) -> None:
    """No groups, no utterances, and no guess of a language that could stick."""
    recogniser, window = both
    empty = Window(0, 1_000, window.samples[:16_000], (), last=False)
    assert recogniser.hear(empty, "en").utterances == ()


def test_the_same_window_is_heard_the_same_way(both: tuple[Recogniser, Window]) -> None:
    """Hearing has no memory: windows may come in any order, in any process."""
    recogniser, window = both
    first = recogniser.hear(window, "en")
    assert recogniser.hear(window, "en") == first


def test_what_decides_the_outcome_is_plain_json(both: tuple[Recogniser, Window]) -> None:
    """The identity can be hashed and kept, and names the model and its weights."""
    recogniser, _ = both
    assert recogniser.identity["model"] == recogniser.name
    assert len(recogniser.identity["weights_sha256"]) == 64
    assert canonical_json(dict(recogniser.identity))


def test_an_unknown_language_is_refused(both: tuple[Recogniser, Window]) -> None:
    """No model pretends to know a language that does not exist."""
    recogniser, _ = both
    with pytest.raises(InvalidInputError, match="'xx'"):
        recogniser.language_for("xx")


@pytest.mark.models
def test_an_english_only_model_says_so() -> None:
    """tiny.en takes English without guessing, and refuses German with what to do."""
    recogniser, _ = real()
    assert recogniser.language_for("auto") == "en"
    with pytest.raises(InvalidInputError, match=r"knows only English.*--model"):
        recogniser.language_for("de")


@pytest.mark.models
def test_the_sample_is_heard_window_by_window_as_in_one_piece() -> None:
    """Short windows and long ones give nearly the same words, so cutting costs nothing."""
    recogniser, _ = real()
    texts = []
    for look_ahead_ms in (60_000, 600_000):
        with Recording(SAMPLE) as recording:
            found = windows(recording.read, find_speech, look_ahead_ms=look_ahead_ms)
            heard = [u.text for window in found for u in recogniser.hear(window, "en").utterances]
        texts.append(" ".join(heard).lower().split())
    short, long = texts
    assert abs(len(short) - len(long)) < 0.03 * len(long)
    assert len(set(short) ^ set(long)) < 0.1 * len(set(long))


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    """A damaged model is refused before the library would try to download what is missing."""
    (tmp_path / "model.bin").write_bytes(b"x")
    with pytest.raises(StudyError, match=r"lacks config.json, tokenizer.json.*interview models pull tiny.en"):
        WhisperRecogniser(tmp_path, name="tiny.en", sha256="", threads=1)


def test_a_broken_model_is_refused(tmp_path: Path) -> None:
    """Weights that cannot be loaded give a sentence, not the native library's traceback."""
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be loaded"):
        WhisperRecogniser(tmp_path, name="tiny.en", sha256="", threads=1)
