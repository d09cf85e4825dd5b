"""Blind double coding: a sample that a second coder codes without seeing the first coder's work or any suggestion."""

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from assistant.review.route import read_by
from store.double_coding import (
    DoubleCoding,
    DoubleCodingDraft,
    finish_double_coding,
    keep_double_coding,
    open_double_coding,
)
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.segments import segments
from store.study import Study
from store.values import Role, Segment, Span

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a second coder has before them: its segments in study order, and how many of them they have read."""

    guid: str
    name: str
    segments: tuple[Segment, ...]
    read: int

    @property
    def left(self) -> int:
        """How many segments are unread."""
        return len(self.segments) - self.read


def sample(
    spoken: Sequence[Segment], seed: int, *, share: float | None = None, interviews: Sequence[str] = ()
) -> tuple[Segment, ...]:
    """The segments that are drawn, in their order.

    With `share` (0 to 1), that share of each interview's segments, one at least; else all of them. Only from
    `interviews` (labels), or from all where none are named. The draw depends on the seed, the interview's label and the
    segment's text and place alone, not on the order in which segments are given.
    """
    among = [s for s in spoken if not interviews or s.interview in interviews]
    if share is None:
        return tuple(among)
    by_interview: dict[str, list[Segment]] = {}
    for segment in among:
        by_interview.setdefault(segment.interview, []).append(segment)
    drawn: set[int] = set()
    for found in by_interview.values():
        count = max(1, math.floor(share * len(found) + 0.5))
        drawn.update(s.id for s in sorted(found, key=lambda s: _lot(s, seed))[:count])
    return tuple(segment for segment in among if segment.id in drawn)


def _lot(segment: Segment, seed: int) -> bytes:
    what = f"double coding|{seed}|{segment.interview}|{segment.text_sha256}|{segment.span.start}"
    return sha256(what.encode()).digest()


def draw(
    study: Study,
    lead: str,
    name: str,
    second: str,
    *,
    share: float | None = None,
    interviews: Sequence[str] = (),
    seed: int | None = None,
) -> DoubleCoding:
    """Draw a sample for a second coder and keep it with its seed.

    Raises InvalidInputError for a share outside 0 to 1, an unknown interview, no second coder, or a sample without
    segments; NotAllowedError and ConflictError as `keep_double_coding` does.
    """
    if share is not None and not 0 < share <= 1:
        msg = f"A share of {share:g} cannot be drawn; give one above 0 and up to 1, such as 0.2."
        raise InvalidInputError(msg)
    if not second.strip() or second.strip() == lead.strip():
        msg = "A double coding needs a second coder who is not the one that draws it; nothing was drawn."
        raise InvalidInputError(msg)
    spoken = segments(study, role=Role.PARTICIPANT)
    known = {s.interview for s in spoken}
    if unknown := [label for label in interviews if label not in known]:
        msg = f"{', '.join(unknown)} is not among the interviews that can be coded; correct the label."
        raise InvalidInputError(msg)
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    spans: dict[str, list[Segment]] = {}
    for segment in sample(spoken, seed, share=share, interviews=interviews):
        spans.setdefault(segment.interview, []).append(segment)
    places = {label: tuple((s.transcript_id, s.span) for s in found) for label, found in spans.items()}
    return keep_double_coding(study, lead, DoubleCodingDraft(name, second.strip(), seed, share, places))


def assignment(study: Study, coder: str) -> Assignment | None:
    """What this coder has to code blind, if anything."""
    before_them = open_double_coding(study, coder) if coder.strip() else None
    if before_them is None:
        return None
    found = assigned_segments(study, before_them)
    done = read_by(study, coder)
    return Assignment(before_them.guid, before_them.name, found, sum(segment in done for segment in found))


def assigned_segments(study: Study, drawn: DoubleCoding) -> tuple[Segment, ...]:
    """Its segments in study order; where a transcript was cut anew, those that the sample touches."""
    found: list[Segment] = []
    for label, spans in drawn.spans.items():
        here = [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]
        exact = {(s.transcript_id, s.span) for s in here}
        loose = [place for place in spans if place not in exact]
        wanted = set(spans)
        found += [s for s in here if (s.transcript_id, s.span) in wanted or _touched(s, loose)]
    return tuple(found)


def _touched(segment: Segment, loose: Sequence[tuple[int, Span]]) -> bool:
    """Whether a stretch of the sample that is no segment any more lies in this one."""
    return any(t == segment.transcript_id and span.overlaps(segment.span) for t, span in loose)


def finish(study: Study, coder: str, *, anyway: bool = False) -> None:
    """The second coder says that they are done.

    Raises NotFoundError where they have nothing before them, ConflictError while segments are unread, unless `anyway`.
    """
    mine = assignment(study, coder)
    if mine is None:
        msg = f"{coder} has no blind double coding to finish."
        raise NotFoundError(msg)
    if mine.left and not anyway:
        some = "one segment is" if mine.left == 1 else f"{mine.left} segments are"
        msg = f"In “{mine.name}”, {some} still unread; read them first."
        raise ConflictError(msg)
    finish_double_coding(study, coder, mine.guid)
