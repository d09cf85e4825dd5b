"""What a person asks of the words of a quote: read by our own rules, so that nothing they type reaches SQL as such.

All that stands side by side must occur. `"…"` holds words that follow each other, `a ~5 b` two that are at most five
words apart, `-` takes out, `OR` lets either of its two neighbours do, round brackets group, and `*` at the end of a
word stands for any ending. Capitals, accents and punctuation do not count.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.quotes.spelling import Token, tokens_of
from store.errors import InvalidInputError
from store.words_index import Near, Phrase, Sought

_MOST = 40
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Every:
    """All of these must hold; of none at all, all do."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these must hold."""

    parts: tuple["Asked", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """This must not hold."""

    part: "Asked"


Asked = Phrase | Near | Every | Either | Without


def parse_words(text: str) -> Asked | None:
    """What is asked, None where nothing is; raises InvalidInputError with a sentence where it cannot be understood."""
    if not text.strip():
        return None
    tokens = tokens_of(text)
    if sum(token.kind == "phrase" for token in tokens) > _MOST:
        msg = f"A query can hold at most {_MOST} words and phrases; ask for fewer."
        raise InvalidInputError(msg)
    if not tokens:
        msg = f"“{text.strip()[:40]}” holds no word to look for; type a word or a “phrase”."
        raise InvalidInputError(msg)
    return _Reader(tokens).whole()


def words_problem(text: str) -> str:
    """The sentence why it cannot be understood; empty where it can."""
    try:
        parse_words(text)
    except InvalidInputError as error:
        return str(error)
    return ""


def holds(asked: Asked, here: Callable[[Sought], bool]) -> bool:
    """Whether it holds where `here` tells what stands."""
    match asked:
        case Every(parts):
            return all(holds(part, here) for part in parts)
        case Either(parts):
            return any(holds(part, here) for part in parts)
        case Without(part):
            return not holds(part, here)
    return here(asked)


def matching(asked: Asked, found: Callable[[Sought], frozenset[int]], everything: frozenset[int]) -> frozenset[int]:
    """The ids among `everything` for which it holds, where `found` tells the ids at which something stands."""
    match asked:
        case Every(parts):
            return everything.intersection(*(matching(part, found, everything) for part in parts))
        case Either(parts):
            return frozenset().union(*(matching(part, found, everything) for part in parts))
        case Without(part):
            return everything - matching(part, found, everything)
    return found(asked) & everything


def wanted_phrases(asked: Asked | None) -> Iterator[Phrase]:
    """The phrases that speak for a text: what must not occur is not among them."""
    match asked:
        case Phrase():
            yield asked
        case Near(left, right):
            yield from (left, right)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from wanted_phrases(part)


class _Reader:
    """Reads the tokens from left to right; each method takes what belongs to it."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Asked:
        asked = self._every()
        if self._at < len(self._tokens):
            msg = "There is a closing bracket too many; take it away, or open one before it."
            raise InvalidInputError(msg)
        return asked

    def _next(self) -> str:
        return self._tokens[self._at].kind if self._at < len(self._tokens) else ""

    def _take(self, kind: str) -> bool:
        if self._next() != kind:
            return False
        self._at += 1
        return True

    def _every(self) -> Asked:
        parts = [self._either()]
        while self._next() not in ("", "close"):
            self._take("and")
            parts.append(self._either())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _either(self) -> Asked:
        parts = [self._one()]
        while self._take("or"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _one(self) -> Asked:
        if self._take("not"):
            return Without(self._bracket() if self._next() == "open" else self._near())
        return self._bracket() if self._next() == "open" else self._near()

    def _bracket(self) -> Asked:
        self._at += 1
        self._depth += 1
        if self._depth > _DEEPEST:
            msg = f"Brackets can stand in each other {_DEEPEST} deep; ask more simply."
            raise InvalidInputError(msg)
        asked = self._every()
        if not self._take("close"):
            msg = "A bracket is not closed; put “)” at its end."
            raise InvalidInputError(msg)
        self._depth -= 1
        return asked

    def _near(self) -> Asked:
        left = self._phrase()
        parts: list[Asked] = []
        while self._next() == "near":
            within = self._tokens[self._at].within
            self._at += 1
            right = self._phrase()
            parts.append(Near(left, right, within))
            left = right
        return left if not parts else parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _phrase(self) -> Phrase:
        if self._next() != "phrase":
            raise InvalidInputError(self._missing())
        found = self._tokens[self._at].phrase
        self._at += 1
        assert found is not None
        return found

    def _missing(self) -> str:
        before = self._tokens[self._at - 1].text if self._at else ""
        here = self._tokens[self._at].text if self._at < len(self._tokens) else ""
        if before:
            return f"After “{before}” a word or a “phrase” is missing" + (f" before “{here}”." if here else ".")
        return f"Before “{here}” a word or a “phrase” is missing."
