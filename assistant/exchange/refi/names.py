"""Names of a file as the study keeps them: on one line, not too long, and no two alike."""

from collections.abc import Callable


def on_one_line(name: str, longest: int) -> str:
    """The name without line breaks and doubled spaces, cut with “…” where it is too long."""
    line = " ".join(name.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def numbered(wanted: str, taken: Callable[[str], bool], longest: int) -> str:
    """The name, or the first free one of “name (2)”, “name (3)” …, none longer than `longest`."""
    name, number = wanted, 1
    while taken(name):
        number += 1
        tail = f" ({number})"
        name = wanted[: longest - len(tail)].rstrip() + tail
    return name
