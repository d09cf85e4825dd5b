"""Tables → turns: csv and tsv files, sheets, and tables within documents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.ingest.caption_names import named
from assistant.ingest.caption_text import Caption, Said
from assistant.ingest.columns import Columns, find_columns
from assistant.ingest.decoding import read_decoded
from assistant.ingest.grids import Cell, Grid, GridRow, csv_grid
from assistant.ingest.header_words import unit_of
from assistant.ingest.leavings import Leavings
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import Piece, ReadTranscript, count, spoken, to_turns, with_ends
from assistant.ingest.plain_text import parse_plain_text
from assistant.ingest.table_times import Unit, clock, guessed_unit, milliseconds, number
from store.errors import InvalidInputError
from store.transcripts import clean_text

TABLE = "table"
"""The layout of all that is read here."""
_MOSTLY_NAMED = 0.5


@dataclass(frozen=True, slots=True)
class _Times:
    """How the cells of the time columns become milliseconds."""

    unit: Unit
    shift: int = 1

    def of(self, cell: Cell) -> tuple[int | None, int | None]:
        if cell.ms is not None:
            return cell.ms // self.shift, None
        if found := clock(cell.text):
            return found
        value = number(cell.text)
        return (None if value is None else milliseconds(value, self.unit)), None


def read_csv(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.csv` or `.tsv` file; roles are not guessed yet."""
    decoded = read_decoded(path, mapping.encoding)
    grid = csv_grid(decoded.text, path.name, tabs=path.suffix.lower() == ".tsv")
    _check_widths(grid, path.name, mapping)
    return parse_grid(grid, path.name, decoded.report, replace(mapping, encoding=decoded.encoding))


def _check_widths(grid: Grid, name: str, mapping: Mapping) -> None:
    """Raise InvalidInputError where speech would go astray, because a separator in it is not quoted."""
    head = find_columns(grid, mapping, name).head if grid.rows else 0
    if not head:
        return
    width = len(grid.rows[head - 1].cells)
    for row in grid.rows[head:]:
        if len(row.cells) > width:
            msg = (
                f"{name} has more cells at line {row.number} than names of columns; "
                "put text that holds the separator in quotation marks."
            )
            raise InvalidInputError(msg)


def parse_grid(
    grid: Grid,
    name: str,
    report: Sequence[str] = (),
    mapping: Mapping = Mapping(),  # noqa: B008 - frozen
    leavings: Leavings | None = None,
) -> ReadTranscript:
    """The turns of a table; `name` is what the file is called in sentences."""
    if not grid.rows:
        msg = f"{name} holds no table with text; choose another file."
        raise InvalidInputError(msg)
    columns = find_columns(grid, mapping, name)
    leavings = leavings or Leavings()
    said = [*report, _taken(columns)]
    for row in grid.rows[: columns.head - 1] if columns.head else ():
        leavings.add(" ".join(cell.text for cell in row.cells), "rows above the table")
    body = grid.rows[columns.head :]
    _leave_unused(columns, body, leavings, said)
    if columns.speaker is None and columns.start is None:
        return _parse_one_column(columns, body, name, said, mapping, leavings)
    times = _times(columns, body, mapping, said)
    captions = _captions(columns, body, times, leavings, said)
    pieces, labels = named(captions, mapping.labels) if columns.speaker is None else (_spoken_by(captions), None)
    turns = to_turns(with_ends(spoken(pieces)), whole_sentences=True)
    if not turns:
        msg = f"{name} holds no text in the column “{columns.name(columns.text)}”; name another in the mapping."
        raise InvalidInputError(msg)
    taken = replace(
        _mapping(columns, mapping), labels=labels, time_unit=times.unit if columns.start is not None else None
    )
    return ReadTranscript(turns, tuple(said), leavings.listed(), taken)


def _taken(columns: Columns) -> str:
    parts = [("text", columns.text), ("speaker", columns.speaker), ("start", columns.start), ("end", columns.end)]
    return f"Columns: {', '.join(f'{what} from “{columns.name(at)}”' for what, at in parts if at is not None)}."


def _mapping(columns: Columns, mapping: Mapping) -> Mapping:
    return replace(
        mapping,
        layout=TABLE,
        head_lines=columns.head,
        text_column=columns.name(columns.text),
        speaker_column=columns.name(columns.speaker),
        start_column=columns.name(columns.start),
        end_column=columns.name(columns.end),
    )


