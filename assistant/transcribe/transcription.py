"""A recording of the study becomes a transcript: window by window, each committed before the next is heard."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant.models import choose
from assistant.settings import Settings
from assistant.transcribe.audio import Recording
from assistant.transcribe.recogniser import AUTO, Recogniser
from assistant.transcribe.windows import LOOK_AHEAD_MS, SpeechFinder, find_speech, windows
from store.canonical import sha256_file
from store.errors import ConflictError, InvalidInputError, NotFoundError, StudyError
from store.interviews import interview, interviews, set_media_facts
from store.study import Study
from store.transcription import (
    Checkpoint,
    begin_transcription,
    finish_transcription,
    keep_utterances,
    utterances,
)
from store.transcripts import add_transcript
from store.values import Interview, NewTurn, Transcript, Utterance

ORIGIN = "transcription"
LOCK = ".transcribe.lock"
SURE = 0.5
"""Below this certainty a guessed language is pointed out."""

MISSING_MS = 1_000
"""A recording may end this much before it says it does; encoders round."""

Progress = Callable[[int, int], None]
"""Is told how many milliseconds are done, of how many."""


class StoppedError(StudyError):
    """The person asked to stop; what was committed is kept."""


@dataclass(frozen=True, slots=True)
class Transcribed:
    """A recording that now has a transcript, and what it took."""

    transcript: Transcript
    duration_ms: int
    language: str
    model: str
    resumed_from_ms: int
    seconds: float
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that has no transcript, and why."""

    interview: str
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of several recordings."""

    done: tuple[Transcribed, ...]
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """One recording, the model that hears it, and who wants to know."""

    study: Study
    interview: Interview
    recogniser: Recogniser
    wanted: str
    progress: Progress | None
    cancel: Callable[[], bool] | None
    find: SpeechFinder

    @property
    def name(self) -> str:
        """The recording as people know it."""
        return f"{self.interview.label} ({self.interview.source_name})"

    def settings(self) -> dict[str, Any]:
        """All that decides the transcript."""
        identity: Mapping[str, Any] = self.recogniser.identity
        return {**identity, "language_wanted": self.wanted, "look_ahead_ms": LOOK_AHEAD_MS}


def transcribe(
    study: Study,
    label: str,
    settings: Settings,
    *,
    model: str = AUTO,
    language: str = AUTO,
    recogniser: Recogniser | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    find: SpeechFinder = find_speech,
) -> Transcript:
    """The transcript of one recording; an interrupted run goes on where it stopped.

    Raises StudyError with a sentence where the recording cannot be used, holds no speech, changed since it was
    added, has a transcript already, or `cancel` said to stop.
    """
    _untranscribed(study, label)
    recogniser = recogniser or load_recogniser(model, settings)
    return _transcribed(study, label, recogniser, language, progress, cancel, find).transcript


def transcribe_all(
    study: Study,
    settings: Settings,
    labels: Sequence[str] | None = None,
    *,
    model: str = AUTO,
    language: str = AUTO,
    recogniser: Recogniser | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    find: SpeechFinder = find_speech,
) -> Outcome:
    """Every recording without a transcript in study order, or those named; one that fails does not stop the others.

    `progress` is told the label, the milliseconds done, and of how many.
    """
    done: list[Transcribed] = []
    failed: list[Failure] = []
    for label in labels or waiting(study):
        try:
            _untranscribed(study, label)
            recogniser = recogniser or load_recogniser(model, settings)
            report = None if progress is None else _labelled(progress, label)
            done.append(_transcribed(study, label, recogniser, language, report, cancel, find))
        except StudyError as error:
            failed.append(Failure(label, str(error)))
            if isinstance(error, StoppedError):
                break
    return Outcome(tuple(done), tuple(failed))


def waiting(study: Study) -> tuple[str, ...]:
    """The labels of the recordings that have no transcript yet, in study order."""
    return tuple(i.label for i in interviews(study) if i.kind == "recording" and i.media and not i.transcribed)


def load_recogniser(model: str, settings: Settings) -> Recogniser:
    """The speech model that is asked for; `auto` takes the study's choice, or the best one installed."""
    from assistant.transcribe.whisper import WhisperRecogniser

    chosen = choose("whisper", settings.whisper if model == AUTO else model, settings)
    return WhisperRecogniser(chosen.path, name=chosen.name, sha256=chosen.sha256, threads=settings.threads)


def _labelled(progress: Callable[[str, int, int], None], label: str) -> Progress:
    return lambda done_ms, total_ms: progress(label, done_ms, total_ms)


