"""The files of a REFI-QDA project: its XML, its texts and its recordings, from the zip file or from beside it."""

import io
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from assistant.ingest.packages import Limits, Package, opened
from store.errors import InvalidInputError, NotFoundError

_LIMITS = Limits(file=200_000_000_000, part=400_000_000, together=1_000_000_000, parts=200_000)
_LARGEST_TEXT = 50_000_000
_MOST_PACKED, _PACKED_FROM, _MEDIA_PACKED_FROM = 200, 20_000_000, 200_000_000
_SPARE = 100_000_000
_CHUNK = 1 << 20
_SCHEME = re.compile(r"\A(internal|relative|absolute|file|https?):/*", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


class TooLargeError(InvalidInputError):
    """A file in a project is larger than a text may be; the others can be read."""


class Archive:
    """An open project file; recordings are unpacked into the folder `into` under names made here.

    Parts are found whatever the case of their names, in any folder. `relative:` paths are looked for beside the file
    and below, never above, also in the folder there that is called as the project's base; `absolute:` paths are never
    opened.
    """

    def __init__(self, package: Package, path: Path, into: Path) -> None:
        self._package, self._path, self._into = package, path, into
        self._unpacked: dict[str, Path] = {}
        self._parts: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._base = ""
        for name in package.names:
            for plain in map(_folded, _spellings(name)):
                if plain.endswith("/"):
                    continue
                self._parts.setdefault(plain, name)
                own = plain.rpartition("/")[2]
                if "/sources/" in f"/{plain}":
                    self._by_name[own] = name
                self._by_name.setdefault(own, name)

    def project(self) -> bytes:
        """The bytes of the project's XML; raises InvalidInputError where there is none, or it is a bomb."""
        ends = sorted((name for name in self._parts if name.endswith(".qde") and "/._" not in f"/{name}"), key=_depth)
        if not ends:
            inner = next((name for name in self._parts if name.endswith(".qdpx")), None)
            if inner is not None:
                msg = f"{self._path.name} holds the project {_shown(inner)}; unpack it, and import that file."
                raise InvalidInputError(msg)
            msg = (
                f"{self._path.name} is a zip file, but no REFI-QDA project (it has no project.qde); choose the file "
                "that the other program exported as REFI-QDA project."
            )
            raise InvalidInputError(msg)
        name = self._parts[ends[0]]
        self._refuse_bomb(name, _PACKED_FROM)
        return self._package.part(name) or b""

    def based_on(self, given: str | None) -> None:
        """Look for `relative:` paths in the folder beside the file that is called as the project’s base, too."""
        self._base = file_name(given or "")

    def text(self, given: str) -> bytes:
        """The bytes of a text that the project names.

        Raises NotFoundError where it is not there, TooLargeError where it is too large, InvalidInputError for a bomb.
        """
        beside = self._beside(given)
        if beside is not None:
            return _read(beside, given)
        name = self._inside(given)
        self._refuse_bomb(name, _PACKED_FROM)
        if self._package.sizes(name)[1] > _LARGEST_TEXT:
            raise _too_large(given)
        return self._package.part(name) or b""

    def recording(self, given: str, guid: str) -> Path:
        """Where the recording that the project names now lies: below `into`, called by the GUID.

        Raises NotFoundError where it is not there, InvalidInputError where it is a bomb or finds no room.
        """
        beside = self._beside(given)
        name = str(beside) if beside is not None else self._inside(given)
        if name in self._unpacked:
            return self._unpacked[name]
        target = self._into / f"{guid}{_safe_suffix(given)}"
        if beside is not None:
            self._write(target, beside.stat().st_size, _pieces(beside))
        else:
            self._refuse_bomb(name, _MEDIA_PACKED_FROM)
            self._write(target, self._package.sizes(name)[1], self._package.chunks(name))
        self._unpacked[name] = target
        return target

    def _inside(self, given: str) -> str:
        written = _SCHEME.sub("", given)
        plain = _folded(unquote(written))
        for wanted in (f"sources/{plain}", plain, f"sources/{_folded(written)}"):
            if wanted in self._parts:
                return self._parts[wanted]
        found = self._by_name.get(plain.rpartition("/")[2])
        if found is None or _scheme(given) in ("absolute", "file", "http", "https"):
            msg = f"{_shown(given)} is not in the file."
            raise NotFoundError(msg)
        return found

    def _beside(self, given: str) -> Path | None:
        """The file that a `relative:` path names, where it is there and does not lead out of the project's folder."""
        if _scheme(given) != "relative":
            return None
        folder = self._path.parent.resolve()
        plain = unquote(_SCHEME.sub("", given)).replace("\\", "/")
        for start in dict.fromkeys((folder, folder / self._base)):
            with suppress(OSError, ValueError, RuntimeError):
                wanted = (start / plain).resolve()
                if wanted.is_relative_to(folder) and wanted.is_file() and wanted != self._path.resolve():
                    return wanted
        return None

    def _refuse_bomb(self, name: str, packed_from: int) -> None:
        packed, unpacked = self._package.sizes(name)
        if unpacked > packed_from and unpacked > _MOST_PACKED * max(packed, 1):
            msg = (
                f"{self._path.name} is packed far more tightly than a project ever is ({unpacked // 1_000_000:,} MB in "
                f"{packed:,} bytes); it was not read. Get the file from where it was made."
            )
            raise InvalidInputError(msg)

    def _write(self, target: Path, size: int, pieces: Iterator[bytes]) -> None:
        try:
            self._find_room(size)
            with target.open("xb") as held:
                for piece in pieces:
                    held.write(piece)
        except (OSError, InvalidInputError) as error:
            with suppress(OSError):
                target.unlink()
            if isinstance(error, InvalidInputError):
                raise
            msg = f"A recording from {self._path.name} cannot be written ({error.strerror}); check the study's folder."
            raise InvalidInputError(msg) from error

    def _find_room(self, size: int) -> None:
        if shutil.disk_usage(self._into).free < size + _SPARE:
            msg = f"There is no room for a recording of {size // 1_000_000:,} MB from {self._path.name}; make some."
            raise InvalidInputError(msg)


@contextmanager
def opened_archive(path: Path, into: Path) -> Iterator[Archive]:
    """The project file, opened; raises InvalidInputError where it is no zip file, damaged, or too large."""
    with opened(path, "REFI-QDA project", _LIMITS) as package:
        yield Archive(package, path, into)


def is_project(path: Path) -> bool:
    """Whether a zip file, whatever it is called, holds a REFI-QDA project: OpenQDA’s end in `.zip`."""
    try:
        with zipfile.ZipFile(path) as zipped:
            return any(name.lower().endswith(".qde") for name in zipped.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def part_of_document(data: bytes, name: str, part: str) -> Package | None:
    """A document inside of the project as a package; None where it is none or has no such part."""
    try:
        zipped = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    package = Package(zipped, Path(name), "Word file")
    return package if part in package.names else None


def file_name(given: str) -> str:
    """The name of a file that the project names, without its folders."""
    return PurePosixPath(unquote(_SCHEME.sub("", given)).replace("\\", "/")).name


def _folded(name: str) -> str:
    """A name with which those that differ in case, slashes or composed letters alone are equal."""
    return unicodedata.normalize("NFC", name).replace("\\", "/").lower()


def _spellings(name: str) -> tuple[str, ...]:
    """The name of a part, and what it is where the zip file does not say that it is UTF-8."""
    try:
        return name, name.encode("cp437").decode()
    except UnicodeError:
        return (name,)


def _scheme(given: str) -> str:
    found = _SCHEME.match(given.strip())
    return "" if found is None else found[1].lower()


def _depth(name: str) -> tuple[int, bool, str]:
    return name.count("/"), not name.endswith("project.qde"), name


def _safe_suffix(given: str) -> str:
    found = _SUFFIX.search(file_name(given))
    return found[0].lower() if found else ""


def _read(path: Path, given: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise _too_large(given)
        return path.read_bytes()
    except OSError as error:
        msg = f"{_shown(given)} cannot be read."
        raise NotFoundError(msg) from error


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _too_large(given: str) -> TooLargeError:
    return TooLargeError(f"{_shown(given)} has more than {_LARGEST_TEXT // 1_000_000} MB, too much for a text.")


def _shown(given: str) -> str:
    return f"“{file_name(given)[:80]}”"
