"""The appendix as HTML for the page: a number is a link to the page that shows it, its title is the query."""

from collections.abc import Container
from html import escape

from assistant.exchange.methods.document import Appendix, Block, Checklist, Item, Paragraph, Piece, Pieces
from assistant.exchange.methods.notes import EXPLAINED, all_notes
from assistant.exchange.methods.number import Number
from assistant.exchange.methods.written import CHECKLIST_HEADS, LEFT_OPEN, count_of, titles_of
from assistant.ui.markup import element
from assistant.ui.methods_links import page_href

_LONGEST = 24
"""Characters up to which a number is a link itself; a sentence of a command has one behind it."""


def sections_html(of: Appendix) -> str:
    """All sections, one below the other."""
    return "".join(
        f'<section class="methods" id="methods-{section.key}">{element("h3", section.title)}'
        f"{''.join(_block(block) for block in section.blocks)}</section>"
        for section in of.sections
    )


def checklist_html(of: Appendix, each: Checklist) -> str:
    """The items of a reporting standard, with what the record says to each."""
    rows = "".join(_item(of, item) for item in each.items)
    about = element("p", f"{each.source}.", "page-note") + element("p", count_of(each), "outlook")
    table = _table(f"Items of {each.name}", CHECKLIST_HEADS, rows)
    return f"{element('h2', f'{each.name} checklist')}{about}{table}"


def queries_html(of: Appendix) -> str:
    """Every query with the page that shows its numbers."""
    rows = "".join(
        f'<tr><td class="number">{note.number}</td><td><code>{escape(note.command)}</code></td>'
        f"<td><code>{escape(note.filter)}</code></td><td>{_page(note.page)}</td></tr>"
        for note in all_notes(of)
    )
    table = _table("Queries behind the numbers", ("Note", "Command", "Filter", "Page"), rows)
    return f"{element('h2', 'Queries')}{element('p', EXPLAINED, 'page-note')}{table}"


def _block(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_sentences(block.pieces)}</p>"
    right = {at for row in block.rows for at, piece in enumerate(row) if isinstance(piece, Number)}
    cells = ("".join(_cell(piece, right=place in right) for place, piece in enumerate(row)) for row in block.rows)
    rows = "".join(f"<tr>{each}</tr>" for each in cells)
    return element("p", block.caption, "methods-caption") + _table(block.caption, block.headers, rows, right)


def _table(caption: str, heads: tuple[str, ...], rows: str, right: Container[int] = ()) -> str:
    """A table; the columns in `right` hold numbers."""
    head = "".join(f'<th scope="col"{_class(at in right)}>{escape(each)}</th>' for at, each in enumerate(heads))
    name = escape(caption)
    return (
        f'<div class="frame" role="region" aria-label="{name}" tabindex="0"><table class="plain methods-table">'
        f'<caption class="unseen">{name}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _cell(piece: Piece, *, right: bool) -> str:
    return f"<td{_class(right)}>{_number(piece) if isinstance(piece, Number) else escape(piece)}</td>"


def _class(right: bool) -> str:
    return ' class="number"' if right else ""


def _sentences(pieces: Pieces) -> str:
    return "".join(_number(piece) if isinstance(piece, Number) else escape(piece) for piece in pieces)


def _number(number: Number) -> str:
    asked = number.query
    title = escape(f"{asked.command} | jq '{asked.field}'")
    where = f'href="{escape(page_href(asked.page))}" target="_self"'
    if len(number.text) > _LONGEST:
        return f'{escape(number.text)} <a {where} title="{title}">Where this is from</a>.'
    return f'<a class="figure" {where} title="{title}">{escape(number.text)}</a>'


def _page(address: str) -> str:
    return f'<a href="{escape(page_href(address))}" target="_self">{escape(address.partition("?")[0])}</a>'


def _item(of: Appendix, item: Item) -> str:
    told = LEFT_OPEN if item.answer is None else _sentences(item.answer.pieces)
    keys = () if item.answer is None else item.answer.sections
    links = zip(keys, titles_of(of, item), strict=True)
    text = page_href("methods?methods_part=Text")
    where = ", ".join(
        f'<a href="{escape(text)}#methods-{key}" target="_self">{escape(title)}</a>' for key, title in links
    )
    state = item.state.replace(" ", "-")
    return (
        f'<tr class="{state}"><td class="number">{item.number}</td>{element("td", f"{item.domain}: {item.title}")}'
        f"{element('td', item.state)}<td>{told}</td><td>{where}</td></tr>"
    )
