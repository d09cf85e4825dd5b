"""Transcripts as a Word document: every turn with speaker and time, every coding as a comment on exactly its words."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run

from assistant.exchange.outgoing import Outgoing
from assistant.exchange.quote_lines import legal
from assistant.exchange.table_files import MadeFile
from assistant.exchange.word_pages import Pages
from assistant.ingest.pieces import count
from assistant.review.citation import hours
from store.errors import InvalidInputError
from store.values import Coding, Transcript, Turn

_GREY, _SMALL = RGBColor(0x50, 0x50, 0x50), Pt(9)
_LONGEST_NAME, _LONGEST_INITIALS = 255, 3
_SPACES = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of the document with the stretch of the interview's text that it shows, in code points."""

    start: int
    end: int
    run: Run


def transcripts_as_docx(out: Outgoing, labels: Sequence[str]) -> MadeFile:
    """These interviews, a section each, with the codings that count in the margin.

    A comment's author is the coder, its time when they decided, its text the code below its themes and their memo. What
    a correction touched or tore apart is said. Raises InvalidInputError where an interview has no transcript.
    """
    document = _document(out)
    comments, pages = _Comments(document), Pages(document)
    left: list[Coding] = []
    for number, label in enumerate(labels):
        found = out.transcripts.get(label)
        if found is None:
            msg = f"{label} has no transcript yet; transcribe it first, or leave it out."
            raise InvalidInputError(msg)
        if number:
            pages.paragraph().add_run().add_break(WD_BREAK.PAGE)
        codings = [coding for coding in out.codings if coding.interview == label]
        placed = [coding for coding in codings if out.is_placed(coding)]
        left += [coding for coding in codings if not out.is_placed(coding)]
        _head(pages, out, label, placed)
        pieces = _turns(pages, found, placed)
        for coding, (first, last) in _ends(pieces, placed):
            comments.add(coding, out.path(coding.code), first, last)
    pages.close()
    held = io.BytesIO()
    document.save(held)
    return MadeFile(held.getvalue(), tuple(out.unplaced(left)))


def _document(out: Outgoing) -> WordDocument:
    document = Document()
    properties = document.core_properties
    properties.title, properties.author = legal(out.study.title)[:_LONGEST_NAME], legal(out.who)[:_LONGEST_NAME]
    properties.created = properties.modified = out.at.replace(tzinfo=None)
    return document


def _head(pages: Pages, out: Outgoing, label: str, codings: Sequence[Coding]) -> None:
    pages.heading(legal(label), 1)
    attributes = out.interview(label).attributes
    known = " · ".join(f"{key}: {value}" for key, value in attributes.items())
    coders = ", ".join(dict.fromkeys(coding.coder for coding in codings))
    made = f"{count(len(codings), 'coding')}{f' by {coders}' if coders else ''}"
    for line in (known, f"{made}. {out.of.sentence}. {out.study.title}, {out.at:%Y-%m-%d}."):
        if line:
            _small(pages.paragraph().add_run(legal(line)))


def _small(run: Run) -> None:
    run.font.size, run.font.color.rgb = _SMALL, _GREY


def _turns(pages: Pages, transcript: Transcript, codings: Iterable[Coding]) -> list[_Piece]:
    """Write the turns, in runs that begin and end wherever a coding does."""
    edges = sorted({edge for coding in codings for edge in (coding.span.start, coding.span.end)})
    pieces: list[_Piece] = []
    before: Turn | None = None
    for turn in transcript.turns:
        if before is None or turn.speaker != before.speaker or turn.start_ms is not None:
            _speaker(pages, turn)
        paragraph = pages.paragraph()
        paragraph.paragraph_format.space_after = Pt(6)
        inside = [edge for edge in edges if turn.span.start < edge < turn.span.end]
        for start, end in pairwise((turn.span.start, *inside, turn.span.end)):
            pieces.append(_Piece(start, end, paragraph.add_run(legal(transcript.text[start:end]))))
        before = turn
    return pieces


def _speaker(pages: Pages, turn: Turn) -> None:
    """A line of its own with who speaks and when; nothing where neither is known."""
    said = [turn.speaker or "", hours(turn.start_ms)]
    if not any(said):
        return
    line = pages.paragraph()
    line.paragraph_format.space_after, line.paragraph_format.keep_with_next = Pt(0), True
    line.add_run(legal(said[0])).bold = True
    _small(line.add_run(f"{'  ' if said[0] else ''}{said[1]}"))


def _ends(pieces: Sequence[_Piece], codings: Iterable[Coding]) -> Iterable[tuple[Coding, tuple[Run, Run]]]:
    """The first and the last run of each coding; one that holds a line end alone is on the run before."""
    starts = {piece.start: at for at, piece in enumerate(pieces)}
    ends = {piece.end: at for at, piece in enumerate(pieces)}
    for coding in codings:
        first = starts.get(coding.span.start)
        last = ends.get(coding.span.end)
        if first is None:
            first = next((at for at, piece in enumerate(pieces) if piece.end > coding.span.start), len(pieces) - 1)
        if last is None:
            last = next((at for at in range(len(pieces) - 1, -1, -1) if pieces[at].start < coding.span.end), 0)
        first = min(first, last)
        yield coding, (pieces[first].run, pieces[last].run)


class _Comments:
    """The comments of a document, written as they come: to ask the library for each next number takes too long."""

    def __init__(self, document: WordDocument) -> None:
        self._count = len(document.comments)  # makes the part that holds them
        self._all: Any = document.part.part_related_by(RELATIONSHIP_TYPE.COMMENTS)

    def add(self, coding: Coding, path: str, first: Run, last: Run) -> None:
        """A comment from the one run to the other."""
        number, self._count = self._count, self._count + 1
        author = legal(coding.coder)[:_LONGEST_NAME]
        comment = OxmlElement(
            "w:comment",
            {
                qn("w:id"): str(number),
                qn("w:author"): author,
                qn("w:initials"): "".join(word[0] for word in author.split())[:_LONGEST_INITIALS].upper(),
                qn("w:date"): _moment(coding.at),
            },
        )
        comment.append(_paragraph(path, bold=True))
        comment.extend(_paragraph(line) for line in coding.memo.splitlines() if line.strip())
        self._all.element.append(comment)
        first.mark_comment_range(last, number)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _paragraph(text: str, *, bold: bool = False) -> Any:
    """A paragraph of a comment."""
    paragraph, run, said = OxmlElement("w:p"), OxmlElement("w:r"), OxmlElement("w:t", _SPACES)
    if bold:
        properties = OxmlElement("w:rPr")
        properties.append(OxmlElement("w:b"))
        run.append(properties)
    said.text = legal(text)
    run.append(said)
    paragraph.append(run)
    return paragraph
