"""Whether a file is safe to share: no name of the key in it, no recording, and nothing unreviewed in the study."""

import base64
import binascii
import html
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from urllib.parse import unquote

from assistant.pseudonyms.finding import Finding, find_names
from assistant.pseudonyms.key import Key
from assistant.pseudonyms.key_file import open_key
from assistant.pseudonyms.language_model import Heard
from store.errors import NotAllowedError, StudyError
from store.study import Study

_SOUND = """
    .aac .aif .aiff .amr .avi .flac .m4a .m4v .mka .mkv .mov .mp2 .mp3 .mp4 .mpeg .mpg .oga .ogg .opus .wav .webm .wma
    .wmv
"""
_RECORDINGS = frozenset(_SOUND.split())
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_SOUNDS = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_PACKED = (b"PK\x03\x04", b"PK\x05\x06")
_LARGEST = 512_000_000
_DEEPEST = 4
_TAGS = re.compile(r"<[^<>]*>")
_ESCAPES = re.compile(r"\\u([0-9a-fA-F]{4})|\\([nrtbfv])|\\([!-/:-@\[-`{-~])|(&#?\w{1,32};)")
_ACCENTS = re.compile(r"\\[\"'`^~=.]\s*\{?(\w)\}?")
_EMBEDDED = re.compile(r"data:[\w/+.-]*(?:;[\w=+.-]*)*;base64,([A-Za-z0-9+/=\s%]+)")
_BOUNDARIES = (("p", "\n"), ("row", "\n"), ("c", "\t"), ("si", "\n"), ("tc", "\n"), ("td", "\n"), ("li", "\n"))


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked through: how many parts with text, and how many pictures, which nobody read."""

    parts: int
    pictures: int


def checked_export(
    study: Study,
    key_path: Path,
    passphrase: str,
    write: Callable[[], Path],
    *,
    heard: Heard | None = None,
) -> tuple[Path, Checked]:
    """Let a file be written, look through it, and keep it only where it is safe to share.

    Raises NotAllowedError, before anything is written where the study has unreviewed findings, else with the file
    deleted.
    """
    key = open_key(study, key_path, passphrase)
    refuse_unreviewed(study, key, heard=heard)
    path = write()
    try:
        return path, assert_safe(path, key)
    except StudyError:
        path.unlink(missing_ok=True)
        raise


def refuse_unreviewed(study: Study, key: Key, *, heard: Heard | None = None) -> tuple[Finding, ...]:
    """All findings of the study; raises NotAllowedError while a person has not decided on each of them."""
    found = find_names(study, key, heard)
    unreviewed = sum(not each.reviewed for each in found)
    if unreviewed:
        what = "one string that may be a name is" if unreviewed == 1 else f"{unreviewed} strings that may be names are"
        msg = (
            f"Nothing was exported: {what} not reviewed yet. Look at them with `interview pseudonyms find "
            f"{study.folder}`, decide on each, and apply the pseudonyms."
        )
        raise NotAllowedError(msg)
    return found


def assert_safe(path: Path, key: Key) -> Checked:
    """Look through every part of a file; raises NotAllowedError where a name of the key stands, or may stand, in it.

    The message says where and of what kind the name is, never the name. Recordings, and parts that cannot be read as
    text, are refused; pictures are counted.
    """
    try:
        if path.stat().st_size > _LARGEST:
            _refuse(path, "it is larger than 512 MB")
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); it cannot be said to be safe to share."
        raise StudyError(msg) from error
    scan = _Scan(path, key)
    scan.look(path.name, content, 0)
    return Checked(scan.parts, scan.pictures)


def refuse_names(where: str, texts: Iterator[str] | Sequence[str], key: Key) -> None:
    """Raises NotAllowedError where a name of the key stands in one of these texts."""
    originals = key.originals()
    for text in texts:
        for found in originals.find(text):
            msg = (
                f"{where} is not safe to share: the name of a {found.named.kind} that has a pseudonym stands in it. "
                "Apply the pseudonyms, change by hand what cannot be rewritten, and export again."
            )
            raise NotAllowedError(msg)


def _refuse(path: Path, why: str) -> NoReturn:
    msg = f"{path.name} is not safe to share: {why}."
    raise NotAllowedError(msg)


class _Scan:
    """Walks through a file and everything packed in it."""

    def __init__(self, path: Path, key: Key) -> None:
        self._path, self._key = path, key
        self._left = _LARGEST
        self.parts = self.pictures = 0

    def look(self, name: str, content: bytes, depth: int) -> None:
        """Look through one part; raises NotAllowedError."""
        self._names(f"The name of a part of {self._path.name}" if depth else f"The file name {self._path.name}", [name])
        if PurePosixPath(name).suffix.lower() in _RECORDINGS or content.startswith(_SOUNDS) or content[4:8] == b"ftyp":
            _refuse(self._path, f"it holds a recording ({self._told(name)}), and voices tell who speaks")
        if content.startswith(_PICTURES):
            self.pictures += 1
            self._names(self._in(name), _chunks(content))
        elif content.startswith(_PACKED):
            self._unpack(name, content, depth)
        else:
            self.parts += 1
            text = self._text(name, content)
            self._names(self._in(name), _views(text))
            self._embedded(name, text, depth)

    def _embedded(self, name: str, text: str, depth: int) -> None:
        """Look through what a page holds in base 64, such as its pictures."""
        for number, found in enumerate(_EMBEDDED.finditer(text), start=1):
            with suppress(binascii.Error, ValueError):
                content = base64.b64decode(unquote(found[1]), validate=False)
                if depth >= _DEEPEST:
                    _refuse(self._path, "files are packed in each other too deeply to be looked through")
                self.look(f"part {number} of {name}", content, depth + 1)

    def _told(self, name: str) -> str:
        return f"a {PurePosixPath(name).suffix.lower().removeprefix('.')} file"

    def _in(self, name: str) -> str:
        return self._path.name if name == self._path.name else f"{self._path.name} ({name})"

    def _names(self, where: str, texts: Iterator[str] | Sequence[str]) -> None:
        refuse_names(where, texts, self._key)

    def _unpack(self, name: str, content: bytes, depth: int) -> None:
        if depth >= _DEEPEST:
            _refuse(self._path, "archives are packed in each other too deeply to be looked through")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                self._names(self._in(name), [archive.comment.decode("utf-8", "replace")])
                for member in archive.infolist():
                    if not member.is_dir():
                        self.look(member.filename, self._member(archive, member), depth + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            msg = f"{self._path.name} is not safe to share: {self._in(name)} cannot be unpacked to be looked through."
            raise NotAllowedError(msg) from error

    def _member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        with archive.open(member) as stream:
            content = stream.read(self._left + 1)
        self._left -= len(content)
        if self._left < 0:
            _refuse(self._path, "it holds more than 512 MB")
        return content

    def _text(self, name: str, content: bytes) -> str:
        for encoding in ("utf-8-sig", *(("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ())):
            with suppress(UnicodeDecodeError):
                text = content.decode(encoding)
                if "\0" not in text:
                    return text
        _refuse(self._path, f"{name} in it cannot be read as text")


def _views(text: str) -> Iterator[str]:
    """A text as it is, without escapes, and without markup: a name may be split by tags or written with entities."""
    yield text
    yield _ACCENTS.sub(r"\1", text)
    plain = _ESCAPES.sub(_unescaped, text)
    yield plain
    for marked in (text, plain) if "<" in text else ():
        apart = marked
        for tag, gap in _BOUNDARIES:
            apart = re.sub(rf"</(?:\w+:)?{tag}>", gap, apart)
        yield from (html.unescape(_TAGS.sub(gap, apart)) for gap in ("", " "))


def _unescaped(found: re.Match[str]) -> str:
    code, blank, sign, entity = found.groups()
    if code:
        return chr(int(code, 16))
    return html.unescape(entity) if entity else sign or (" " if blank else "")


def _chunks(content: bytes) -> Iterator[str]:
    """The texts that a picture carries beside what it shows, as far as they are plain."""
    yield content.decode("latin-1")
    with suppress(UnicodeDecodeError):
        yield content.decode("utf-8", "replace")


def counts_of(found: Sequence[Finding]) -> dict[str, Any]:
    """How many strings there are, reviewed or not, and how many places."""
    return {
        "strings": len(found),
        "unreviewed": sum(not each.reviewed for each in found),
        "hits": sum(len(each.hits) for each in found),
    }
