"""What an archive of a study says of itself: which study, up to which event, and every file with its hash."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from store.config import FILE_NAME as SETTINGS
from store.errors import InvalidInputError
from store.events import Head
from store.keys import KEY_FILE
from store.study import DATABASE

MANIFEST = "manifest.json"
FORMAT = "interview-study"
VERSION = 1
"""Of the format; an archive of a later one is refused, not guessed at."""

_MEDIA = re.compile(r'media/(?!\.)[^/\\:*?"<>|\x00-\x1f\x7f]{1,200}(?<![. ])')
_LARGEST = 2**63
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of an archive: its place in the study's folder, with `/`, its size in bytes, and its SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The study of an archive as it stood after the event `head.count`.

    `media` is False where recordings were left out on purpose; `absent` are the recordings that the study knows and
    the archive does not hold, for that reason or because they were missing already.
    """

    guid: str
    title: str
    schema: str
    made_at: str
    head: Head
    media: bool
    files: tuple[ArchivedFile, ...]
    absent: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """All files together, unpacked, in bytes."""
        return sum(file.size for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the archive."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "study": {"guid": self.guid, "title": self.title, "schema": self.schema},
            "made_at": self.made_at,
            "events": {"count": self.head.count, "head": self.head.hash},
            "media": self.media,
            "absent": list(self.absent),
            "files": [asdict(file) for file in self.files],
        }


def read_manifest(data: bytes, archive: str) -> Manifest:
    """The manifest of the archive of that name; raises InvalidInputError where it is none, or a later version's."""
    try:
        given = json.loads(data)
        if not isinstance(given, Mapping) or given.get("format") != FORMAT:
            raise InvalidInputError(no_archive(archive))
        if isinstance(given["version"], int) and given["version"] > VERSION:
            msg = f"{archive} was made by a newer version of this program; update, then restore it."
            raise InvalidInputError(msg)
        return _manifest(given)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"The manifest of {archive} is damaged or was changed by hand; take another copy of the archive."
        raise InvalidInputError(msg) from error


def no_archive(name: str) -> str:
    """What is said of a file that is something else."""
    return f"{name} is no archive of a study; choose a file that `interview backup` made."


def _manifest(given: Mapping[str, Any]) -> Manifest:
    study, events = given["study"], given["events"]
    files = tuple(ArchivedFile(_text(f["path"]), _count(f["size"]), _text(f["sha256"])) for f in given["files"])
    _refuse_strange(files)
    return Manifest(
        guid=_text(study["guid"]),
        title=_text(study["title"]),
        schema=_text(study["schema"]),
        made_at=_text(given["made_at"]),
        head=Head(_count(events["count"]), _text(events["head"])),
        media=bool(given["media"]),
        files=files,
        absent=tuple(_text(path) for path in given["absent"]),
    )


def _refuse_strange(files: tuple[ArchivedFile, ...]) -> None:
    """Only the files that a study has, each once, whichever way a file system takes capital letters."""
    folded = {file.path.casefold() for file in files}
    if len(folded) != len(files) or DATABASE not in folded:
        msg = "a file is there twice, or the database is not"
        raise ValueError(msg)
    for file in files:
        if not is_kept_place(file.path) or _DIGEST.fullmatch(file.sha256) is None:
            msg = "a file stands where a study has none, or has no hash"
            raise ValueError(msg)


def is_kept_place(path: str) -> bool:
    """Whether an archive may hold a file there: the database, the settings, the encrypted key, or a recording."""
    return path in (DATABASE, SETTINGS, KEY_FILE) or _MEDIA.fullmatch(path) is not None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = "a text is missing"
        raise TypeError(msg)
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _LARGEST:
        msg = "a number is missing"
        raise TypeError(msg)
    return value
