"""One query over meaning, words, codes, themes, roles, attributes, coders, days and states; every quote is a slice."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.quotes.arranging import Arranged, arranged
from assistant.quotes.asked import QuoteQuery
from assistant.quotes.candidates import Candidate, coded_candidates, fitting, segment_candidates
from assistant.quotes.folding import Fold, folded
from assistant.quotes.making import quote_of
from assistant.quotes.quote import Found, Place, Quote
from assistant.quotes.several import Neighbour, near_each_other, together
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve, sieve_of
from assistant.review import Blindness
from assistant.segment import StudyEmbeddings
from assistant.settings import load_settings
from assistant.suggest import Proposals, propose
from store.study import Study
from store.values import Segment, SuggestionDraft


def quotes(
    study: Study,
    query: QuoteQuery | None = None,
    *,
    shelf: Shelf | None = None,
    embeddings: StudyEmbeddings | None = None,
    proposals: Proposals | None = None,
    keep_back: Callable[[Segment], bool] | None = None,
    hidden: Blindness | None = None,
    already: Sequence[Place] = (),
) -> tuple[Quote, ...]:
    """The quotes that a query asks for, in its order; see `find` for everything else."""
    found = find(
        study,
        query,
        shelf=shelf,
        embeddings=embeddings,
        proposals=proposals,
        keep_back=keep_back,
        hidden=hidden,
        already=already,
    )
    return found.quotes


def find(
    study: Study,
    query: QuoteQuery | None = None,
    *,
    shelf: Shelf | None = None,
    embeddings: StudyEmbeddings | None = None,
    proposals: Proposals | None = None,
    keep_back: Callable[[Segment], bool] | None = None,
    hidden: Blindness | None = None,
    already: Sequence[Place] = (),
) -> Found:
    """What a query asks for, and how much more there is.

    With codes, a theme, or adjudicated codings asked for: the stretches that were coded so. Otherwise: all segments,
    each with its state. `shelf` spares reading the study again, `proposals` working them out again. A meaning, and the
    orders `typical`, `extreme` and `different`, need `embeddings`; `already` are the places of what was picked. The
    suggestions of segments that `keep_back` names are left out, unless suggestions alone are asked for. What is
    `hidden` from whoever looks is as if it were not there. Suggestions that are listed are written down as shown.

    Raises NotFoundError for a name that is not in the study, InvalidInputError for what cannot be understood or done.
    """
    query, shelf = query or QuoteQuery(), shelf or Shelf(study)
    holding = shelf.refresh()
    sieve = sieve_of(study, query, shelf, holding, hidden)
    candidates, near = _candidates(study, sieve, shelf, proposals, keep_back)
    folds = folded(holding.texts, shelf, candidates) if query.fold else [Fold(each) for each in candidates]
    listed = arranged(sieve, shelf, embeddings, folds, already)
    shelf.write_down(draft for each in listed for draft in _drafts(each.fold))
    made = tuple(_quote(sieve, shelf, each, near) for each in listed)
    return Found(made, total=len(folds), folded=len(candidates) - len(folds))


def _candidates(
    study: Study,
    sieve: Sieve,
    shelf: Shelf,
    proposals: Proposals | None,
    keep_back: Callable[[Segment], bool] | None,
) -> tuple[list[Candidate], dict[Candidate, tuple[Neighbour, ...]]]:
    if sieve.by_coding:
        found = coded_candidates(sieve)
    else:
        found = segment_candidates(sieve, shelf, _proposed(study, proposals), keep_back)
    near: dict[Candidate, tuple[Neighbour, ...]] = {}
    if sieve.several and sieve.query.match == "all":
        found = together(sieve, found)
    elif sieve.several:
        near = near_each_other(sieve, found)
        found = [each for each in found if each in near]
    return fitting(sieve, shelf, found), near


def _proposed(study: Study, proposals: Proposals | None) -> Proposals:
    if proposals is None:
        return propose(study, precision=load_settings(study.settings()).expected_precision)
    return proposals


def _drafts(fold: Fold) -> list[SuggestionDraft]:
    return [draft for each in (fold.candidate, *(other for other, _ in fold.duplicates)) for draft in each.drafts]


def _quote(sieve: Sieve, shelf: Shelf, each: Arranged, near: dict[Candidate, tuple[Neighbour, ...]]) -> Quote:
    made = quote_of(sieve, shelf, each.fold, near.get(each.fold.candidate, ()))
    return replace(made, score=each.score, nearness=each.nearness)
