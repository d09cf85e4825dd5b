"""What a comparison rests on: whose work, on which text, as of when, and whether it was done independently.

Only the blind mode of second coding enters agreement by itself. Where coders are compared outside of it, they may have
seen each other's codings, and every result says so; adjudications and open second reviews never count.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assistant.agreement.bootstrap import DRAWS, SEED
from assistant.agreement.machine import MACHINE, THRESHOLD, WHY, BlindSample
from assistant.agreement.reading import Read, read_by_coders
from assistant.agreement.units import Unit
from assistant.review import Blindness, Ledger, blindness, finished
from assistant.review.adjudication import ledger_of
from assistant.review.double_coding import assigned_segments
from store.codebook import codebook_versions
from store.coders import coders
from store.double_coding import DoubleCoding, double_codings
from store.errors import InvalidInputError, NotFoundError
from store.study import Study
from store.values import Codebook, Segment

Level = Literal["code", "theme"]
Ledgers = Callable[[DoubleCoding | None], Ledger]
"""The decisions as they stood when a double coding ended; of now for None."""
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared: coders by name, on which unit, and on which work.

    With the name or GUID of a `double_coding`, that blind work as it stood when it ended; without one the newest
    finished one of these coders, if there is any; with `everything`, all that they all read, independent or not. With
    `machine` the machine is one more coder, whose word is yes from the probability `threshold` on. `level` says what
    is pooled. `draws` bootstrap samples of interviews are drawn from `seed`; 0 for no intervals.
    """

    coders: tuple[str, ...]
    unit: Unit = Unit.SEGMENT
    level: Level = "code"
    double_coding: str | None = None
    everything: bool = False
    machine: bool = False
    threshold: float = THRESHOLD
    draws: int = DRAWS
    seed: int = SEED

    def to_json(self) -> dict[str, Any]:
        """As JSON values, to stand beside what it led to."""
        of_machine = {"threshold": self.threshold} if self.machine else {}
        return {
            "coders": list(self.coders),
            "unit": str(self.unit),
            "level": self.level,
            "double_coding": self.double_coding,
            "everything": self.everything,
            "machine": self.machine,
            **of_machine,
            "draws": self.draws,
            "seed": self.seed,
        }


@dataclass(frozen=True, slots=True)
class Work:
    """The work that is compared: of a double coding, or of everything.

    `read` covers what the people did, `left_out` names interviews that somebody must not see, `versions` are the
    codebook's, of which the last one counts.
    """

    drawn: DoubleCoding | None
    read: Read
    versions: tuple[Codebook, ...]
    left_out: tuple[str, ...]


def check(study: Study, asked: Asked) -> tuple[Codebook, ...]:
    """The versions of the codebook; raises InvalidInputError or NotFoundError where what is asked makes no sense."""
    known = coders(study)
    for name in asked.coders:
        if name not in known:
            msg = f"There is no coder “{name}” in this study; there are: {', '.join(known) or 'none yet'}."
            raise NotFoundError(msg)
    if len(set(asked.coders)) != len(asked.coders):
        msg = "A coder was named twice; agreement needs different coders."
        raise InvalidInputError(msg)
    if len(asked.coders) + asked.machine < _FEWEST or not asked.coders:
        msg = "Agreement needs two coders or more, or one and the machine; name them."
        raise InvalidInputError(msg)
    _check_machine(asked)
    versions = codebook_versions(study)
    if not versions:
        msg = "This study has no codebook yet, so nothing can be compared; bring one with `interview codebook import`."
        raise InvalidInputError(msg)
    return versions


def _check_machine(asked: Asked) -> None:
    if not asked.machine:
        return
    if asked.unit is not Unit.SEGMENT:
        msg = f"The machine says of whole segments what they carry; compare it by segment, not by {asked.unit}."
        raise InvalidInputError(msg)
    if asked.double_coding is not None:
        msg = "The machine is compared on the blind sample, not within a double coding; ask for one of the two."
        raise InvalidInputError(msg)
    if not 0 < asked.threshold < 1:
        msg = f"A probability of {asked.threshold:g} is no threshold; give one between 0 and 1, such as 0.5."
        raise InvalidInputError(msg)


