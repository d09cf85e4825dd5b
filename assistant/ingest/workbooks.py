"""Transcripts in Excel files."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from assistant.ingest.grids import Cell, Grid, grid_of
from assistant.ingest.leavings import Leavings
from assistant.ingest.mapping import Mapping
from assistant.ingest.packages import opened
from assistant.ingest.pieces import ReadTranscript, count
from assistant.ingest.table_transcripts import parse_grid
from assistant.ingest.xlsx_cells import DAMAGED, bounded, check_workbook, seen
from store.errors import InvalidInputError

_ERRORS = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))
_ERROR = "cells that show a spreadsheet's error"
_BESIDE = (
    (re.compile(r"xl/(?:(?:comments/)?comments?[^/]*|threadedComments/[^/]*)\.xml"), "comments on cells"),
    (re.compile(r"xl/drawings/[^/]*\.xml"), "texts in drawings"),
)
_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - the days on which Excel's clocks start
_LONGEST_DAYS = 400


def read_xlsx(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of an Excel file: of the sheet that `mapping` names, or else of the first that holds text.

    Formulas count as the value that was last computed for them. Raises InvalidInputError where there is no such
    sheet, or the file is damaged or harmful.
    """
    check_workbook(path)
    leavings = Leavings()
    with _opened(path) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        name = _chosen(sheets, mapping, path)
        grid = _grid(sheets[name], path, leavings)
        said = _leave_other_sheets({title: s for title, s in sheets.items() if title != name}, path, leavings)
    _leave_beside_cells(path, leavings, said)
    if unknown := _never_computed(path, name):
        said.append(f"Left out: {count(unknown, 'formula')} without a computed value; open and save the file in Excel.")
    read = parse_grid(grid, path.name, said, mapping, leavings)
    return replace(read, mapping=replace(read.mapping, sheet=name))


def workbook_grid(path: Path, mapping: Mapping) -> tuple[tuple[str, ...], Grid]:
    """The names of all sheets, and the table in the one that is read."""
    check_workbook(path)
    with _opened(path) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        return tuple(sheets), _grid(sheets[_chosen(sheets, mapping, path)], path, Leavings())


@contextmanager
def _opened(path: Path, *, values: bool = True) -> Iterator[Any]:
    """The workbook; what goes wrong in it becomes one sentence."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except InvalidInputError:
        raise
    except DAMAGED as error:
        msg = (
            f"{path.name} cannot be read as an Excel file, it is damaged or no such file; save it again as xlsx or csv."
        )
        raise InvalidInputError(msg) from error


def _chosen(sheets: dict[str, Any], mapping: Mapping, path: Path) -> str:
    if mapping.sheet is not None:
        for title in sheets:
            if title.casefold() == mapping.sheet.strip().casefold():
                return title
        msg = f"{path.name} has no sheet “{mapping.sheet}”; it has {', '.join(f'“{title}”' for title in sheets)}."
        raise InvalidInputError(msg)
    for title, sheet in sheets.items():
        if any(_has_words(row) for row in _rows(sheet, path)):
            return title
    msg = f"{path.name} has no sheet with text; choose another file."
    raise InvalidInputError(msg)


def _rows(sheet: Any, path: Path) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    return bounded(sheet.iter_rows(values_only=True), path)


def _has_words(row: tuple[Any, ...]) -> bool:
    return any(isinstance(value, str) and any(map(str.isalpha, value)) for value in row)


def _grid(sheet: Any, path: Path, leavings: Leavings) -> Grid:
    def numbered() -> Iterator[tuple[int, list[Cell]]]:
        for number, row in enumerate(_rows(sheet, path), start=1):
            for value in row:
                if value in _ERRORS:
                    leavings.add(value, _ERROR)
            yield number, [_cell(value) for value in row]

    return grid_of(numbered(), path.name)


def _cell(value: object) -> Cell:
    if value in _ERRORS:
        return Cell("")
    return Cell(seen(value), _milliseconds(value))


def _milliseconds(value: object) -> int | None:
    """What a time cell means; Excel keeps more than a day as a date soon after its clocks start."""
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + round(value.microsecond / 1000)
    if isinstance(value, datetime):
        since = min((value - epoch for epoch in _EPOCHS if value >= epoch), default=timedelta.max)
        value = since if since.days < _LONGEST_DAYS else None
    if isinstance(value, timedelta) and value >= timedelta():
        return round(value / timedelta(milliseconds=1))
    return None


def _leave_other_sheets(sheets: dict[str, Any], path: Path, leavings: Leavings) -> list[str]:
    unused = []
    for title, sheet in sheets.items():
        text = " ".join(seen(value) for row in _rows(sheet, path) for value in row if value is not None)
        if text.strip():
            leavings.add(text, f"sheet “{title}”, which is not used")
            unused.append(f"“{title}”")
    return [f"Left out: the {'sheet' if len(unused) == 1 else 'sheets'} {', '.join(unused)}."] if unused else []


def _leave_beside_cells(path: Path, leavings: Leavings, said: list[str]) -> None:
    """Account for comments on cells and for texts in drawings."""
    with opened(path, "Excel file") as package:
        for pattern, why in _BESIDE:
            for part in filter(pattern.fullmatch, package.names):
                root = package.xml(part)
                for element in () if root is None else root.iter("{*}t", "{*}text"):
                    leavings.add("".join(str(text) for text in element.itertext()) if not len(element) else "", why)
            if leavings.times(why):
                said.append(f"Left out: {why}.")


def _never_computed(path: Path, name: str) -> int:
    """How many formulas of the sheet the program that wrote the file did not compute."""
    with _opened(path) as values, _opened(path, values=False) as formulas:
        pairs = zip(_rows(values[name], path), _rows(formulas[name], path), strict=False)
        return sum(
            seen_value is None and isinstance(formula, str) and formula.startswith("=")
            for row, written in pairs
            for seen_value, formula in zip(row, written, strict=False)
        )
