"""Which convention the offsets of a source follow, found out from quotes and from the words at their edges.

REFI-QDA 1.0 counts Unicode code points from 0; producers count UTF-16 units, a carriage return and line feed as one or
two, or the byte order mark. A convention is taken for the file's where the quotes that stand beside the offsets fit it
and no other; else where by every other a stretch would end behind the text; else where stretches begin and end with
whole words by it and by no other; else where the other sources of the file follow it; else it is the producer's usual
one, and where that makes a difference it is in doubt.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from assistant.exchange.refi.quoted import flat, is_quotable, quote_fit
from assistant.exchange.refi.rulers import AllWidths, Convention, LineEnd, Ruler, SourceText, Unit

How = Literal["same", "quotes", "bounds", "words", "others", "usual"]

_UTF_16 = ("nvivo", "maxqda", "atlas", "quirkos", "openqda", "dedoose", "f4", "qda miner", "webqda")
_LOOKED_AT = 400
_ENDING = frozenset(".!?")
_QUOTES_DECIDE, _STRANGE_NEEDS = 1.0, 2.0
_GOOD, _BAD, _LEAST_EDGES = 0.15, 0.35, 6
_LEAST_ENDS = 8


@dataclass(frozen=True, slots=True)
class Marked:
    """A stretch as the file has it, and texts beside it that may quote it."""

    start: int
    end: int
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """How the offsets of a source count, and how that was found.

    `fits` are all the conventions that give the same. `doubtful` counts stretches that lie elsewhere by another likely
    convention, `astray` quotes that stand somewhere else in the text than at their offsets by any. `as_standard` says
    that what the standard asks for gives the same.
    """

    ruler: Ruler
    how: How
    fits: tuple[Convention, ...]
    doubtful: int = 0
    astray: int = 0
    quoted: bool = False
    as_standard: bool = True

    @property
    def speaks(self) -> bool:
        """Whether the source itself shows the convention."""
        return self.how in ("quotes", "bounds", "words") or (self.how == "same" and self.quoted)


def usual(origin: str) -> Convention:
    """The convention that a producer is known for; the standard's own for all others.

    ATLAS.ti counts a carriage return and line feed as one, and so does QualCoder, whose files get carriage returns only
    on their way out of it. Programs in C#, Java, JavaScript and Delphi, and those with Qt's strings, hold their text in
    UTF-16.
    """
    producer = origin.lower()
    unit: Unit = "UTF-16 units" if any(name in producer for name in _UTF_16) else "code points"
    return Convention(unit, "one" if any(name in producer for name in ("atlas", "qualcoder")) else "as written")


@dataclass(slots=True)
class _Candidate:
    """A ruler, the conventions that are the same for the text, and how well the quotes fit by it."""

    ruler: Ruler
    conventions: list[Convention]
    fit: float = 0.0

    def votes(self, cast: Counter[Convention]) -> int:
        return max(cast[convention] for convention in self.conventions)


class Measuring:
    """The offsets of one source; `measure` is what the source alone shows."""

    def __init__(self, text: SourceText, marks: Sequence[Marked], origin: str) -> None:
        self.read = text.read()
        self._flat = flat(self.read)
        self._marks = marks
        quoted_last = sorted(marks, key=lambda mark: bool(mark.quotes))
        each_once = list({(mark.start, mark.end): mark for mark in quoted_last}.values())
        self._looked_at = each_once[:: max(1, len(each_once) // _LOOKED_AT)]
        self._quotes = [tuple(flat(quote) for quote in mark.quotes) for mark in self._looked_at]
        self._put_back = text.put_back
        self._usual = replace(usual(origin), line_end="one") if text.put_back else usual(origin)
        widths = AllWidths(text, self.read)
        likely = _candidates(widths, _likely(bom=text.bom))
        self._strange = _candidates(widths, _strange(bom=text.bom), likely)
        self._groups = self._grouped(likely)
        for candidate in (*self._groups, *self._strange):
            candidate.fit = self._fit(candidate.ruler)
        self._plain = next(group for group in self._groups if self._usual in group.conventions)
        self._astray = self._stray_quotes()
        self.measure = self._decided()
        if self.measure.speaks:
            self._groups, self._strange, self._flat = [], [], ""

    def among(self, votes: Counter[Convention]) -> Measure:
        """The measure, where the source alone does not show it with the help of those that the others follow."""
        if self.measure.speaks or not votes:
            return self.measure
        best = max(self._groups, key=lambda group: (group.votes(votes), group is self._plain))
        strange = max(self._strange, key=lambda each: each.votes(votes), default=None)
        if strange is not None and strange.votes(votes) > best.votes(votes):
            best = strange
        if best.votes(votes) and (self.measure.how == "usual" or best is strange):
            return self._found(best, "others")
        return self.measure

    def _grouped(self, likely: Sequence[_Candidate]) -> list[_Candidate]:
        """One candidate for all that find the same stretches."""
        groups: dict[tuple[tuple[int, int], ...], _Candidate] = {}
        for each in likely:
            spans = tuple(each.ruler.span(mark.start, mark.end) for mark in self._marks)
            if spans in groups:
                groups[spans].conventions += each.conventions
            else:
                groups[spans] = each
        return list(groups.values())

    def _decided(self) -> Measure:
        if (quoted := self._by_quotes()) is not None:
            return self._found(quoted, "quotes")
        inside = [group for group in self._groups if self._is_inside(group.ruler)] or self._groups
        if len(inside) == 1 < len(self._groups):
            return self._found(inside[0], "bounds")
        if len(inside) > 1 and (whole := self._by_words(inside)) is not None:
            return self._found(whole, "words")
        if (longer := self._by_last_letters()) is not None:
            return self._found(longer, "words")
        how: How = "same" if len(self._groups) == 1 else "usual"
        return self._found(self._plain if self._plain in inside else inside[0], how)

    def _found(self, candidate: _Candidate, how: How) -> Measure:
        doubtful = self._elsewhere(candidate) if how == "usual" else 0
        fits = tuple(candidate.conventions)
        plain = Convention(line_end="one") if self._put_back else Convention()
        quoted = candidate.fit > 0
        return Measure(candidate.ruler, how, fits, doubtful, self._astray, quoted=quoted, as_standard=plain in fits)

    def _by_quotes(self) -> _Candidate | None:
        """The one candidate that the quotes fit far better than any other."""
        ranked = sorted(self._groups, key=lambda group: group.fit, reverse=True)
        strange = max(self._strange, key=lambda each: each.fit, default=None)
        if strange is not None and strange.fit >= ranked[0].fit + _STRANGE_NEEDS:
            return strange
        if len(ranked) > 1 and ranked[0].fit >= ranked[1].fit + _QUOTES_DECIDE:
            return ranked[0]
        return None

    def _by_words(self, groups: Sequence[_Candidate]) -> _Candidate | None:
        """The one group by which stretches begin and end with whole words, where by each of the others they do not."""
        best = min(groups, key=lambda group: self._bad_edges(group.ruler, self._looked_at))
        others = (group for group in groups if group is not best)
        return best if all(self._reads_better(best.ruler, other.ruler) for other in others) else None

    def _reads_better(self, by: Ruler, than: Ruler) -> bool:
        """Whether stretches that lie elsewhere by the two have whole words at their edges by the first alone."""
        telling = [m for m in self._looked_at if by.span(m.start, m.end) != than.span(m.start, m.end)]
        edges = 2 * len(telling)
        if edges < _LEAST_EDGES:
            return False
        return self._bad_edges(by, telling) <= _GOOD * edges and self._bad_edges(than, telling) >= _BAD * edges

    def _by_last_letters(self) -> _Candidate | None:
        """The usual convention with the last character in, where without it nearly all last words are cut."""
        wanted = [replace(each, inclusive=True) for each in self._plain.conventions]
        within = next((each for each in self._strange if any(one in each.conventions for one in wanted)), None)
        least = len(self._looked_at)
        if within is None or self._plain.fit or least < _LEAST_ENDS:
            return None
        plain = [self._plain.ruler.span(mark.start, mark.end) for mark in self._looked_at]
        longer = [within.ruler.span(mark.start, mark.end) for mark in self._looked_at]
        cut = sum(self._breaks(end) for _, end in plain)
        still = sum(self._breaks(end) or self._flat[end - 1 : end] == " " for _, end in longer)
        starts = sum(self._breaks(start) for start, _ in plain)
        return within if cut >= 2 * _BAD * least and max(still, starts) <= _GOOD * least else None

    def _is_inside(self, by: Ruler) -> bool:
        spans = (by.span(mark.start, mark.end) for mark in self._marks)
        return all(start >= 0 and end <= len(self.read) for start, end in spans)

    def _bad_edges(self, by: Ruler, marks: Sequence[Marked]) -> int:
        bad = 0
        for mark in marks:
            start, end = by.span(mark.start, mark.end)
            bad += self._breaks(start) or self._flat[start : start + 1] == " " or by.within(mark.start)
            bad += self._breaks(end) or self._flat[end : end + 1] in _ENDING or by.within(mark.end)
        return bad

    def _breaks(self, place: int) -> bool:
        """Whether a place lies outside of the text, or inside of a word or of a character with its marks."""
        if not 0 < place < len(self.read):
            return place not in (0, len(self.read))
        before, behind = self.read[place - 1], self.read[place]
        return (before.isalnum() and behind.isalnum()) or unicodedata.category(behind).startswith("M")

    def _fit(self, by: Ruler) -> float:
        return sum(self._fit_of(by, mark, quotes) for mark, quotes in zip(self._looked_at, self._quotes, strict=True))

    def _fit_of(self, by: Ruler, mark: Marked, quotes: tuple[str, ...]) -> float:
        start, end = by.span(mark.start, mark.end)
        return max((quote_fit(self._flat, start, end, quote) for quote in quotes), default=0.0)

    def _stray_quotes(self) -> int:
        """Quotes that no convention finds at their offsets, and that stand elsewhere in the text."""
        rulers = [each.ruler for each in (*self._groups, *self._strange)]
        return sum(
            not any(self._fit_of(by, mark, quotes) for by in rulers)
            for mark, quotes in zip(self._looked_at, self._quotes, strict=True)
            if any(is_quotable(quote) and quote in self._flat for quote in quotes)
        )

    def _elsewhere(self, candidate: _Candidate) -> int:
        others = [group.ruler for group in self._groups if group is not candidate]
        return sum(
            any(by.span(mark.start, mark.end) != candidate.ruler.span(mark.start, mark.end) for by in others)
            for mark in self._marks
        )


def _candidates(
    widths: AllWidths, conventions: Sequence[Convention], others: Sequence[_Candidate] = ()
) -> list[_Candidate]:
    """One candidate for all conventions that are the same for the text; those of `others` are theirs."""
    made: list[_Candidate] = []
    for convention in conventions:
        by = Ruler(widths.of(convention), convention)
        same = next((each for each in (*others, *made) if each.ruler.same_as(by)), None)
        if same is None:
            made.append(_Candidate(by, [convention]))
        else:
            same.conventions.append(convention)
    return made


def _likely(*, bom: bool) -> list[Convention]:
    units: tuple[Unit, ...] = ("code points", "UTF-16 units")
    line_ends: tuple[LineEnd, ...] = ("as written", "one")
    return [Convention(*each) for each in product(units, line_ends, range(1 + bom))]


def _strange(*, bom: bool) -> list[Convention]:
    units: tuple[Unit, ...] = ("code points", "UTF-16 units", "UTF-8 bytes")
    line_ends: tuple[LineEnd, ...] = ("as written", "one", "two")
    likely = _likely(bom=bom)
    everything = (Convention(*each) for each in product(units, line_ends, (0, 1), (False, True)))
    return [convention for convention in everything if convention not in likely]
