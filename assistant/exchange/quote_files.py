"""Quotes → Word, Excel, csv and Markdown, in the order they are given, with the query that found them."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.exchange.quote_lines import (
    AskedFor,
    QuoteLine,
    defused,
    described,
    given,
    legal,
    quote_table,
    sections,
)
from assistant.exchange.whole_file import write_whole
from assistant.review.citation import citation
from store.errors import ConflictError, InvalidInputError

ENDINGS = ("docx", "xlsx", "csv", "md")
_LONGEST_CELL = 32_767
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~$!]|&(?=[#\w])")
_AT_THE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class QuoteFile:
    """The content of a file, and what of the quotes it could not hold, in sentences."""

    content: bytes
    notes: tuple[str, ...] = ()


def quote_file(ending: str, lines: Sequence[QuoteLine], asked: AskedFor) -> QuoteFile:
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
    if path.exists() and not force:
        msg = f"{path} is there already; choose another name, or give --force to replace it."
        raise ConflictError(msg)
    write_whole(path, made.content)
    return made.notes


def _docx(lines: Sequence[QuoteLine], asked: AskedFor) -> QuoteFile:
    from assistant.exchange.quote_document import quotes_as_docx

    return QuoteFile(quotes_as_docx(lines, asked))


def _csv(lines: Sequence[QuoteLine], asked: AskedFor) -> QuoteFile:
    """UTF-8 with the mark by which Excel knows it; the query stands in the last lines."""
    names, rows = quote_table(lines)
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerows([defused(cell) for cell in row] for row in [names, *rows, *_about(asked)])
    return QuoteFile(held.getvalue().encode("utf-8-sig"))


def _xlsx(lines: Sequence[QuoteLine], asked: AskedFor) -> QuoteFile:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    names, rows = quote_table(lines)
    book = Workbook()
    sheet = book.create_sheet("Quotes", 0)
    sheet.append([_cell(name) for name in names])
    for row in rows:
        sheet.append([int(x) if name in _NUMBERS else _cell(x) for name, x in zip(names, row, strict=True)])
    for number, name in enumerate(names, start=1):
        sheet.cell(1, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(name, 16)
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"
    about = book.worksheets[1]
    about.title = "Query"
    for row in _about(asked):
        about.append([_cell(value) for value in row])
    about.column_dimensions["B"].width = 100
    held = io.BytesIO()
    book.save(held)
    return QuoteFile(held.getvalue(), _cut(rows))


_NUMBERS = ("number", "start", "end")
_WIDTHS = {"number": 8, "quote": 70, "citation": 50, "codes": 30, "note": 30}


def _cell(value: str) -> str:
    """Text alone: never a formula, and no longer than a cell may be."""
    return defused(legal(value))[:_LONGEST_CELL]


def _cut(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is said of cells that are too long."""
    long = sum(any(len(cell) >= _LONGEST_CELL for cell in row) for row in rows)
    quotes = f"{long} {'quote is' if long == 1 else 'quotes are'}"
    said = f"{quotes} cut in the Excel file, whose cells hold {_LONGEST_CELL} characters; the other formats hold all."
    return (said,) if long else ()


def _about(asked: AskedFor) -> list[list[str]]:
    said = [["Quotes", asked.title], ["Asked", asked.sentence]]
    said += [["Query", json.dumps(asked.query, ensure_ascii=False)], ["Exported by", asked.coder], ["Day", asked.on]]
    return [pair for pair in said if pair[1]]


def _markdown(lines: Sequence[QuoteLine], asked: AskedFor) -> QuoteFile:
    blocks = [f"# {_plain(asked.title)}", *([_plain(asked.sentence)] if asked.sentence else [])]
    for heading, here in sections(lines):
        if heading is not None:
            blocks.append(f"## {_plain(heading)}")
        blocks += [_block(line) for line in here]
    query = json.dumps(asked.query, ensure_ascii=False, indent=2)
    ending = " · ".join(part for part in (asked.coder and f"Exported by {_plain(asked.coder)}", asked.on) if part)
    blocks += ["---", *([ending] if ending else []), f"{_fence(query)}json\n{query}\n{_fence(query)}"]
    return QuoteFile(("\n\n".join(blocks) + "\n").encode())


def _block(line: QuoteLine) -> str:
    cited = _plain(citation(line.text, line.interview, line.start_ms))
    quote = "\n".join(f"> {part}  ".rstrip(" ") for part in cited.split("\n"))
    known = [described(line), given(line), line.state, line.note]
    return "\n".join([quote, *(f"\n{_plain(part)}" for part in known if part)])


def _plain(text: str) -> str:
    """Text of which nothing is taken for markup."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _AT_THE_START.sub(lambda found: f"{found[1]}{_marked(found[2])}", escaped)


def _marked(start: str) -> str:
    return start + "\\" if start[0].isdigit() else "\\" + start


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


_WRITERS: dict[str, Callable[[Sequence[QuoteLine], AskedFor], QuoteFile]] = {
    "docx": _docx,
    "xlsx": _xlsx,
    "csv": _csv,
    "md": _markdown,
}
