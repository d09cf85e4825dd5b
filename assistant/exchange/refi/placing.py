"""Raw offsets and times of a source → characters of its text."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from assistant.exchange.refi.findings import Findings, Kind
from assistant.exchange.refi.offsets import Measure
from assistant.exchange.refi.project import SyncPoint
from assistant.exchange.refi.stretches_read import RawSync

_SHORTEST_SHOWN = 3


class Placing:
    """Places the stretches of one source in its text."""

    def __init__(self, text: str, measure: Measure | None, where: str, findings: Findings) -> None:
        self._text, self._measure, self._where, self._findings = text, measure, where, findings
        self._bare: tuple[str, Sequence[int]] | None = None

    def span(self, start: int, end: int, where: str) -> tuple[int, int] | None:
        """Characters of a stretch, cut to the text; None where it lies outside."""
        if self._measure is None:
            return None
        first, last = self._measure.ruler.span(start, end)
        length = len(self._text)
        if first >= length or last < 0 or (last <= 0 < end):
            self._findings.add("left out", where, "A place outside of the text was left out.")
            return None
        if first < 0 or last > length:
            self._findings.add("changed", where, "A stretch that reaches beyond its text was cut.")
        return max(first, 0), min(last, length)

    def sync(self, points: Sequence[RawSync]) -> tuple[SyncPoint, ...]:
        """Sync points in order of position, those without one at the end; a position outside of the text is lost."""
        placed = [SyncPoint(point.guid, self._position(point.position), point.time_ms) for point in points]
        return tuple(sorted(placed, key=lambda point: (point.position is None, point.position or 0)))

    def spoken(self, begin_ms: int, end_ms: int, sync: Sequence[SyncPoint]) -> tuple[int, int] | None:
        """The text between the sync points around a stretch of time; None where they do not show it."""
        known = sorted(
            (point.time_ms, point.position)
            for point in sync
            if point.time_ms is not None and point.position is not None
        )
        times, places = [time for time, _ in known], [place for _, place in known]
        before = bisect_right(times, begin_ms) - 1
        behind = bisect_left(times, max(end_ms, begin_ms + 1))
        if len(known) < 2 or before < 0 or places != sorted(places):  # noqa: PLR2004 - two points make a stretch
            return None
        return self._trimmed(places[before], places[behind] if behind < len(places) else len(self._text))

    def shown(self, within: str) -> tuple[int, int] | None:
        """Where the text that a page shows stands, if it does so once."""
        wanted = "".join(within.split())
        bare, places = self._without_blanks()
        at = bare.find(wanted) if len(wanted) >= _SHORTEST_SHOWN else -1
        if at < 0 or bare.find(wanted, at + 1) >= 0:
            return None
        return places[at], places[at + len(wanted) - 1] + 1

    def report(self, stretches: int) -> None:
        """Say how the offsets of the source count where that was not plain."""
        measure = self._measure
        if measure is None or not stretches:
            return
        said = measure.ruler.convention.said()
        if measure.how == "usual":
            self._findings.add_each(
                "doubtful",
                self._where,
                f"Nothing shows how its offsets count; taken were {said}. Counted otherwise, {measure.doubtful} of "
                f"{stretches} stretches would lie a few characters elsewhere: look at where some begin.",
            )
        elif not measure.as_standard:
            kind: Kind = "changed" if measure.how == "quotes" else "guessed"
            self._findings.add_each(
                kind, self._where, f"Its offsets count {said}, {_SHOWN[measure.how]}; they were turned into characters."
            )
        if measure.astray:
            self._findings.add_each(
                "doubtful",
                self._where,
                f"{measure.astray} quotes of {stretches} stretches stand elsewhere in the text than their offsets say; "
                "the offsets were kept, look at them.",
            )

    def _position(self, position: int | None) -> int | None:
        if position is None or self._measure is None:
            return None
        placed = self._measure.ruler.span(position, position)[0]
        return placed if 0 <= placed <= len(self._text) else None

    def _without_blanks(self) -> tuple[str, Sequence[int]]:
        """The text without white space, and where each of its characters stands."""
        if self._bare is None:
            places = array("L", (place for place, character in enumerate(self._text) if not character.isspace()))
            self._bare = "".join(self._text.split()), places
        return self._bare

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        stretch = self._text[start:end]
        if not stretch.strip():
            return None
        return start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())


_SHOWN = {
    "quotes": "as the quotes beside them show",
    "bounds": "as otherwise they would lie beyond the end of the text",
    "words": "as the words at the edges of the stretches show",
    "others": "as those of the file’s other sources do",
    "same": "as far as they show",
}


def known(measure: Measure) -> str:
    """How offsets count and how that is known, in words."""
    how = "as the producer usually counts; in doubt" if measure.how == "usual" else _SHOWN[measure.how]
    if measure.how == "same":
        how = "all conventions give the same" if len(measure.fits) > 1 else how
    return f"{measure.ruler.convention.said()} ({how})"
