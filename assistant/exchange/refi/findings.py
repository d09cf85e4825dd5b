"""What happened to the things of a file, gathered while it is read."""

from dataclasses import dataclass
from typing import Literal

from assistant.exchange.refi.project import Finding

Kind = Literal["left out", "changed", "guessed", "doubtful"]
_LONGEST_NAME = 60


@dataclass(slots=True)
class _Seen:
    first: str
    number: int = 1


class Findings:
    """Findings in the order they came; the same thing at many places is one finding that counts them."""

    def __init__(self) -> None:
        self._seen: dict[tuple[Kind, str, str], _Seen] = {}

    def add(self, kind: Kind, where: str, said: str) -> None:
        """`said` is a sentence that holds for every place where it is said."""
        self._count((kind, said, ""), where)

    def add_each(self, kind: Kind, where: str, said: str) -> None:
        """What a person must know of each place: it is not put together with others."""
        self._count((kind, said, where), where)

    def gathered(self) -> tuple[Finding, ...]:
        """All findings, those of many places with their number."""
        return tuple(Finding(kind, _places(seen), said) for (kind, said, _), seen in self._seen.items())

    def _count(self, key: tuple[Kind, str, str], where: str) -> None:
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = _Seen(where)
        else:
            seen.number += 1


def named(what: str, name: str) -> str:
    """A thing by its name, shortened, as places are named."""
    short = " ".join(name.split())
    short = short if len(short) <= _LONGEST_NAME else short[: _LONGEST_NAME - 1] + "…"
    return f"{what} “{short}”" if short else f"{what} without a name"


def _places(seen: _Seen) -> str:
    if seen.number == 1:
        return seen.first
    others = seen.number - 1
    return f"{seen.first} and {others:,} other {'place' if others == 1 else 'places'}"
