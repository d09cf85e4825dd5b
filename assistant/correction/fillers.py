"""Words that a clean view leaves out: fillers and repeated words, by language. Nothing here changes a transcript."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from store.values import Span, Transcript, Turn

FILLERS = {
    "en": "um umm uhm uh uhh er erm eh ehm hm hmm mm mhm mmhm",
    "de": "äh ähm öh öhm eh ehm hm hmm mhm mmh",
    "fr": "euh euhm heu eh hum hm hmm mhm bah",
    "es": "eh em ehm hm hmm mhm",
    "it": "eh ehm uhm mah hm hmm mhm",
    "nl": "eh ehm uh uhm hm hmm mhm",
    "pt": "eh hã ahn hum hm hmm mhm",
    "": "uh uhm umm eh äh ähm euh hm hmm mhm",
}
"""By language; the last line is for all, also one that is not known or not listed: what is a word in none of them."""

TWICE = {
    "en": "that had is do no yes very really so ha bye",
    "de": "das die der den sie wir ja nein sehr so na da doch",
    "fr": "nous vous non oui très si",
    "es": "no sí muy ya",
    "it": "no sì molto così",
    "nl": "dat die zo ja nee heel",
    "pt": "não sim muito",
    "": "no ja",
}
"""Words that are rightly said twice: “that that”, “die, die …”, “no, no”. They stay."""

_COMMON = {
    "en": "the and of to it was that with for have you they this",
    "de": "und der die das ich nicht ist wir mit auch ein war dass",
    "fr": "les des est que une dans pour pas nous avec c'est je qui",
    "es": "los las que una por para con pero como muy está es del",
    "it": "che non una per con sono come anche della gli più ma",
    "nl": "het een van niet dat voor met maar ook zijn wij was ik",
    "pt": "que não uma para com os mas como muito está em foi",
}
"""Frequent words, by which a language is guessed that nobody told."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BETWEEN = re.compile(r"[\s,…–—-]*|\s*\.\.\.\s*")
_AFTER = re.compile(r"(?:\.{3}|[,…–—])*\s*")
_FEWEST = 3


def left_out(found: Transcript, language: str | None = None) -> list[Span]:
    """The stretches of a transcript that a clean view leaves out, in order; spans are in the interview's text.

    `language` is the interview's; a turn that tells its own goes by that. A turn of nothing but fillers stays.
    """
    known = language or _guessed(found.text)
    return [span for turn in found.turns for span in _of_turn(turn, found.text, turn.marks.language or known)]


def _of_turn(turn: Turn, text: str, language: str) -> list[Span]:
    code = language.casefold()[:2]
    said = turn.span.of(text)
    spans = list(_merged(_places(said, _listed("fillers", code), _listed("twice", code))))
    rest = list(said)
    for span in spans:
        rest[span.start : span.end] = " " * (span.end - span.start)
    if not any(letter.isalnum() for letter in rest):
        return []
    return [Span(span.start + turn.span.start, span.end + turn.span.start) for span in spans]


def _places(said: str, fillers: frozenset[str], twice: frozenset[str]) -> Iterator[Span]:
    words = list(_WORD.finditer(said))
    for at, word in enumerate(words):
        plain = word[0].casefold()
        following = words[at + 1] if at + 1 < len(words) else None
        if plain in fillers:
            end = _AFTER.match(said, word.end())
            yield Span(word.start(), end.end() if end else word.end())
        elif following is not None and following[0].casefold() == plain and plain not in twice:
            between = said[word.end() : following.start()]
            if _BETWEEN.fullmatch(between) and not plain.isdigit():
                yield Span(word.start(), following.start())


def _merged(spans: Iterator[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and span.start <= last.end:
            last = Span(last.start, max(last.end, span.end))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


@cache
def _listed(which: str, code: str) -> frozenset[str]:
    if which == "fillers":
        return frozenset(f"{FILLERS.get(code, '')} {FILLERS['']}".split())
    return frozenset(TWICE.get(code, TWICE[""]).split())


def _guessed(text: str) -> str:
    """The language whose frequent words stand there most; empty where too few do."""
    counts = Counter(word.casefold() for word in _WORD.findall(text[:20_000]))
    scores = {code: sum(counts[word] for word in words.split()) for code, words in _COMMON.items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] >= _FEWEST else ""
