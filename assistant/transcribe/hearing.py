"""Hearing one recording: window by window, each committed before the next is heard."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.transcribe.audio import AudioFacts, Recording
from assistant.transcribe.recogniser import MIXED, Named, Recogniser
from assistant.transcribe.windows import LOOK_AHEAD_MS, SpeechFinder, windows
from store.errors import StudyError
from store.interviews import set_media_facts
from store.study import Study
from store.transcription import Checkpoint, keep_utterances
from store.values import Interview, Utterance

SURE = 0.5
"""Below this certainty a guessed language is pointed out."""

MISSING_MS = 1_000
"""A recording may end this much before it says it does; encoders round."""

LISTENING_SHARE = 5
"""Telling speakers apart takes about a fifth of the time that hearing words takes."""

Progress = Callable[[int, int], None]
"""Is told how many milliseconds are done, of how many."""


class StoppedError(StudyError):
    """The person asked to stop; what was committed is kept."""


@dataclass(frozen=True, slots=True)
class Task:
    """One recording, the model that hears it, and who wants to know."""

    study: Study
    interview: Interview
    recogniser: Named
    wanted: str
    progress: Progress | None
    cancel: Callable[[], bool] | None
    find: SpeechFinder
    speakers: Mapping[str, object] = field(default_factory=dict)
    """How speakers are told apart, for the record; empty where they are not."""

    @property
    def name(self) -> str:
        """The recording as people know it."""
        return f"{self.interview.label} ({self.interview.source_name})"

    def settings(self) -> dict[str, Any]:
        """All that decides the transcript."""
        return {**self.words(), "speakers": dict(self.speakers)} if self.speakers else self.words()

    def words(self) -> dict[str, Any]:
        """All that decides the words: while that stays the same, they are not heard again."""
        return {**self.recogniser.identity, "language_wanted": self.wanted, "look_ahead_ms": LOOK_AHEAD_MS}

    def tell(self, done_ms: int, total_ms: int) -> None:
        """Report progress to whoever wants to know; telling speakers apart comes last and takes its share."""
        if self.progress is not None:
            self.progress(done_ms, total_ms + (total_ms // LISTENING_SHARE if self.speakers else 0))

    def stop_if_asked(self, done_ms: int) -> None:
        """Raise StoppedError where the person asked to stop."""
        if self.cancel is not None and self.cancel():
            raise StoppedError(
                f"Transcribing {self.name} was stopped at {clock(done_ms)}; the next run goes on from there."
            )


@dataclass(frozen=True, slots=True)
class HeardWindow:
    """What was heard in one window that ends at `end_ms`; `guessed` is its language where that had to be guessed."""

    utterances: tuple[Utterance, ...]
    end_ms: int
    guessed: str | None = None
    certainty: float = 1.0


class Sound(Protocol):
    """What is known of a recording that was heard: what it says of itself, and whether parts could not be decoded."""

    @property
    def facts(self) -> AudioFacts:
        """What the file says of itself."""
        ...

    @property
    def damaged(self) -> bool:
        """Whether some of it could not be decoded, as far as it was read."""
        ...


def heard_windows(
    sound: Recording,
    recogniser: Recogniser,
    find: SpeechFinder,
    language: str | None,
    start_ms: int = 0,
    before: Callable[[int], None] = lambda _end_ms: None,
) -> Iterator[HeardWindow]:
    """Hear a recording window by window from `start_ms`; the first language guessed is that of the rest.

    `before` is told how far it was heard, before each window; it may raise to stop.
    """
    end_ms = start_ms
    for window in windows(sound.read, find, start_ms):
        before(end_ms)
        heard = recogniser.hear(window, language)
        guessed = heard.language if language is None and heard.utterances else None
        language, end_ms = language or guessed, window.end_ms
        yield HeardWindow(heard.utterances, end_ms, guessed, heard.certainty)


def language_so_far(task: Task, checkpoint: Checkpoint, language: str | None) -> str | None:
    """The language to listen for; of a recording that was heard in part, the one it was found to be in."""
    return task.interview.language if language is None and checkpoint.done_ms else language


def hear(
    task: Task, heard: Iterator[HeardWindow], sound: Sound, checkpoint: Checkpoint, language: str | None
) -> tuple[str, ...]:
    """Commit every window as it is heard; sentences about what a person should know. `language` is None to guess."""
    study, label, total_ms = task.study, task.interview.label, sound.facts.duration_ms
    notices: list[str] = []
    end_ms = checkpoint.done_ms
    task.tell(end_ms, total_ms)
    for window in heard:
        if language is None and window.guessed:
            language = window.guessed
            notices += _doubts(task, window.guessed, window.certainty)
            set_media_facts(study, label, language=language)
        keep_utterances(study, checkpoint, window.utterances, window.end_ms)
        end_ms = window.end_ms
        task.tell(end_ms, max(total_ms, end_ms))
    set_media_facts(study, label, duration_ms=end_ms, language=None if language == MIXED else language)
    return (*notices, *_losses(task, sound, end_ms))


def _doubts(task: Task, language: str, certainty: float) -> list[str]:
    if certainty >= SURE:
        return []
    return [f"The language of {task.name} was guessed as {language}, without certainty; name it with --language."]


def _losses(task: Task, sound: Sound, end_ms: int) -> list[str]:
    if end_ms < sound.facts.duration_ms - MISSING_MS:
        whole = clock(sound.facts.duration_ms)
        return [
            f"{task.name} breaks off at {clock(end_ms)} of {whole}; its transcript ends there, look for a whole copy."
        ]
    if sound.damaged:
        return [f"Parts of {task.name} could not be decoded; its transcript has gaps there, look for a better copy."]
    return []


def clock(ms: int) -> str:
    """Milliseconds as people read them: 4:07, or 1:04:07."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