def work_of(
    study: Study,
    asked: Asked,
    versions: tuple[Codebook, ...],
    spoken: Sequence[Segment],
    *,
    hidden: Blindness,
    ledgers: Ledgers | None = None,
) -> Work:
    """The work that is compared, without what whoever looks, or codes blind now, must not see.

    `spoken` are the participants' segments in study order. Raises NotFoundError, ConflictError or InvalidInputError
    for a double coding that is not there, not finished, or of other coders.
    """
    ledgers = ledgers or (lambda drawn: _ledger(study, drawn))
    for drawn in _candidates(study, asked, hidden):
        sample = {segment.id for segment in assigned_segments(study, drawn)}
        read = read_by_coders(ledgers(drawn), _seen(spoken, hidden.interviews), asked.coders, versions, sample)
        if asked.double_coding is not None or read.read.all(axis=0).any():
            return Work(drawn, read, versions, ())
    unseen = frozenset(hidden.interviews).union(*(blindness(study, name).interviews for name in asked.coders))
    labels = dict.fromkeys(segment.interview for segment in spoken)
    read = read_by_coders(ledgers(None), _seen(spoken, unseen), asked.coders, versions)
    return Work(None, read, versions, tuple(label for label in labels if label in unseen))


def _ledger(study: Study, drawn: DoubleCoding | None) -> Ledger:
    if drawn is not None:
        return ledger_of(study, drawn)
    ledger = Ledger(study)
    ledger.refresh()
    return ledger


def _seen(spoken: Sequence[Segment], unseen: frozenset[str]) -> tuple[Segment, ...]:
    return tuple(segment for segment in spoken if segment.interview not in unseen)


def _candidates(study: Study, asked: Asked, hidden: Blindness) -> Iterator[DoubleCoding]:
    """The double coding that was asked for; else those of these coders that may be shown, the newest first."""
    if asked.double_coding is not None:
        drawn = finished(study, asked.double_coding)
        if drawn.second not in asked.coders:
            msg = f"“{drawn.name}” was coded blind by {drawn.second}, who is not among the coders; name them too."
            raise InvalidInputError(msg)
        yield drawn
    elif not asked.everything and not asked.machine:
        yield from choices(study, hidden, asked.coders)


def choices(study: Study, hidden: Blindness, among: Sequence[str] | None = None) -> tuple[DoubleCoding, ...]:
    """The finished double codings that whoever looks may see, the newest first; with `among`, of these coders."""
    return tuple(
        each
        for each in reversed(double_codings(study))
        if each.ended == "finished"
        and not hidden.interviews & set(each.spans)
        and (among is None or each.second in among)
    )


def said_of(asked: Asked, work: Work, sample: BlindSample | None) -> tuple[str, ...]:
    """What must be known of the work before any figure is read, in sentences."""
    said = [_independence(asked, work, sample), *_assumed(work.read)]
    if work.left_out:
        where = ", ".join(work.left_out)
        said.append(f"Left out, because somebody is coding there blind and is not done: {where}.")
    return tuple(said)


def _assumed(read: Read) -> Iterator[str]:
    """What must be known where it is not, who read what: what was left uncoded counts as a no, rightly or not."""
    counted = read.assumed & read.read.all(axis=0)
    names = [name for name, row in zip(read.coders, counted, strict=True) if row.any()]
    if names:
        where = {read.segments[at].interview for at in np.flatnonzero(counted.any(axis=0))}
        count = f"{len(where)} {'interview' if len(where) == 1 else 'interviews'}"
        yield (
            f"Nothing is known of what {_and(names)} read in {count}, as their codings there came from elsewhere: they"
            " count as having read all of it, and whatever they left uncoded counts as their no."
        )


def _independence(asked: Asked, work: Work, sample: BlindSample | None) -> str:
    names = _and(asked.coders)
    if sample is not None:
        counted = len(sample.units)
        return (
            f"{WHY} Of {sample.drawn} segments that chance drew, {counted} were decided blind by {names};"
            f" {MACHINE}’s word is yes from a probability of {asked.threshold:g} on, each worked out without the"
            " decisions on that segment."
        )
    if work.drawn is not None:
        return (
            f"Independent work: the blind double coding “{work.drawn.name}”, which {work.drawn.second} finished on"
            f" {work.drawn.ended_at:%Y-%m-%d}, as it stood then. What was decided or adjudicated afterwards does not"
            " count."
        )
    return (
        f"{names} may have seen each other’s codings and the machine’s suggestions, for this is not limited to a blind"
        " double coding: read the figures as how far the codings agree now, not as the reliability of independent work."
    )


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
