"""Where the turns of a revision are: its own, or shared with the revisions before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.canonical import sha256_json
from store.records import TranscriptRow, TurnRow
from store.values import TURN_SEPARATOR, NewTurn, Role, Span, Turn, TurnMarks, Word

_DIGITS = 4
"""Of a word's probability."""

Layout = list[list[int]]
"""Runs of [transcript id, first index, how many, by how much offsets move]; 0 for the revision's own id."""


@dataclass(frozen=True, slots=True)
class PlacedTurn:
    """A turn of a revision, and the row that holds it; offsets of the row are `shift` less."""

    turn: Turn
    transcript_id: int
    index: int
    shift: int


def clean_text(text: str) -> str:
    """A turn's text as it is kept: white space of every kind folded to single spaces, ends stripped."""
    return " ".join(text.split())


def placed_turns(session: Session, row: TranscriptRow) -> list[PlacedTurn]:
    """All turns of a revision in order, as they stand in its text."""
    layout = row.layout
    sources = {row.id} if layout is None else {source or row.id for source, *_ in layout}
    query = select(*_COLUMNS).where(TurnRow.transcript_id.in_(sources)).order_by(TurnRow.transcript_id, TurnRow.index)
    rows = {(turn.transcript_id, turn.index): turn for turn in session.execute(query)}
    if layout is None:
        return [_placed(found, at, 0) for at, found in enumerate(rows.values())]
    places = ((source or row.id, first + n, shift) for source, first, count, shift in layout for n in range(count))
    return [_placed(rows[source, index], at, shift) for at, (source, index, shift) in enumerate(places)]


_COLUMNS = TurnRow.__table__.columns
"""Plain columns: as objects of the ORM, the turns of two hours take several times as long to read."""


def _placed(row: Any, at: int, shift: int) -> PlacedTurn:
    turn = Turn(
        id=row.id,
        index=at,
        speaker=row.speaker,
        role=Role(row.role),
        span=Span(row.start + shift, row.end + shift),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        words=tuple(Word(start + shift, end + shift, *rest) for start, end, *rest in row.words),
        marks=TurnMarks.from_json(row.marks),
    )
    return PlacedTurn(turn, row.transcript_id, row.index, shift)


def turns_digest(turns: Iterable[Turn]) -> str:
    """The hash over every turn's place, speaker, times, words and marks."""
    return sha256_json([_content(turn) for turn in turns])


def _content(t: Turn) -> list[object]:
    words = [[w.start, w.end, w.start_ms, w.end_ms, w.probability] for w in t.words]
    content: list[object] = [t.index, t.speaker, str(t.role), t.span.start, t.span.end, t.start_ms, t.end_ms, words]
    marks = t.marks.to_json()
    return [*content, marks] if marks else content


def as_new(turn: Turn, text: str) -> NewTurn:
    """A stored turn as one that can be kept again; `text` is the whole interview's."""
    start = turn.span.start
    return NewTurn(
        text=turn.span.of(text),
        speaker=turn.speaker,
        role=turn.role,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        words=_shifted(turn.words, -start),
        marks=turn.marks,
    )


def filled(turns: Iterable[NewTurn]) -> list[NewTurn]:
    """The turns that hold text; ValueError where a text is not cleaned, for its word offsets would be wrong."""
    kept = [turn for turn in turns if turn.text.strip()]
    if any(turn.text != clean_text(turn.text) for turn in kept):
        msg = "turn text must be cleaned before word offsets are taken"
        raise ValueError(msg)
    return [turn if all(map(_is_round, turn.words)) else replace(turn, words=_rounded(turn.words)) for turn in kept]


def _is_round(word: Word) -> bool:
    return word.probability == round(word.probability, _DIGITS)


def _rounded(words: Iterable[Word]) -> tuple[Word, ...]:
    return tuple(replace(word, probability=round(word.probability, _DIGITS)) for word in words)


def _shifted(words: Iterable[Word], by: int) -> tuple[Word, ...]:
    return tuple(Word(w.start + by, w.end + by, w.start_ms, w.end_ms, w.probability) for w in words)


def joined(turns: Sequence[NewTurn]) -> str:
    """The text of a revision with these turns."""
    return TURN_SEPARATOR.join(turn.text for turn in turns)


def laid_out(turns: Sequence[NewTurn]) -> list[Turn]:
    """The turns as they will stand in the text of their revision; they have no id yet."""
    found, at = [], 0
    for index, turn in enumerate(turns):
        words = _shifted(turn.words, at)
        span = Span(at, at + len(turn.text))
        found.append(Turn(0, index, turn.speaker, turn.role, span, turn.start_ms, turn.end_ms, words, turn.marks))
        at = span.end + len(TURN_SEPARATOR)
    return found


Columns = dict[str, Any]
"""The columns of a row without the id of its transcript."""


def own_rows(turns: Sequence[NewTurn]) -> list[Columns]:
    """Rows for a revision that shares no turn."""
    rows, at = [], 0
    for index, turn in enumerate(turns):
        rows.append(_row(turn, index, at))
        at += len(turn.text) + len(TURN_SEPARATOR)
    return rows


def _row(turn: NewTurn, index: int, at: int) -> Columns:
    return {
        "index": index,
        "speaker": turn.speaker,
        "role": str(turn.role),
        "start": at,
        "end": at + len(turn.text),
        "start_ms": turn.start_ms,
        "end_ms": turn.end_ms,
        "words": [[w.start + at, w.end + at, w.start_ms, w.end_ms, w.probability] for w in turn.words],
        "marks": turn.marks.to_json(),
    }


def shared_rows(before: Sequence[PlacedTurn], text: str, turns: Sequence[NewTurn]) -> tuple[list[Columns], Layout]:
    """Rows for what a correction changed, and the layout in which they stand among the turns it left as they were.

    `before` are the turns of the revision before, `text` its text.
    """
    same = _unchanged([as_new(placed.turn, text) for placed in before], turns)
    rows: list[Columns] = []
    layout: Layout = []
    at = 0
    for number, turn in enumerate(turns):
        if (old := same.get(number)) is None:
            rows.append(_row(turn, len(rows), at))
            _extend(layout, 0, len(rows) - 1, 0)
        else:
            source = before[old]
            _extend(layout, source.transcript_id, source.index, source.shift + at - source.turn.span.start)
        at += len(turn.text) + len(TURN_SEPARATOR)
    return rows, layout


def _unchanged(before: Sequence[NewTurn], after: Sequence[NewTurn]) -> dict[int, int]:
    """Index of each turn that was there before → its index then."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {b + n: a + n for a, b, size in blocks for n in range(size)}


def _extend(layout: Layout, source: int, index: int, shift: int) -> None:
    if layout:
        last_source, first, count, last_shift = layout[-1]
        if (last_source, first + count, last_shift) == (source, index, shift):
            layout[-1][2] += 1
            return
    layout.append([source, index, 1, shift])
