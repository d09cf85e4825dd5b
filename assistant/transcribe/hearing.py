"""Hearing one recording: window by window, each committed before the next is heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.transcribe.audio import Recording
from assistant.transcribe.recogniser import MIXED, Recogniser
from assistant.transcribe.windows import LOOK_AHEAD_MS, SpeechFinder, windows
from store.errors import StudyError
from store.interviews import set_media_facts
from store.study import Study
from store.transcription import Checkpoint, keep_utterances
from store.values import Interview

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
    recogniser: Recogniser
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


def hear(task: Task, sound: Recording, checkpoint: Checkpoint, language: str | None) -> tuple[str, ...]:
    """Hear and commit every window that is not committed yet; sentences about what a person should know."""
    study, label, total_ms = task.study, task.interview.label, sound.facts.duration_ms
    notices: list[str] = []
    end_ms = checkpoint.done_ms
    if language is None and checkpoint.done_ms:
        language = task.interview.language
    task.tell(end_ms, total_ms)
    for window in windows(sound.read, task.find, end_ms):
        task.stop_if_asked(end_ms)
        heard = task.recogniser.hear(window, language)
        if language is None and heard.utterances:
            language = heard.language
            notices += _doubts(task, heard.language, heard.certainty)
            set_media_facts(study, label, language=language)
        keep_utterances(study, checkpoint, heard.utterances, window.end_ms)
        end_ms = window.end_ms
        task.tell(end_ms, max(total_ms, end_ms))
    set_media_facts(study, label, duration_ms=end_ms, language=None if language == MIXED else language)
    return (*notices, *_losses(task, sound, end_ms))


def _doubts(task: Task, language: str, certainty: float) -> list[str]:
    if certainty >= SURE:
        return []
    return [f"The language of {task.name} was guessed as {language}, without certainty; name it with --language."]


def _losses(task: Task, sound: Recording, end_ms: int) -> list[str]:
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
