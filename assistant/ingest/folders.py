"""The files in a folder, in the order in which a person counts them."""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from store.errors import InvalidInputError
from store.study import holds_study

_NOBODYS = frozenset(("thumbs.db", "desktop.ini", "__macosx"))
"""What systems leave in folders, beside files whose names begin with a dot or `~$`."""
_MOST_FILES = 10_000
_DEEPEST = 50
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was passed over, and why."""

    path: Path
    why: str


@dataclass(slots=True)
class Walked:
    """The files that can be used, naturally sorted, and what was skipped."""

    files: list[Path] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def natural_order(path: Path) -> list[tuple[list[tuple[int, int, str]], str]]:
    """A key that sorts `I2` before `I10`, folder by folder, whatever the case."""
    return [(_numbered(part), part) for part in path.parts]


def _numbered(name: str) -> list[tuple[int, int, str]]:
    parts = _DIGITS.split(name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def walk(folder: Path, endings: Collection[str]) -> Walked:
    """All files below a folder; those with other endings are skipped and named, hidden ones are passed over silently.

    Links are followed, each place is visited once. Raises InvalidInputError where the folder cannot be read.
    """
    walked, seen = Walked(), set[tuple[int, int]]()
    try:
        root = folder.stat()
        next(os.scandir(folder), None)
    except OSError as error:
        msg = f"The folder {folder} cannot be read ({error.strerror}); check its name and who may read it."
        raise InvalidInputError(msg) from error
    seen.add((root.st_dev, root.st_ino))
    for path in _found(folder, seen, walked.skipped, 0):
        if path.suffix.lower() in endings:
            walked.files.append(path)
        else:
            kind = f"files ending in {path.suffix}" if path.suffix else "files without an ending"
            walked.skipped.append(Skipped(path, f"{kind} cannot be read as recordings or transcripts"))
        if len(walked.files) + len(walked.skipped) > _MOST_FILES:
            msg = (
                f"The folder {folder} holds more than {_MOST_FILES:,} files; choose the one that holds the interviews."
            )
            raise InvalidInputError(msg)
    walked.files.sort(key=natural_order)
    walked.skipped.sort(key=lambda each: natural_order(each.path))
    return walked


def _found(folder: Path, seen: set[tuple[int, int]], skipped: list[Skipped], depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        skipped.append(Skipped(folder, f"the folder cannot be read ({error.strerror})"))
        return
    for entry in entries:
        if _is_nobodys(entry.name):
            continue
        path = Path(entry.path)
        if (why := _unusable(entry, path, seen, depth)) is not None:
            skipped.append(Skipped(path, why))
        elif entry.is_dir():
            yield from _found(path, seen, skipped, depth + 1)
        else:
            yield path


def _is_nobodys(name: str) -> bool:
    return name.startswith((".", "~$")) or name.casefold() in _NOBODYS


def _is_study(folder: Path) -> bool:
    try:
        return holds_study(folder)
    except InvalidInputError:  # nobody can read where its database is
        return True


def _unusable(entry: os.DirEntry[str], path: Path, seen: set[tuple[int, int]], depth: int) -> str | None:
    """Why an entry is skipped; what is used is remembered, so that no link leads to it again."""
    try:
        facts, is_folder = path.stat(), entry.is_dir()
    except OSError as error:
        return "the link leads nowhere" if entry.is_symlink() else f"it cannot be read ({error.strerror})"
    if not is_folder and not entry.is_file():
        return "it is no file"
    key = (facts.st_dev, facts.st_ino)
    if facts.st_ino and key in seen and (is_folder or entry.is_symlink()):
        return "the link leads to what was found already"
    seen.add(key)
    try:
        if is_folder and _is_study(path):
            return "the folder is a study of its own"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "the folder lies too deep" if is_folder and depth >= _DEEPEST else None
