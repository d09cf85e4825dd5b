"""Sound made on the fly, in every container."""

import wave
from pathlib import Path

import av
import numpy as np

CODECS = {
    "wav": "pcm_s16le",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "flac": "flac",
    "ogg": "libopus",
    "mp4": "aac",
}
FRAME = 960


def tone(seconds: float, rate: int, pitch_hz: float = 440.0) -> np.ndarray:
    """A sine as int16."""
    times = np.arange(int(seconds * rate)) / rate
    return (np.sin(2 * np.pi * pitch_hz * times) * 12_000).astype(np.int16)


def write_wav(path: Path, samples: np.ndarray, rate: int = 16_000) -> Path:
    """A mono 16-bit wav file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def encode(path: Path, samples: np.ndarray, rate: int = 48_000, *, sound: bool = True, picture: bool = False) -> Path:
    """The samples in the container and codec that the file's ending asks for, with a picture track if wanted."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=5) if picture else None
        audio = container.add_stream(CODECS[path.suffix[1:]], rate=rate, layout="mono") if sound else None
        if video is not None:
            video.width = video.height = 64
            video.pix_fmt = "yuv420p"
            for _ in range(5):
                image = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
                container.mux(video.encode(image))
            container.mux(video.encode(None))
        if audio is not None:
            for start in range(0, len(samples), FRAME):
                part = samples[start : start + FRAME].reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
                frame.rate, frame.pts = rate, start
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path
