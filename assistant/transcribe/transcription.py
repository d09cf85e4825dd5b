"""Recordings of the study become transcripts; what was interrupted goes on where it stopped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.models import choose
from assistant.settings import Settings
from assistant.transcribe.audio import Recording
from assistant.transcribe.finishing import NONE, left_alone, made, untranscribed
from assistant.transcribe.hearing import (
    LISTENING_SHARE,
    Progress,
    StoppedError,
    Task,
    hear,
    heard_windows,
    language_so_far,
)
from assistant.transcribe.listening import Ears, by_channel, who_speaks
from assistant.transcribe.recogniser import AUTO, Recogniser
from assistant.transcribe.recordings import alone, media_of
from assistant.transcribe.speakers import NeuralListener, Spoken, VoiceListener
from assistant.transcribe.windows import SpeechFinder, find_speech
from store.errors import StudyError
from store.glossary import glossary
from store.interviews import interview, interviews
from store.study import Study
from store.transcription import (
    Checkpoint,
    begin_transcription,
)
from store.values import Transcript


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
class Wanted:
    """How recordings are to be transcribed.

    `model` is a speech model's name or `auto`; `language` a code, `auto`, or `mixed` where it changes within a
    recording; `speakers` is `auto`, `none`, or how many people speak.
    """

    model: str = AUTO
    language: str = AUTO
    speakers: str = AUTO


@dataclass(frozen=True, slots=True)
class Tools:
    """What hears and tells apart; None loads what the study's settings choose."""

    recogniser: Recogniser | None = None
    listener: VoiceListener | None = None
    find: SpeechFinder = find_speech


def transcribe(
    study: Study,
    label: str,
    settings: Settings,
    *,
    model: str = AUTO,
    language: str = AUTO,
    speakers: str = AUTO,
    recogniser: Recogniser | None = None,
    listener: VoiceListener | None = None,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    find: SpeechFinder = find_speech,
) -> Transcript:
    """The transcript of one recording; an interrupted run goes on where it stopped.

    Raises StudyError with a sentence where the recording cannot be used, holds no speech, changed since it was
    added, has a transcript already, or `cancel` said to stop.
    """
    untranscribed(study, label)
    wanted = Wanted(model, language, speakers)
    tools = loaded(study, wanted, settings, Tools(recogniser, listener, find))
    return _transcribed(study, label, tools, wanted, progress, cancel).transcript


def transcribe_all(
    study: Study,
    settings: Settings,
    labels: Sequence[str] | None = None,
    *,
    model: str = AUTO,
    language: str = AUTO,
    speakers: str = AUTO,
    recogniser: Recogniser | None = None,
    listener: VoiceListener | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    find: SpeechFinder = find_speech,
) -> Outcome:
    """Every recording without a transcript in study order, or those named; one that fails does not stop the others.

    `progress` is told the label, the milliseconds done, and of how many. Raises StudyError where no recording could be
    heard so: the model is not there, or does not know the language.
    """
    wanted, tools = Wanted(model, language, speakers), Tools(recogniser, listener, find)
    done: list[Transcribed] = []
    failed: list[Failure] = []
    for label in labels or waiting(study):
        try:
            untranscribed(study, label)
        except StudyError as error:
            failed.append(Failure(label, str(error)))
            continue
        tools = loaded(study, wanted, settings, tools)
        assert tools.recogniser is not None
        tools.recogniser.language_for(wanted.language)
        try:
            report = None if progress is None else _labelled(progress, label)
            done.append(_transcribed(study, label, tools, wanted, report, cancel))
        except StudyError as error:
            failed.append(Failure(label, str(error)))
            if isinstance(error, StoppedError):
                break
    return Outcome(tuple(done), tuple(failed))


def waiting(study: Study) -> tuple[str, ...]:
    """The labels of the recordings that have no transcript yet, in study order."""
    return tuple(i.label for i in interviews(study) if i.kind == "recording" and i.media and not i.transcribed)


