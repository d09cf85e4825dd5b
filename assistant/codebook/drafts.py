"""Codes as a file tells them, before they have an identity in a study."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from store.errors import InvalidInputError

COLUMNS = ("name", "parent", "definition", "include", "exclude", "examples", "colour")
"""What a file may say of a code, in the order in which it is written."""

LONGEST_NAME = 200
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")


@dataclass(frozen=True, slots=True)
class DraftCode:
    """A code on its way into a study; `parent` is the name of its theme.

    `given` names the columns that the file has for it: those it lacks leave an existing code as it is.
    """

    name: str
    parent: str | None = None
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    colour: str = ""
    given: frozenset[str] = field(default=frozenset(COLUMNS), compare=False)


@dataclass(frozen=True, slots=True)
class ReadCodebook:
    """The codes of a file in order, the names of themes made because codes stand below them, and a report."""

    codes: tuple[DraftCode, ...]
    made: frozenset[str]
    report: tuple[str, ...]


def plain(text: str) -> str:
    """A definition as it is kept: ends stripped, every line end one line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def draft(
    values: dict[str, str], examples: Iterable[str], *, where: str, given: Iterable[str], report: list[str]
) -> DraftCode:
    """A code from its plain values; `where` names its place in the file in sentences.

    Raises InvalidInputError for an empty or over-long name.
    """
    name = " ".join(values.get("name", "").split())
    if not name:
        msg = f"{where} has a code without a name; give it one, or take it out."
        raise InvalidInputError(msg)
    if len(name) > LONGEST_NAME:
        shown = name[:40]
        msg = f"{where} has a name of {len(name)} characters (“{shown}…”); {LONGEST_NAME} is the most."
        raise InvalidInputError(msg)
    colour = values.get("colour", "").strip()
    if colour and not COLOUR.match(colour):
        report.append(f"The colour “{colour}” of “{name}” is not like #1A2B3C; another was chosen.")
        colour = ""
    return DraftCode(
        name=name,
        parent=" ".join(values.get("parent", "").split()) or None,
        definition=plain(values.get("definition", "")),
        include=plain(values.get("include", "")),
        exclude=plain(values.get("exclude", "")),
        examples=tuple(text for example in examples if (text := plain(example))),
        colour=colour.upper(),
        given=frozenset(given),
    )


def with_themes(codes: Sequence[DraftCode], file: str, report: list[str]) -> ReadCodebook:
    """Give every code its theme: one not listed is made, above the first code that names it.

    Raises InvalidInputError where a name comes twice, or codes stand below themselves.
    """
    spelled: dict[str, str] = {}
    for code in codes:
        if code.name.casefold() in spelled:
            msg = f"{file} has the code “{code.name}” twice (capitals do not count); rename or remove one."
            raise InvalidInputError(msg)
        spelled[code.name.casefold()] = code.name
    made: list[str] = []
    complete: list[DraftCode] = []
    for code in codes:
        if code.parent is not None and code.parent.casefold() not in spelled:
            spelled[code.parent.casefold()] = code.parent
            made.append(code.parent)
            complete.append(DraftCode(code.parent, given=frozenset({"name"})))
        complete.append(code)
    refuse_cycle({c.name.casefold(): c.parent.casefold() if c.parent else None for c in complete}, spelled, file)
    if made:
        report.append(f"Made as themes because codes stand below them: {', '.join(made)}.")
    return ReadCodebook(tuple(complete), frozenset(name.casefold() for name in made), tuple(report))


def refuse_cycle(parents: dict[str, str | None], spelled: dict[str, str], file: str) -> None:
    """Raise InvalidInputError where following parents comes back to where it began."""
    for start in parents:
        path = [start]
        while (above := parents.get(path[-1])) is not None:
            if above in path:
                circle = " → ".join(spelled.get(name, name) for name in [*path[path.index(above) :], above])
                msg = f"{file} has codes that stand below themselves ({circle}); change one of their parents."
                raise InvalidInputError(msg)
            path.append(above)
