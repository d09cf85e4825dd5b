"""Captions that roll up the screen repeat what stood there before; here it is kept once."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.ingest.caption_text import Caption, Said
from assistant.ingest.leavings import Leavings

REPEATED = "lines that the next cue repeats"

_ROLLED = 0.3
_FEWEST_GROWING = 3
_LONGEST_GAP_MS = 500


def rolls(captions: Sequence[Caption]) -> bool:
    """Whether a file's captions roll: at least three in ten repeat the end of the one before and add something."""
    repeats = [_repeated(a, b) for a, b in pairwise(captions)]
    added = any(0 < n < len(b.lines) for n, b in zip(repeats, captions[1:], strict=True))
    growing = sum(_grows(a, b) for a, b in pairwise(captions))
    repeating = sum(map(bool, repeats)) + growing
    return (added or growing >= _FEWEST_GROWING) and repeating >= _ROLLED * len(captions)


def unrolled(captions: Sequence[Caption], leavings: Leavings) -> list[Caption]:
    """The captions without what they repeat of the one before."""
    fresh: list[Caption] = []
    for at, caption in enumerate(captions):
        before = captions[at - 1] if at else None
        if before is not None and fresh and _grows(before, caption):
            leavings.add(" ".join(said.text for said in before.lines), REPEATED)
            fresh[-1] = replace(caption, lines=_grown(fresh[-1], caption), start_ms=fresh[-1].start_ms)
            continue
        repeated = _repeated(before, caption) if before is not None else 0
        for said in caption.lines[:repeated]:
            leavings.add(said.text, REPEATED)
        if len(caption.lines) > repeated:
            fresh.append(replace(caption, lines=caption.lines[repeated:]))
    return fresh


def _follows(a: Caption, b: Caption) -> bool:
    near = a.end_ms is None or b.start_ms is None or b.start_ms - a.end_ms <= _LONGEST_GAP_MS
    return near and a.speaker == b.speaker


def _repeated(a: Caption, b: Caption) -> int:
    """How many lines at the start of `b` are those at the end of `a`."""
    if not _follows(a, b):
        return 0
    old, new = [said.text for said in a.lines], [said.text for said in b.lines]
    return next((n for n in range(min(len(old), len(new)), 0, -1) if old[-n:] == new[:n]), 0)


def _grows(a: Caption, b: Caption) -> bool:
    """Whether `b`, one line of nobody, begins with all of `a` and goes on, as live captions do."""
    if not (len(a.lines) == len(b.lines) == 1) or a.speaker is not None or not _follows(a, b):
        return False
    return b.lines[0].text.startswith(a.lines[0].text + " ")


def _grown(fresh: Caption, caption: Caption) -> tuple[Said, ...]:
    return (*fresh.lines[:-1], *caption.lines)
