"""What is asked of the quotes, as a value: it can be saved, stand in an address, and go out with what it found."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, Self, get_args

from store.errors import InvalidInputError
from store.values import Role, State

Match = Literal["any", "all", "near"]
Order = Literal["study", "relevance", "typical", "extreme", "different"]

_LONGEST = 2_000
_MOST = 1_000
_MAY_BE_NONE = frozenset(
    ("theme", "coder", "decided_from", "decided_to", "probability_from", "probability_to", "state", "limit")
)


@dataclass(frozen=True, slots=True)
class QuoteQuery:
    """What quotes must be like; what is empty does not matter.

    `meaning` ranks by nearness, `words` must stand in the text (bare words, "a phrase", a ~5 b, -not, OR). `codes` and
    `theme` are GUIDs or names, a theme stands for everything below it; `match` says whether any, all, or all within
    `within` turns of each other are wanted. Attributes in `where` must all hold, one named twice may have either
    value. Days are those of the decision, in UTC, both inclusive; probabilities (0..1) are of the suggestion. Without a
    `state`: confirmed codings where codes or a theme are asked for, else every segment with its state.
    """

    meaning: str = ""
    words: str = ""
    codes: tuple[str, ...] = ()
    match: Match = "any"
    within: int = 3
    theme: str | None = None
    interviews: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    coder: str | None = None
    adjudicated: bool = False
    decided_from: date | None = None
    decided_to: date | None = None
    probability_from: float | None = None
    probability_to: float | None = None
    state: State | None = None
    order: Order = "study"
    fold: bool = True
    limit: int | None = 50

    def to_json(self) -> dict[str, Any]:
        """Only what differs from asking for nothing, as JSON values."""
        empty = QuoteQuery()
        kept = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(empty, f.name)}
        return {name: _plain(value) for name, value in kept.items()}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read back what `to_json` gave; raises InvalidInputError for anything else."""
        if not isinstance(value, Mapping):
            msg = "A query must be a set of named values; make it anew on the page Quotes."
            raise InvalidInputError(msg)
        known = {f.name for f in fields(cls)}
        for name in value:
            if name not in known:
                msg = f"This query asks for “{str(name)[:80]}”, which this version does not know; make it anew."
                raise InvalidInputError(msg)
        try:
            return cls(**{name: _read(name, given) for name, given in value.items()})
        except (ValueError, TypeError, OverflowError) as error:
            msg = f"This query cannot be understood ({error}); make it anew on the page Quotes."
            raise InvalidInputError(msg) from error

    def to_address(self) -> str:
        """As a short text for an address; empty where nothing is asked."""
        asked = self.to_json()
        return json.dumps(asked, ensure_ascii=False, separators=(",", ":")) if asked else ""

    @classmethod
    def from_address(cls, text: str) -> Self:
        """What an address asks; raises InvalidInputError where it makes no sense."""
        try:
            said = json.loads(text) if text else {}
        except (ValueError, RecursionError) as error:
            msg = "The address asks for something that cannot be understood; make the query anew."
            raise InvalidInputError(msg) from error
        return cls.from_json(said)

    def with_limit(self, limit: int | None) -> Self:
        """The same, for at most so many quotes."""
        return replace(self, limit=limit)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [list(each) if isinstance(each, tuple) else str(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, State) else value


def _read(name: str, given: Any) -> Any:
    if given is None and name in _MAY_BE_NONE:
        return None
    return _READERS[name](name, given)


def _text(name: str, given: Any) -> str:
    text = str(_of_type(name, given, str))
    if len(text) > _LONGEST:
        msg = f"{name} is longer than {_LONGEST} characters"
        raise ValueError(msg)
    return text.encode("utf-8", "ignore").decode("utf-8")


def _list(name: str, given: Any) -> list[Any]:
    found = given if isinstance(given, list | tuple) else None
    if found is None or len(found) > _MOST:
        msg = f"{name} must be a list of at most {_MOST}"
        raise ValueError(msg)
    return list(found)


def _pair(name: str, given: Any) -> tuple[str, str]:
    if not isinstance(given, list | tuple) or len(given) != 2:  # noqa: PLR2004 - a pair
        msg = f"{name} must hold pairs of an attribute and its value"
        raise ValueError(msg)
    return _text(name, given[0]), _text(name, given[1])


def _share(name: str, given: Any) -> float:
    share = float(_of_type(name, given, int | float))
    if not 0 <= share <= 1:
        msg = f"{name} must be between 0 and 1"
        raise ValueError(msg)
    return share


def _choice(name: str, given: Any) -> str:
    among = get_args(Match if name == "match" else Order)
    if given not in among:
        msg = f"{name} must be one of {', '.join(among)}"
        raise ValueError(msg)
    return str(given)


def _count(name: str, given: Any) -> int:
    count = int(_of_type(name, given, int))
    if isinstance(given, bool) or not 0 <= count <= 10**6:
        msg = f"{name} must be a number from 0 to 1000000"
        raise ValueError(msg)
    return count


def _of_type(name: str, given: Any, kind: Any) -> Any:
    if not isinstance(given, kind):
        msg = f"{name} must be {'text' if kind is str else 'yes or no' if kind is bool else 'a number'}"
        raise TypeError(msg)
    return given


_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "meaning": _text,
    "words": _text,
    "codes": lambda name, given: tuple(_text(name, each) for each in _list(name, given)),
    "match": _choice,
    "within": _count,
    "theme": _text,
    "interviews": lambda name, given: tuple(_text(name, each) for each in _list(name, given)),
    "roles": lambda name, given: tuple(Role(each) for each in _list(name, given)),
    "where": lambda name, given: tuple(_pair(name, each) for each in _list(name, given)),
    "coder": _text,
    "adjudicated": lambda name, given: _of_type(name, given, bool),
    "decided_from": lambda name, given: date.fromisoformat(_text(name, given)),
    "decided_to": lambda name, given: date.fromisoformat(_text(name, given)),
    "probability_from": _share,
    "probability_to": _share,
    "state": lambda _, given: State(given),
    "order": _choice,
    "fold": lambda name, given: _of_type(name, given, bool),
    "limit": _count,
}
