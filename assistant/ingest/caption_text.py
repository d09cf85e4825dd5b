"""The text of one cue: voices, word times and formatting, taken apart."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from assistant.ingest.cues import Cue
from store.values import Word

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_TIME_TAG = re.compile(r"<((?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})>", re.ASCII)
_TAGS = r"c|i|b|u|s|v|em|strong|ruby|rt|lang|font|span|p|div"
_TAG = re.compile(rf"</?(?:{_TAGS})(?:[.\s][^<>]*)?/?>|</>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
"""Such as `{\\an8}`, by which SubRip files place a caption."""
_TOKEN = re.compile(r"\S+")
_SURE = 1.0


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a caption, cleaned, and its words where the file times them."""

    text: str
    words: tuple[Word, ...] = ()

    def after(self, taken: int) -> "Said":
        """What is left without the first characters."""
        moved = (replace(w, start=w.start - taken, end=w.end - taken) for w in self.words if w.start >= taken)
        return Said(self.text[taken:], tuple(moved))


@dataclass(frozen=True, slots=True)
class Caption:
    """What one voice says in one cue."""

    speaker: str | None
    lines: tuple[Said, ...]
    start_ms: int | None
    end_ms: int | None


def captions_of(cue: Cue) -> Iterator[Caption]:
    """One caption for each voice of a cue; text before the first belongs to nobody, `//S02` is S02 speaking over."""
    raw = _BREAK.sub("\n", _OVERRIDE.sub("", "\n".join(cue.lines)))
    parts = _VOICE.split(raw)
    for speaker, text in [(None, parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]:
        lines = tuple(said for line in text.split("\n") if (said := _said(line, cue)).text)
        if lines:
            name = speaker and html.unescape(speaker.removeprefix("//"))
            yield Caption(name, lines, cue.start_ms, cue.end_ms)


def _said(line: str, cue: Cue) -> Said:
    parts = _TIME_TAG.split(line)
    plain = [html.unescape(_TAG.sub("", part)) for part in parts[::2]]
    starts = [cue.start_ms, *(_milliseconds(mark) for mark in parts[1::2])]
    tokens = list(_tokens(plain))
    text = " ".join(token for token, _ in tokens)
    if len(parts) == 1 or starts != sorted(starts) or starts[-1] > cue.end_ms:
        return Said(text)
    return Said(text, tuple(_words(tokens, starts, cue.end_ms)))


def _tokens(parts: Sequence[str]) -> Iterator[tuple[str, int | None]]:
    """Each token, and which part it is the first token to start in; None for the others."""
    bounds = [0, *accumulate(map(len, parts))][:-1]
    used = -1
    for found in _TOKEN.finditer("".join(parts)):
        at = bisect_right(bounds, found.start()) - 1
        yield found[0], at if at > used else None
        used = at


def _words(tokens: Sequence[tuple[str, int | None]], starts: Sequence[int], end_ms: int) -> Iterator[Word]:
    """The tokens that have a time of their own; each ends where the next of them starts."""
    timed = []
    offset = 0
    for token, part in tokens:
        if part is not None:
            timed.append((offset, offset + len(token), starts[part]))
        offset += len(token) + 1
    ends = [*(start for _, _, start in timed[1:]), end_ms]
    for (start, end, start_ms), word_end in zip(timed, ends, strict=True):
        yield Word(start, end, start_ms, word_end, _SURE)


def _milliseconds(mark: str) -> int:
    whole, _, fraction = mark.replace(",", ".").partition(".")
    seconds = 0
    for part in whole.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(fraction.ljust(3, "0"))
