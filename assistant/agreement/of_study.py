"""Agreement in a study: who is compared on what, the figures, and what must be known to read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.agreement.disagreements import Differing, differing
from assistant.agreement.machine import BlindSample, beside_machine
from assistant.agreement.nominal import Nominal
from assistant.agreement.results import Row, Rows, rows_of
from assistant.agreement.rows import Line, lines_of_codes, lines_of_themes, looked_for_by_all, pairs, ratings_of
from assistant.agreement.units import Unit, Units, units_of
from assistant.agreement.work import Asked, Ledgers, Work, check, said_of, work_of
from assistant.review import Blindness
from assistant.suggest import Proposals
from store.errors import NotFoundError
from store.segments import segments
from store.study import Study
from store.values import Codebook, Role, Segment

_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who agrees with whom on what.

    `codes` and `themes` hold figures of each; `of_pairs` those of every two coders where there are more, pooled as in
    the level that was asked for. `said` are sentences that belong to every figure: whether the work was independent,
    and what was left out.
    """

    asked: Asked
    work: Work
    units: Units
    codes: Rows
    themes: Rows
    of_pairs: tuple[tuple[tuple[str, str], Nominal], ...]
    said: tuple[str, ...]
    sample: BlindSample | None = field(default=None, repr=False)

    @property
    def codebook(self) -> Codebook:
        """The version under which codes are named and counted."""
        return self.work.versions[-1]

    @property
    def shown(self) -> Rows:
        """The level that was asked for."""
        return self.themes if self.asked.level == "theme" else self.codes

    @property
    def coders(self) -> tuple[str, ...]:
        """Who is compared, the machine last."""
        return self.units.coders

    def row(self, guid: str) -> Row:
        """The row of a code or theme in the level that was asked for; raises NotFoundError where there is none."""
        for row in self.shown.rows:
            if row.line.guid == guid:
                return row
        msg = "There are no figures for that code here; choose another one."
        raise NotFoundError(msg)

    def differing(self, row: Row) -> tuple[Differing, ...]:
        """The units behind a row on which the coders differ, in study order."""
        ratings = looked_for_by_all(self.units)
        chances = None if self.sample is None else self.sample.chances
        among = self.work.read.segments if self.sample is None else self.sample.segments
        return differing(replace(self.units, ratings=ratings), row.line.codes, among, self.work.read.marks, chances)


def agreement(
    study: Study,
    asked: Asked,
    *,
    hidden: Blindness | None = None,
    ledgers: Ledgers | None = None,
    spoken: Sequence[Segment] | None = None,
    proposals: Proposals | None = None,
    blind_share: float = 0.0,
) -> Agreement:
    """Compare coders; what is `hidden` from whoever looks is left out, and so is what somebody still codes blind.

    `ledgers` and `spoken` (the participants' segments in study order) spare reading them again where they are at hand;
    `proposals` and `blind_share` are what a comparison with the machine rests on. Raises NotFoundError,
    InvalidInputError or ConflictError where what is asked cannot be told.
    """
    versions = check(study, asked)
    if spoken is None:
        spoken = [segment for segment in segments(study) if segment.role is not Role.INTERVIEWER]
    work = work_of(study, asked, versions, spoken, hidden=hidden or Blindness(""), ledgers=ledgers)
    sample = None
    if asked.machine:
        left = work.read.segments
        known = Proposals(None, {}) if proposals is None else proposals
        sample = beside_machine(study, left, asked.coders, known, share=blind_share, threshold=asked.threshold)
    units = units_of(work.read, asked.unit) if sample is None else sample.units
    codes, themes = lines_of_codes(versions[-1], units), lines_of_themes(versions[-1])
    read = work.read if sample is None else None  # the machine marks no stretches of its own
    of_codes = rows_of(units, codes, read, draws=asked.draws, seed=asked.seed)
    of_themes = rows_of(units, themes, read, draws=asked.draws, seed=asked.seed)
    shown = of_themes if asked.level == "theme" else of_codes
    return Agreement(
        asked=asked,
        work=work,
        units=units,
        codes=of_codes,
        themes=of_themes,
        of_pairs=_pairs(units, [row.line for row in shown.rows if row.used]),
        said=(*said_of(asked, work, sample), *_counted(units)),
        sample=sample,
    )


def _pairs(units: Units, lines: Sequence[Line]) -> tuple[tuple[tuple[str, str], Nominal], ...]:
    if len(units.coders) < _SEVERAL:
        return ()
    return tuple(pairs(units, ratings_of(looked_for_by_all(units), lines)))


def _counted(units: Units) -> tuple[str, ...]:
    """What was read and does not count all the same."""
    said = []
    if units.passed:
        some = "segment" if units.passed == 1 else "segments"
        said.append(f"{units.passed} {some} that some of the coders read and others did not are left out.")
    if units.kind is Unit.TURN and units.torn:
        some = "turn" if units.torn == 1 else "turns"
        said.append(f"{units.torn} {some} of which not all coders read everything are left out.")
    return tuple(said)
