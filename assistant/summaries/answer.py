"""What a model may answer about numbered quotes: the grammar of it, and the reading that keeps or drops a sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.suggest.model_words import plain_words
from assistant.summaries.wording import LONG_STRETCH, goes_round, orders_a_model, shared_stretch, too_short, words_of
from store.sentences import sentence_spans

MOST_SENTENCES = 6
MOST_NUMBERS = 5
"""Of the quotes that one sentence can rest on."""
LONGEST = 260
"""Characters of a sentence; one that fills them all was cut off by the grammar."""
_MOST_READ = 20_000
"""Characters of an answer; under its grammar none is so long."""
_ECHO = 5
"""So many words running that also stand in the instructions are an echo of them."""
_OBEYED = 3
"""So many words running that also stand in a quote which gives a model orders are taken from there."""
_CLAIM = re.compile(r"(?P<text>[^\[\]]+)\[(?P<numbers>[^\[\]]*)\][\s.!?]*")
_BULLET = re.compile(r"\s*(?:[-*•–]|[0-9]{1,2}[.)])\s+")
_NUMBER = re.compile(r"[0-9]+")
_MARKS = re.compile(r"[\"„“”«»‹›‘‚「」『』`]|(?<!\w)['’](?=\w)[^'’]*(?:['’]\w+)*[^'’]*['’](?!\w)")
"""Quotation marks of any kind; single ones only as a pair around words, for each may be an apostrophe."""


class Reason(StrEnum):
    """Why a sentence was not kept."""

    UNFINISHED = "unfinished"
    NO_QUOTE = "no quote"
    UNKNOWN = "unknown number"
    EMPTY = "says nothing"
    MARKS = "quotation marks"
    ECHO = "echo of instructions"
    COPIED = "copied from a quote"
    TOO_MANY = "more sentences than asked for"
    REPEATED = "said before"
    CIRCLES = "goes round in circles"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence in a model's words, and the numbers (from 1) of the quotes that it says it rests on."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What can be kept of a model's answer, and how many sentences were dropped for each reason."""

    claims: tuple[Claim, ...]
    dropped: Mapping[Reason, int] = field(default_factory=dict)


def grammar(quotes: int, most: int = MOST_SENTENCES) -> str:
    """The GBNF of an answer about so many quotes: up to `most` lines, each a sentence and the numbers it rests on.

    A sentence holds 20 to `LONGEST` characters and none that ends one, quotes or brackets; no number can be written but
    those of quotes that were shown.
    """
    numbers = " | ".join(f'"{number}"' for number in range(1, quotes + 1))
    return rf"""
root ::= line ("\n" line){{0,{most - 1}}}
line ::= first more{{19,{LONGEST - 1}}} " [" numbers "]."
first ::= [^.!?。！？\[\]\x00-\x20"„“”«»‹›‘‚「」『』`']
more ::= [^.!?。！？\[\]\x00-\x1F"„“”«»‹›‘‚「」『』`]
numbers ::= number (", " number){{0,{MOST_NUMBERS - 1}}}
number ::= {numbers}
"""


def read_answer(text: str, quotes: Sequence[str], told: str, defined: str = "", *, whole: bool = True) -> Answer:
    """Keep the sentences of an answer that rest on quotes that were shown; drop and count the others.

    `quotes` are the texts that were shown, in the order of their numbers; `told` is how the prompt asked and `defined`
    what it said of the theme. With `whole` false the answer was cut off, so that what follows its last numbers never
    came to its end.
    """
    judge = _Judge(quotes, (told, defined))
    claims: list[Claim] = []
    dropped: Counter[Reason] = Counter()
    if not whole:
        text, broken_off = _ended(text)
        dropped.update([Reason.UNFINISHED] * broken_off)
    for piece in _pieces(text[:_MOST_READ]):
        claim = judge.read(piece)
        if isinstance(claim, Claim) and len(claims) >= MOST_SENTENCES:
            dropped[Reason.TOO_MANY] += 1
        elif isinstance(claim, Claim):
            claims.append(claim)
        else:
            dropped[claim] += 1
    return Answer(tuple(claims), dict(dropped))


def _ended(text: str) -> tuple[str, bool]:
    """An answer that was cut off up to its last numbers, and whether anything stood after them."""
    ended, bracket, rest = text.rpartition("]")
    return ended + bracket, bool(rest.strip(" .!?\n"))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence with what stands in the brackets after it, empty where none do.

    `full` says that it fills all that the grammar allows, so that its end is missing.
    """

    text: str
    numbers: str = ""
    full: bool = False


def _pieces(text: str) -> Iterator[_Piece]:
    """The sentences of an answer."""
    for line in text.splitlines():
        at = 0
        for match in _CLAIM.finditer(line):
            before_bracket = line[at : match.start("numbers") - 1]
            *before, last = _cut(before_bracket)
            yield from map(_Piece, before)
            yield _Piece(last, match["numbers"], full=len(before_bracket.removesuffix(" ")) >= LONGEST)
            at = match.end()
        yield from (_Piece(sentence) for sentence in _cut(line[at:]) if sentence)


def _cut(text: str) -> list[str]:
    """The sentences of a stretch, a list's bullet left out; one that is empty where it holds none."""
    bullet = _BULLET.match(text)
    begin = 0 if bullet is None else bullet.end()
    return [span.of(text) for span in sentence_spans(text[begin:], begin)] or [""]


class _Judge:
    """Reads one line after the other, knowing what was said before."""

    def __init__(self, quotes: Sequence[str], instructions: tuple[str, str]) -> None:
        self._quotes = quotes
        self._instructions = instructions
        self._orders = [quote for quote in quotes if orders_a_model(quote)]
        self._said: set[tuple[str, ...]] = set()

    def read(self, piece: _Piece) -> Claim | Reason:
        """A sentence and its numbers as a claim, or why it is none."""
        numbers = self._numbers(piece.numbers)
        if isinstance(numbers, Reason):
            return numbers
        if piece.full:
            return Reason.UNFINISHED
        text = plain_words(piece.text).rstrip(" .!?。！？,;:")
        wrong = self._wrong(text)
        if wrong is not None:
            return wrong
        self._said.add(words_of(text))
        return Claim(f"{text}.", numbers)

    def _numbers(self, written: str) -> tuple[int, ...] | Reason:
        parts = [part.strip() for part in written.split(",") if part.strip()]
        if not parts:
            return Reason.NO_QUOTE
        if not all(_NUMBER.fullmatch(part) and 1 <= int(part) <= len(self._quotes) for part in parts):
            return Reason.UNKNOWN
        return tuple(dict.fromkeys(int(part) for part in parts))

    def _wrong(self, text: str) -> Reason | None:
        if too_short(text):
            return Reason.EMPTY
        if _MARKS.search(text):
            return Reason.MARKS
        if goes_round(text):
            return Reason.CIRCLES
        if orders_a_model(text) or self._echoes(text) or self._obeys(text):
            return Reason.ECHO
        if shared_stretch(text, self._quotes, LONG_STRETCH):
            return Reason.COPIED
        return Reason.REPEATED if words_of(text) in self._said else None

    def _echoes(self, text: str) -> bool:
        """Whether a sentence says again what the prompt says: how to answer, or what the theme means."""
        told, defined = self._instructions
        return shared_stretch(text, [told], _ECHO) or shared_stretch(text, [defined], LONG_STRETCH)

    def _obeys(self, text: str) -> bool:
        """Whether a sentence seems to do what a quote told the model to do."""
        words = set(words_of(text))
        within = any(words <= set(words_of(quote)) for quote in self._orders)
        return within or shared_stretch(text, self._orders, _OBEYED)
