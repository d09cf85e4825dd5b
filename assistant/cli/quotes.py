"""`interview quotes`: exact quotes by meaning, words, code, theme, attribute, coder, day, probability and state."""

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from assistant.cli.basis_options import Adjudicated, Coder, Labels, Where, pairs_of
from assistant.cli.common import AsJson, StudyFolder, clock, note, opened, print_json
from assistant.cli.quote_files import Headings, write_quotes
from store.errors import NotFoundError
from store.study import Study
from store.values import Role, State

if TYPE_CHECKING:
    from assistant.quotes import Quote, QuoteQuery
    from assistant.segment import StudyEmbeddings
    from assistant.settings import Settings

_BY_VECTORS = ("typical", "extreme", "different")


class Together(StrEnum):
    """Of several codes: any one, all on the same text, or all near each other."""

    ANY = "any"
    ALL = "all"
    NEAR = "near"


class InOrder(StrEnum):
    """How quotes are ordered."""

    STUDY = "study"
    RELEVANCE = "relevance"
    TYPICAL = "typical"
    EXTREME = "extreme"
    DIFFERENT = "different"


def quotes_command(
    study: StudyFolder,
    query: Annotated[str | None, typer.Argument(help="Words whose meaning to search for.")] = None,
    words: Annotated[
        str, typer.Option(help='Words that must occur: all bare ones, "a phrase", a ~5 b, -not, x OR y, begin*.')
    ] = "",
    code: Annotated[list[str] | None, typer.Option(help="A code; may be repeated, see --match.")] = None,
    match: Annotated[Together, typer.Option(help="Of several codes: any, all on one stretch, or near.")] = Together.ANY,
    within: Annotated[int, typer.Option(min=0, help="How many turns apart codes near each other may be.")] = 3,
    theme: Annotated[str | None, typer.Option(help="A theme, with all codes below it.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="Who speaks; may be repeated.")] = None,
    where: Where = None,
    interview: Labels = None,
    coder: Coder = None,
    adjudicated: Adjudicated = False,
    decided_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Decided on this day (UTC) or later.")
    ] = None,
    decided_to: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Decided on this day (UTC) or earlier.")
    ] = None,
    probability_from: Annotated[float | None, typer.Option(min=0, max=1, help="Of the suggestion, at least.")] = None,
    probability_to: Annotated[float | None, typer.Option(min=0, max=1, help="Of the suggestion, at most.")] = None,
    state: Annotated[State | None, typer.Option(help="Only quotes in this state.")] = None,
    order: Annotated[
        InOrder | None, typer.Option(help="By default relevance where a meaning is searched for, else study order.")
    ] = None,
    fold: Annotated[bool, typer.Option(help="Fold duplicates into the first of them.")] = True,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 by default.")] = None,
    saved: Annotated[str | None, typer.Option(help="A saved query by name; other options change it.")] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write what is found, by default all of it, as .docx, .xlsx, .csv or .md.")
    ] = None,
    headings: Annotated[Headings, typer.Option(help="What a document has headings for.")] = Headings.NOTHING,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find quotes. With a code or theme: confirmed codings. Otherwise: all segments, each with its state."""
    given = {
        "meaning": (query or "").strip(),
        "words": words,
        "codes": tuple(code or ()),
        "match": match.value,
        "within": within,
        "theme": theme,
        "interviews": tuple(interview or ()),
        "roles": tuple(role or ()),
        "where": pairs_of(where),
        "coder": coder,
        "adjudicated": adjudicated,
        "decided_from": _day(decided_from),
        "decided_to": _day(decided_to),
        "probability_from": probability_from,
        "probability_to": probability_to,
        "state": state,
        "order": None if order is None else order.value,
        "fold": fold,
        "limit": limit,
    }
    with opened(study) as (open_study, settings):
        question = asked(open_study, saved, given)
        if export is not None and limit is None:
            question = question.with_limit(None)
        found = _found(open_study, settings, question)
        written, notes = len(found), tuple[str, ...]()
        if export is not None:
            written, notes = write_quotes(export, open_study, found, question, by=headings, force=force)
    for sentence in notes:
        note(sentence)
    if as_json:
        from assistant.quotes import as_record

        print_json([as_record(quote) for quote in found])
    elif export is not None:
        print(f"Wrote {written} {'quote' if written == 1 else 'quotes'} to {export}.")
    else:
        _print(found)


def asked(study: Study, saved: str | None, given: dict[str, object]) -> "QuoteQuery":
    """The saved query of that name, if one is named, with what was given beside it in the place of its own."""
    from assistant.quotes import QuoteQuery

    query, plain = QuoteQuery() if saved is None else _saved(study, saved), QuoteQuery()
    own = {name: value for name, value in given.items() if value is not None and value != getattr(plain, name)}
    query = replace(query, **own)  # type: ignore[arg-type]
    if query.meaning and given["order"] is None and query.order == "study" and saved is None:
        query = replace(query, order="relevance")
    return query


def _saved(study: Study, name: str) -> "QuoteQuery":
    from assistant.quotes import QuoteQuery
    from store.saved_queries import saved_queries

    known = saved_queries(study)
    wanted = name.strip().casefold()
    found = next((each for each in known if wanted in (each.name.strip().casefold(), each.guid.casefold())), None)
    if found is None:
        names = ", ".join(each.name for each in known) or "none yet"
        msg = f"No query is saved as “{name}”; there are: {names}."
        raise NotFoundError(msg)
    return QuoteQuery.from_json(found.asked)


def _found(study: Study, settings: "Settings", query: "QuoteQuery") -> "tuple[Quote, ...]":
    from assistant.quotes import quotes
    from assistant.review import blindness

    hidden = None if query.coder is None else blindness(study, query.coder)
    return quotes(study, query, embeddings=_embeddings(study, settings, query), hidden=hidden)


def _embeddings(study: Study, settings: "Settings", query: "QuoteQuery") -> "StudyEmbeddings | None":
    """Only where they are needed; what has none yet is embedded first."""
    if not query.meaning.strip() and query.order not in _BY_VECTORS:
        return None
    from assistant.segment import StudyEmbeddings, embed_new, local_embedder

    embeddings = StudyEmbeddings(study, local_embedder(settings))
    repair = embed_new(study, embeddings).index
    if repair is not None and repair.problem:
        note(f"{repair.problem} The quotes are found without it, from the vectors in the database.")
    return embeddings


def _print(found: "tuple[Quote, ...]") -> None:
    console = Console(highlight=False)
    for quote in found:
        place = ", ".join(part for part in (quote.interview, quote.speaker or "", clock(quote.start_ms)) if part)
        console.print(Text.assemble(f"“{quote.text}” ", (f"({place})", "dim")), soft_wrap=True)
        more = f"  +{len(quote.folded)}" if quote.folded else ""
        console.print(Text.assemble("  ", (", ".join(quote.codes) or "—", "bold"), f"  {quote.state}{more}"))
        for other in quote.partners:
            said = f"    {other.turns} turns away, {other.code}: “{other.text}”"
            console.print(Text(said, style="dim"), soft_wrap=True)
    if not found:
        console.print("No quotes were found.")


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()
