"""A query in words, as it stands over the result and in exported files."""

from assistant.quotes.asked import QuoteQuery
from store.values import Codebook, State

_ORDERS = {
    "study": "",
    "relevance": "nearest first",
    "typical": "most typical first",
    "extreme": "most extreme first",
    "different": "most different from the list first",
}


def sentence(query: QuoteQuery, codebook: Codebook | None) -> str:
    """What is asked, in one sentence; codes by name where the codebook has them."""
    coded = bool(query.codes) or query.theme is not None or query.adjudicated
    state = State.CONFIRMED if query.state is None and coded else query.state
    what = "Quotes in any state" if state is None else f"{str(state).capitalize()} quotes"
    parts = [
        _codes(query, codebook),
        f"of the theme {_name(query.theme, codebook)} with all below it" if query.theme else "",
        f"near in meaning to “{query.meaning}”" if query.meaning else "",
        f"with the words {query.words}" if query.words else "",
        f"said by {' and '.join(f'{role}s' for role in query.roles)}" if query.roles else "",
        f"in {', '.join(query.interviews)}" if query.interviews else "",
        *_where(query),
        *_decided(query),
        _chance(query),
        _ORDERS[query.order],
        "" if query.fold else "duplicates each on their own",
    ]
    return f"{what} {', '.join(part for part in parts if part)}".strip() + "."


def _codes(query: QuoteQuery, codebook: Codebook | None) -> str:
    names = [_name(code, codebook) for code in query.codes]
    if not names:
        return ""
    if len(names) == 1:
        return f"coded {names[0]}"
    near = f" within {query.within} turns of each other" if query.match == "near" else ""
    return f"coded {(' or ' if query.match == 'any' else ' and ').join(names)}{near}"


def _name(code: str, codebook: Codebook | None) -> str:
    found = None if codebook is None else codebook.find(code)
    return f"“{code if found is None else found.name}”"


def _where(query: QuoteQuery) -> list[str]:
    grouped: dict[str, list[str]] = {}
    for key, value in query.where:
        grouped.setdefault(key, []).append(value)
    return [f"where {key} is {' or '.join(values)}" for key, values in grouped.items()]


def _decided(query: QuoteQuery) -> list[str]:
    who = "as adjudicated" if query.adjudicated else f"by {query.coder}" if query.coder else ""
    first = f"from {query.decided_from.isoformat()}" if query.decided_from else ""
    last = f"to {query.decided_to.isoformat()}" if query.decided_to else ""
    when = " ".join(part for part in ("decided", first, last) if part) if first or last else ""
    return [who, when]


def _chance(query: QuoteQuery) -> str:
    low, high = query.probability_from, query.probability_to
    if low is None and high is None:
        return ""
    return f"suggested with {round(100 * (low or 0))} to {round(100 * (1 if high is None else high))} %"
