"""Where two coders differ after a blind double coding, and what was said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.review.double_coding import assigned_segments
from assistant.review.ledger import Ledger, ReadSegments
from store.adjudications import Adjudication, AdjudicationDraft, adjudications
from store.codebook import current_codebook
from store.coders import coders
from store.double_coding import DoubleCoding, double_codings
from store.errors import ConflictError, NotFoundError
from store.study import Study
from store.values import Codebook, Decision, Segment, Span, Verdict


class Difference(StrEnum):
    """How coders differ on one code in one segment."""

    PRESENCE = "only one has it"
    EXTENT = "on another stretch"


@dataclass(frozen=True, slots=True)
class Side:
    """What one coder who read the segment did: the coding with this code, or None where they left it out."""

    coder: str
    coding: Decision | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One code in one segment of the sample on which the second coder and a first coder differ.

    The second coder's side stands last. `resolved` is the last adjudication of it, if there is one.
    """

    segment: Segment
    code: str
    difference: Difference
    sides: tuple[Side, ...]
    resolved: Adjudication | None

    @property
    def span(self) -> Span:
        """The stretch that an adjudication speaks of: all that any side coded."""
        spans = [side.coding.span for side in self.sides if side.coding is not None]
        return Span(min(s.start for s in spans), max(s.end for s in spans))

    @property
    def decisions(self) -> tuple[str, ...]:
        """The GUIDs of the decisions that it is about."""
        return tuple(side.coding.guid for side in self.sides if side.coding is not None)


@dataclass(frozen=True, slots=True)
class Compared:
    """A finished double coding: its disagreements in study order, and in how many cases both sides gave a code.

    `segments` were coded by the second coder and at least one other; `alone` were read by nobody else.
    """

    double_coding: DoubleCoding
    segments: int
    alone: int
    agreed: int
    disagreements: tuple[Disagreement, ...]

    @property
    def open(self) -> tuple[Disagreement, ...]:
        """Those that nobody has adjudicated."""
        return tuple(each for each in self.disagreements if each.resolved is None)


def finished(study: Study, guid: str | None = None) -> DoubleCoding:
    """A finished double coding, the newest where none is named; raises NotFoundError or ConflictError."""
    found = [each for each in double_codings(study) if guid in (None, each.guid, each.name)]
    if guid is None:
        found = [each for each in found if each.ended == "finished"]
    if not found:
        msg = "There is no finished double coding yet." if guid is None else f"There is no double coding “{guid}”."
        raise NotFoundError(msg)
    if found[-1].ended != "finished":
        msg = f"“{found[-1].name}” is not finished: what was coded in it stays hidden until it is."
        raise ConflictError(msg)
    return found[-1]


def compare(study: Study, drawn: DoubleCoding, ledger: Ledger | None = None) -> Compared:
    """Set the second coder's codings beside those of everybody who read the same segments, as it stood when it ended.

    What anybody decided after the second coder had finished was not decided independently and does not count.
    `ledger`, where it is at hand, must be of that moment (`ledger_of`).
    """
    if ledger is None:
        ledger = ledger_of(study, drawn)
    codebook = current_codebook(study)
    if codebook is None:
        return Compared(drawn, 0, 0, 0, ())
    sample = assigned_segments(study, drawn)
    others = [name for name in coders(study) if name != drawn.second]
    table = _Table(ledger, codebook, sample)
    said = _by_code(adjudications(study, double_coding=drawn.guid))
    alone, agreed, found = 0, 0, []
    for segment in sample:
        first = [name for name in others if table.has_read(name, segment)]
        alone += not first
        for code, sides in table.sides(segment, [*first, drawn.second] if first else []):
            difference = _difference(sides)
            if difference is None:
                agreed += 1
            else:
                found.append(Disagreement(segment, code, difference, sides, _resolved(said, segment, code)))
    return Compared(drawn, len(sample) - alone, alone, agreed, tuple(found))


def ledger_of(study: Study, drawn: DoubleCoding) -> Ledger:
    """The decisions as they stood when the double coding ended."""
    ledger = Ledger(study, through=drawn.ended_event)
    ledger.refresh()
    return ledger


class _Table:
    """Who coded what in which segment of a sample."""

    def __init__(self, ledger: Ledger, codebook: Codebook, sample: Sequence[Segment]) -> None:
        self._ledger = ledger
        self._codebook = codebook
        self._sample = sample
        self._read: dict[str, ReadSegments] = {}

    def has_read(self, coder: str, segment: Segment) -> bool:
        """Whether they read it; where no reading of an interview is known, as in imports, coding in it is reading."""
        if coder not in self._read:
            self._read[coder] = self._ledger.read_among(coder, self._sample)
        if segment in self._read[coder]:
            return True
        return not self._ledger.has_readings(coder, segment.transcript_id) and bool(
            self._ledger.words(segment.transcript_id, coder)
        )

    def sides(self, segment: Segment, names: Sequence[str]) -> Iterator[tuple[str, tuple[Side, ...]]]:
        """Each code that any of them gave in the segment, in the order of the codebook, with what each of them did."""
        by_coder = {name: self._codings(segment, name) for name in names}
        given = {code for codings in by_coder.values() for code in codings}
        for code in (code.guid for code in self._codebook.codes if code.guid in given):
            yield code, tuple(Side(name, by_coder[name].get(code)) for name in names)

    def _codings(self, segment: Segment, coder: str) -> dict[str, Decision]:
        found: dict[str, Decision] = {}
        for word in self._ledger.words(segment.transcript_id, coder):
            code = None if word.code is None else self._codebook.present(word.code)
            if code is not None and word.verdict is not Verdict.REJECT and word.span.overlaps(segment.span):
                found.setdefault(code, word)
        return found


def _difference(sides: tuple[Side, ...]) -> Difference | None:
    """How the second coder, who stands last, differs from any other."""
    second = sides[-1].coding
    if any((side.coding is None) != (second is None) for side in sides[:-1]):
        return Difference.PRESENCE
    if second is not None and any(side.coding is not None and side.coding.span != second.span for side in sides[:-1]):
        return Difference.EXTENT
    return None


def _by_code(made: Sequence[Adjudication]) -> dict[tuple[int, str], list[Adjudication]]:
    grouped: dict[tuple[int, str], list[Adjudication]] = {}
    for each in made:
        grouped.setdefault((each.transcript_id, each.code), []).append(each)
    return grouped


def _resolved(said: dict[tuple[int, str], list[Adjudication]], segment: Segment, code: str) -> Adjudication | None:
    here = said.get((segment.transcript_id, code), [])
    return next((each for each in reversed(here) if each.span.overlaps(segment.span)), None)


def verdict_on(drawn: DoubleCoding, disagreement: Disagreement, *, applies: bool, memo: str = "") -> AdjudicationDraft:
    """An adjudication of a disagreement, on its way into the study."""
    return AdjudicationDraft(
        double_coding=drawn.guid,
        transcript_id=disagreement.segment.transcript_id,
        span=disagreement.span,
        code=disagreement.code,
        applies=applies,
        memo=memo,
        resolves=disagreement.decisions,
    )
