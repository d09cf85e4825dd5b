"""Build the sample recordings from their transcripts: `python samples/make_recordings.py [I4 I5]`.

Needs the programs `flite` (with the voices slt, rms and awb) and `ffmpeg`; the result is the same on every run
with the same versions of both.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from sample_text import read_turns, transcript_path

RATE_HZ = 16_000
BITRATE = "24k"
STRETCH = 1.08  # a little slower than flite speaks by itself
PAUSE_S = (0.4, 0.9)
INTERVIEWER_VOICE = "slt"
PARTICIPANT_VOICE = {"I4": "rms", "I5": "awb"}


class RecordingError(Exception):
    """A recording cannot be built; the message says why and what to do."""


def require_programs() -> None:
    """Refuse early, in one sentence, when a program is missing."""
    missing = [name for name in ("flite", "ffmpeg") if shutil.which(name) is None]
    if missing:
        raise RecordingError(f"Cannot find {' and '.join(missing)}; install it and run this script again.")


def require_voices(interviews: list[str]) -> None:
    """Refuse interviews for which no voice is chosen."""
    unknown = [name for name in interviews if name not in PARTICIPANT_VOICE]
    if unknown:
        raise RecordingError(f"No recording is planned for {', '.join(unknown)}; choose I4 or I5.")


def run(command: list[str]) -> None:
    """Run a program and turn its failure into one sentence."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise RecordingError(f"{command[0]} stopped with status {done.returncode}: {last_line}")


def speak(text: str, voice: str, folder: Path) -> bytes:
    """Samples of `text` in a flite voice: 16-bit mono at `RATE_HZ`."""
    script, sound = folder / "turn.txt", folder / "turn.wav"
    script.write_text(text + "\n", encoding="utf-8", newline="\n")
    run(["flite", "-voice", voice, "--setf", f"duration_stretch={STRETCH}", "-f", str(script), "-o", str(sound)])
    with wave.open(str(sound), "rb") as audio:
        if audio.getframerate() != RATE_HZ:
            raise RecordingError(f"The flite voice {voice} does not speak at {RATE_HZ} Hz; choose another one.")
        return audio.readframes(audio.getnframes())


def silence(seconds: float) -> bytes:
    """Samples of a pause."""
    return bytes(2 * int(seconds * RATE_HZ))


def build(interview: str, folder: Path, target: Path) -> None:
    """Speak every turn in its person's voice, with pauses drawn from a fixed seed, and write an mp3."""
    pauses = random.Random(interview)  # noqa: S311 - repeatable pauses, nothing secret
    sound = folder / f"{interview}.wav"
    with wave.open(str(sound), "wb") as audio:
        audio.setparams((1, 2, RATE_HZ, 0, "NONE", "not compressed"))
        for turn in read_turns(transcript_path(interview)):
            asks = turn.speaker == "Interviewer"
            voice = INTERVIEWER_VOICE if asks else PARTICIPANT_VOICE[interview]
            audio.writeframes(speak(turn.text, voice, folder) + silence(pauses.uniform(*PAUSE_S)))
    encode(sound, target)


def encode(sound: Path, target: Path) -> None:
    """Write `sound` as a mono mp3 that carries no date or program name."""
    plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    mp3 = ["-ac", "1", "-ar", str(RATE_HZ), "-codec:a", "libmp3lame", "-b:a", BITRATE]
    run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-i", str(sound), *mp3, *plain, str(target)])


def main(interviews: list[str]) -> int:
    """Build the named recordings, or all of them."""
    target_folder = Path(__file__).parent / "recordings"
    try:
        require_programs()
        require_voices(interviews)
        target_folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            for interview in interviews or sorted(PARTICIPANT_VOICE):
                target = target_folder / f"{interview}.mp3"
                build(interview, Path(work), target)
                print(f"{target.name}: {target.stat().st_size // 1000} kB")
    except RecordingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
