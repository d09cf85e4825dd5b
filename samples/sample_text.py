"""The sample transcripts as turns, read the way the assistant reads them."""

import re
from dataclasses import dataclass
from pathlib import Path

_VOICE = re.compile(r"<v ([^>]+)>(.*?)</v>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's stretch; `start` and `end` are code points into the interview's text, end exclusive."""

    speaker: str
    text: str
    start: int
    end: int


def read_turns(path: Path) -> list[Turn]:
    """Turns of a `Speaker: text` file or of a WebVTT file with voices, in order."""
    content = path.read_text(encoding="utf-8")
    spoken = _VOICE.findall(content) if path.suffix == ".vtt" else _labelled_lines(content)
    turns: list[Turn] = []
    start = 0
    for speaker, words in spoken:
        text = " ".join(words.split())
        turns.append(Turn(speaker, text, start, start + len(text)))
        start += len(text) + 1
    return turns


def interview_text(turns: list[Turn]) -> str:
    """The text that offsets count in: turns joined by line feeds, without speakers and times."""
    return "\n".join(turn.text for turn in turns)


def transcript_path(interview: str) -> Path:
    """Where the transcript of an interview such as `I3` lies."""
    folder = Path(__file__).parent / "transcripts"
    webvtt = folder / f"{interview}.vtt"
    return webvtt if webvtt.exists() else folder / f"{interview}.txt"


def _labelled_lines(content: str) -> list[tuple[str, str]]:
    lines = [line for line in content.splitlines() if line.strip()]
    return [(speaker, words) for speaker, _, words in (line.partition(": ") for line in lines)]
