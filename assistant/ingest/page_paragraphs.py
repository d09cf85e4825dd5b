"""Lines of pages → paragraphs: gaps and short last lines divide, words broken at line ends are mended where sure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from assistant.ingest.lines import Line
from assistant.ingest.page_lines import PageLine
from assistant.ingest.pieces import count

_WIDE_GAP = 1.35
_SHORT = 0.85
_SENTENCE_END = re.compile(r"[.?!…。？！؟][\"'”’»)\]]*\s*\Z")
_BROKEN = re.compile(r"([^\W\d_]+)(-|\u00ad|\u2010)\Z")
_GOES_ON = re.compile(r"\s*([^\W\d_]+)(\S*)\s?")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


def paragraphs(pages: Sequence[Sequence[PageLine]], said: list[str]) -> list[Line]:
    """The lines of all pages, with an empty line between paragraphs."""
    pitch = _pitch(pages)
    right = max((line.x1 for page in pages for line in page), default=0)
    left = min((line.x0 for page in pages for line in page), default=0)
    lines: list[Line] = []
    before: PageLine | None = None
    for page in pages:
        for at, line in enumerate(page):
            gap = at > 0 and before is not None and before.middle - line.middle > _WIDE_GAP * pitch
            ended = before is not None and _ends_paragraph(before, left, right)
            if gap or (at == 0 and ended):
                lines.append(Line(""))
            lines.append(Line(line.text.strip(), _stripped_bold(line), paragraph=ended))
            before = line
    return _mended(lines, said)


def _pitch(pages: Sequence[Sequence[PageLine]]) -> float:
    """How far lines of one paragraph stand from each other: the usual small step of the file."""
    steps = [a.middle - b.middle for page in pages for a, b in pairwise(page)]
    steps = sorted(step for step in steps if step > 0)
    if not steps:
        return 1
    low = steps[len(steps) // 10]
    return median(step for step in steps if step <= 1.2 * low)


def _ends_paragraph(line: PageLine, left: float, right: float) -> bool:
    return line.x1 < left + _SHORT * (right - left) and bool(_SENTENCE_END.search(line.text))


def _stripped_bold(line: PageLine) -> int:
    return max(0, line.bold - (len(line.text) - len(line.text.lstrip())))


def _mended(lines: Sequence[Line], said: list[str]) -> list[Line]:
    """The lines without words broken at their ends, where the whole word stands elsewhere in the file."""
    whole, hyphened = _vocabulary(lines)
    mended = list(lines)
    unsure = 0
    for at, (line, following) in enumerate(pairwise(lines)):
        broken = _BROKEN.search(mended[at].text)
        goes_on = _GOES_ON.match(following.text)
        if not broken or not goes_on or not goes_on[1][0].islower() or line.text == "":
            continue
        first, second = broken[1], goes_on[1]
        joined = f"{first}{second}".casefold() in whole or broken[2] == "\u00ad"
        kept = f"{first}-{second}".casefold() in hyphened
        if joined or kept:
            head = mended[at].text[: broken.start(2)] + ("" if joined and not kept else "-")
            mended[at] = replace(mended[at], text=f"{head}{second}{goes_on[2]}")
            mended[at + 1] = replace(following, text=following.text[goes_on.end() :], bold=0)
        else:
            unsure += 1
    if unsure:
        said.append(f"Left as they stand: {count(unsure, 'word')} that may be broken at the end of a line.")
    return [line for before, line in zip(lines, mended, strict=True) if line.text or not before.text]


def _vocabulary(lines: Sequence[Line]) -> tuple[set[str], set[str]]:
    """The words of the file, and those with a hyphen, without what stands at the ends of lines."""
    whole: set[str] = set()
    hyphened: set[str] = set()
    for line in lines:
        for found in _WORD.finditer(line.text):
            word = found[0].replace("\u2010", "-").casefold()
            (hyphened if "-" in word else whole).add(word)
    return whole, hyphened
