"""A recogniser that hears one word per stretch of sound, and a finder for loud stretches: fast and exact."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from assistant.transcribe.audio import PER_MS, Samples
from assistant.transcribe.recogniser import AUTO, Heard
from assistant.transcribe.sentences import Confidence, HeardWord, utterances_of
from assistant.transcribe.windows import GROUP_SAMPLES, Stretch, Window
from store.errors import InvalidInputError


def loud_stretches(samples: Samples) -> list[Stretch]:
    """Speech is where it is loud, pauses under a tenth of a second included, split at 30 seconds."""
    loud = np.flatnonzero(np.abs(samples) > 0.05)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > 100 * PER_MS)
    starts = [int(loud[0]), *(int(s) for s in loud[breaks + 1])]
    ends = [*(int(e) + 1 for e in loud[breaks]), int(loud[-1]) + 1]
    found = []
    for start, end in zip(starts, ends, strict=True):
        found += [Stretch(a, b) for a, b in itertools.pairwise([*range(start, end, GROUP_SAMPLES), end])]
    return found


@dataclass
class FakeRecogniser:
    """Hears the word `beep12` in a stretch that begins at second 12; can be slow, and can fail before a window."""

    name: str = "fake"
    languages: tuple[str, ...] = ("en", "de")
    guess: tuple[str, float] = ("de", 0.9)
    fail_at: int | None = None
    log: Path | None = None
    seconds: float = 0.0
    heard: list[int] = field(default_factory=list)
    told: list[str | None] = field(default_factory=list)
    version: int = 1

    @property
    def identity(self) -> Mapping[str, Any]:
        return {"model": self.name, "weights_sha256": "0" * 64, "version": self.version}

    def language_for(self, wanted: str) -> str | None:
        if wanted == AUTO:
            return None
        if wanted not in self.languages:
            msg = f"The model {self.name} knows no language {wanted!r}."
            raise InvalidInputError(msg)
        return wanted

    def hear(self, window: Window, language: str | None) -> Heard:
        if self.fail_at is not None and len(self.heard) == self.fail_at:
            raise RuntimeError("out of memory")
        time.sleep(self.seconds)
        self.heard.append(window.start_ms)
        self.told.append(language)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps([window.start_ms, window.end_ms]) + "\n")
        stretches = [stretch for group in window.groups for stretch in group]
        heard = [u for stretch in stretches for u in self._beep(window.start_ms, stretch)]
        return Heard(tuple(heard), language or self.guess[0], 1.0 if language else self.guess[1])

    def _beep(self, offset_ms: int, stretch: Stretch):
        start_ms, end_ms = (offset_ms + edge // PER_MS for edge in (stretch.start, stretch.end))
        word = HeardWord(f" beep{round(start_ms / 1000)}", start_ms, end_ms, 0.9)
        return utterances_of([word], Confidence(-0.2, 0.05, 1.1))
