"""A quote as a value: the exact slice, where it stands, and what is known of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from assistant.review.citation import citation as cited
from store.values import Role, State

Place = tuple[str, int, int]
"""Where a quote stands: the interview's label, and start and end in its current text."""

Reason = Literal["nested", "same words", "nearly the same words"]


@dataclass(frozen=True, slots=True)
class Partner:
    """What another code wanted has near a quote; `turns` from the one to the other, 0 where they share a turn."""

    code: str
    start: int
    end: int
    start_ms: int | None
    text: str
    turns: int


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a transcript with what is known of it; times are those of its words or turn, in ms.

    `codes` are names in the order of the codebook, `guids` theirs; `decided` is the last of the decisions that the
    query counts, `probability` the highest of their suggestions. `score` is what the quotes are ordered by, `nearness`
    the cosine (-1..1) of the quote's meaning and the one asked for. `partners` are what makes it a quote of codes near
    each other, `folded` its duplicates.
    """

    interview: str
    speaker: str | None
    role: str
    start: int
    end: int
    start_ms: int | None
    end_ms: int | None
    text: str
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    state: State
    score: float | None = None
    nearness: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    suggested: tuple[str, ...] = ()
    transcript_id: int = 0
    guids: tuple[str, ...] = ()
    decided: datetime | None = None
    probability: float | None = None
    partners: tuple[Partner, ...] = ()
    folded: tuple["Folded", ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.interview, self.start, self.end


@dataclass(frozen=True, slots=True)
class Folded:
    """A duplicate that is not listed on its own, and why it is one."""

    quote: Quote
    reason: Reason


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: `total` quotes before the limit, and `folded` duplicates that are not among them."""

    quotes: tuple[Quote, ...]
    total: int
    folded: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some quotes one interviewee has, as a number and as a share (0..1)."""

    interview: str
    speaker: str | None
    count: int
    share: float
    too_many: bool


def citation(quote: Quote) -> str:
    """The quote as it goes into a paper; quotation marks inside it stay as they are.

    >>> citation(Quote("I8", "Ana", "participant", 4, 12, 751_900, None, "We waited.", (), (), State.CONFIRMED))
    '“We waited.” (I8, 00:12:31)'
    """
    return cited(quote.text, quote.interview, quote.start_ms)


def as_record(quote: Quote) -> dict[str, Any]:
    """A quote as JSON values, its duplicates too."""
    plain = {f.name: getattr(quote, f.name) for f in fields(quote)}
    return plain | {
        "state": str(quote.state),
        "attributes": dict(quote.attributes),
        "decided": None if quote.decided is None else quote.decided.isoformat(),
        "partners": [{f.name: getattr(each, f.name) for f in fields(each)} for each in quote.partners],
        "folded": [as_record(each.quote) | {"reason": each.reason} for each in quote.folded],
        "citation": citation(quote),
    }


def per_interviewee(quotes: Iterable[Quote], most: float = 0.25) -> tuple[Share, ...]:
    """How many of these quotes each interviewee has, most quoted first; what interviewers said does not count.

    `too_many` where one person has two quotes or more, and more than the share `most` of all.
    """
    said = Counter((q.interview, q.speaker) for q in quotes if q.role != Role.INTERVIEWER)
    whole = said.total()
    return tuple(
        Share(label, speaker, count, count / whole, too_many=count > max(1, most * whole))
        for (label, speaker), count in sorted(said.items(), key=lambda each: (-each[1], each[0][0], each[0][1] or ""))
    )
