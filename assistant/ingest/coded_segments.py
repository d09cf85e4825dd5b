"""The table of coded segments that MAXQDA exports: no transcript, but the words of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.ingest.leavings import Leavings
from assistant.ingest.mapping import Mapping
from assistant.ingest.page_lines import PageLine, rows
from assistant.ingest.pieces import ReadTranscript, count
from store.errors import InvalidInputError
from store.transcripts import clean_text
from store.values import NewTurn

LAYOUT = "coded segments"
_DOCUMENT = frozenset(("document name", "document", "dokumentname", "dokument", "nombre del documento"))
_CODE = frozenset(("code", "codes", "código", "códigos"))
_SEGMENT = frozenset(("segment", "segmento", "coded segment", "coded segments", "codiertes segment"))
_TOLERANCE = 3.0
_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class SegmentColumns:
    """Where the columns begin, their headings, and the rows of the first page that come before the table's body."""

    document: float
    code: float
    segment: float
    names: tuple[str, str, str]
    head: tuple[PageLine, ...]


def segment_columns(pages: Sequence[Sequence[PageLine]]) -> SegmentColumns | None:
    """The columns, where the first page has the headings of such a table."""
    head: list[PageLine] = []
    for row in rows(pages[0])[:_SEARCHED] if pages else ():
        head.extend(row)
        named = [next((line for line in row if clean_text(line.text).casefold() in words), None) for words in _HEADINGS]
        document, code, segment = named
        if document is not None and code is not None and segment is not None:
            names = clean_text(document.text), clean_text(code.text), clean_text(segment.text)
            return SegmentColumns(document.x0, code.x0, segment.x0, names, tuple(head))
    return None


_HEADINGS = (_DOCUMENT, _CODE, _SEGMENT)


@dataclass(slots=True)
class _Segment:
    document: str
    code: str = ""
    text: str = ""


def read_segments(
    pages: Sequence[Sequence[PageLine]], columns: SegmentColumns, leavings: Leavings, mapping: Mapping
) -> ReadTranscript:
    """A turn for each segment, named for its document; the codes are left out."""
    segments: list[_Segment] = []
    for line in columns.head:
        leavings.add(line.text, "headings of the table")
    for page in pages:
        for row in rows([line for line in page if line not in columns.head]):
            _take(row, columns, segments)
    for segment in segments:
        leavings.add(segment.code, f"column “{columns.names[1]}”: codes that are not imported")
    turns = tuple(NewTurn(clean_text(s.text), s.document or None) for s in segments if clean_text(s.text))
    if not turns:
        msg = "The table of coded segments holds no segment with text; add the transcripts themselves."
        raise InvalidInputError(msg)
    documents = len({turn.speaker for turn in turns})
    sentence = (
        f"This is a table of coded segments, no transcript: each of its {count(len(turns), 'segment')} became a turn, "
        f"named for one of {count(documents, 'document')}; whole interviews are needed for coding, so add those."
    )
    taken = replace(mapping, layout=LAYOUT, speaker_column=columns.names[0], text_column=columns.names[2])
    return ReadTranscript(turns, (sentence,), leavings.listed(), taken)


def _take(row: Sequence[PageLine], columns: SegmentColumns, segments: list[_Segment]) -> None:
    """One row of lines: it begins a segment where it names a document, else it goes on with the last."""
    cells = {"document": "", "code": "", "text": ""}
    for line in row:
        cells[_column(line, columns)] += f" {line.text}"
    if cells["document"].strip():
        segments.append(_Segment(clean_text(cells["document"])))
    elif not segments:
        segments.append(_Segment(""))
    segments[-1].code += cells["code"]
    segments[-1].text += cells["text"]


def _column(line: PageLine, columns: SegmentColumns) -> str:
    if line.x0 >= columns.segment - _TOLERANCE:
        return "text"
    return "code" if line.x0 >= columns.code - _TOLERANCE else "document"
