"""Listening to the voices of one recording, block by block, each committed before the next is heard."""

from collections.abc import Callable, Iterator
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
class Ears:
    """How the voices of one recording are listened to, or each of its channels by itself."""

    sound: Recording
    listener: VoiceListener
    find: SpeechFinder
    by_channel: bool

    def block(self, start_ms: int) -> bytes:
        """What is heard in the block of `BLOCK_MS` that begins there, as it is kept."""
        if self.by_channel:
            both = self.sound.read_stereo(start_ms, BLOCK_MS)
            spoken = channels.spoken_in_channels(both, start_ms, self.find) if both.shape[1] else []
            return _CHANNELS + channels.to_bytes(spoken)
        # The windows that begin in this block; the last one reaches a step into the next.
        samples = self.sound.read(start_ms, BLOCK_MS + STEP_MS)
        return _VOICES + self.listener.listen(samples, start_ms).to_bytes()

    def blocks(self, start_ms: int, end_ms: int) -> Iterator[tuple[int, bytes]]:
        """Where each block begins and what is heard in it, from `start_ms` on."""
        for at_ms in range(start_ms, end_ms, BLOCK_MS):
            yield at_ms, self.block(at_ms)


def by_channel(sound: Recording, count: int | None) -> bool:
    """Whether the channels tell the speakers apart; `count` other than two means that they do not."""
    return count in (None, 2) and channels.one_speaker_each(sound)


def who_speaks(
    study: Study, checkpoint: Checkpoint, ears: Ears, count: int | None, progress: Progress
) -> tuple[Spoken, ...]:
    """Who speaks when; `count` is how many people, None to find out. What is committed is not heard again."""
    at_ms = begin_listening(study, checkpoint, by_channel=ears.by_channel)
    progress(at_ms)
    end_ms = listen_to_ms(study, checkpoint, ears.sound.facts.duration_ms)
    for start_ms, heard in ears.blocks(at_ms, end_ms):
        keep_block(study, checkpoint, start_ms, heard)
        progress(min(start_ms + BLOCK_MS, end_ms))
    return told_apart(study, checkpoint, count)


def keep_block(study: Study, checkpoint: Checkpoint, start_ms: int, heard: bytes) -> None:
    """Commit what was heard in one block."""
    keep_voices(study, checkpoint, start_ms, start_ms + BLOCK_MS, heard)


def told_apart(study: Study, checkpoint: Checkpoint, count: int | None) -> tuple[Spoken, ...]:
    """Who speaks when, from all the blocks that are committed; `count` is how many people, None to find out."""
    blocks = [heard for _, heard in kept_voices(study, checkpoint)]
    if blocks and blocks[0].startswith(_CHANNELS):
        return _joined([s for block in blocks for s in channels.from_bytes(block[len(_CHANNELS) :])])
    voices = Voices.joined([Voices.from_bytes(block[len(_VOICES) :]) for block in blocks])
    return timeline(voices, assign(voices, count))


def listen_to_ms(study: Study, checkpoint: Checkpoint, duration_ms: int) -> int:
    """Where the recording ends: where words were heard to, if that is later than the file itself says.

    An mp3 file of varying bit rate without a table of contents may say half its length.
    """
    return max(interview(study, checkpoint.interview).duration_ms or 0, duration_ms)


def listened_to_ms(study: Study, checkpoint: Checkpoint, *, by_channel: bool) -> int:
    """How far the recording was listened to in that way; 0 where it was listened to in the other."""
    kept = kept_voices(study, checkpoint)
    kind = _CHANNELS if by_channel else _VOICES
    return max((end for end, _ in kept), default=0) if all(heard.startswith(kind) for _, heard in kept) else 0


def begin_listening(study: Study, checkpoint: Checkpoint, *, by_channel: bool) -> int:
    """How far it was listened to in that way.

    Blocks of a run that was broken off and listened to channels instead of voices, or the other way, are forgotten.
    """
    at_ms = listened_to_ms(study, checkpoint, by_channel=by_channel)
    if not at_ms and kept_voices(study, checkpoint):
        forget_voices(study, checkpoint)
    return at_ms


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
