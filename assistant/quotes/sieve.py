"""What a query asks, resolved against what the study holds: names to codes, attributes to interviews, days to tests."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.quotes.asked import QuoteQuery
from assistant.quotes.holding import Holding
from assistant.quotes.words import Asked, parse_words
from assistant.review import Blindness
from store.codebook import codebook_versions
from store.coders import coders
from store.errors import InvalidInputError, NotFoundError
from store.study import Study
from store.values import Codebook, Interview, State

_NAMED = 20


@dataclass(frozen=True, slots=True)
class Sieve:
    """The query with everything in it found; `codes` are GUIDs, `theme` those of a theme and all below it."""

    query: QuoteQuery
    holding: Holding
    interviews: Mapping[str, Interview]
    codes: tuple[str, ...]
    theme: frozenset[str] | None
    words: Asked | None
    unseen: Blindness

    @property
    def names_codes(self) -> bool:
        """Whether codes or a theme are asked for."""
        return bool(self.codes) or self.theme is not None

    @property
    def dated(self) -> bool:
        """Whether something must have been decided, or suggested with a probability, for a quote to fit."""
        query = self.query
        bounds = (query.decided_from, query.decided_to, query.probability_from, query.probability_to)
        return any(bound is not None for bound in bounds)

    @property
    def by_coding(self) -> bool:
        """Whether quotes are the stretches that were coded, and not the segments."""
        query = self.query
        return query.state is State.CONFIRMED or (query.state is None and (self.names_codes or query.adjudicated))

    @property
    def several(self) -> bool:
        """Whether it matters which codes stand beside a quote's own."""
        return self.query.match != "any" and len(self.codes) > 1


def sieve_of(study: Study, query: QuoteQuery, holding: Holding, hidden: Blindness | None) -> Sieve:
    """Raises NotFoundError for an unknown code, theme, attribute, label or coder, InvalidInputError for nonsense."""
    if query.coder is not None and query.adjudicated:
        msg = "Adjudicated codings are nobody’s alone; ask for one coder or for adjudicated codings, not for both."
        raise InvalidInputError(msg)
    _refuse_stranger(study, query.coder)
    codes = tuple(dict.fromkeys(_guid(study, holding.codebook, name, "code") for name in query.codes))
    if query.match == "near" and len(codes) < 2:  # noqa: PLR2004 - a code is not near itself
        msg = "Codes near each other need at least two codes; name another one, or ask for any of them."
        raise InvalidInputError(msg)
    theme = None
    if query.theme is not None and holding.codebook is not None:
        theme = holding.codebook.family(_guid(study, holding.codebook, query.theme, "theme"))
    elif query.theme is not None:
        _guid(study, None, query.theme, "theme")
    return Sieve(
        query=query,
        holding=holding,
        interviews=_fitting(holding, query),
        codes=codes,
        theme=theme,
        words=parse_words(query.words),
        unseen=hidden or Blindness(""),
    )


def _refuse_stranger(study: Study, coder: str | None) -> None:
    if coder is None:
        return
    known = coders(study)
    if coder not in known:
        msg = f"There is no coder “{coder}” in this study; there are: {', '.join(known) or 'none yet'}."
        raise NotFoundError(msg)


def _guid(study: Study, codebook: Codebook | None, name: str, kind: str) -> str:
    code = None if codebook is None else codebook.find(name)
    if code is not None:
        return code.guid
    heir = None if codebook is None else codebook.present(name)  # a kept query may name one that was merged since
    if heir is None:
        raise NotFoundError(_unknown(study, codebook, name, kind))
    return heir


def _unknown(study: Study, codebook: Codebook | None, name: str, kind: str) -> str:
    """That a code is not there; one that once was is called by the name it had."""
    earlier = (version.find(name) for version in reversed(codebook_versions(study)))
    if (former := next(filter(None, earlier), None)) is not None:
        renamed = None if codebook is None else codebook.find(former.guid)
        if renamed is not None:
            return f"The {kind} “{name}” is called “{renamed.name}” now; ask for that name."
        return f"The {kind} “{former.name}” is not in the codebook any more; take it out of the query."
    names = [] if codebook is None else [code.name for code in codebook.codes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"There is no {kind} “{name}” in the codebook; there are: {', '.join(names[:_NAMED]) or 'none yet'}{more}."


def _fitting(holding: Holding, query: QuoteQuery) -> Mapping[str, Interview]:
    """By label the interviews that attributes and labels name."""
    known = holding.texts.interviews
    keys = {key for interview in known.values() for key in interview.attributes}
    wanted: dict[str, set[str]] = {}
    for key, value in query.where:
        if key not in keys:
            msg = f"No interview has the attribute “{key}”; there are: {', '.join(sorted(keys)) or 'none yet'}."
            raise NotFoundError(msg)
        wanted.setdefault(key, set()).add(value.casefold())
    for label in query.interviews:
        if label not in known:
            msg = f"There is no interview {label} in this study; there are: {', '.join(known) or 'none yet'}."
            raise NotFoundError(msg)
    return {
        label: interview
        for label, interview in known.items()
        if (not query.interviews or label in query.interviews)
        and all(interview.attributes.get(key, "").casefold() in values for key, values in wanted.items())
    }
