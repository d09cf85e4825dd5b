"""What a reader gathers from a document of paragraphs and tables, and how that becomes turns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.ingest.columns import find_columns
from assistant.ingest.grids import Cell, Grid, grid_of
from assistant.ingest.leavings import Leavings
from assistant.ingest.lines import Line
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import ReadTranscript, count
from assistant.ingest.plain_text import parse_lines
from assistant.ingest.table_transcripts import TABLE, parse_grid
from store.errors import InvalidInputError

_MOSTLY = 0.5
BOXES = "text boxes"


@dataclass(slots=True)
class Paragraph:
    """The text of one paragraph as it comes, and what of it is bold; its line breaks are kept."""

    runs: list[tuple[str, bool]] = field(default_factory=list)

    def add(self, text: str, *, bold: bool = False) -> None:
        """Go on with some text."""
        if text:
            self.runs.append((text, bold))

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(text for text, _ in self.runs)

    def lines(self) -> list[Line]:
        """Its lines, the first of which begins a paragraph."""
        lines: list[Line] = []
        for runs in self._by_line():
            text = "".join(text for text, _ in runs)
            lines.append(Line(text, _bold_start(runs), paragraph=not lines))
        return lines

    def _by_line(self) -> list[list[tuple[str, bool]]]:
        lines: list[list[tuple[str, bool]]] = [[]]
        for text, bold in self.runs:
            first, *others = text.split("\n")
            lines[-1].append((first, bold))
            lines.extend([(other, bold)] for other in others)
        return lines


def _bold_start(runs: Sequence[tuple[str, bool]]) -> int:
    """How many characters at the start are bold, white space among them."""
    length = 0
    for text, bold in runs:
        if not bold and text.strip():
            return length + len(text) - len(text.lstrip()) if length else 0
        length += len(text)
    return length if any(bold and text.strip() for text, bold in runs) else 0


@dataclass(slots=True)
class Document:
    """The lines of a document in order, its tables, and what was left out of both."""

    lines: list[Line] = field(default_factory=list)
    outside: list[Line] = field(default_factory=list)
    """The lines that stand in no table."""
    boxed: list[Line] = field(default_factory=list)
    """The lines of text boxes, which are speech only where there is no other text."""
    tables: list[list[list[str]]] = field(default_factory=list)
    leavings: Leavings = field(default_factory=Leavings)
    said: list[str] = field(default_factory=list)

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Lines of running text."""
        self.lines.extend(lines)
        self.outside.extend(lines)

    def add_table(self, rows: list[list[list[Line]]]) -> None:
        """A table of cells of lines; as running text, each row is a line with tabs between its cells."""
        self.tables.append([["\n".join(line.text for line in cell).strip() for cell in row] for row in rows])
        for row in rows:
            self.lines.extend(_row_lines(row))

    def read(self, name: str, mapping: Mapping) -> ReadTranscript:
        """The turns, with a sentence for everything that was left out."""
        if not any(line.text.strip() for line in self.lines):
            self.lines, self.boxed = self.boxed, []
        for line in self.boxed:
            self.leavings.add(line.text, BOXES)
        before = self.leavings.listed()
        said = [*self.said, *(f"Left out: {what.why} (“{what.sample}”)." for what in before)]
        grid = self._transcript_table(name, mapping)
        if grid is not None:
            return self._read_table(grid, name, said, mapping)
        return parse_lines(self.lines, name, said, mapping, self.leavings)

    def _transcript_table(self, name: str, mapping: Mapping) -> Grid | None:
        """The rows of the tables that are a transcript: most of the text, with a column of speakers or times."""
        stated = mapping.layout == TABLE or (mapping.layout is None and bool(mapping.text_column))
        if stated and not self.tables:
            msg = f"{name} has no table, which the mapping says it is; leave out its layout and columns."
            raise InvalidInputError(msg)
        if not self.tables or mapping.layout not in {None, TABLE}:
            return None
        width = max((max(map(len, rows), default=0) for rows in self.tables), key=self._size_of_width)
        rows = [row for rows in self.tables if max(map(len, rows), default=0) == width for row in rows]
        grid = grid_of(enumerate([[Cell(cell) for cell in row] for row in rows], start=1), name)
        if stated:
            return grid
        within = sum(len(cell) for row in rows for cell in row)
        if width < 2 or within < _MOSTLY * sum(len(line.text) for line in self.lines):  # noqa: PLR2004 - columns
            return None
        try:
            columns = find_columns(grid, mapping, name)
        except InvalidInputError:
            return None
        return None if columns.speaker is None and columns.start is None else grid

    def _size_of_width(self, width: int) -> int:
        return sum(
            len(cell) for rows in self.tables if max(map(len, rows), default=0) == width for row in rows for cell in row
        )

    def _read_table(self, grid: Grid, name: str, said: list[str], mapping: Mapping) -> ReadTranscript:
        why = "text outside the table of the transcript"
        kept = {cell.text for row in grid.rows for cell in row.cells}
        others = [cell for rows in self.tables for row in rows for cell in row if cell and cell not in kept]
        for text in (*(line.text for line in self.outside), *others):
            self.leavings.add(text, why)
        if number := self.leavings.times(why):
            said.append(f"Left out: {count(number, 'paragraph')} outside the table of the transcript.")
        return parse_grid(grid, name, said, replace(mapping, layout=TABLE), self.leavings)


def _row_lines(row: Sequence[Sequence[Line]]) -> list[Line]:
    """A row as running text: the first lines of its cells side by side, the other lines below."""
    filled = [[line for line in cell if line.text.strip()] for cell in row]
    filled = [cell for cell in filled if cell]
    if not filled:
        return []
    first = Line("\t".join(cell[0].text.strip() for cell in filled), _row_bold(filled[0][0], len(filled)))
    return [first, *(replace(line, paragraph=False) for cell in filled for line in cell[1:])]


def _row_bold(line: Line, cells: int) -> int:
    stripped = line.text.strip()
    wholly = line.bold >= len(line.text.rstrip())
    return len(stripped) + (1 if cells > 1 else 0) if wholly else 0
