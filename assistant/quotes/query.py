"""One query over meaning, words, codes, themes, roles, attributes, coders, days and states; every quote is a slice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.quotes.arranging import arranged
from assistant.quotes.asked import QuoteQuery
from assistant.quotes.folding import Folding, folded
from assistant.quotes.holding import Stretch, stretches_of
from assistant.quotes.making import Maker
from assistant.quotes.quote import Found, Place, Quote
from assistant.quotes.several import Neighbour, near_each_other, together
from assistant.quotes.shelf import Shelf
from assistant.quotes.sieve import Sieve, sieve_of
from assistant.quotes.sifting import Sifted, by_itself, with_codes
from assistant.quotes.table import Marking, Table, segment_columns, segment_table, stretch_table
from assistant.review import Blindness
from assistant.review.basis import settled
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
    sieve = sieve_of(study, query, holding, hidden)
    fitting, near = _fitting(sieve, shelf, _table(study, sieve, shelf, proposals), keep_back)
    folding = folded(shelf, fitting) if query.fold else Folding(fitting.rows)
    listed = arranged(sieve, shelf, embeddings, fitting.table, folding.rows, already)
    maker, made = Maker(sieve, shelf, fitting), []
    shown: list[SuggestionDraft] = []
    for row in listed.rows.tolist():
        duplicates = folding.duplicates.get(row, ())
        quote = maker.quote(row, duplicates, near.get(row, ()))
        made.append(replace(quote, score=listed.scores.get(row), nearness=listed.nearness.get(row)))
        shown += [draft for each in (row, *(other for other, _ in duplicates)) for draft in fitting.drafts(each)]
    shelf.write_down(shown)
    return Found(tuple(made), total=len(folding.rows), folded=len(fitting.rows) - len(folding.rows))


def _fitting(
    sieve: Sieve, shelf: Shelf, table: Table, keep_back: Callable[[Segment], bool] | None
) -> tuple[Sifted, Mapping[int, tuple[Neighbour, ...]]]:
    """The rows that fit, and what stands near each where codes near each other are asked for."""
    found = with_codes(sieve, table, keep_back)
    near: Mapping[int, tuple[Neighbour, ...]] = {}
    if sieve.several and sieve.query.match == "all":
        found = together(sieve, found)
    elif sieve.several:
        near = near_each_other(sieve, found)
        found = found.among(np.array(sorted(near), np.intp))
    return by_itself(sieve, shelf, found), near


def _table(study: Study, sieve: Sieve, shelf: Shelf, proposals: Proposals | None) -> Table:
    """The stretches or segments with what this coder, or anybody, said of them, as far as it may be seen."""
    holding, query, unseen = sieve.holding, sieve.query, sieve.unseen
    blind = (unseen.coder, unseen.interviews) if unseen.interviews else ()
    key = (sieve.by_coding, query.coder, query.adjudicated, blind)

    def marking() -> Marking:
        return Marking(holding, query.coder, unseen, shelf.probabilities() if holding.answers else {})

    if sieve.by_coding:
        return shelf.table(key, (holding,), lambda: stretch_table(holding, _stretches(sieve), marking()))
    if proposals is None:
        proposals = propose(study, precision=load_settings(study.settings()).expected_precision)
    offered, columns = (
        proposals,
        shelf.kept_with_texts("columns", holding.texts, lambda: segment_columns(holding.texts)),
    )
    return shelf.table(key, (holding, offered), lambda: segment_table(holding, offered, marking(), columns))


def _stretches(sieve: Sieve) -> Sequence[Stretch]:
    """All that was coded; as adjudicated, where that is asked for, by what may be seen."""
    holding, unseen = sieve.holding, sieve.unseen
    if not sieve.query.adjudicated or holding.codebook is None:
        return holding.stretches
    seen = [c for c in holding.codings if not unseen.hides(c.interview, c.coder)]
    said = [a for a in holding.adjudications if not unseen.hides(a.interview, a.coder)]
    return stretches_of(holding.texts, settled(seen, said, holding.codebook))
