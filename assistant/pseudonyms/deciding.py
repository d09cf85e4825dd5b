"""Decisions on the strings that were found: the same person as another string, or many from a table."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from assistant.ingest.decoding import read_text
from assistant.pseudonyms.key import Key, Ruling
from assistant.pseudonyms.kinds import Kind
from store.errors import InvalidInputError

COLUMNS = ("text", "decision", "pseudonym", "kind")


def same_as(key: Key, text: str, other: str) -> Ruling:
    """The decision that a spelling names whom another spelling, or a pseudonym, does; raises InvalidInputError."""
    entry = key.named(other) or key.entry_of(other)
    if entry is None or not entry.pseudonym:
        msg = f"“{other}” has no pseudonym yet; give it one first. Nothing was decided on “{text}”."
        raise InvalidInputError(msg)
    return Ruling(text, entry.pseudonym, entry.kind)


def rulings_in(path: Path) -> tuple[Ruling, ...]:
    """Decisions from a csv file with the columns text, decision (replace, keep or undo), pseudonym and kind.

    Raises InvalidInputError that names the line.
    """
    text, _ = read_text(path)
    return tuple(_rulings(path.name, io.StringIO(text.removeprefix("\ufeff"), newline="")))


def _rulings(name: str, lines: io.StringIO) -> Iterator[Ruling]:
    try:
        reader = csv.DictReader(lines)
        if not {"text", "decision"} <= {(field or "").strip() for field in reader.fieldnames or ()}:
            msg = f"{name} lacks the columns text and decision; it needs {', '.join(COLUMNS)}."
            raise InvalidInputError(msg)
        for row in reader:
            yield _ruling(
                f"{name}, line {reader.line_num}", {k.strip(): v for k, v in row.items() if k and isinstance(v, str)}
            )
    except csv.Error as error:
        msg = f"{name} is no csv file ({error}); save it as csv again."
        raise InvalidInputError(msg) from error


def _ruling(where: str, row: dict[str, str]) -> Ruling:
    text, decision = row.get("text", "").strip(), row.get("decision", "").strip().casefold()
    pseudonym, kind = row.get("pseudonym", "").strip(), row.get("kind", "").strip().casefold() or str(Kind.PERSON)
    if decision not in ("replace", "keep", "undo") or (decision == "replace") != bool(pseudonym):
        msg = f"{where}: a decision is “replace” with a pseudonym, “keep” or “undo” without one; correct the line."
        raise InvalidInputError(msg)
    if kind not in list(Kind):
        msg = f"{where}: “{kind}” is no kind; write one of {', '.join(Kind)}."
        raise InvalidInputError(msg)
    return Ruling(text, pseudonym, Kind(kind), undo=decision == "undo")
