"""Text in Markdown of which nothing is taken for markup."""

import re

_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~$!]|&(?=[#\w])")
_AT_THE_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))", re.MULTILINE)


def plain(text: str) -> str:
    """The text with a backslash before whatever Markdown would take for markup; line ends are line feeds."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _AT_THE_START.sub(lambda found: f"{found[1]}{_marked(found[2])}", escaped)


def in_cell(text: str) -> str:
    """The same within a cell of a table, where a line end is a `<br>`."""
    return plain(text).replace("\n", "<br>")


def fence(text: str) -> str:
    """Backticks, more than the text has in a row, to stand before and behind it as code."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _marked(start: str) -> str:
    return start + "\\" if start[0].isdigit() else "\\" + start
