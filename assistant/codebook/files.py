"""Codebooks from and to files, by the file's ending."""

from pathlib import Path

from assistant.codebook.csv_file import csv_text, read_csv
from assistant.codebook.drafts import DraftCode, ReadCodebook
from assistant.codebook.yaml_file import read_yaml, yaml_text
from store.errors import InvalidInputError
from store.values import Codebook

_READERS = {".csv": read_csv, ".tsv": read_csv, ".yaml": read_yaml, ".yml": read_yaml}
_WRITERS = {".csv": csv_text, ".yaml": yaml_text, ".yml": yaml_text}


def read_codebook(path: Path) -> list[DraftCode]:
    """The codes of a csv or YAML file, themes before their codes where the file does not list them.

    Raises InvalidInputError with a sentence where it is no codebook.
    """
    return list(read_with_report(path).codes)


def read_with_report(path: Path) -> ReadCodebook:
    """The same, with what was made, guessed or not read."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        msg = f"{path.name} cannot be read as a codebook; give a file ending in {', '.join(_READERS)}."
        raise InvalidInputError(msg)
    return reader(path)


def as_drafts(codebook: Codebook) -> list[DraftCode]:
    """A codebook as it would be written: parents by name."""
    names = {code.guid: code.name for code in codebook.codes}
    return [
        DraftCode(
            name=code.name,
            parent=names[code.parent] if code.parent else None,
            definition=code.definition,
            include=code.include,
            exclude=code.exclude,
            examples=code.examples,
            colour=code.colour,
        )
        for code in codebook.codes
    ]


def write_codebook(codebook: Codebook, path: Path) -> None:
    """Write a codebook as csv or YAML; `read_codebook` gives it back.

    Raises InvalidInputError for other endings and where the file cannot be written.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        msg = f"A codebook cannot be written to {path.name}; choose a name that ends in {', '.join(_WRITERS)}."
        raise InvalidInputError(msg)
    text = writer(as_drafts(codebook))
    # Spreadsheets know UTF-8 only by its mark; without it, letters beyond ASCII come out wrong there.
    encoding = "utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8"
    try:
        with path.open("w", encoding=encoding, newline="") as file:
            file.write(text)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); choose another place."
        raise InvalidInputError(msg) from error
