"""Bytes of a text file → text, whatever program wrote it."""

import codecs
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from store.errors import InvalidInputError

_LARGEST_FILE = 20_000_000
_LONGEST_LINE = 1_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a Word, OpenDocument or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"RIFF", "a recording"),
    (b"ID3", "a recording"),
    (b"fLaC", "a recording"),
    (b"OggS", "a recording"),
    (b"SQLite format 3", "a database"),
)
_CANDIDATES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "euc_kr"]
# What only Western European text in cp1252 has above ASCII: letters, typographic quotation marks and dashes.
_WESTERN = re.compile(r"[\x00-\x7f\xa0-\xff€‚„…†‡‰‹›‘’“”•–—™ŠšŒœŽžŸ]*\Z")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file without its byte order mark, the encoding, and a sentence where that was a guess."""

    text: str
    encoding: str
    report: tuple[str, ...]


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of a file without its byte order mark, and what had to be guessed to read it.

    Line ends stay as they are. Raises InvalidInputError where the file is missing, empty, too large or no text.
    """
    decoded = read_decoded(path)
    return decoded.text, decoded.report


def read_decoded(path: Path, encoding: str | None = None) -> Decoded:
    """The text of a file, read in the encoding that is stated or else in the one that is guessed.

    Raises InvalidInputError as `read_text` does, and where the stated encoding is unknown or does not fit.
    """
    data = read_bytes(path)
    text, used, guessed = _as_stated(data, encoding, path) if encoding else decode(data, path)
    if not text.strip():
        msg = f"{path.name} holds nothing but white space; choose another file."
        raise InvalidInputError(msg)
    if len(_CONTROLS.findall(text)) * 100 > len(text) or "\0" in text:
        raise _no_text(path)
    if (longest := max(map(len, re.split(r"[\r\n]", text)))) > _LONGEST_LINE:
        msg = f"{path.name} has a line of {longest:,} characters, too long for text; break it into paragraphs first."
        raise InvalidInputError(msg)
    return Decoded(text, used, (f"The file was read as {used}.",) if guessed else ())


def read_bytes(path: Path, largest: int = _LARGEST_FILE, what: str = "a text file") -> bytes:
    """The bytes of a file that is there, not empty and no larger than `largest`; `what` is its kind in the sentence."""
    check_file(path, largest, what)
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); check who may read it."
        raise InvalidInputError(msg) from error
    return data


def check_file(path: Path, largest: int, what: str) -> None:
    """Raises InvalidInputError where there is no such file, or it is empty or larger than `largest`."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        msg = f"There is no file {path}; check its name."
        raise InvalidInputError(msg) from error
    except (OSError, ValueError) as error:
        msg = (
            f"{path} cannot be read ({getattr(error, 'strerror', None) or error}); check its name, and who may read it."
        )
        raise InvalidInputError(msg) from error
    if not stat.S_ISREG(found.st_mode):
        msg = f"{path} is a folder, or no file of its own; choose a file."
        raise InvalidInputError(msg)
    if (size := found.st_size) > largest:
        msg = f"{path.name} has {size // 1_000_000:,} MB, too much for {what}; split it, or choose another file."
        raise InvalidInputError(msg)
    if not size:
        msg = f"{path.name} is empty; choose another file."
        raise InvalidInputError(msg)


def _as_stated(data: bytes, encoding: str, path: Path) -> tuple[str, str, bool]:
    try:
        text = data.decode(encoding)
    except LookupError as error:
        msg = f"“{encoding}” is no encoding that is known here; state one such as utf-8 or cp1252 for {path.name}."
        raise InvalidInputError(msg) from error
    except ValueError as error:
        msg = f"{path.name} is not written in {encoding}; state another encoding, or none."
        raise InvalidInputError(msg) from error
    return text.removeprefix("\ufeff"), encoding, False


def decode(data: bytes, path: Path) -> tuple[str, str, bool]:
    """The text without its byte order mark, its encoding, and whether that was a guess; `path` names it in sentences.

    Raises InvalidInputError where the bytes are no text.
    """
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            msg = f"{path.name} is {what}, whatever its name says; save it as plain text, or give it its right ending."
            raise InvalidInputError(msg)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, path), encoding, False
    if b"\0" in data:
        found = _utf16(data, path)
        return _strict(data, found, path), found, False
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        return *_guessed(data, path), True


def _strict(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        msg = f"{path.name} says that it is {encoding}, but is not from byte {error.start} on; save it as UTF-8."
        raise InvalidInputError(msg) from error


def _utf16(data: bytes, path: Path) -> str:
    """Which UTF-16 a file without byte order mark is in: its zero bytes all stand on one side."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 or max(even, odd) * 5 < len(data) or min(even, odd) * 20 > max(even, odd):
        raise _no_text(path)
    return "utf-16-be" if even > odd else "utf-16-le"


def _guessed(data: bytes, path: Path) -> tuple[str, str]:
    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    if western and _WESTERN.match(western) and _mostly_ascii(western):
        return western, "cp1252"
    best = from_bytes(data, cp_isolation=_CANDIDATES).best()
    if best is None:
        raise _no_text(path)
    return str(best), best.encoding


def _mostly_ascii(text: str) -> bool:
    """Western text has few letters beyond ASCII; Greek or Cyrillic read as cp1252 has little else."""
    foreign = sum(character > "\x7f" for character in text)
    return foreign * 4 < sum(character.isalpha() for character in text)


def _no_text(path: Path) -> InvalidInputError:
    return InvalidInputError(f"{path.name} cannot be read as text in any known encoding; save it as UTF-8 plain text.")
