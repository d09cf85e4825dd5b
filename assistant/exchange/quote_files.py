"""Quotes → Word, Excel, csv and Markdown, in the order they are given, with the query that found them."""

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from assistant.exchange.markdown_text import fence, plain
from assistant.exchange.quote_lines import (
    AskedFor,
    QuoteLine,
    described,
    given,
    sections,
)
from assistant.exchange.table_files import Cell, Column, MadeFile, Table, as_csv, as_xlsx
from assistant.exchange.whole_file import refuse_taken, write_whole
from assistant.review.citation import citation, hours
from store.errors import InvalidInputError

ENDINGS = ("docx", "xlsx", "csv", "md")
_COLUMNS = ("quote", "citation", "interview", "time", "speaker", "role")
_LAST = ("codes", "coders", "state", "note", "start", "end")
_WIDTHS = {"number": 8, "quote": 70, "citation": 50, "codes": 30, "note": 30}


def quote_file(ending: str, lines: Sequence[QuoteLine], asked: AskedFor) -> MadeFile:
    """Quotes as `docx`, `xlsx`, `csv` or `md`; documents have headings where the lines name some.

    Raises InvalidInputError for another ending.
    """
    write = _WRITERS.get(ending.lower().removeprefix("."))
    if write is None:
        msg = f"Quotes cannot be written as “{ending}”; choose one of {', '.join(ENDINGS)}."
        raise InvalidInputError(msg)
    return write(lines, asked)


def write_quotes(path: Path, lines: Sequence[QuoteLine], asked: AskedFor, *, force: bool = False) -> tuple[str, ...]:
    """Write quotes as the file's ending says, whole or not at all; what it could not hold is returned in sentences.

    Raises InvalidInputError where the ending is another or the folder is not there; ConflictError where the file is
    there already, unless `force` is given.
    """
    made = quote_file(path.suffix, lines, asked)
    refuse_taken(path, force=force)
    write_whole(path, made.content)
    return made.notes


def _docx(lines: Sequence[QuoteLine], asked: AskedFor) -> MadeFile:
    from assistant.exchange.quote_document import quotes_as_docx

    return MadeFile(quotes_as_docx(lines, asked))


def _csv(lines: Sequence[QuoteLine], asked: AskedFor) -> MadeFile:
    return MadeFile(as_csv(quote_table(lines), _about(asked)))


def _xlsx(lines: Sequence[QuoteLine], asked: AskedFor) -> MadeFile:
    return as_xlsx([quote_table(lines)], _about(asked), "Query")


def quote_table(lines: Sequence[QuoteLine]) -> Table:
    """A row for each quote, in the order of the lines; each attribute has a column of its own."""
    keys = sorted({key for line in lines for key in line.attributes})
    names = ["number", *_COLUMNS, *keys, *_LAST]
    columns = tuple(Column(name, _WIDTHS.get(name, 16)) for name in names)
    return Table("Quotes", columns, [_row(number, line, keys) for number, line in enumerate(lines, start=1)], "quote")


def _row(number: int, line: QuoteLine, keys: Iterable[str]) -> list[Cell]:
    cited = citation(line.text, line.interview, line.start_ms)
    codes = ", ".join(name for name, _ in line.codes)
    coders = ", ".join(dict.fromkeys(coder for _, by in line.codes for coder in by))
    first = [line.text, cited, line.interview, hours(line.start_ms), line.speaker or "", line.role]
    attributes = [line.attributes.get(key, "") for key in keys]
    return [number, *first, *attributes, codes, coders, line.state, line.note, line.start, line.end]


def _about(asked: AskedFor) -> list[tuple[str, str]]:
    said = [("Quotes", asked.title), ("Asked", asked.sentence)]
    said += [("Query", json.dumps(asked.query, ensure_ascii=False)), ("Exported by", asked.coder), ("Day", asked.on)]
    return [pair for pair in said if pair[1]]


def _markdown(lines: Sequence[QuoteLine], asked: AskedFor) -> MadeFile:
    blocks = [f"# {plain(asked.title)}", *([plain(asked.sentence)] if asked.sentence else [])]
    for heading, here in sections(lines):
        if heading is not None:
            blocks.append(f"## {plain(heading)}")
        blocks += [quote_block(line) for line in here]
    query = json.dumps(asked.query, ensure_ascii=False, indent=2)
    ending = " · ".join(part for part in (asked.coder and f"Exported by {plain(asked.coder)}", asked.on) if part)
    blocks += ["---", *([ending] if ending else []), f"{fence(query)}json\n{query}\n{fence(query)}"]
    return MadeFile(("\n\n".join(blocks) + "\n").encode())


def quote_block(line: QuoteLine) -> str:
    """A quote in Markdown, with its citation and what is known of it."""
    cited = plain(citation(line.text, line.interview, line.start_ms))
    quote = "\n".join(f"> {part}  ".rstrip(" ") for part in cited.split("\n"))
    known = [described(line), given(line), line.state, line.note]
    return "\n".join([quote, *(f"\n{plain(part)}" for part in known if part)])


_WRITERS: dict[str, Callable[[Sequence[QuoteLine], AskedFor], MadeFile]] = {
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "md": _markdown,
}
