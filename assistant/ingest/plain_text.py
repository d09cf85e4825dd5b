"""Transcripts as plain text: labels, time stamps and paragraphs as people write them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.ingest import stamps
from assistant.ingest.decoding import read_text
from assistant.ingest.labels import Heading, accepted, heading, is_about_the_file
from assistant.ingest.pieces import Piece, ReadTranscript, count, spoken, to_turns
from store.errors import InvalidInputError

_LINE_END = re.compile(r"\r\n|\r|\n")
_SENTENCE_END = re.compile(r"[.?!…。？！؟][\"'”’»)\]]*\s*\Z")
_MOSTLY = 0.5
_MOST_ENDED = 0.8
_LONGEST_PREAMBLE = 1_000
_LONGEST_FACT = 120
_SHOWN = 60


def read_plain_text(path: Path) -> ReadTranscript:
    """The turns of a `.txt` file; roles are not guessed yet."""
    text, report = read_text(path)
    return parse_plain_text(text, path.name, report)


def parse_plain_text(text: str, name: str, report: Sequence[str] = ()) -> ReadTranscript:
    """The turns of a plain text; `name` is what the file is called in sentences."""
    lines = _LINE_END.split(text)
    headings = [heading(line) if line.strip() else None for line in lines]
    headings = _without_labels_in_head(headings)
    first = _first_lines(headings)
    speakers = accepted([h for h in headings if h], first)
    stamped = sum(h.start_ms is not None for h in first) >= max(2, _MOSTLY * len(first))
    headings = [h and _settled(h, speakers, stamped=stamped) for h in headings]
    said = list(report)
    if speakers:
        preamble, pieces = _labelled(headings)
        pieces = [*_kept_preamble(preamble, said), *pieces]
    else:
        pieces = list(_paragraphs(lines, headings))
    pieces = _without_stamps(pieces, said)
    if silent := sum(1 for piece in pieces if not piece.text.strip()):
        said.append(f"Left out: {count(silent, 'turn')} without text.")
    turns = to_turns(_with_ends(spoken(pieces)))
    if not turns:
        msg = f"{name} holds no spoken text beside labels and time stamps; choose another file."
        raise InvalidInputError(msg)
    return ReadTranscript(turns, tuple(said))


def _first_lines(headings: Sequence[Heading | None]) -> list[Heading]:
    """The first line of every block, stamps on their own aside; where no blank lines divide the file, every line."""
    filled = [h if h and (h.label or h.rest) else None for h in headings]
    blocks = [h for before, h in zip([None, *filled], filled, strict=False) if h and before is None]
    return blocks if len(blocks) > 1 else [h for h in filled if h]


def _without_labels_in_head(headings: Sequence[Heading | None]) -> list[Heading | None]:
    """The headings, where a block of `Interviewer: …`, `Date: …` at the very start is no speech."""
    start = next((at for at, h in enumerate(headings) if h), 0)
    end = next((at for at, h in enumerate(headings) if h is None and at > start), len(headings))
    head = [h for h in headings[start:end] if h]
    short = all(":" in h.line and len(h.line) <= _LONGEST_FACT for h in head)
    if end == len(headings) or not short or not any(is_about_the_file(h.line) for h in head):
        return list(headings)
    return [*headings[:start], *(Heading(h.line, rest=h.line, unstamped=h.line) for h in head), *headings[end:]]


def _settled(h: Heading, speakers: frozenset[tuple[str, str]], *, stamped: bool) -> Heading:
    """The heading without what turned out to be speech: a label that is none, a clock time that is no stamp."""
    if h.label and h.key in speakers:
        return h
    if h.bare and h.unstamped and not stamped:
        return Heading(h.line, rest=h.line)
    found = stamps.LEADING.match(h.line)
    start, end = stamps.milliseconds(found[0]) if found else (None, None)
    return Heading(h.line, start_ms=start, end_ms=end, rest=h.unstamped)


def _labelled(headings: Sequence[Heading | None]) -> tuple[list[Heading], list[Piece]]:
    """What stands before the first label, and a piece for each label with the lines up to the next."""
    preamble: list[Heading] = []
    pieces: list[Piece] = []
    alone: Heading | None = None
    for h in headings:
        if h is None:
            continue
        if h.label:
            timed = h if h.start_ms is not None or alone is None else alone
            pieces.append(Piece(h.rest, h.label, timed.start_ms, timed.end_ms))
        elif not h.rest and h.start_ms is not None:
            alone = h
            continue
        elif pieces:
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text}\n{h.rest}")
        else:
            preamble.append(h)
        alone = None
    return preamble, pieces


def _kept_preamble(preamble: Sequence[Heading], said: list[str]) -> list[Piece]:
    """Nothing for a short head of the file, which is reported; a long one is text of somebody not named."""
    text = " ".join(h.rest for h in preamble)
    if not text:
        return []
    if len(text) > _LONGEST_PREAMBLE:
        said.append("The text before the first label was kept as a turn without speaker.")
        return [Piece(text)]
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    said.append(f"Left out: {count(len(preamble), 'line')} before the first speaker (“{shown}”).")
    return []


def _paragraphs(lines: Sequence[str], headings: Sequence[Heading | None]) -> Iterator[Piece]:
    """Pieces of a text without labels: blank lines and time stamps divide, wrapped lines are joined."""
    by_line = _line_by_line([line for line in lines if line.strip()], divided=_divided(headings))
    current: Piece | None = None
    for h in headings:
        if h and current and h.start_ms is None and not (by_line and current.text):
            current = replace(current, text=f"{current.text}\n{h.rest}")
            continue
        if current is not None and (h is not None or current.text.strip()):
            yield current
            current = None
        if h is not None:
            current = Piece(h.rest, None, h.start_ms, h.end_ms)
    if current is not None:
        yield current


def _divided(headings: Sequence[Heading | None]) -> bool:
    """Whether blank lines stand between lines with text."""
    filled = [at for at, h in enumerate(headings) if h is not None]
    return len(filled) <= filled[-1] - filled[0]


def _line_by_line(lines: Sequence[str], *, divided: bool) -> bool:
    """Whether each line is a paragraph of its own: no blank lines, and nearly all end like sentences."""
    ended = sum(bool(_SENTENCE_END.search(line)) for line in lines)
    return not divided and ended >= _MOST_ENDED * len(lines)


def _without_stamps(pieces: Sequence[Piece], said: list[str]) -> list[Piece]:
    cleaned, removed = [], 0
    for piece in pieces:
        text, found = stamps.INLINE.subn(" ", piece.text)
        removed += found
        cleaned.append(replace(piece, text=text))
    if removed:
        said.append(f"Taken out of the text: {count(removed, 'time stamp')} within turns.")
    return cleaned


def _with_ends(pieces: Sequence[Piece]) -> list[Piece]:
    """Let each timed piece end where the next one starts, if time moves on."""
    ended: list[Piece] = []
    following: int | None = None
    for piece in reversed(pieces):
        end = piece.end_ms
        if end is None and piece.start_ms is not None and following is not None and following > piece.start_ms:
            end = following
        ended.append(replace(piece, end_ms=end))
        following = piece.start_ms
    return ended[::-1]
