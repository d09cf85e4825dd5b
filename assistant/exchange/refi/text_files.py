"""The texts of sources and notes: from the XML, from text files in whatever encoding, or from Word and RTF files."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from assistant.exchange.refi.archive import Archive, TooLargeError, file_name, part_of_document
from assistant.exchange.refi.findings import Findings
from assistant.exchange.refi.rulers import SourceText
from assistant.ingest.decoding import decode
from assistant.ingest.packages import local
from assistant.ingest.rtf import rtf_document
from store.errors import InvalidInputError, NotFoundError

_MARK = "\ufeff"
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE_ENDS = {0x0B: "\n", 0x0C: "\n"}
_UNWRITABLE = re.compile(r"[\x00-\x08\x0e-\x1f]")
_ONCE = re.compile(r"\r(?!\r?\n)|(?<!\r\r)\n")
_RTF = b"{\\rtf"
_DOCUMENT = "word/document.xml"
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """Where the text of an element may stand: in the XML, in a plain text file, in a formatted one."""

    content: str | None
    plain: str | None
    rich: str | None


class TextFiles:
    """Reads the texts that a project names; `windows` says that every line of its XML ends as on Windows."""

    def __init__(self, archive: Archive | None, findings: Findings, *, windows: bool = False) -> None:
        self._archive, self._findings, self._windows = archive, findings, windows

    def text(self, places: TextPlaces, where: str) -> SourceText | None:
        """The text, None where there is none to be read; what was amiss is found."""
        plain = self._of_file(places.plain, where) if places.plain else None
        if plain is not None and places.content:
            self._compare(plain, places.content, where)
        if plain is not None:
            return plain
        if places.content is not None:
            return self._inline(places.content)
        return self._rich(places, where)

    def _inline(self, content: str) -> SourceText:
        """A text in the XML; carriage returns that stood there, which no parser gives, are put back."""
        text = _marked(content)
        if not self._windows or "\n" not in content or "\r" in content:
            return text
        return replace(text, written=text.written.replace("\n", "\r\n"), put_back=True)

    def _of_file(self, given: str, where: str, *, tell: bool = True) -> SourceText | None:
        data = self._bytes(given, where, tell=tell)
        if data is None:
            return None
        try:
            text, encoding, guessed = _decoded(data, given)
        except InvalidInputError:
            return self._formatted(data, given, where, "The file with its text is no text in any known encoding.")
        if guessed:
            self._findings.add_each("guessed", where, f"Its text was read as {encoding}.")
        if "\r\r\n" in text and not _ONCE.search(text):
            text = text.replace("\r\r\n", "\r\n")
            self._findings.add_each(
                "changed", where, "Its lines end with two carriage returns; they were taken as one."
            )
        return SourceText(self._writable(text, where), bom=data.startswith(_MARKS))

    def _bytes(self, given: str, where: str, *, tell: bool = True) -> bytes | None:
        """The bytes of a text, None where there are none; that they are missing is said if `tell`."""
        if self._archive is None and tell:
            self._findings.add_each("left out", where, "Its text stands in a file of its own, which was not read.")
        if self._archive is None:
            return None
        try:
            return self._archive.text(given)
        except NotFoundError:
            if not tell:
                return None
            self._findings.add_each("left out", where, "The file with its text is missing; its codings have no place.")
        except TooLargeError:
            self._findings.add_each("left out", where, "The file with its text is too large to be a text.")
        return None

    def _compare(self, plain: SourceText, content: str, where: str) -> None:
        if plain.read() != _marked(content).read():
            self._findings.add_each(
                "doubtful", where, "Its text stands in the XML and, differently, in a file; the file's was taken."
            )

    def _rich(self, places: TextPlaces, where: str) -> SourceText | None:
        """The text of the formatted file, where there is no plain one."""
        given, tell = places.rich, places.plain is None
        if not given:
            return None
        if given.lower().endswith((".txt", ".md")):
            return self._of_file(given, where, tell=tell)
        data = self._bytes(given, where, tell=tell)
        if data is None:
            return None
        said = "Its text stands only in a formatted file that is neither a Word nor an RTF file."
        return self._formatted(data, given, where, said)

    def _formatted(self, data: bytes, given: str, where: str, otherwise: str) -> SourceText | None:
        """The text of a Word or RTF file; where it is none, what is said `otherwise`."""
        name = file_name(given)
        text, kind = (_of_rtf(data, name), "an RTF") if data.lstrip()[:5] == _RTF else (_of_word(data, name), "a Word")
        if text is None:
            self._findings.add_each("left out", where, otherwise)
            return None
        said = f"Its text was taken from {kind} file; offsets may count differently than its paragraphs."
        self._findings.add_each("doubtful", where, said)
        return SourceText(self._writable(text, where))

    def _writable(self, text: str, where: str) -> str:
        """Control characters, which no text may hold, as replacement characters, so that offsets stay.

        Word's line breaks within a paragraph, and the page breaks of PDF files, are line ends.
        """
        text = text.translate(_LINE_ENDS)
        if _UNWRITABLE.search(text):
            self._findings.add_each("changed", where, "Control characters in its text were replaced by “\ufffd”.")
            return _UNWRITABLE.sub("\ufffd", text)
        return text


def _marked(content: str) -> SourceText:
    return SourceText(content.removeprefix(_MARK), bom=content.startswith(_MARK))


def _decoded(data: bytes, given: str) -> tuple[str, str, bool]:
    """The text, its encoding, and whether that was a guess; a few NUL bytes do not make a text unreadable."""
    if not data:
        return "", "utf-8", False
    path = Path(file_name(given) or "text")
    try:
        return decode(data, path)
    except InvalidInputError:
        return decode(data.replace(b"\0", b"\x1a"), path)


def _of_word(data: bytes, name: str) -> str | None:
    package = part_of_document(data, name, _DOCUMENT)
    try:
        root = None if package is None else package.xml(_DOCUMENT)
    except InvalidInputError:
        return None
    if root is None:
        return None
    return "\n".join(_paragraph(each) for each in root.iter() if local(each) == "p")


def _of_rtf(data: bytes, name: str) -> str | None:
    try:
        return "\n".join(line.text for line in rtf_document(data, name).lines)
    except InvalidInputError:
        return None


def _paragraph(element: etree._Element) -> str:
    return "".join(_pieces(element.iter()))


def _pieces(elements: Iterable[etree._Element]) -> Iterable[str]:
    for each in elements:
        name = local(each)
        yield (each.text or "") if name == "t" else _CHARACTERS.get(name, "")
