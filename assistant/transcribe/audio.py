"""Sound from any recording: what it holds, and any stretch of it as 16 kHz mono, never the whole in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from store.errors import InvalidInputError, NotFoundError
from store.media import MediaFile

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, Packet
    from av.container import InputContainer

Samples = NDArray[np.float32]

RATE_HZ = 16_000
PER_MS = RATE_HZ // 1000
PREROLL_MS = 1_000
"""How much earlier decoding starts: lossy codecs need a few frames before they are exact."""

_FORMATS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,eac3,flac,flv,matroska,mov,mp3,mpeg,mpegts,ogg,tta,w64,wav,wv"
)
_ALONE = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
"""Containers that hold sound themselves: playlists, which open other files and addresses, are no recordings."""

_JUMP = 100 * PER_MS
"""A frame that stands this far from where the one before ended was preceded by damage, not by rounding."""


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """What a recording says of itself: milliseconds, channels, Hz and the codec's name."""

    duration_ms: int
    channels: int
    rate: int
    codec: str


class Recording:
    """An open recording, read in stretches; times count from the start of the file. Close it after use.

    `name` is what messages call the file; without it, its path.
    """

    def __init__(self, source: Path | MediaFile, name: str | None = None) -> None:
        file = source if isinstance(source, MediaFile) else MediaFile(source)
        self.name = name or str(file.path)
        self._container, self._stream, self._decrypted = _opened(file, self.name)
        self._origin_s = (self._container.start_time or 0) / 1_000_000
        self.damaged = False
        """Whether some of what was read so far could not be decoded."""
        try:
            self.facts = self._facts()
        except BaseException:
            self.close()
            raise

    def read(self, start_ms: int, length_ms: int) -> Samples:
        """Up to `length_ms` of sound from `start_ms`; shorter only where the recording ends."""
        mono: Samples = self._read(start_ms, length_ms, "mono")[0]
        return mono

    def read_stereo(self, start_ms: int, length_ms: int) -> Samples:
        """The same of a recording with two channels, each by itself: (2, samples)."""
        return self._read(start_ms, length_ms, "stereo")

    def _read(self, start_ms: int, length_ms: int, layout: str) -> Samples:
        wanted = length_ms * PER_MS
        sound = np.zeros((2 if layout == "stereo" else 1, wanted), dtype=np.float32)
        filled = 0
        for at, piece in self._pieces(start_ms, layout):
            first, last = max(at, 0), min(at + piece.shape[1], wanted)
            if last > first:
                sound[:, first:last] = piece[:, first - at : last - at]
                filled = max(filled, last)
            if at >= wanted:  # there is sound behind a hole, so this is not where the recording ends
                return sound
            if filled == wanted:
                break
        return sound[:, :filled]

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
        if self._decrypted is not None:
            self._decrypted.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _facts(self) -> AudioFacts:
        context = self._stream.codec_context
        if next(self._frames(), None) is None:
            if self.damaged:
                raise InvalidInputError(
                    f"The sound in {self.name} ({context.name}) cannot be decoded, the file may be cut off or damaged; "
                    "copy it again, or convert it to wav or flac."
                )
            raise InvalidInputError(f"{self.name} holds no sound, it lasts 0 seconds; record or copy it again.")
        return AudioFacts(self._duration_ms(), context.channels, context.sample_rate, context.name)

    def _duration_ms(self) -> int:
        stream = self._stream
        if stream.duration is not None and stream.time_base is not None:
            start = stream.start_time or 0
            return round((start + stream.duration) * stream.time_base * 1000 - self._origin_s * 1000)
        if self._container.duration is not None:
            return round(self._container.duration / 1000)
        ends = (self._end_s(packet) for packet in self._packets(0))
        return round(max(ends, default=0.0) * 1000)

    def _end_s(self, packet: "Packet[AudioStream]") -> float:
        if packet.pts is None or packet.time_base is None:
            return 0.0
        return float((packet.pts + (packet.duration or 0)) * packet.time_base) - self._origin_s

    def _pieces(self, start_ms: int, channels: str) -> Iterator[tuple[int, Samples]]:
        """Resampled sound with its place, counted in samples from `start_ms`."""
        from av import AudioResampler
        from av.error import FFmpegError

        resampler, kind, place = None, None, 0
        for frame in self._frames(start_ms - PREROLL_MS):
            at = place if frame.time is None else round((frame.time - self._origin_s) * RATE_HZ) - start_ms * PER_MS
            shape = (frame.format.name, frame.layout.name, frame.sample_rate)
            if resampler is None or shape != kind or abs(at - place) > _JUMP:
                resampler, kind, place = AudioResampler("fltp", channels, RATE_HZ), shape, at
            try:
                pieces = list(map(_samples, resampler.resample(frame)))
            except FFmpegError:  # the frame says that it has no channel, say
                self.damaged, resampler = True, None
                continue
            for piece in pieces:
                yield place, piece
                place += piece.shape[1]
        if resampler is not None:
            for piece in map(_samples, resampler.resample(None)):
                yield place, piece
                place += piece.shape[1]

    def _frames(self, start_ms: int = 0) -> Iterator["AudioFrame"]:
        from av.error import FFmpegError

        for packet in self._packets(start_ms):
            try:
                frames = self._stream.decode(packet)
            except FFmpegError:
                self.damaged = True
                continue
            yield from frames

    def _packets(self, start_ms: int) -> Iterator["Packet[AudioStream]"]:
        """The packets from a little before `start_ms` to the end, or to where the file can no longer be read."""
        from av.error import FFmpegError

        assert self._stream.time_base is not None
        target = (max(start_ms, 0) / 1000 + self._origin_s) / self._stream.time_base
        try:
            self._container.seek(int(target), stream=self._stream)
            yield from self._container.demux(self._stream)
        except FFmpegError:
            self.damaged = True