def loaded(study: Study, wanted: Wanted, settings: Settings, tools: Tools) -> Tools:
    """The tools with what is missing loaded; no listener where speakers are not to be told apart, or none is there."""
    recogniser = tools.recogniser or load_recogniser(wanted.model, settings, glossary(study))
    if NONE in (wanted.speakers, settings.speakers):
        return replace(tools, recogniser=recogniser, listener=None)
    if tools.listener is not None:
        return replace(tools, recogniser=recogniser)
    try:
        return replace(tools, recogniser=recogniser, listener=load_listener(settings))
    except StudyError:
        if wanted.speakers != AUTO:
            raise
        return replace(tools, recogniser=recogniser)


def load_recogniser(model: str, settings: Settings, terms: Sequence[str] = ()) -> Recogniser:
    """The speech model that is asked for; `auto` takes the study's choice, or the best one installed.

    `terms` are names and jargon that it is told to expect.
    """
    from assistant.transcribe.whisper import WhisperRecogniser

    chosen = choose("whisper", settings.whisper if model == AUTO else model, settings)
    return WhisperRecogniser(
        chosen.path, name=chosen.name, sha256=chosen.sha256, threads=settings.threads, glossary=terms
    )


def load_listener(settings: Settings) -> VoiceListener:
    """The model that tells speakers apart; StudyError where none is installed."""
    chosen = choose("speakers", settings.speakers, settings)
    return NeuralListener(chosen.path, name=chosen.name, sha256=chosen.sha256, threads=settings.threads)


def _labelled(progress: Callable[[str, int, int], None], label: str) -> Progress:
    return lambda done_ms, total_ms: progress(label, done_ms, total_ms)


def _transcribed(
    study: Study,
    label: str,
    tools: Tools,
    wanted: Wanted,
    progress: Progress | None,
    cancel: Callable[[], bool] | None,
) -> Transcribed:
    began = time.monotonic()
    recogniser = tools.recogniser
    assert recogniser is not None
    with alone(study):
        apart = _apart(tools, wanted)
        task = Task(
            study, untranscribed(study, label), recogniser, wanted.language, progress, cancel, tools.find, apart
        )
        language = recogniser.language_for(wanted.language)
        with Recording(media_of(study, task.interview)[0], task.name) as sound:
            checkpoint = begin_transcription(study, label, task.words())
            language = language_so_far(task, checkpoint, language)
            heard = heard_windows(sound, recogniser, tools.find, language, checkpoint.done_ms, task.stop_if_asked)
            notices = hear(task, heard, sound, checkpoint, language)
            spoken = _speakers(task, sound, checkpoint, tools, wanted)
        transcript, said = made(
            task, checkpoint, notices, spoken, left_alone(tools.listener is not None, wanted.speakers)
        )
    now = interview(study, label)
    return Transcribed(
        transcript=transcript,
        duration_ms=now.duration_ms or 0,
        language=now.language or "",
        model=recogniser.name,
        resumed_from_ms=checkpoint.done_ms,
        seconds=round(time.monotonic() - began, 2),
        notices=said,
    )


def _apart(tools: Tools, wanted: Wanted) -> dict[str, object]:
    """How speakers are told apart, for the record."""
    if tools.listener is None:
        return {}
    return {**tools.listener.identity, "wanted": wanted.speakers}


def _speakers(task: Task, sound: Recording, checkpoint: Checkpoint, tools: Tools, wanted: Wanted) -> tuple[Spoken, ...]:
    """Who speaks when; nothing where speakers are not to be told apart."""
    if tools.listener is None:
        return ()
    count = None if wanted.speakers == AUTO else int(wanted.speakers)
    ears = Ears(sound, tools.listener, tools.find, by_channel(sound, count))
    total_ms = sound.facts.duration_ms

    def report(done_ms: int) -> None:
        task.stop_if_asked(total_ms)
        task.tell(total_ms + done_ms // LISTENING_SHARE, total_ms)

    return who_speaks(task.study, checkpoint, ears, count, report)
