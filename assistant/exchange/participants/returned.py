"""What came back from a participant, whichever kind of file it came in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import InvalidInputError

LONGEST = 50_000
"""Characters of a comment that are kept; that is a book chapter, and what is longer stays in the file."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment in the margin of a Word file: at which place (a key), on which words, and what it says."""

    key: str
    words: str
    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Comments and answers by their keys, remarks of the margin, and passages (by key) as their text stands now.

    `tokens` is what looks like the code of a pack, `answers` are names of `questions.ANSWERS`; `notes` say what could
    not be read.
    """

    tokens: tuple[str, ...]
    comments: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    passages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_returned(path: Path) -> Returned:
    """The file as its ending says: `.docx`, `.html` or `.json`.

    Raises InvalidInputError where it is missing, damaged, hostile, or none of these.
    """
    read = _READERS.get(path.suffix.lower())
    if read is None:
        msg = f"{path.name} is no file in which comments come back; those end in {', '.join(_READERS)}."
        raise InvalidInputError(msg)
    return read(path)


def shortened(text: str, where: str, notes: list[str]) -> str:
    """A comment as it is kept, with a note where that is not all of it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) <= LONGEST:
        return text
    notes.append(
        f"What was written on {where} has {len(text):,} characters; the first {LONGEST:,} were kept, the rest stands"
        " in the file alone."
    )
    return text[:LONGEST]


def _docx(path: Path) -> Returned:
    from assistant.exchange.participants.returned_document import returned_docx

    return returned_docx(path)


def _page(path: Path) -> Returned:
    from assistant.exchange.participants.returned_page import returned_page

    return returned_page(path)


_READERS: Mapping[str, Callable[[Path], Returned]] = {
    ".docx": _docx,
    ".html": _page,
    ".htm": _page,
    ".json": _page,
}
