"""Transcripts → WebVTT, SubRip and plain text.

Nothing spoken is changed. What is written is read again at once; where that gives anything else, it is said.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.exchange.names import UNKNOWN, written_names
from assistant.exchange.whole_file import refuse_taken, write_whole
from assistant.ingest.captions import parse_captions
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import count
from assistant.ingest.plain_text import parse_plain_text
from store.errors import InvalidInputError
from store.turns import as_new
from store.values import NewTurn, Transcript

_SHORTEST_MS = 1_000
_MS_PER_CHARACTER = 60
"""How long a turn lasts of which only the start is known, where none follows."""
_TIMES_LIKE = re.compile(r"\s*\d[\d:.,]*\s*-->")
_TAG_LIKE = re.compile(r"<(?=[/a-zA-Z0-9])")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a file, and what of the transcript it cannot hold, in sentences."""

    text: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    file: Path
    turns: int
    notes: tuple[str, ...]


def write_transcript(transcript: Transcript, path: Path, *, force: bool = False) -> Exported:
    """Write a transcript as the file's ending says: `.vtt`, `.srt` or `.txt`.

    Raises InvalidInputError where the ending is another, the folder is not there, or the format needs times that the
    transcript does not have; ConflictError where the file is there already, unless `force` is given.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        msg = f"{path.name} was not written: a transcript can be written as {', '.join(_WRITERS)}; choose one of these."
        raise InvalidInputError(msg)
    refuse_taken(path, force=force)
    turns = [as_new(turn, transcript.text) for turn in transcript.turns]
    written = write(turns, transcript.interview)
    write_whole(path, written.text.encode())
    return Exported(path, len(turns), written.notes)


def as_webvtt(turns: Sequence[NewTurn], interview: str = "The transcript") -> Written:
    """WebVTT with a voice for each cue."""
    notes: list[str] = []
    cues = []
    for turn in _timed(turns, interview, ".vtt", notes):
        voice = "" if turn.speaker is None else f"<v {_voice(turn.speaker)}>"
        text = _escaped(turn.text)
        cues.append(f"{_clock(turn.start_ms, '.')} --> {_clock(turn.end_ms, '.')}\n{voice}{text}\n")
    text = "\n".join(("WEBVTT\n", *cues))
    notes += _differences(turns, lambda: parse_captions(text, ".vtt", [], Mapping(), webvtt=True).turns)
    return Written(text, tuple(notes))


def as_srt(turns: Sequence[NewTurn], interview: str = "The transcript") -> Written:
    """SubRip with `Name: text`; only what would be taken for markup is escaped."""
    notes: list[str] = []
    names = written_names((t.speaker for t in turns if t.speaker is not None), notes)
    cues = []
    for number, turn in enumerate(_timed(turns, interview, ".srt", notes), start=1):
        line = _plain(turn.text if turn.speaker is None else f"{names[turn.speaker]}: {turn.text}")
        cues.append(f"{number}\n{_clock(turn.start_ms, ',')} --> {_clock(turn.end_ms, ',')}\n{line}\n")
    text = "\n".join(cues)
    expected = [replace(t, speaker=t.speaker and names[t.speaker]) for t in turns]
    notes += _differences(expected, lambda: parse_captions(text, ".srt", [], Mapping(), webvtt=False).turns)
    return Written(text, tuple(notes))


def as_text(turns: Sequence[NewTurn], interview: str = "The transcript") -> Written:  # noqa: ARG001 - as the others
    """Plain text, a paragraph for each turn: `Name [00:00:12.340]: text`, without a name `[00:00:12.340] text`."""
    notes: list[str] = []
    unnamed = sum(turn.speaker is None for turn in turns)
    if 0 < unnamed < len(turns):
        notes.append(f"{count(unnamed, 'turn')} of nobody stand under “{UNKNOWN}”, for plain text needs a name.")
        turns = [replace(turn, speaker=turn.speaker or UNKNOWN) for turn in turns]
    names = written_names((t.speaker for t in turns if t.speaker is not None), notes)
    lines = []
    for turn in turns:
        stamp = "" if turn.start_ms is None else f"[{_clock(turn.start_ms, '.')}]"
        name = "" if turn.speaker is None else names[turn.speaker]
        before = " ".join(part for part in (name, stamp) if part)
        lines.append(f"{before}{':' if name else ''} {turn.text}\n".lstrip())
    text = "\n".join(lines)
    expected = [replace(t, speaker=t.speaker and names[t.speaker], end_ms=None) for t in turns]
    notes += _differences(expected, lambda: _without_ends(parse_plain_text(text, ".txt").turns))
    return Written(text, tuple(notes))


_WRITERS: dict[str, Callable[[Sequence[NewTurn], str], Written]] = {
    ".vtt": as_webvtt,
    ".srt": as_srt,
    ".txt": as_text,
}


def _timed(turns: Sequence[NewTurn], interview: str, ending: str, notes: list[str]) -> list[NewTurn]:
    """The turns with a start and an end each."""
    for number, turn in enumerate(turns, start=1):
        if turn.start_ms is None:
            said = turn.text[:_SHOWN]
            msg = f"{interview}: turn {number} (“{said}”) has no time, which {ending} needs; export it as .txt instead."
            raise InvalidInputError(msg)
    timed, guessed = [], 0
    following: int | None = None
    for turn in reversed(turns):
        start, end = turn.start_ms or 0, turn.end_ms
        if end is None:
            guessed += 1
            later = following is not None and following > start
            end = following if later else start + max(_SHORTEST_MS, _MS_PER_CHARACTER * len(turn.text))
        timed.append(replace(turn, end_ms=end))
        following = start
    if guessed:
        notes.append(f"{count(guessed, 'turn')} had no end; the next start, or the length of the text, stands for it.")
    return timed[::-1]


def _clock(milliseconds: int | None, point: str) -> str:
    seconds, rest = divmod(milliseconds or 0, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("{\\", "{&#92;")


def _voice(name: str) -> str:
    """A name within a voice tag; `//` at its start would mean that somebody speaks over."""
    escaped = _escaped(name)
    return f"&#47;{escaped[1:]}" if escaped.startswith("//") else escaped


def _plain(line: str) -> str:
    """A SubRip line, with entities only where it would be read as something else."""
    if html.unescape(line) != line:
        line = line.replace("&", "&amp;")
    line = _TAG_LIKE.sub("&lt;", line).replace("{\\", "{&#92;")
    return line.replace("-->", "--&gt;") if _TIMES_LIKE.match(line) else line


def _without_ends(turns: Sequence[NewTurn]) -> list[NewTurn]:
    return [replace(turn, end_ms=None) for turn in turns]


def _differences(turns: Sequence[NewTurn], read: Callable[[], Sequence[NewTurn]]) -> list[str]:
    """What a reader of the file would get otherwise than it is; turns in a row of one speaker count as one."""
    try:
        found = _runs(read())
    except InvalidInputError:
        return ["Read again, the file would give no turns."]
    for a, b in zip(_runs(turns), [*found, None], strict=False):
        if b is None or (a.speaker, a.text, a.start_ms) != (b.speaker, b.text, b.start_ms):
            who = a.speaker or "nobody"
            return [f"Read again, what {who} says would come out differently from “{a.text[:_SHOWN]}” on."]
    return [] if len(_runs(turns)) == len(found) else ["Read again, the file would give more turns."]


def _runs(turns: Sequence[NewTurn]) -> list[NewTurn]:
    runs: list[NewTurn] = []
    for turn in turns:
        if runs and runs[-1].speaker == turn.speaker:
            runs[-1] = replace(runs[-1], text=f"{runs[-1].text} {turn.text}")
        else:
            runs.append(turn)
    return runs
