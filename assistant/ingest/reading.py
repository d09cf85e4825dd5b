"""Choosing the reader by the file's ending."""

from collections.abc import Callable
from pathlib import Path

from assistant.ingest.captions import read_srt, read_webvtt
from assistant.ingest.html import read_html
from assistant.ingest.json_files import read_json
from assistant.ingest.mapping import Mapping
from assistant.ingest.old_word import read_doc
from assistant.ingest.opendocument import read_odt
from assistant.ingest.pdf import read_pdf
from assistant.ingest.pieces import ReadTranscript
from assistant.ingest.plain_text import read_plain_text
from assistant.ingest.rtf import read_rtf
from assistant.ingest.speakers import with_speakers
from assistant.ingest.table_transcripts import read_csv
from assistant.ingest.word import read_docx
from assistant.ingest.workbooks import read_xlsx
from store.errors import InvalidInputError

_READERS: dict[str, Callable[[Path, Mapping], ReadTranscript]] = {
    ".txt": read_plain_text,
    ".vtt": read_webvtt,
    ".srt": read_srt,
    ".docx": read_docx,
    ".docm": read_docx,
    ".doc": read_doc,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".pdf": read_pdf,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xlsx,
    ".json": read_json,
}
READABLE = tuple(_READERS)
"""The endings of transcripts that can be read."""


def read_transcript(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of another tool's transcript, as `mapping` says or else by a guess, also at who asks and who answers.

    Raises InvalidInputError with a sentence where the file cannot be read as a transcript.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        what = f"files ending in {path.suffix}" if path.suffix else "files without an ending"
        msg = f"{path.name} was not added: {what} cannot be read as transcripts, only {', '.join(READABLE)}."
        raise InvalidInputError(msg)
    return with_speakers(reader(path, mapping))
