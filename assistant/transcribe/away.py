"""A recording heard elsewhere: what is to be heard, the hearing without a study, and the keeping of what came back."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.transcribe.audio import AudioFacts, Recording
from assistant.transcribe.finishing import left_alone, made, untranscribed
from assistant.transcribe.hearing import HeardWindow, Task, hear, heard_windows
from assistant.transcribe.listening import (
    Ears,
    begin_listening,
    by_channel,
    keep_block,
    listened_to_ms,
    told_apart,
)
from assistant.transcribe.recogniser import AUTO, Recogniser
from assistant.transcribe.speakers import Spoken, VoiceListener
from assistant.transcribe.transcription import Transcribed
from assistant.transcribe.windows import SpeechFinder, find_speech
from store.errors import ConflictError, NotFoundError
from store.interviews import interview
from store.study import Study
from store.transcription import Checkpoint, begin_transcription


@dataclass(frozen=True, slots=True)
class Models:
    """What hears and tells apart, without being loaded here.

    `words` and `voices` are all that decides what they hear, as plain JSON values; no voices where speakers are left
    together.
    """

    name: str
    words: Mapping[str, Any]
    voices: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be heard of one recording, as plain values.

    `language` is what the person wants, `spoken` the one it was found to be in so far. Words are heard from `words_ms`
    on, voices from `voices_ms`, or from `channels_ms` where each channel holds one speaker.
    """

    name: str
    media: str
    sha256: str
    language: str
    spoken: str | None
    words_ms: int
    count: int | None
    voices_ms: int
    channels_ms: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was heard: `language` is None where it had to be guessed, `blocks` is what voices sound like, by start."""

    language: str | None
    windows: tuple[HeardWindow, ...]
    by_channel: bool
    blocks: tuple[tuple[int, bytes], ...]
    facts: AudioFacts
    damaged: bool
    left_out: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The name and identity of a model that was loaded elsewhere."""

    name: str
    identity: Mapping[str, Any]
    left_out: tuple[str, ...] = field(default=())


def order_of(study: Study, label: str, models: Models, language: str, speakers: str) -> Order:
    """What is left to be heard of that recording; raises StudyError where it has a transcript, or no recording."""
    task = _task(study, label, models, language, speakers)
    found = task.interview
    if found.media is None:
        raise NotFoundError(f"The recording of {task.name} was erased; add it again to transcribe it.")
    checkpoint = begin_transcription(study, label, task.words())
    return Order(
        name=task.name,
        media=found.media,
        sha256=found.source_sha256,
        language=language,
        spoken=found.language if checkpoint.done_ms else None,
        words_ms=checkpoint.done_ms,
        count=_count(speakers),
        voices_ms=listened_to_ms(study, checkpoint, by_channel=False),
        channels_ms=listened_to_ms(study, checkpoint, by_channel=True),
    )


def hear_order(
    order: Order,
    sound: Recording,
    recogniser: Recogniser,
    listener: VoiceListener | None,
    *,
    find: SpeechFinder = find_speech,
    before: Callable[[int], None] = lambda _ms: None,
) -> Findings:
    """Hear what is ordered; `before` is told the milliseconds heard before each window, and may raise to stop.

    Raises StudyError where the sound or the language is nothing for that model.
    """
    began = time.monotonic()
    language = recogniser.language_for(order.language)
    known = language or order.spoken
    windows = tuple(heard_windows(sound, recogniser, find, known, order.words_ms, before))
    end_ms = max((window.end_ms for window in windows), default=order.words_ms)
    blocks: list[tuple[int, bytes]] = []
    channels = False
    if listener is not None:
        channels = by_channel(sound, order.count)
        start_ms = order.channels_ms if channels else order.voices_ms
        for block in Ears(sound, listener, find, channels).blocks(start_ms, max(end_ms, sound.facts.duration_ms)):
            before(end_ms)
            blocks.append(block)
    return Findings(
        language=language,
        windows=windows,
        by_channel=channels,
        blocks=tuple(blocks),
        facts=sound.facts,
        damaged=sound.damaged,
        left_out=tuple(getattr(recogniser, "left_out", ())),
        seconds=round(time.monotonic() - began, 2),
    )


def keep_findings(
    study: Study, label: str, models: Models, order: Order, findings: Findings, *, speakers: str = AUTO
) -> Transcribed:
    """Commit what was heard elsewhere, and make the transcript of it, as if it had been heard here.

    Raises ConflictError where the study knows more of the recording by now, StudyError where there was no speech.
    """
    task = _task(study, label, models, order.language, speakers, findings.left_out)
    checkpoint = begin_transcription(study, label, task.words())
    if checkpoint.done_ms != order.words_ms or task.interview.source_sha256 != order.sha256:
        raise ConflictError(f"{task.name} was heard by somebody else meanwhile; run the same command again.")
    language = findings.language or order.spoken
    notices = hear(task, iter(findings.windows), findings, checkpoint, language)
    spoken = () if models.voices is None else _spoken(study, checkpoint, findings, order.count)
    transcript, said = made(task, checkpoint, notices, spoken, left_alone(models.voices is not None, speakers))
    now = interview(study, label)
    return Transcribed(
        transcript=transcript,
        duration_ms=now.duration_ms or 0,
        language=now.language or "",
        model=models.name,
        resumed_from_ms=order.words_ms,
        seconds=findings.seconds,
        notices=said,
    )


def _task(study: Study, label: str, models: Models, language: str, speakers: str, left_out: Sequence[str] = ()) -> Task:
    apart = {} if models.voices is None else {**models.voices, "wanted": speakers}
    recogniser = _Elsewhere(models.name, models.words, tuple(left_out))
    return Task(study, untranscribed(study, label), recogniser, language, None, None, find_speech, apart)


def _count(speakers: str) -> int | None:
    return int(speakers) if speakers.isdecimal() else None


def _spoken(study: Study, checkpoint: Checkpoint, findings: Findings, count: int | None) -> tuple[Spoken, ...]:
    begin_listening(study, checkpoint, by_channel=findings.by_channel)
    for start_ms, heard in findings.blocks:
        keep_block(study, checkpoint, start_ms, heard)
    return told_apart(study, checkpoint, count)
