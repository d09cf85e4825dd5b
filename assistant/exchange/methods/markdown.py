"""The appendix as Markdown: numbers with footnotes that hold their queries."""

import re
from collections.abc import Sequence

from assistant.exchange.markdown_text import fence, in_cell, plain
from assistant.exchange.methods.document import Appendix, Block, Checklist, Paragraph, Pieces
from assistant.exchange.methods.notes import EXPLAINED, Note, Notes
from assistant.exchange.methods.number import Number
from assistant.exchange.methods.written import CHECKLIST_HEADS, LEFT_OPEN, QUERIES, QUERY, count_of, titles_of


def as_markdown(of: Appendix) -> bytes:
    """The file, in UTF-8."""
    notes = Notes()
    blocks = [f"# {plain(of.title)}", f"Written on {of.on}."]
    for section in of.sections:
        blocks += [f"## {plain(section.title)}", *(_block(notes, block) for block in section.blocks)]
    for checklist in of.checklists:
        blocks += _checklist(of, notes, checklist)
    blocks += [f"## {QUERIES}", plain(EXPLAINED), *(_note(note) for note in notes.made)]
    return ("\n\n".join(blocks) + "\n").encode()


def _block(notes: Notes, block: Block) -> str:
    if isinstance(block, Paragraph):
        return _sentences(notes, block.pieces)
    rows = []
    for row in block.rows:
        cells = [_within(piece if isinstance(piece, str) else piece.text) for piece in row]
        rows.append([*cells, "".join(f"[^{number}]" for number in notes.cite_row(row))])
    return f"*{plain(block.caption)}.*\n\n{_table((*block.headers, QUERY), rows)}"


def _sentences(notes: Notes, pieces: Pieces, *, cell: bool = False) -> str:
    written = []
    for place, piece in enumerate(pieces):
        text = piece if isinstance(piece, str) else piece.text
        written.append(_within(text) if place or cell else plain(text))
        if isinstance(piece, Number):
            written.append(f"[^{notes.cite(piece)}]")
    return "".join(written)


def _within(text: str) -> str:
    """Text that does not begin its line, where fewer signs are markup."""
    return in_cell(f"x{text}")[1:]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _checklist(of: Appendix, notes: Notes, each: Checklist) -> list[str]:
    rows = []
    for item in each.items:
        told = LEFT_OPEN if item.answer is None else _sentences(notes, item.answer.pieces, cell=True)
        links = ", ".join(f"[{plain(title)}](#{_anchor(title)})" for title in titles_of(of, item))
        rows.append((str(item.number), f"{item.domain}: {item.title}", item.state, told, links))
    heading = f"## {each.name} checklist"
    return [heading, plain(f"{each.source}."), plain(count_of(each)), _table(CHECKLIST_HEADS, rows)]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _note(note: Note) -> str:
    line = f"{note.command} | jq '{note.filter}'"
    ticks = fence(line) if "`" in line else "`"
    return f"[^{note.number}]: {ticks}{line}{ticks}"
