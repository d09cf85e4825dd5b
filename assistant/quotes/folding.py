"""Duplicates folded: a quote that tells nothing new is kept with the one it repeats."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.quotes.candidates import Candidate
from assistant.quotes.holding import Texts
from assistant.quotes.quote import Reason
from assistant.quotes.shelf import Shelf
from store.values import State


@dataclass(slots=True)
class Fold:
    """A candidate that is listed, and its duplicates with the reason of each."""

    candidate: Candidate
    duplicates: list[tuple[Candidate, Reason]] = field(default_factory=list)


def folded(texts: Texts, shelf: Shelf, found: Sequence[Candidate]) -> list[Fold]:
    """The candidates, given in study order, with duplicates folded into the first of them.

    A duplicate has the same state, shows no other code, and lies within the first (`nested`) or says the same, or
    nearly the same, in eight words or more. Nothing is folded into what is itself folded.
    """
    listed: list[Fold] = []
    open_here: list[Fold] = []
    by_text: dict[str, list[Fold]] = {}
    for candidate in found:
        said = shelf.said(texts, candidate.transcript_id, candidate.span)
        shelf.twins.add(said)
        open_here = [each for each in open_here if _reaches(each.candidate, candidate)]
        match = _nested(open_here, candidate) or _said_before(by_text, shelf, said, candidate)
        if match is not None:
            match[0].duplicates.append((candidate, match[1]))
            continue
        fold = Fold(candidate)
        listed.append(fold)
        open_here.append(fold)
        by_text.setdefault(said, []).append(fold)
    return listed


def _reaches(earlier: Candidate, later: Candidate) -> bool:
    return earlier.transcript_id == later.transcript_id and earlier.span.end > later.span.start


def _nested(open_here: Sequence[Fold], candidate: Candidate) -> tuple[Fold, Reason] | None:
    for fold in open_here:
        if candidate.span.end <= fold.candidate.span.end and _tells_nothing_new(fold.candidate, candidate):
            return fold, "nested"
    return None


def _said_before(
    by_text: dict[str, list[Fold]], shelf: Shelf, said: str, candidate: Candidate
) -> tuple[Fold, Reason] | None:
    alike = shelf.twins.of(said)
    same: list[tuple[Fold, Reason]] = [(fold, "same words") for fold in by_text.get(said, ()) if shelf.twins.long(said)]
    near: list[tuple[Fold, Reason]] = [
        (fold, "nearly the same words") for other in sorted(alike) for fold in by_text.get(other, ())
    ]
    return next((match for match in (*same, *near) if _tells_nothing_new(match[0].candidate, candidate)), None)


def _tells_nothing_new(first: Candidate, candidate: Candidate) -> bool:
    if first.state is not candidate.state:
        return False
    return candidate.state is State.UNCODED or candidate.codes <= first.codes
