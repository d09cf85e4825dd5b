"""Lines of a document on their way to becoming turns, whatever kind of file they stood in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.ingest import stamps
from assistant.ingest.labels import CELL, Heading, heading, is_about_the_file

_SENTENCE_END = re.compile(r"[.?!…。？！؟][\"'”’»)\]]*\s*\Z")
_RECORDER = re.compile(r"\W*\S.{0,60}\b(?:started|stopped) (?:the )?(?:transcription|recording)\W*\Z")
_MOST_ENDED = 0.8
_LONGEST_FACT = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a line without text stands between blocks.

    `bold` is how many characters at its start are bold, `paragraph` whether a paragraph begins here, and speaker and
    times are what the document itself says in a column or a link.
    """

    text: str
    bold: int = 0
    paragraph: bool = True
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


def of_plain_text(text: str) -> list[Line]:
    """The lines of a plain text; they are paragraphs where no blank lines divide it and nearly all end sentences."""
    lines = re.split(r"\r\n|\r|\n", text)
    filled = [at for at, line in enumerate(lines) if line.strip()]
    divided = bool(filled) and len(filled) <= filled[-1] - filled[0]
    ended = sum(bool(_SENTENCE_END.search(lines[at])) for at in filled)
    by_line = not divided and ended >= _MOST_ENDED * len(filled)
    return [Line(line, paragraph=by_line) for line in lines]


def headings_of(lines: Iterable[Line], head_lines: int | None, wanted: Iterable[str]) -> list[Heading | None]:
    """What each line begins with, None for lines without text.

    No line of the head has a label: the first `head_lines` with text where they are stated, else a block of facts.
    """
    known = sorted(wanted, key=len, reverse=True)
    found = [_heading(line, known) if line.text.strip() else None for line in lines]
    if head_lines is None:
        return _without_labels_in_head(found)
    at = [at for at, h in enumerate(found) if h][:head_lines]
    return [_no_label(h) if h and place in at else h for place, h in enumerate(found)]


def _heading(line: Line, known: Sequence[str]) -> Heading:
    text = line.text.strip()
    if line.speaker is not None or line.start_ms is not None:
        return Heading(text, line.speaker, CELL if line.speaker else "", line.start_ms, line.end_ms, text, text)
    h = heading(line.text, line.bold)
    if h.label is None or h.label.casefold() not in {label.casefold() for label in known}:
        for label in known:
            if (cut := _stated(h.unstamped, label)) is not None:
                return Heading(h.line, label, "stated", h.start_ms, h.end_ms, cut, h.unstamped, h.bare)
    return h


def _stated(text: str, label: str) -> str | None:
    """What follows a label that a person stated, where the line begins with it."""
    after = text[len(label) :]
    if text[: len(label)].casefold() != label.casefold() or not re.match(r"\s*[:\t]|\s*\Z", after):
        return None
    return after.lstrip().removeprefix(":").lstrip()


def first_lines(headings: Sequence[Heading | None]) -> list[Heading]:
    """The first line of every block, stamps on their own aside; where no blank lines divide the file, every line."""
    filled = [h if h and (h.label or h.rest) else None for h in headings]
    blocks = [h for before, h in zip([None, *filled], filled, strict=False) if h and before is None]
    return blocks if len(blocks) > 1 else [h for h in filled if h]


def settled(h: Heading, speakers: frozenset[tuple[str, str]], *, stamped: bool) -> Heading:
    """The heading without what turned out to be speech: a label that is none, a clock time that is no stamp."""
    if (h.label and h.key in speakers) or (h.start_ms is not None and h.line == h.rest):
        return h
    if h.bare and h.unstamped and not stamped:
        return Heading(h.line, rest=h.line)
    found = stamps.LEADING.match(h.line)
    start, end = stamps.milliseconds(found[0]) if found else (None, None)
    return Heading(h.line, start_ms=start, end_ms=end, rest=h.unstamped)


def is_of_the_recorder(text: str) -> bool:
    """Whether a line is what a meeting program notes of itself, such as `Ana stopped transcription`."""
    return bool(_RECORDER.match(text.strip()))


def _no_label(h: Heading) -> Heading:
    return Heading(h.line, rest=h.line, unstamped=h.line)


def _without_labels_in_head(headings: Sequence[Heading | None]) -> list[Heading | None]:
    """The headings, where a block of `Interviewer: …`, `Date: …` at the very start is no speech."""
    start = next((at for at, h in enumerate(headings) if h), 0)
    end = next((at for at, h in enumerate(headings) if h is None and at > start), len(headings))
    head = [h for h in headings[start:end] if h]
    short = all(":" in h.line and len(h.line) <= _LONGEST_FACT for h in head)
    if end == len(headings) or not short or not any(is_about_the_file(h.line) for h in head):
        return list(headings)
    return [*headings[:start], *(_no_label(h) for h in head), *headings[end:]]
