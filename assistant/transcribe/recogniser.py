"""What turns sound into words: the seam between a recording and a speech model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.transcribe.windows import Window
from store.values import Utterance

AUTO = "auto"
MIXED = "mixed"
"""The language may change within a recording: each group of speech is listened to for its own."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one window, with times from the start of the recording.

    `certainty` (0..1) is how sure the model is of a language that it had to guess; 1 where it was told.
    """

    utterances: tuple[Utterance, ...]
    language: str
    certainty: float = 1.0


class Named(Protocol):
    """A speech model, be it loaded here or elsewhere."""

    @property
    def name(self) -> str:
        """The model's name, as people know it."""
        ...

    @property
    def identity(self) -> Mapping[str, Any]:
        """All that decides what it hears: model, weights, options and versions; plain JSON values."""
        ...


class Recogniser(Named, Protocol):
    """A speech model, loaded and ready."""

    def language_for(self, wanted: str) -> str | None:
        """The language to listen for; None means that it must be guessed. Refuses what the model does not know."""
        ...

    def hear(self, window: Window, language: str | None) -> Heard:
        """What is said in a window; each group of the window is heard by itself.

        `language` is a code, `MIXED`, or None to guess one for the whole window. With `MIXED` every utterance names its
        own, and `Heard.language` is the one most spoken.
        """
        ...