def _transcribed(
    study: Study,
    label: str,
    recogniser: Recogniser,
    wanted: str,
    progress: Progress | None,
    cancel: Callable[[], bool] | None,
    find: SpeechFinder,
) -> Transcribed:
    began = time.monotonic()
    with _alone(study):
        task = _Task(study, _untranscribed(study, label), recogniser, wanted, progress, cancel, find)
        language = recogniser.language_for(wanted)
        with Recording(_media(task), task.name) as sound:
            checkpoint = begin_transcription(study, label, task.settings())
            notices = _hear(task, sound, checkpoint, language)
        transcript = _kept(task, checkpoint, notices)
    now = interview(study, label)
    return Transcribed(
        transcript=transcript,
        duration_ms=now.duration_ms or 0,
        language=now.language or "",
        model=recogniser.name,
        resumed_from_ms=checkpoint.done_ms,
        seconds=round(time.monotonic() - began, 2),
        notices=notices,
    )


@contextmanager
def _alone(study: Study) -> Iterator[None]:
    """Two processes that heard the same recording would commit it twice."""
    lock = FileLock(study.folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ConflictError(
            f"Another process is transcribing in {study.folder}; wait until it is done, or stop it, and try again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _untranscribed(study: Study, label: str) -> Interview:
    found = interview(study, label)
    if found.kind != "recording":
        raise InvalidInputError(
            f"{label} ({found.source_name}) is a transcript, not a recording; nothing is to be done."
        )
    if found.transcribed:
        raise ConflictError(f"{label} has a transcript already; correct that one instead of transcribing again.")
    return found


def _media(task: _Task) -> Path:
    """The recording's file, the same bytes that were added."""
    if task.interview.media is None:
        raise NotFoundError(f"The recording of {task.name} was erased; add it again to transcribe it.")
    path = task.study.folder / task.interview.media
    if not path.is_file():
        raise NotFoundError(f"The recording of {task.name} is missing; put {path} back, or add it again.")
    if sha256_file(path) != task.interview.source_sha256:
        raise ConflictError(
            f"The recording of {task.name} changed since it was added; put the original back as {path}, "
            "or add the new one as another interview."
        )
    return path


def _hear(task: _Task, sound: Recording, checkpoint: Checkpoint, language: str | None) -> tuple[str, ...]:
    """Hear and commit every window that is not committed yet; sentences about what a person should know."""
    study, label, total_ms = task.study, task.interview.label, sound.facts.duration_ms
    notices: list[str] = []
    end_ms = checkpoint.done_ms
    if language is None and checkpoint.done_ms:
        language = task.interview.language
    _tell(task, end_ms, total_ms)
    for window in windows(sound.read, task.find, end_ms):
        _stop_if_asked(task, end_ms)
        heard = task.recogniser.hear(window, language)
        if language is None and heard.utterances:
            language = heard.language
            notices += _doubts(task, heard.language, heard.certainty)
            set_media_facts(study, label, language=language)
        keep_utterances(study, checkpoint, heard.utterances, window.end_ms)
        end_ms = window.end_ms
        _tell(task, end_ms, max(total_ms, end_ms))
    set_media_facts(study, label, duration_ms=end_ms, language=language)
    return (*notices, *_losses(task, sound, end_ms))


def _tell(task: _Task, done_ms: int, total_ms: int) -> None:
    if task.progress is not None:
        task.progress(done_ms, total_ms)


def _stop_if_asked(task: _Task, done_ms: int) -> None:
    if task.cancel is not None and task.cancel():
        raise StoppedError(
            f"Transcribing {task.name} was stopped at {clock(done_ms)}; the next run goes on from there."
        )


def _doubts(task: _Task, language: str, certainty: float) -> list[str]:
    if certainty >= SURE:
        return []
    return [f"The language of {task.name} was guessed as {language}, without certainty; name it with --language."]


def _losses(task: _Task, sound: Recording, end_ms: int) -> list[str]:
    if end_ms < sound.facts.duration_ms - MISSING_MS:
        whole = clock(sound.facts.duration_ms)
        return [
            f"{task.name} breaks off at {clock(end_ms)} of {whole}; its transcript ends there, look for a whole copy."
        ]
    if sound.damaged:
        return [f"Parts of {task.name} could not be decoded; its transcript has gaps there, look for a better copy."]
    return []


def _kept(task: _Task, checkpoint: Checkpoint, notices: tuple[str, ...]) -> Transcript:
    heard = utterances(task.study, checkpoint)
    if not heard:
        raise StudyError(
            f"No speech was found in {task.name}, so it has no transcript; listen to it, and if somebody does speak, "
            "try another model with --model."
        )
    finish_transcription(task.study, checkpoint)
    language = interview(task.study, task.interview.label).language
    details = {**task.settings(), "language": language, "notices": list(notices)}
    turns = [_turn(utterance) for utterance in heard]
    return add_transcript(task.study, task.interview.label, turns, origin=ORIGIN, details=details)


def _turn(utterance: Utterance) -> NewTurn:
    return NewTurn(text=utterance.text, start_ms=utterance.start_ms, end_ms=utterance.end_ms, words=utterance.words)


def clock(ms: int) -> str:
    """Milliseconds as people read them: 4:07, or 1:04:07."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
