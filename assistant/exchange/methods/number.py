"""A number that knows its query: the command that prints it, the field of what is printed, and the page that shows it.

Fields are written as filters of jq, of which four kinds are used: `.name`, `[3]`, `| length` and `| add`.
"""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

_STEP = re.compile(r'\.?\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\.?\[(?P<place>-?\d+)\]|\.(?P<name>[A-Za-z_]\w*)')
_FOLDS: dict[str, Callable[[Any], Any]] = {
    "length": len,
    "add": lambda found: sum(found.values() if isinstance(found, dict) else found),
}


@dataclass(frozen=True, slots=True)
class Query:
    """Where a number is from; `words` follow `interview`, `page` is an address in the app."""

    words: tuple[str, ...]
    field: str
    page: str

    @property
    def command(self) -> str:
        """The command line, with `STUDY` for the study's folder."""
        return shlex.join(("interview", *self.words))


@dataclass(frozen=True, slots=True)
class Number:
    """A number as the command prints it, and as it is written."""

    value: int | float | str
    text: str
    query: Query


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command prints with `--json`, to take numbers from; `within` is where this record stands in it."""

    words: tuple[str, ...]
    record: Any
    page: str
    within: str = ""

    def number(self, field: str, said: Callable[[Any], str] | None = None, *, page: str | None = None) -> Number:
        """The number in a field; `said` writes it, else it is written with its thousands marked."""
        value = self.value(field)
        text = plain(value) if said is None else said(value)
        return Number(value, text, Query(self.words, _joined(self.within, field), self.page if page is None else page))

    def value(self, field: str) -> Any:
        """What stands in a field; raises KeyError or IndexError where there is none."""
        return field_value(self.record, field)

    def at(self, field: str, *, page: str | None = None) -> "Printed":
        """The part of the record in a field."""
        return replace(
            self,
            record=self.value(field),
            within=_joined(self.within, field),
            page=self.page if page is None else page,
        )

    def parts(self, field: str) -> "tuple[Printed, ...]":
        """The entries of the list in a field."""
        return tuple(self.at(f"{field}[{place}]") for place in range(len(self.value(field))))


def field_value(record: Any, field: str) -> Any:
    """What a field of a record holds; raises ValueError for a filter of another kind.

    >>> field_value({"a": [{"b c": 1}, {"b c": 2}]}, '.a[1]["b c"]')
    2
    >>> field_value({"a": {"x": 3, "y": 4}}, ".a | add"), field_value([1, 2], ". | length")
    (7, 2)
    """
    path, *folds = (part.strip() for part in field.split(" | "))
    found, place = record, 0
    if path == ".":
        path = ""
    while place < len(path):
        step = _STEP.match(path, place)
        if step is None:
            msg = f"{field!r} is no field of a record"
            raise ValueError(msg)
        found, place = _entry(found, step), step.end()
    for fold in folds:
        found = _FOLDS[fold](found)
    return found


def _entry(record: Any, step: re.Match[str]) -> Any:
    if step["place"] is not None:
        return record[int(step["place"])]
    return record[json.loads(f'"{step["quoted"]}"') if step["quoted"] is not None else step["name"]]


def _joined(within: str, field: str) -> str:
    """A field of a part, as a field of the whole."""
    if within and (field == "." or field.startswith((". ", ".["))):
        return within + field[1:]
    return within + field


def plain(value: Any) -> str:
    """A number with its thousands marked; anything else as it is.

    >>> plain(12345), plain(2.5), plain("6+2")
    ('12,345', '2.5', '6+2')
    """
    return f"{value:,}" if isinstance(value, int | float) else str(value)
