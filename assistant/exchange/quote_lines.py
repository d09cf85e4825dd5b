"""A quote on its way into a file, and what of it a table holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NONE = "Without a code"

Given = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of codes, each with those who gave it."""


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """An exact slice of an interview's text with what is known of it.

    `start` and `end` are code points, `start_ms` is milliseconds; `codes` are names, each with those who gave it;
    `headings` are the names under which a document shows it, where it has headings.
    """

    interview: str
    text: str
    start: int
    end: int
    start_ms: int | None = None
    speaker: str | None = None
    role: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    codes: Given = ()
    state: str = ""
    note: str = ""
    headings: tuple[str, ...] = ()


def quote_line(record: Mapping[str, Any], codes: Given, *, note: str = "", headings: tuple[str, ...] = ()) -> QuoteLine:
    """A quote as the files hold it, from its JSON values, with its codes and those who gave them."""
    own = {name: record[name] for name in ("interview", "text", "start", "end", "start_ms", "speaker", "role")}
    attributes, state = dict(record["attributes"]), str(record["state"])
    return QuoteLine(**own, attributes=attributes, codes=codes, state=state, note=note, headings=headings)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What a file of quotes answers: its title, the query in words and as JSON values, who asked, and the day."""

    title: str
    sentence: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    coder: str = ""
    on: str = ""


def given(line: QuoteLine) -> str:
    """The codes of a quote, each with who gave it, in one line."""
    return ", ".join(f"{name} ({', '.join(by)})" if by else name for name, by in line.codes)


def described(line: QuoteLine) -> str:
    """Who speaks and in what role, and the attributes of the interview, in one line."""
    known = [line.speaker or "", line.role, *(f"{key}: {value}" for key, value in line.attributes.items())]
    return " · ".join(part for part in known if part)


def sections(lines: Sequence[QuoteLine]) -> list[tuple[str | None, list[QuoteLine]]]:
    """The quotes under each of their headings, headings in the order in which they first occur.

    A quote with several headings stands under each; one without stands at the end. Without any headings there is one
    section, of no name.
    """
    found: dict[str, list[QuoteLine]] = {}
    for line in lines:
        for heading in dict.fromkeys(line.headings):
            found.setdefault(heading, []).append(line)
    if not found:
        return [(None, list(lines))] if lines else []
    without = [line for line in lines if not line.headings]
    return [*found.items(), *([(_NONE, without)] if without else [])]


def defused(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would take it for a formula.

    Where apostrophes and then a formula stand there already one more is set, so that taking one away gives it back.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def legal(text: str) -> str:
    """The text with a mark for each character that no Word or Excel file can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
