"""Documents that are zip files of XML parts, opened so that no bomb goes off."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from assistant.ingest.decoding import check_file
from store.errors import InvalidInputError

_CHUNK = 1 << 20
_BEYOND_LIMITS = "XML_PARSE_HUGE"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read, in bytes: of the file, of a part, of all parts together; and the most parts."""

    file: int = 500_000_000
    part: int = 50_000_000
    together: int = 100_000_000
    parts: int = 20_000


_OF_A_DOCUMENT = Limits()


class Package:
    """An open zip file whose parts are read no further than the limits."""

    def __init__(self, zipped: zipfile.ZipFile, path: Path, kind: str, limits: Limits = _OF_A_DOCUMENT) -> None:
        self._zipped, self._path, self._kind, self._limits = zipped, path, kind, limits
        self._read = 0
        self.names = tuple(zipped.namelist())
        self._sizes = {info.filename: (info.compress_size, info.file_size) for info in zipped.infolist()}

    def sizes(self, name: str) -> tuple[int, int]:
        """The bytes of a part that is there, packed and (as the file says, and no more are read) unpacked."""
        return self._sizes[name]

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, None where there is none of that name."""
        return None if name not in self._sizes else b"".join(self._limited(self.chunks(name)))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part that is there, piece by piece and whatever its size."""
        try:
            with self._zipped.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except _DAMAGE as error:
            msg = f"{self._path.name} is damaged ({name} cannot be unpacked); get the file again from where it came."
            raise InvalidInputError(msg) from error
        except (RuntimeError, NotImplementedError) as error:
            msg = f"{self._path.name} is protected by a password or packed in an unusual way; save it again without."
            raise InvalidInputError(msg) from error

    def xml(self, name: str) -> etree._Element | None:
        """The root of an XML part, None where there is no such part; entities are never resolved."""
        data = self.part(name)
        return None if data is None else parse_xml(data, f"{self._path.name} ({name})")

    def needed(self, name: str) -> etree._Element:
        """The root of a part without which the file is not of its kind."""
        root = self.xml(name)
        if root is None:
            msg = f"{self._path.name} is a zip file, but no {self._kind} (it has no {name}); give it its right ending."
            raise InvalidInputError(msg)
        return root

    def _limited(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            self._read += len(chunk)
            if size > self._limits.part or self._read > self._limits.together:
                msg = f"{self._path.name} unpacks to more than an interview can hold; split it, or save its text alone."
                raise InvalidInputError(msg)
            yield chunk


_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError)


@contextmanager
def opened(path: Path, kind: str, limits: Limits = _OF_A_DOCUMENT) -> Iterator[Package]:
    """The file as a package; `kind` is what it should be, in sentences.

    Raises InvalidInputError where it is missing, empty, too large, damaged, or no zip file.
    """
    check_file(path, limits.file, f"a {kind}")
    with path.open("rb") as stream:
        if stream.read(len(_OLE)) == _OLE:
            msg = f"{path.name} is protected by a password, or an old Word file; save it as .docx without a password."
            raise InvalidInputError(msg)
    try:
        zipped = zipfile.ZipFile(path)
    except (*_DAMAGE, NotImplementedError) as error:
        msg = f"{path.name} is no {kind}, or is cut off; get the file again, or give it its right ending."
        raise InvalidInputError(msg) from error
    with zipped:
        if len(zipped.namelist()) > limits.parts:
            msg = f"{path.name} has more than {limits.parts:,} parts, far too many for a {kind}; choose another file."
            raise InvalidInputError(msg)
        yield Package(zipped, path, kind, limits)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root of an XML text; one that declares entities or is nested too deeply is refused."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        why = " ".join(str(getattr(error, "msg", error)).split())
        msg = f"{name} is damaged or cut off ({why}); open and save it again where it came from."
        if _BEYOND_LIMITS in why:
            msg = f"{name} has a value longer, or elements nested deeper, than any document has; it was not read."
        raise InvalidInputError(msg) from error
    if root.getroottree().docinfo.internalDTD is not None:
        msg = f"{name} declares entities, which documents never do; it was not read."
        raise InvalidInputError(msg)
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), None)