def _leave_unused(columns: Columns, body: Sequence[GridRow], leavings: Leavings, said: list[str]) -> None:
    used = {columns.text, columns.speaker, columns.start, columns.end}
    unused = []
    for at, name in enumerate(columns.names):
        text = "" if at in used else " ".join(row.at(at).text for row in body)
        if text.strip():
            leavings.add(text, f"column “{name}”, which is not used")
            unused.append(f"“{name}”")
    if unused:
        said.append(f"Left out: the {'column' if len(unused) == 1 else 'columns'} {', '.join(unused)}.")


def _parse_one_column(
    columns: Columns, body: Sequence[GridRow], name: str, said: list[str], mapping: Mapping, leavings: Leavings
) -> ReadTranscript:
    """A single column is read as running text, for names and times may stand in it in any way."""
    text = "\n\n".join(row.at(columns.text).text for row in body)
    read = parse_plain_text(text, name, said, Mapping(labels=mapping.labels))
    taken = replace(_mapping(columns, mapping), labels=read.mapping.labels)
    return ReadTranscript(read.turns, read.report, (*leavings.listed(), *read.left_out), taken)


def _times(columns: Columns, body: Sequence[GridRow], mapping: Mapping, said: list[str]) -> _Times:
    at = [column for column in (columns.start, columns.end) if column is not None]
    cells = [row.at(column) for row in body for column in at]
    characters = sum(len(row.at(columns.text).text) for row in body)
    numbers = [value for cell in cells if cell.ms is None and (value := number(cell.text)) is not None]
    unit = _stated_unit(mapping) or next((found for c in at if (found := unit_of(columns.name(c)))), None)
    if unit is None:
        unit = guessed_unit(numbers, characters)
        if numbers:
            said.append(f"The numbers in time columns were taken as {'seconds' if unit == 's' else 'milliseconds'}.")
    return _Times(unit, _shift([cell.ms for cell in cells if cell.ms is not None], characters, said))


def _stated_unit(mapping: Mapping) -> Unit | None:
    if mapping.time_unit is None:
        return None
    if mapping.time_unit not in ("s", "ms"):
        msg = f"The mapping's time_unit is “{mapping.time_unit}”; write s for seconds or ms for milliseconds."
        raise InvalidInputError(msg)
    return "s" if mapping.time_unit == "s" else "ms"


def _shift(times: Sequence[int], characters: int, said: list[str]) -> int:
    """Excel keeps `0:15`, typed for fifteen seconds, as fifteen minutes: by whole minutes and too little speech."""
    reach = max(times, default=0) - min(times, default=0)
    if not reach or any(ms % 60_000 for ms in times) or characters * 1000 / reach > 1:
        return 1
    said.append("The times have no seconds and would be far too long for the text; hours were taken as minutes.")
    return 60


def _captions(
    columns: Columns, body: Sequence[GridRow], times: _Times, leavings: Leavings, said: list[str]
) -> list[Caption]:
    captions, empty, untimed = [], 0, 0
    for row in body:
        cell = row.at(columns.text)
        lines = tuple(Said(cleaned) for line in cell.text.splitlines() if (cleaned := clean_text(line)))
        start, end = times.of(row.at(columns.start))
        stated = times.of(row.at(columns.end))[0]
        end = stated if stated is not None else end
        for column, found in ((columns.start, start), (columns.end, stated)):
            if found is None and row.at(column).text:
                untimed += 1
                leavings.add(row.at(column).text, f"times in “{columns.name(column)}” that cannot be read")
        if end is not None and (start is None or end < start):
            end = start
        empty += not lines
        if lines:
            captions.append(Caption(row.at(columns.speaker).text.rstrip(": ") or None, lines, start, end))
    if empty:
        said.append(f"Left out: {count(empty, 'row')} without text.")
    if untimed:
        said.append(f"Left out: {count(untimed, 'time')} that cannot be read.")
    return captions


def _spoken_by(captions: Sequence[Caption]) -> list[Piece]:
    """Where the speaker stands only in the first row of several, it goes on."""
    goes_on = sum(caption.speaker is not None for caption in captions) < _MOSTLY_NAMED * len(captions)
    pieces: list[Piece] = []
    for caption in captions:
        speaker = caption.speaker or (pieces[-1].speaker if goes_on and pieces else None)
        text = " ".join(said.text for said in caption.lines)
        pieces.append(Piece(text, speaker, caption.start_ms, caption.end_ms))
    return pieces
