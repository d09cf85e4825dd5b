"""A group of speech that comes out as a loop: decoded once more, each word once, and never lost."""

from types import SimpleNamespace

import numpy as np
import pytest

from assistant.transcribe.audio import RATE_HZ
from assistant.transcribe.whisper import WhisperRecogniser
from assistant.transcribe.windows import Stretch, Window

LENGTH_S = 20


def segment(seek_s: float, *words: tuple[str, float], compression: float = 1.0) -> SimpleNamespace:
    made = [SimpleNamespace(word=f" {text}", start=at, end=at + 0.5, probability=0.9) for text, at in words]
    return SimpleNamespace(
        words=made, seek=int(seek_s * 100), avg_logprob=-0.2, no_speech_prob=0.0, compression_ratio=compression
    )


class Batched:
    """Loops and stops at second 10; what follows, it hears as “Then home.” when it is given that alone."""

    def __init__(self) -> None:
        self.begun: list[float] = []

    def transcribe(self, _samples, clip_timestamps, **_options):
        (clip,) = clip_timestamps
        self.begun.append(round(clip["start"], 1))
        info = SimpleNamespace(language="en", language_probability=1.0)
        if clip["start"] < 1:
            return [segment(0, *(("no", 1.0 + at) for at in range(9)), compression=3.0)], info
        return [segment(clip["start"], ("Then", 17.5), ("home.", 19.0))], info


class Careful:
    """Gives the same segments for every group."""

    def __init__(self, *segments: SimpleNamespace) -> None:
        self.segments = segments

    def transcribe(self, _samples, **_options):
        return iter(self.segments), None


def recogniser(*careful: SimpleNamespace) -> tuple[WhisperRecogniser, Batched]:
    made, batched = WhisperRecogniser.__new__(WhisperRecogniser), Batched()
    made._pipeline, made._model = batched, Careful(*careful)
    made._hotwords, made._name = None, "whisper"
    return made, batched


@pytest.fixture
def window() -> Window:
    samples = LENGTH_S * RATE_HZ
    return Window(0, LENGTH_S * 1000, np.zeros(samples, np.float32), ((Stretch(0, samples),),), last=True)


def said(found: WhisperRecogniser, window: Window) -> str:
    return " ".join(utterance.text for utterance in found.hear(window, "en").utterances)


def test_what_was_decoded_again_is_heard_once(window: Window) -> None:
    """The careful decoding reaches the end of the group: nothing behind the loop is heard a second time."""
    found, batched = recogniser(segment(0, ("I", 1.0), ("agreed.", 2.0)), segment(0, ("Then", 17.5), ("home.", 19.0)))
    assert said(found, window) == "I agreed. Then home."
    assert batched.begun == [0.0]


@pytest.mark.parametrize(
    "careful", [(), (segment(0, *(("no", 1.0 + at) for at in range(9)), compression=3.0),)], ids=["nothing", "a loop"]
)
def test_a_loop_stays_where_decoding_again_is_no_better(window: Window, careful: tuple[SimpleNamespace, ...]) -> None:
    """It is marked later, not deleted; and what follows it is heard by itself."""
    found, batched = recogniser(*careful)
    assert said(found, window) == f"{'no ' * 9}Then home."
    assert batched.begun == [0.0, 9.5]