def probe(path: Path, name: str | None = None) -> AudioFacts:
    """What a file holds; InvalidInputError says why it cannot be used as a recording."""
    with Recording(path, name) as recording:
        return recording.facts


def _samples(frame: "AudioFrame") -> Samples:
    samples: Samples = frame.to_ndarray().astype(np.float32, copy=False)
    return samples


def _opened(file: MediaFile, name: str) -> tuple["InputContainer", "AudioStream", BinaryIO | None]:
    path = file.path
    if not file.is_there():
        raise NotFoundError(f"{name} is not there any more; put it back, or add the recording again.")
    if path.stat().st_size == 0:
        raise InvalidInputError(f"{name} is empty, it has 0 bytes; copy it from the recorder again.")
    with _open_errors(name):
        import av

        decrypted = file.open() if file.is_sealed() else None
        given = decrypted or str(path.absolute())
        container = av.open(given, mode="r", metadata_errors="ignore", container_options=_ALONE)
    if not container.streams.audio:
        container.close()
        raise InvalidInputError(f"{name} has no sound track; choose the file that holds the sound.")
    stream = container.streams.audio[0]
    if getattr(stream, "codec_context", None) is None:  # PyAV knows no decoder for it
        container.close()
        raise InvalidInputError(
            f"The sound in {name} is written in a way that cannot be decoded here, or the file is damaged; "
            "copy it again, or convert it to wav or flac."
        )
    return container, stream, decrypted


@contextmanager
def _open_errors(name: str) -> Iterator[None]:
    from av.error import FFmpegError

    try:
        yield
    except PermissionError as error:
        raise InvalidInputError(f"{name} may not be read by you; change its permissions and try again.") from error
    except FFmpegError as error:
        raise InvalidInputError(
            f"{name} cannot be read as sound or video; check that it is a recording (wav, mp3, m4a, flac, ogg, mp4) "
            "and that it was copied to its end."
        ) from error
