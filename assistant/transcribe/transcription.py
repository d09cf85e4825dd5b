"""Recordings of the study become transcripts; what was interrupted goes on where it stopped."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.models import choose
from assistant.settings import Settings
from assistant.transcribe.audio import Recording
from assistant.transcribe.hearing import Progress, StoppedError, Task, hear
from assistant.transcribe.recogniser import AUTO, Recogniser
from assistant.transcribe.windows import SpeechFinder, find_speech
from store.canonical import sha256_file
from store.errors import ConflictError, InvalidInputError, NotFoundError, StudyError
from store.interviews import interview, interviews
from store.study import TRANSCRIBE_LOCK, Study
from store.transcription import (
    Checkpoint,
    begin_transcription,
    finish_transcription,
    utterances,
)
from store.transcripts import add_transcript
from store.values import Interview, NewTurn, Transcript, Utterance

ORIGIN = "transcription"


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
        task = Task(study, _untranscribed(study, label), recogniser, wanted, progress, cancel, find)
        language = recogniser.language_for(wanted)
        with Recording(_media(task), task.name) as sound:
            checkpoint = begin_transcription(study, label, task.settings())
            notices = hear(task, sound, checkpoint, language)
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
    lock = FileLock(study.folder / TRANSCRIBE_LOCK, timeout=0)
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


def _media(task: Task) -> Path:
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


def _kept(task: Task, checkpoint: Checkpoint, notices: tuple[str, ...]) -> Transcript:
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
