"""PDF files with text: pages → lines in reading order, without what stands in margins."""

import logging
import re
import zlib
from pathlib import Path

from assistant.ingest.coded_segments import read_segments, segment_columns
from assistant.ingest.decoding import read_bytes
from assistant.ingest.documents import Document
from assistant.ingest.mapping import Mapping
from assistant.ingest.page_lines import Page, PageLine, by_rows
from assistant.ingest.page_margins import without_margins
from assistant.ingest.page_paragraphs import paragraphs
from assistant.ingest.pieces import ReadTranscript, count
from store.errors import InvalidInputError

_LARGEST = 200_000_000
_MOST_UNPACKED = 400_000_000
_CHUNK = 1 << 20
_STREAM = re.compile(rb"stream\r?\n")
_BEYOND = "text beyond the edge of the page"


def read_pdf(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.pdf` file; roles are not guessed yet.

    Raises InvalidInputError where it is damaged, protected, or has pictures of text only.
    """
    from assistant.ingest.pdf_pages import pages_of

    data = read_bytes(path, _LARGEST, "a transcript")
    if b"%PDF-" not in data[:1024]:
        msg = f"{path.name} is no PDF file, whatever its name says; give it its right ending."
        raise InvalidInputError(msg)
    _refuse_bombs(data, path.name)
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    pages = pages_of(data, path.name)
    document = Document()
    seen = [_on_the_page(page, document) for page in pages]
    _report_pictures(pages, seen, path.name, document)
    columns = segment_columns(seen)
    if columns is not None and mapping.layout in {None, "coded segments"}:
        return read_segments(seen, columns, document.leavings, mapping)
    kept = without_margins(seen, document.leavings)
    document.add_lines(paragraphs(by_rows(kept), document.said))
    return document.read(path.name, mapping)


def _on_the_page(page: Page, document: Document) -> list[PageLine]:
    """The lines that one sees; what a program has written beyond the edge is often there a second time."""
    inside = []
    for line in page.lines:
        if 0 <= line.middle <= page.height and line.x1 > 0 and line.x0 < page.width:
            inside.append(line)
        else:
            document.leavings.add(line.text, _BEYOND)
    return inside


def _report_pictures(pages: list[Page], seen: list[list[PageLine]], name: str, document: Document) -> None:
    empty = [number for number, lines in enumerate(seen, start=1) if not lines]
    pictures = [number for number in empty if pages[number - 1].pictures]
    if len(empty) == len(pages):
        what = "only pictures; read it with a text recognition program first" if pictures else "nothing to read"
        msg = f"{name} has no text, {what}, or add the transcript as another file."
        raise InvalidInputError(msg)
    if pictures:
        which = ", ".join(map(str, pictures[:10]))
        document.said.append(f"Not read: {count(len(pictures), 'page')} with pictures only ({which}).")


def _refuse_bombs(data: bytes, name: str) -> None:
    """Unpack every stream without keeping it, so that none is met that would fill the memory."""
    unpacked = 0
    for found in _STREAM.finditer(data):
        stream, at = zlib.decompressobj(), found.end()
        rest = data[at : at + _CHUNK]
        try:
            while rest and not stream.eof:
                unpacked += len(stream.decompress(rest, _CHUNK))
                rest = stream.unconsumed_tail
                if not rest:
                    at += _CHUNK
                    rest = data[at : at + _CHUNK]
                if unpacked > _MOST_UNPACKED:
                    msg = f"{name} unpacks to far more than a transcript can hold; it was not read."
                    raise InvalidInputError(msg)
        except zlib.error:
            continue
