"""What a person can choose from where a guess is wrong."""

from dataclasses import dataclass
from pathlib import Path

from assistant.ingest.captions import CAPTIONS, ROLLING
from assistant.ingest.columns import find_columns
from assistant.ingest.decoding import read_decoded
from assistant.ingest.grids import Grid, csv_grid
from assistant.ingest.mapping import Mapping
from assistant.ingest.plain_text import LABELS, PARAGRAPHS
from assistant.ingest.table_transcripts import TABLE
from assistant.ingest.workbooks import workbook_grid
from store.errors import StudyError

ENCODINGS = ("utf-8", "cp1252", "utf-16", "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030")
_TEXTS, _BOOKS = (".csv", ".tsv"), (".xlsx", ".xlsm")
_FAMILIES = ((LABELS, PARAGRAPHS), (CAPTIONS, ROLLING))


@dataclass(frozen=True, slots=True)
class Choices:
    """Layouts that the file may have instead, and the columns and sheets of a table."""

    layouts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def choices(path: Path, mapping: Mapping) -> Choices:
    """What there is to choose from in a file that was taken as `mapping` says."""
    layout, ending = mapping.layout or "", path.suffix.lower()
    family: tuple[str, ...] = next((names for names in _FAMILIES if layout in names), (layout,) if layout else ())
    if layout == TABLE and ending not in (*_TEXTS, *_BOOKS):
        family = (TABLE, LABELS, PARAGRAPHS)
    sheets: tuple[str, ...] = ()
    grid = None
    try:
        if ending in _TEXTS:
            text = read_decoded(path, mapping.encoding).text
            grid = csv_grid(text, path.name, tabs=ending == ".tsv")
        elif ending in _BOOKS:
            sheets, grid = workbook_grid(path, mapping)
    except StudyError:  # whoever reads the transcript says what is wrong
        return Choices(family)
    return Choices(family, () if grid is None else _columns(grid, path.name), sheets)


def _columns(grid: Grid, name: str) -> tuple[str, ...]:
    """The columns' names; where nobody can tell which is which, what stands in the first row."""
    try:
        return find_columns(grid, Mapping(), name).names
    except StudyError:
        first = grid.rows[0].cells if grid.rows else ()
        return tuple(cell.text for cell in first if cell.text)
