"""From a number on the page Relations to the quotes that it counts, and from a mark to its place."""

from urllib.parse import urlencode

from assistant.quotes.asked import QuoteQuery
from assistant.relations import Cooccurrence, Crosstab, Mark, Pair
from assistant.review import Ground
from assistant.ui.seat import seat_query

_MOST = 40
"""Labels that an address may hold; where there are more, the basis says it in fewer words."""


def quotes_of_pair(on: Ground, found: Cooccurrence, pair: Pair) -> QuoteQuery:
    """The quotes of two codes where they stand together, as they stand now.

    For the same segment: in the same turn, which holds it. A query cannot ask for two themes near each other, so of two
    themes it is the quotes of either, in the interviews in which they are together.
    """
    basis, themes = on.counted.basis, found.rows.level == "theme"
    few = len(pair.interviews) <= _MOST
    coded = dict.fromkeys(coding.code for coding in on.counted.codings) if themes else {}
    below = tuple(guid for guid in coded if found.rows.of.get(guid) in (pair.a, pair.b))
    return QuoteQuery(
        codes=below if themes else (found.rows.guids[pair.a], found.rows.guids[pair.b]),
        match="any" if themes else "all" if found.within == "overlap" else "near",
        within=found.within if isinstance(found.within, int) else 0,
        interviews=pair.interviews if few else basis.interviews,
        where=() if few else basis.where,
        coder=basis.coder,
        adjudicated=basis.adjudicated,
    )


def quotes_of_cell(on: Ground, table: Crosstab, row: int, value: int) -> QuoteQuery:
    """The quotes of a code or theme in the interviews of one value that were read."""
    guid, basis, labels = table.rows.guids[row], on.counted.basis, table.interviews[value]
    theme = table.rows.level == "theme"
    few = len(labels) <= _MOST
    return QuoteQuery(
        codes=() if theme else (guid,),
        theme=guid if theme else None,
        interviews=labels if few else basis.interviews,
        where=() if few else (*_others(basis.where, table.attribute), (table.attribute, table.values[value])),
        coder=basis.coder,
        adjudicated=basis.adjudicated,
    )


def _others(where: tuple[tuple[str, str], ...], key: str) -> tuple[tuple[str, str], ...]:
    """One attribute named twice may have either value, so the one that the cell fixes goes."""
    return tuple(pair for pair in where if pair[0] != key)


def transcript_href(interview: str, mark: Mark) -> str:
    """The place of a mark on the page Transcripts; it must still be escaped for HTML."""
    asked = {"interview": interview, "at": str(mark.span.start), **seat_query()}
    return f"transcripts?{urlencode(asked)}"
