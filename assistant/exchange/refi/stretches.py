"""How offsets of one text go over into another that holds some of its stretches, in the same order."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from store.values import Span


class Stretch(NamedTuple):
    """So many code points that stand at `before` in one text and at `after` in the other."""

    before: int
    after: int
    length: int


class Stretches:
    """The stretches that two texts share, in order; what lies between them is in one text alone."""

    def __init__(self, shared: Iterable[Stretch]) -> None:
        self._shared: list[Stretch] = []
        for stretch in shared:
            self._add(stretch)
        self._starts = [stretch.before for stretch in self._shared]

    def _add(self, new: Stretch) -> None:
        if self._shared:
            last = self._shared[-1]
            if (last.before + last.length, last.after + last.length) == (new.before, new.after):
                self._shared[-1] = Stretch(last.before, last.after, last.length + new.length)
                return
        self._shared.append(new)

    def span(self, span: Span) -> Span | None:
        """The span in the other text; edges on what is not there move inwards, None where nothing of it is there."""
        start, end = self._start(span.start), self._end(span.end)
        return Span(start, end) if start is not None and end is not None and start < end else None

    def _start(self, offset: int) -> int | None:
        at = bisect_right(self._starts, offset) - 1
        if at >= 0 and offset < self._starts[at] + self._shared[at].length:
            return self._shared[at].after + offset - self._starts[at]
        return self._shared[at + 1].after if at + 1 < len(self._shared) else None

    def _end(self, offset: int) -> int | None:
        at = bisect_right(self._starts, offset - 1) - 1
        if at < 0:
            return None
        before, after, length = self._shared[at]
        return after + min(offset - before, length)
