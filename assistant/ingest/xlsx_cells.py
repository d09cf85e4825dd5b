"""Cells of Excel files as the texts that a person sees in them."""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from store.errors import InvalidInputError

_LARGEST_UNPACKED = 200_000_000
_MOST_ROWS = 100_000
_MOST_VISITED = 20_000_000
"""Cells, empty ones too."""
_LAST_ROW = 1_048_576
"""Excel has no more."""
_LONGEST_EXACT = 15
"""Digits of a number that Excel keeps exactly."""
_OLD = b"\xd0\xcf\x11\xe0"
DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, SyntaxError, KeyError, IndexError, ValueError, TypeError,
    AttributeError, OverflowError, RecursionError, NotImplementedError,
)  # fmt: skip
"""What openpyxl and its parsers raise on files that are damaged or were made to do harm."""


def xlsx_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The filled rows of the first sheet that has any, each with its number; dates as ISO, whole numbers without `.0`.

    Formulas give the value that Excel last kept for them. Raises InvalidInputError where it is no Excel file.
    """
    check_workbook(path)
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                if rows := list(_filled(bounded(sheet.iter_rows(values_only=True), path), path)):
                    return rows
        finally:
            book.close()
    except InvalidInputError:
        raise
    except DAMAGED as error:
        msg = (
            f"{path.name} cannot be read as an Excel file, it is damaged or no such file; save it again as xlsx or csv."
        )
        raise InvalidInputError(msg) from error
    msg = f"{path.name} holds no table; its first row must name the columns."
    raise InvalidInputError(msg)


def check_workbook(path: Path) -> None:
    """Raise InvalidInputError where a file is no Excel file of our time, or would unpack to too much."""
    if not path.is_file():
        msg = f"There is no file {path}; check its name."
        raise InvalidInputError(msg)
    try:
        with path.open("rb") as file:
            if file.read(len(_OLD)) == _OLD:
                msg = f"{path.name} is an old or encrypted Excel file; save it as xlsx without a password, or as csv."
                raise InvalidInputError(msg)
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        msg = f"{path.name} is no Excel file, whatever its name says; save it again as xlsx or csv."
        raise InvalidInputError(msg) from error
    if unpacked > _LARGEST_UNPACKED:
        size = f"{unpacked // 1_000_000:,} MB"
        msg = f"{path.name} unpacks to {size}, too much for a table; save what you need of it as csv."
        raise InvalidInputError(msg)


def bounded(rows: Iterator[tuple[Any, ...]], path: Path) -> Iterator[tuple[Any, ...]]:
    """The rows; raises InvalidInputError where rows and columns, filled or not, go on without end."""
    visited = 0
    for number, row in enumerate(rows, start=1):
        visited += len(row)
        if visited > _MOST_VISITED or number > _LAST_ROW:
            msg = f"{path.name} has rows and columns without end; copy what you need of it to a new sheet."
            raise InvalidInputError(msg)
        yield row


def _filled(rows: Iterator[tuple[Any, ...]], path: Path) -> Iterator[tuple[int, list[str]]]:
    count = 0
    for number, row in enumerate(rows, start=1):
        cells = [seen(value) for value in row]
        if not any(cells):
            continue
        if (count := count + 1) > _MOST_ROWS:
            msg = f"{path.name} has more than {_MOST_ROWS:,} rows, too many for a table of interviews; shorten it."
            raise InvalidInputError(msg)
        yield number, cells


def seen(value: object) -> str:
    """A cell's value as a person sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return (
            f"{value:.0f}" if value.is_integer() and abs(value) < 10**_LONGEST_EXACT else f"{value:.{_LONGEST_EXACT}g}"
        )
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()
