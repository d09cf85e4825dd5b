"""A study in Markdown: where it is from, its tables, and its quotes by theme."""

from collections.abc import Sequence

from assistant.exchange.basis_quotes import quotes_by_theme
from assistant.exchange.markdown_text import plain
from assistant.exchange.outgoing import Outgoing
from assistant.exchange.quote_files import quote_block
from assistant.exchange.quote_lines import sections
from assistant.exchange.study_tables import What, table_of
from assistant.exchange.table_files import MadeFile, as_markdown

_USUAL = (What.INTERVIEWS, What.CODEBOOK, What.MATRIX)


def study_as_markdown(out: Outgoing, what: Sequence[What] = ()) -> MadeFile:
    """The tables that are asked for; without any the interviews, the codebook, the matrix, and the quotes by theme."""
    said = "\n".join(f"- {name}: {plain(value)}" for name, value in out.about)
    blocks = [f"# {plain(out.study.title)}", said]
    for each in what or _USUAL:
        table = table_of(out, each)
        blocks += [f"## {table.name}", as_markdown(table) if table.rows else f"No {table.noun}s."]
    if what:
        return _made(blocks)
    blocks.append("## Quotes by theme")
    for heading, lines in sections(quotes_by_theme(out)):
        blocks += [f"### {plain(heading or '')}", *(quote_block(line) for line in lines)]
    return _made(blocks, tuple(out.unplaced(out.codings)))


def _made(blocks: Sequence[str], notes: tuple[str, ...] = ()) -> MadeFile:
    return MadeFile(("\n\n".join(blocks) + "\n").encode(), notes)
