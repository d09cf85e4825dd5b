"""Where sentences end: spans in code points, so that quotes are slices and never retyped."""

import re

from store.canonical import sha256_text
from store.values import TURN_SEPARATOR, Span

_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*")
_ABBREVIATION = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|bzw|ca|approx|Inc|Ltd)|\b[A-Z])\.$")
_NUMBERED = re.compile(r"\b(?:No|Nr)\.\s+\d")
"""“No. 5” is one sentence, the answer “No.” another."""


def sentence_spans(text: str, start: int = 0) -> list[Span]:
    """The sentences of `text` in order, offset by `start`; white space between them belongs to none."""
    spans: list[Span] = []
    at = 0
    for match in _END.finditer(text):
        if match.end() < len(text) and _goes_on(text, at, match.end()):
            continue
        at = _keep(spans, text, at, match.end(), start)
    _keep(spans, text, at, len(text), start)
    return spans


def _goes_on(text: str, begin: int, end: int) -> bool:
    return bool(_ABBREVIATION.search(text, begin, end) or _NUMBERED.match(text, max(end - 3, begin)))


def _keep(spans: list[Span], text: str, begin: int, end: int, offset: int) -> int:
    piece = text[begin:end]
    lead = len(piece) - len(piece.lstrip())
    body = piece.strip()
    if body:
        spans.append(Span(offset + begin + lead, offset + begin + lead + len(body)))
    return end


def sentence_digests(text: str) -> set[str]:
    """The hashes of all sentences of an interview's text, turn by turn."""
    found = set()
    for turn in text.split(TURN_SEPARATOR):
        found |= {sha256_text(span.of(turn)) for span in sentence_spans(turn)}
    return found
