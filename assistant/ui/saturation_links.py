"""From a number on the saturation page to the quotes that it counts."""

from collections.abc import Iterable

from assistant.quotes.asked import QuoteQuery
from assistant.saturation import Saturation


def quotes_of(table: Saturation, rows: Iterable[int], column: int | None = None) -> QuoteQuery:
    """The quotes of some rows in one interview, or in all that count: as they stand now, of whom the table counts.

    Several rows are asked for as any of their codes; of themes, which a query takes only one of, each as its codes.
    """
    asked, basis = tuple(table.guids[row] for row in rows), table.basis
    theme = asked[0] if table.level == "theme" and len(asked) == 1 else None
    codes = () if theme else tuple(guid for each in asked for guid in table.members[each])
    labels = (table.interviews[column],) if column is not None else _all(table)
    where = () if column is not None or labels else basis.where
    return QuoteQuery(
        codes=codes, theme=theme, interviews=labels, where=where, coder=basis.coder, adjudicated=basis.adjudicated
    )


def _all(table: Saturation) -> tuple[str, ...]:
    """No labels where the basis says the same: a long list makes a long address."""
    return table.interviews if table.unread else table.basis.interviews
