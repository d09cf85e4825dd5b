"""Listening to the voices of one recording, block by block, each committed before the next is heard."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.transcribe import channels
from assistant.transcribe.audio import Recording
from assistant.transcribe.speakers import Spoken, VoiceListener, Voices, assign, timeline
from assistant.transcribe.speakers.voices import STEP_MS
from assistant.transcribe.windows import SpeechFinder
from store.interviews import interview
from store.study import Study
from store.transcription import Checkpoint, forget_voices, keep_voices, kept_voices

BLOCK_MS = 60_000
_CHANNELS = b"channels"
_VOICES = b"voices  "

Progress = Callable[[int], None]
"""Is told how many milliseconds are done; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Listening:
    """How one recording is listened to."""

    study: Study
    checkpoint: Checkpoint
    sound: Recording
    listener: VoiceListener | None
    find: SpeechFinder
    by_channel: bool


def by_channel(sound: Recording, count: int | None) -> bool:
    """Whether the channels tell the speakers apart; `count` other than two means that they do not."""
    return count in (None, 2) and channels.one_speaker_each(sound)


def who_speaks(listening: Listening, count: int | None, progress: Progress) -> tuple[Spoken, ...]:
    """Who speaks when; `count` is how many people, None to find out. What is committed is not heard again."""
    _forget_other_kind(listening)
    at_ms = max((end for end, _ in kept_voices(listening.study, listening.checkpoint)), default=0)
    progress(at_ms)
    end_ms = _end_ms(listening)
    while at_ms < end_ms:
        heard = _block(listening, at_ms)
        keep_voices(listening.study, listening.checkpoint, at_ms, at_ms + BLOCK_MS, heard)
        at_ms += BLOCK_MS
        progress(min(at_ms, end_ms))
    blocks = [heard for _, heard in kept_voices(listening.study, listening.checkpoint)]
    if listening.by_channel:
        return _joined([s for block in blocks for s in channels.from_bytes(block[len(_CHANNELS) :])])
    voices = Voices.joined([Voices.from_bytes(block[len(_VOICES) :]) for block in blocks])
    return timeline(voices, assign(voices, count))


def _end_ms(listening: Listening) -> int:
    """Where the recording ends: where words were heard to, if that is later than the file itself says.

    An mp3 file of varying bit rate without a table of contents may say half its length.
    """
    heard_ms = interview(listening.study, listening.checkpoint.interview).duration_ms or 0
    return max(heard_ms, listening.sound.facts.duration_ms)


def _forget_other_kind(listening: Listening) -> None:
    """Blocks of a run that was broken off and listened to channels instead of voices, or the other way, are no use."""
    kind = _CHANNELS if listening.by_channel else _VOICES
    if any(not heard.startswith(kind) for _, heard in kept_voices(listening.study, listening.checkpoint)):
        forget_voices(listening.study, listening.checkpoint)


def _block(listening: Listening, start_ms: int) -> bytes:
    sound = listening.sound
    if listening.by_channel:
        both = sound.read_stereo(start_ms, BLOCK_MS)
        spoken = channels.spoken_in_channels(both, start_ms, listening.find) if both.shape[1] else []
        return _CHANNELS + channels.to_bytes(spoken)
    assert listening.listener is not None
    # The windows that begin in this block; the last one reaches a step into the next.
    samples = sound.read(start_ms, BLOCK_MS + STEP_MS)
    return _VOICES + listening.listener.listen(samples, start_ms).to_bytes()


def _joined(spoken: list[Spoken]) -> tuple[Spoken, ...]:
    """Stretches that a block's edge cut are one again; by start."""
    whole: dict[int, list[Spoken]] = {}
    for stretch in sorted(spoken, key=lambda s: s.start_ms):
        own = whole.setdefault(stretch.speaker, [])
        if own and stretch.start_ms <= own[-1].end_ms:
            own[-1] = Spoken(own[-1].start_ms, max(own[-1].end_ms, stretch.end_ms), stretch.speaker)
        else:
            own.append(stretch)
    return tuple(sorted((s for own in whole.values() for s in own), key=lambda s: (s.start_ms, s.end_ms)))
