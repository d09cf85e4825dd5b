"""`interview quotes`: exact quotes by code, theme, attribute and meaning."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from assistant.cli.common import AsJson, StudyFolder, clock, known_coder, opened, print_json
from store.errors import InvalidInputError
from store.values import State


def quotes_command(
    study: StudyFolder,
    query: Annotated[str | None, typer.Argument(help="Words whose meaning to search for.")] = None,
    code: Annotated[list[str] | None, typer.Option(help="A code; may be repeated, any of them counts.")] = None,
    theme: Annotated[str | None, typer.Option(help="A theme, with all codes below it.")] = None,
    where: Annotated[list[str] | None, typer.Option(help="An attribute as key=value; may be repeated.")] = None,
    coder: Annotated[str | None, typer.Option(help="Only this coder's decisions.")] = None,
    state: Annotated[State | None, typer.Option(help="Only quotes in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Find quotes. With a code or theme: confirmed codings. Otherwise: all segments, each with its state."""
    from assistant.quotes import Quote, as_record, quotes
    from assistant.review import blindness
    from assistant.segment import StudyEmbeddings, embed_new, local_embedder

    with opened(study) as (open_study, settings):
        embeddings, whose = None, known_coder(open_study, coder)
        if query is not None and query.strip():
            embeddings = StudyEmbeddings(open_study, local_embedder(settings))
            embed_new(open_study, embeddings)
        found: tuple[Quote, ...] = quotes(
            open_study,
            query,
            embeddings=embeddings,
            codes=code or (),
            theme=theme,
            where=_pairs(where or []),
            coder=whose,
            state=state,
            limit=limit,
            hidden=None if whose is None else blindness(open_study, whose),
        )
    if as_json:
        print_json([as_record(quote) for quote in found])
        return
    console = Console(highlight=False)
    for quote in found:
        place = ", ".join(part for part in (quote.interview, quote.speaker or "", clock(quote.start_ms)) if part)
        console.print(Text.assemble(f"“{quote.text}” ", (f"({place})", "dim")), soft_wrap=True)
        console.print(Text.assemble("  ", (", ".join(quote.codes) or "—", "bold"), f"  {quote.state}"))
    if not found:
        console.print("No quotes were found.")


def _pairs(where: list[str]) -> dict[str, str]:
    pairs = {}
    for item in where:
        key, equals, value = item.partition("=")
        if not equals or not key.strip():
            msg = f"--where takes key=value, not “{item}”."
            raise InvalidInputError(msg)
        pairs[key.strip()] = value.strip()
    return pairs
