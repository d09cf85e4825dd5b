"""The stretches that fit a query, in study order: the coded ones, or the segments with the state of each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from assistant.quotes.holding import Holding, Stretch, stretches_of
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Mark, Sieve
from assistant.quotes.words import holds, matching
from assistant.review.basis import settled
from assistant.suggest import Proposals
from store.adjudications import Adjudication
from store.values import Role, Segment, Span, State, SuggestionDraft
from store.words_index import spoken


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A stretch that fits; `marks` are what it shows, `counted` those among them that days and probabilities allow.

    `rows` are the segments it touches, `drafts` the suggestions it shows.
    """

    interview: str
    transcript_id: int
    span: Span
    rows: range
    state: State
    marks: tuple[Mark, ...]
    counted: tuple[Mark, ...]
    coders: tuple[str, ...]
    drafts: tuple[SuggestionDraft, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The codes that it shows."""
        return frozenset(mark.code for mark in self.marks)


def coded_candidates(sieve: Sieve) -> list[Candidate]:
    """The stretches of codings with one of the codes, one candidate each with all its codes."""
    found = []
    for stretch in _stretches(sieve):
        if stretch.interview not in sieve.interviews:
            continue
        marks = tuple(sieve.coded(c) for c in stretch.codings if sieve.sees(stretch.interview, c.coder))
        counted = tuple(mark for mark in marks if sieve.counts(mark)) if sieve.dated else marks
        if counted and sieve.carries(mark.code for mark in counted):
            found.append(_of_stretch(stretch, marks, counted))
    return found


def fitting(sieve: Sieve, shelf: Shelf, found: Iterable[Candidate]) -> list[Candidate]:
    """Those that fit by themselves: by who speaks, by the theme, and by the words of their own text."""
    query, theme, texts = sieve.query, sieve.theme, sieve.holding.texts
    if query.roles:
        found = [c for c in found if (texts.segments[c.rows[0]].role if c.rows else Role.PARTICIPANT) in query.roles]
    if theme is not None and query.state is not State.UNCODED:
        found = [c for c in found if any(mark.code in theme for mark in c.counted)]
    return _with_words(sieve, shelf, list(found))


def _of_stretch(stretch: Stretch, marks: tuple[Mark, ...], counted: tuple[Mark, ...]) -> Candidate:
    names = tuple(sorted({mark.coder for mark in marks if mark.coder is not None}))
    return Candidate(
        stretch.interview, stretch.transcript_id, stretch.span, stretch.rows, State.CONFIRMED, marks, counted, names
    )


def _stretches(sieve: Sieve) -> Sequence[Stretch]:
    """All that was coded; as adjudicated, where that is asked for, by what may be seen."""
    holding = sieve.holding
    if not sieve.query.adjudicated:
        return holding.stretches
    seen = [c for c in holding.codings if not sieve.unseen.hides(c.interview, c.coder)]
    said: list[Adjudication] = [a for a in holding.adjudications if not sieve.unseen.hides(a.interview, a.coder)]
    if holding.codebook is None or not said:
        return stretches_of(holding.texts, seen)
    return stretches_of(holding.texts, settled(seen, said, holding.codebook))


def _with_words(sieve: Sieve, shelf: Shelf, found: list[Candidate]) -> list[Candidate]:
    """Those whose own text holds the words."""
    words, texts = sieve.words, sieve.holding.texts
    if words is None or not (sieve.by_coding or sieve.several):
        return found
    kept = []
    for candidate in found:
        said = shelf.said(texts, candidate.transcript_id, candidate.span)
        if holds(words, partial(spoken, said=said)):
            kept.append(candidate)
    return kept


def segment_candidates(
    sieve: Sieve, shelf: Shelf, proposals: Proposals, keep_back: Callable[[Segment], bool] | None
) -> list[Candidate]:
    """The segments with one of the codes, each with its state, or with the state that is asked for."""
    look = _Look(sieve, proposals, keep_back)
    return [found for row in _rows(sieve, shelf) if (found := look.at(row)) is not None]


def _rows(sieve: Sieve, shelf: Shelf) -> Iterable[int]:
    """The segments of the interviews; where no other segment matters to one, only those with the words."""
    texts, words = sieve.holding.texts, sieve.words
    there = (row for row, segment in enumerate(texts.segments) if segment.interview in sieve.interviews)
    if words is None or sieve.several:
        return there
    within = matching(words, lambda sought: shelf.standing_in(texts, sought), texts.ids)
    return (row for row in there if texts.segments[row].id in within)


class _Look:
    """Looks at one segment after the other."""

    def __init__(self, sieve: Sieve, proposals: Proposals, keep_back: Callable[[Segment], bool] | None) -> None:
        self._sieve = sieve
        self._holding: Holding = sieve.holding
        self._proposed = proposals.by_segment
        self._keep_back = None if sieve.query.state is State.SUGGESTED else keep_back

    def at(self, row: int) -> Candidate | None:
        segment, wanted = self._holding.texts.segments[row], self._sieve.query.state
        coded, rejected, drafts = self._coded(row, segment), self._rejected(row, segment), self._drafts(segment)
        if drafts:
            answered = {mark.code for mark in (*coded, *rejected)}
            drafts = tuple(draft for draft in drafts if draft.code not in answered)
        suggested = tuple(Mark(d.code, None, None, d.probability) for d in drafts)
        by_state = {State.CONFIRMED: coded, State.SUGGESTED: suggested, State.REJECTED: rejected}
        state = next((each for each, marks in by_state.items() if marks), State.UNCODED)
        marks: tuple[Mark, ...] = ()
        counted: tuple[Mark, ...] = ()
        if wanted is State.UNCODED:
            fits = state is State.UNCODED and not self._sieve.dated
        else:
            state = wanted or state
            marks = by_state.get(state, ())
            counted = self._counted(marks if wanted else (*coded, *suggested, *rejected))
            fits = self._fits(wanted, counted)
        if not fits:
            return None
        names = tuple(sorted({mark.coder for mark in coded if mark.coder is not None}))
        return Candidate(
            segment.interview, segment.transcript_id, segment.span, range(row, row + 1), state, marks, counted, names,
            drafts,
        )  # fmt: skip

    def _counted(self, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        return tuple(mark for mark in marks if self._sieve.counts(mark)) if self._sieve.dated else marks

    def _fits(self, wanted: State | None, counted: tuple[Mark, ...]) -> bool:
        if wanted is None:
            return bool(counted) or not self._sieve.dated
        return bool(counted) and self._sieve.carries(mark.code for mark in counted)

    def _coded(self, row: int, segment: Segment) -> tuple[Mark, ...]:
        here = self._holding.coded.get(row)
        if not here:
            return ()
        return tuple(self._sieve.coded(c) for c in here if self._sieve.sees(segment.interview, c.coder))

    def _rejected(self, row: int, segment: Segment) -> tuple[Mark, ...]:
        here = self._holding.rejected.get(row)
        if not here:
            return ()
        return tuple(self._sieve.rejected(w) for w in here if self._sieve.sees(segment.interview, w.coder))

    def _drafts(self, segment: Segment) -> tuple[SuggestionDraft, ...]:
        drafts = self._proposed.get(segment.id, ())
        if not drafts or segment.interview in self._sieve.unseen.interviews:
            return ()
        return () if self._keep_back is not None and self._keep_back(segment) else drafts
