"""A listener that takes how loud somebody is for their voice: fast and exact."""

from dataclasses import dataclass, field

import numpy as np

from assistant.transcribe.audio import PER_MS, Samples
from assistant.transcribe.speakers.segmentation_model import FRAME_LENGTH, FRAME_STEP, FRAMES
from assistant.transcribe.speakers.voice_model import SIZE
from assistant.transcribe.speakers.voices import STEP_MS, WINDOW_MS, Voices

LEVELS = (0.1, 0.3, 0.6, 0.9)
"""The peak of each person's voice; what lies between belongs to the nearest."""


@dataclass
class FakeListener:
    """Hears who is loud in each frame, up to three people in a window; keeps where it listened."""

    listened: list[int] = field(default_factory=list)
    fail_at: int | None = None

    @property
    def identity(self) -> dict[str, object]:
        return {"model": "fake listener", "weights_sha256": "0" * 64, "step_ms": STEP_MS}

    def listen(self, samples: Samples, start_ms: int) -> Voices:
        if self.fail_at is not None and len(self.listened) == self.fail_at:
            raise RuntimeError("out of memory")
        self.listened.append(start_ms)
        window, step = WINDOW_MS * PER_MS, STEP_MS * PER_MS
        starts = [0] if len(samples) <= window else list(range(0, len(samples) - window + step, step))
        if not len(samples):
            starts = []
        heard = [self._window(np.pad(samples, (0, window))[start : start + window]) for start in starts]
        return Voices(
            np.array([start_ms + start // PER_MS for start in starts], np.int64),
            np.array([classes for classes, _, _ in heard], np.uint8).reshape(len(starts), FRAMES),
            np.array([vectors for _, vectors, _ in heard], np.float32).reshape(len(starts), 3, SIZE),
            np.array([seconds for _, _, seconds in heard], np.float32).reshape(len(starts), 3),
        )

    def _window(self, sound: Samples):
        padded = np.pad(sound, (0, FRAME_LENGTH))
        peaks = np.array(
            [np.abs(padded[at * FRAME_STEP : at * FRAME_STEP + FRAME_LENGTH]).max() for at in range(FRAMES)]
        )
        who = np.array([int(np.argmin(np.abs(np.array(LEVELS) - peak))) if peak > 0.05 else -1 for peak in peaks])
        people = list(dict.fromkeys(int(person) for person in who if person >= 0))[:3]
        classes = np.array([people.index(person) + 1 if person in people else 0 for person in who])
        vectors, seconds = np.full((3, SIZE), np.nan), np.zeros(3)
        for local, person in enumerate(people):
            vectors[local] = np.eye(SIZE)[person]
            seconds[local] = (who == person).sum() * FRAME_STEP / 16_000
        return classes, vectors, seconds
