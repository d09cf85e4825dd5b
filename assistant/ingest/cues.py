"""The cues of caption files, WebVTT and SubRip alike, as they stand in files that people have edited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.ingest.leavings import Leavings

HEAD = "before the first cue"
NOTE = "notes and styles of the caption file"
BROKEN = "cues with times that cannot be read"
NAMED = "identifiers of cues"

_LINE_END = re.compile(r"\r\n|\r|\n")
_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):([0-5]?\d)(?:[.,](\d{1,6}))?"
_TIMINGS = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}((?:\s+[A-Za-z]\w*:\S+)*)\s*", re.ASCII)
_NEARLY_TIMINGS = re.compile(r"\s*\d[\d:.,]*\s*-->")
_NUMBER = re.compile(r"\s*(?:\d{1,9}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?:/\d+-\d+)?)\s*")
"""What programs number cues with; Teams takes a GUID."""
_NOTE = re.compile(r"NOTE(?:\s|\Z)|(?:STYLE|REGION)\s*\Z")
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: its times, and its lines with their markup."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """The cues in the file's order, and how many had commas in their times, text after a gap, or no readable times."""

    cues: tuple[Cue, ...]
    commas: int = 0
    after_gap: int = 0
    broken: int = 0
    notes: int = 0


@dataclass(slots=True)
class _Line:
    text: str
    opens: bool
    """Whether a blank line, or the start of the file, comes before."""
    times: tuple[int, int] | None = None
    broken: bool = False
    number: bool = False


@dataclass(slots=True)
class _Found:
    times: tuple[int, int] | None = None
    lines: list[str] = field(default_factory=list)


def scan(text: str, leavings: Leavings, *, webvtt: bool) -> Scanned:
    """The cues of a file; what is in none of them goes to `leavings`."""
    lines = list(_lines(text))
    _find_numbers(lines, leavings, webvtt=webvtt)
    cues: list[_Found] = []
    after_gap, notes, in_note = 0, 0, False
    for line in lines:
        if line.number:
            continue
        if line.times or line.broken:
            cues.append(_Found(line.times, [] if line.times else [line.text]))
            in_note = False
            continue
        begins = webvtt and line.opens and bool(_NOTE.match(line.text))
        notes += begins
        in_note = begins or (in_note and not line.opens)
        if in_note:
            leavings.add(_NOTE.sub("", line.text, count=1) if begins else line.text, NOTE)
        elif not cues:
            leavings.add(line.text.removeprefix("WEBVTT") if webvtt else line.text, HEAD)
        else:
            after_gap += bool(line.opens and cues[-1].times and cues[-1].lines)
            cues[-1].lines.append(line.text)
    for cue in cues:
        if cue.times is None:
            leavings.add(" ".join(cue.lines), BROKEN)
    kept = tuple(Cue(cue.times[0], max(cue.times), tuple(cue.lines)) for cue in cues if cue.times)
    commas = sum(line.times is not None and "," in line.text for line in lines)
    return Scanned(kept, commas, after_gap, len(cues) - len(kept), notes)


def in_order(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], int]:
    """The cues by their start, and how many of them started before the one they followed."""
    early = sum(b.start_ms < a.start_ms for a, b in pairwise(cues))
    return (tuple(sorted(cues, key=lambda cue: cue.start_ms)) if early else tuple(cues)), early


def _lines(text: str) -> Iterator[_Line]:
    """The lines that hold anything."""
    opens = True
    for line in _LINE_END.split(text):
        if line.strip():
            timings = _TIMINGS.fullmatch(line)
            times = _milliseconds(timings) if timings else None
            nearly = timings or (opens and _NEARLY_TIMINGS.match(line))
            yield _Line(line, opens, times, times is None and bool(nearly))
        opens = not line.strip()


def _find_numbers(lines: Sequence[_Line], leavings: Leavings, *, webvtt: bool) -> None:
    """Mark the lines that number or name the cue that follows.

    A number does so after a blank line, or after a line of speech where the blank line is missing; directly below
    times it is speech. Any other line names a cue only in WebVTT.
    """
    for at, line in enumerate(lines[1:], start=1):
        before = lines[at - 1]
        if not (line.times or _NEARLY_TIMINGS.match(line.text)) or before.times or before.broken:
            continue
        speech_above = at > 1 and not (lines[at - 2].times or lines[at - 2].broken)
        if _NUMBER.fullmatch(before.text) and (before.opens or speech_above):
            before.number = True
        elif webvtt and before.opens and not line.opens and not _NOTE.match(before.text) and at > 1:
            before.number = True
            leavings.add(before.text, NAMED)
        line.broken = line.broken or (line.times is None and before.number)


def _milliseconds(timings: re.Match[str]) -> tuple[int, int] | None:
    parts = timings.groups()
    times = [_one(*parts[:4]), _one(*parts[4:8])]
    return None if times[0] is None or times[1] is None else (times[0], times[1])


def _one(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int | None:
    if hours is not None and int(minutes) >= _MINUTES:
        return None
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0").ljust(3, "0")[:3])
