"""The notes of an appendix: each query once, numbered as it is come upon; the numbers of a table's row share one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.exchange.methods.document import Appendix, Paragraph, Piece, Section
from assistant.exchange.methods.number import Number, Query

EXPLAINED = (
    "STUDY stands for the study’s folder. What follows --json is printed by the command; what follows jq is the filter"
    " that picks the numbers out of it, in the order in which they stand in the text or in the row."
)


@dataclass(frozen=True, slots=True)
class Note:
    """One query with its fields, and the number under which it is cited."""

    number: int
    words: tuple[str, ...]
    command: str
    fields: tuple[str, ...]
    page: str

    @property
    def filter(self) -> str:
        """The filter that picks all its fields."""
        return ", ".join(self.fields)


@dataclass(slots=True)
class Notes:
    """The notes made so far."""

    made: list[Note] = field(default_factory=list)
    _numbers: dict[tuple[tuple[str, ...], tuple[str, ...]], int] = field(default_factory=dict)

    def cite(self, number: Number) -> int:
        """The number of the note of one number."""
        return self._note((number.query,))

    def cite_row(self, cells: Iterable[Piece]) -> tuple[int, ...]:
        """The notes of a row: one for each command that its numbers are from."""
        by_command: dict[tuple[str, ...], list[Query]] = {}
        for cell in cells:
            if isinstance(cell, Number):
                by_command.setdefault(cell.query.words, []).append(cell.query)
        return tuple(self._note(queries) for queries in by_command.values())

    def _note(self, queries: Iterable[Query]) -> int:
        asked = tuple(queries)
        first, fields = asked[0], tuple(dict.fromkeys(query.field for query in asked))
        key = (first.words, fields)
        if key not in self._numbers:
            self._numbers[key] = len(self.made) + 1
            self.made.append(Note(len(self.made) + 1, first.words, first.command, fields, first.page))
        return self._numbers[key]


def all_notes(of: Appendix) -> tuple[Note, ...]:
    """Every note in the order in which a reader comes upon them."""
    notes = Notes()
    for section in of.sections:
        _of_section(notes, section)
    for checklist in of.checklists:
        for item in checklist.items:
            for piece in () if item.answer is None else item.answer.pieces:
                if isinstance(piece, Number):
                    notes.cite(piece)
    return tuple(notes.made)


def _of_section(notes: Notes, section: Section) -> None:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            for piece in block.pieces:
                if isinstance(piece, Number):
                    notes.cite(piece)
        else:
            for row in block.rows:
                notes.cite_row(row)
