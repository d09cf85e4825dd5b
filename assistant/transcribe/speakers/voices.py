"""What is heard of voices in a stretch of a recording: who is active frame by frame, and what each one sounds like."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.transcribe.audio import PER_MS, RATE_HZ, Samples
from assistant.transcribe.speakers.segmentation_model import (
    CLASSES,
    FRAME_LENGTH,
    FRAME_STEP,
    FRAMES,
    LOCAL_SPEAKERS,
    WINDOW_S,
    SegmentationModel,
)
from assistant.transcribe.speakers.voice_model import SIZE, VoiceModel, log_mels
from store.errors import StudyError

WINDOW_MS = WINDOW_S * 1000
STEP_MS = 5_000
"""A window begins every so often, so that every moment is heard twice."""
FEWEST_FRAMES = 25
"""A voice is described from at least so many hundredths of a second."""
_AT_ONCE = 8
_MEL_MS = 10
_MEL_MIDDLE = RATE_HZ * 25 // 2000
FILES = ("segmentation.pt", "voices.pt")


@dataclass(frozen=True, slots=True)
class Voices:
    """What was heard in windows of ten seconds.

    `starts_ms` (windows), `classes` (windows, frames) as in `CLASSES`, `vectors` (windows, 3, 192) of length 1 with
    NaN where nobody was heard long enough, and `seconds` (windows, 3) that each one spoke alone.
    """

    starts_ms: NDArray[np.int64]
    classes: NDArray[np.uint8]
    vectors: NDArray[np.float32]
    seconds: NDArray[np.float32]

    @property
    def active(self) -> NDArray[np.uint8]:
        """Who is active: (windows, frames, 3) of 0 and 1."""
        return CLASSES[self.classes]

    def to_bytes(self) -> bytes:
        """As one array file without pickles."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            starts_ms=self.starts_ms,
            classes=self.classes,
            vectors=self.vectors.astype(np.float16),
            seconds=self.seconds,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Voices":
        """Read back what `to_bytes` gave."""
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            vectors = kept["vectors"].astype(np.float32)
            return cls(kept["starts_ms"], kept["classes"], vectors, kept["seconds"])

    @classmethod
    def joined(cls, parts: Sequence["Voices"]) -> "Voices":
        """Several stretches as one, in order."""
        if not parts:
            shape = (0, LOCAL_SPEAKERS)
            return cls(
                np.zeros(0, np.int64),
                np.zeros((0, FRAMES), np.uint8),
                np.zeros((*shape, SIZE), np.float32),
                np.zeros(shape, np.float32),
            )
        return cls(
            np.concatenate([part.starts_ms for part in parts]),
            np.concatenate([part.classes for part in parts]),
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.seconds for part in parts]),
        )


class VoiceListener(Protocol):
    """Hears voices in sound that begins at `start_ms` of a recording."""

    @property
    def identity(self) -> dict[str, object]:
        """All that decides what it hears, as plain JSON values."""
        ...

    def listen(self, samples: Samples, start_ms: int) -> Voices:
        """The windows that begin in steps of five seconds; the last is filled up with silence."""
        ...


class NeuralListener:
    """The two networks, from a folder on this machine."""

    def __init__(self, folder: Path, *, name: str, sha256: str, threads: int) -> None:
        import torch

        torch.set_num_threads(threads)
        try:
            self._segmentation = SegmentationModel(folder / FILES[0])
            self._voice = VoiceModel(folder / FILES[1])
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise StudyError(
                f"The model {name} in {folder} cannot be loaded ({error}); run `interview models pull {name}`."
            ) from error
        self._name, self._sha256 = name, sha256

    @property
    def identity(self) -> dict[str, object]:
        """Model, weights and step."""
        return listener_identity(self._name, self._sha256)

    def listen(self, samples: Samples, start_ms: int) -> Voices:
        """The windows of this stretch."""
        starts = list(_starts(len(samples)))
        sounds = np.zeros((len(starts), WINDOW_MS * PER_MS), dtype=np.float32)
        for row, start in zip(sounds, starts, strict=True):
            part = samples[start : start + len(row)]
            row[: len(part)] = part
        groups = [self._segmentation.classes(sounds[at : at + _AT_ONCE]) for at in range(0, len(sounds), _AT_ONCE)]
        classes = np.concatenate(groups) if groups else np.zeros((0, FRAMES), np.uint8)
        vectors = np.full((len(starts), LOCAL_SPEAKERS, SIZE), np.nan, dtype=np.float32)
        seconds = np.zeros((len(starts), LOCAL_SPEAKERS), dtype=np.float32)
        for number, sound in enumerate(sounds):
            if classes[number].any():
                self._describe(sound, CLASSES[classes[number]], vectors[number], seconds[number])
        return Voices(np.array([start_ms + s // PER_MS for s in starts], np.int64), classes, vectors, seconds)

    def _describe(
        self,
        sound: Samples,
        active: NDArray[np.uint8],
        vectors: NDArray[np.float32],
        seconds: NDArray[np.float32],
    ) -> None:
        """Fill in what each one sounds like, from where they speak alone if that is long enough."""
        features = log_mels(sound)
        middles = np.arange(len(features)) * (_MEL_MS * PER_MS) + _MEL_MIDDLE
        frames = np.clip((middles - FRAME_LENGTH // 2 + FRAME_STEP // 2) // FRAME_STEP, 0, FRAMES - 1)
        speaking = active[frames].astype(bool)
        together = speaking.sum(axis=1) > 1
        for speaker in range(LOCAL_SPEAKERS):
            alone = speaking[:, speaker] & ~together
            seconds[speaker] = alone.sum() * _MEL_MS / 1000
            chosen = alone if alone.sum() >= FEWEST_FRAMES else speaking[:, speaker]
            if chosen.sum() >= FEWEST_FRAMES:
                vectors[speaker] = self._voice.voices(features[chosen][None])[0]


def listener_identity(name: str, sha256: str) -> dict[str, object]:
    """All that decides what such networks hear, without loading them."""
    return {"model": name, "weights_sha256": sha256, "step_ms": STEP_MS}


def _starts(length: int) -> Iterator[int]:
    """Where windows begin, in samples, until one reaches the end."""
    start, window, step = 0, WINDOW_MS * PER_MS, STEP_MS * PER_MS
    while length:
        yield start
        if start + window >= length:
            return
        start += step
