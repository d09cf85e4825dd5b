"""Quotes as a Word document: a paragraph for each quote with its citation, and below it who says it and its codes."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from docx import Document
from docx.shared import Cm, Pt, RGBColor

from assistant.exchange.quote_lines import AskedFor, QuoteLine, described, given, legal, sections
from assistant.exchange.word_pages import Pages
from assistant.review.citation import source

_GREY = RGBColor(0x50, 0x50, 0x50)


def quotes_as_docx(lines: Sequence[QuoteLine], asked: AskedFor) -> bytes:
    """The document as the bytes of a `.docx` file."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author = legal(asked.title)[:255], legal(asked.coder)[:255]
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)
    pages = Pages(document)
    pages.heading(legal(asked.title), 1)
    if asked.sentence:
        pages.paragraph(legal(asked.sentence))
    for heading, here in sections(lines):
        if heading is not None:
            pages.heading(f"{legal(heading)} ({len(here)})", 2)
        for line in here:
            _add(pages, line)
    _add_query(pages, asked)
    pages.close()
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _add(pages: Pages, line: QuoteLine) -> None:
    quote = pages.paragraph()
    quote.paragraph_format.left_indent = Cm(0.7)
    quote.paragraph_format.space_after = Pt(1)
    quote.paragraph_format.keep_with_next = True
    quote.add_run(legal(f"“{line.text}” "))
    quote.add_run(legal(source(line.interview, line.start_ms)))
    below = [described(line), f"Codes: {given(line)}" if line.codes else "", line.state, line.note]
    known = pages.paragraph()
    known.paragraph_format.left_indent = Cm(0.7)
    known.paragraph_format.space_after = Pt(10)
    small = known.add_run(legal(" · ".join(part for part in below if part)))
    small.font.size, small.font.color.rgb = Pt(9), _GREY


def _add_query(pages: Pages, asked: AskedFor) -> None:
    pages.heading("How these quotes were found", 2)
    made = [asked.sentence, f"Exported by {asked.coder}" if asked.coder else "", asked.on]
    pages.paragraph(legal(" · ".join(part for part in made if part)))
    query = pages.paragraph().add_run(legal(f"Query: {json.dumps(asked.query, ensure_ascii=False)}"))
    query.font.size = Pt(9)
