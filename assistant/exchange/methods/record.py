"""The appendix as JSON values, under the names that its own queries rely on."""

from typing import Any

from assistant.exchange.methods.document import Appendix, Block, Checklist, Paragraph, Piece, Pieces
from assistant.exchange.methods.notes import all_notes
from assistant.exchange.methods.number import Number


def as_record(of: Appendix) -> dict[str, Any]:
    """The facts and figures first, then the text with its numbers, the checklists, and every query."""
    return {
        "title": of.title,
        "on": of.on,
        "through": of.through,
        "head": of.head,
        **of.facts,
        "sections": [
            {"key": section.key, "title": section.title, "blocks": [_block(block) for block in section.blocks]}
            for section in of.sections
        ],
        "checklists": [_checklist(each) for each in of.checklists],
        "queries": [
            {"number": note.number, "command": note.command, "filter": note.filter, "page": note.page}
            for note in all_notes(of)
        ],
    }


def text_of(pieces: Pieces) -> str:
    """A sentence with its numbers as they are written."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"text": text_of(block.pieces), "numbers": _numbers(block.pieces)}
    return {
        "caption": block.caption,
        "headers": list(block.headers),
        "rows": [[_cell(piece) for piece in row] for row in block.rows],
    }


def _cell(piece: Piece) -> Any:
    return piece if isinstance(piece, str) else _number(piece)


def _numbers(pieces: Pieces) -> list[dict[str, Any]]:
    return [_number(piece) for piece in pieces if isinstance(piece, Number)]


def _number(number: Number) -> dict[str, Any]:
    asked = number.query
    return {
        "text": number.text,
        "value": number.value,
        "command": asked.command,
        "field": asked.field,
        "page": asked.page,
    }


def _checklist(each: Checklist) -> dict[str, Any]:
    return {
        "name": each.name,
        "source": each.source,
        "items": [
            {
                "number": item.number,
                "domain": item.domain,
                "title": item.title,
                "state": item.state,
                "text": "" if item.answer is None else text_of(item.answer.pieces),
                "numbers": [] if item.answer is None else _numbers(item.answer.pieces),
                "sections": [] if item.answer is None else list(item.answer.sections),
            }
            for item in each.items
        ],
    }
