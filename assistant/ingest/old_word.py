"""Files ending in `.doc`: old Word files, and what other programs save under that ending."""

from pathlib import Path

from assistant.ingest.decoding import check_file
from assistant.ingest.html import read_html
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import ReadTranscript
from assistant.ingest.rtf import read_rtf
from assistant.ingest.word import read_docx
from store.errors import InvalidInputError

_LARGEST = 500_000_000
_SEEN = 512


def read_doc(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of RTF, HTML or new Word under the old ending.

    Raises InvalidInputError with what to do where it is an old Word file.
    """
    check_file(path, _LARGEST, "a Word file")
    with path.open("rb") as stream:
        start = stream.read(_SEEN).lstrip().lower()
    if start.startswith(b"{\\rtf"):
        return read_rtf(path, mapping)
    if start.startswith(b"pk\x03\x04"):
        return read_docx(path, mapping)
    if b"<html" in start:
        return read_html(path, mapping)
    msg = f"{path.name} is an old Word file; open it in Word or LibreOffice, save it as .docx, and add that."
    raise InvalidInputError(msg)
