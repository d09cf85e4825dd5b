"""`interview summary`: what the confirmed quotes of a theme say, in a model's words, each sentence with its quotes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from assistant.cli.basis_options import Adjudicated, AtMilestone, Coder, Labels, UnderVersion, Where, basis_of
from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json
from assistant.settings import Settings
from store.errors import InvalidInputError
from store.study import Study

if TYPE_CHECKING:
    from assistant.review import Basis, Blindness
    from assistant.summaries import StandingSummary
    from store.summaries import Summary

_MOST_QUOTES = 40


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which summary is asked for, and by whom."""

    theme: str
    asked_by: str | None
    llm: str | None
    limit: int


def summary_command(
    study: StudyFolder,
    theme: Annotated[str | None, typer.Option(help="The theme or code; without one, all summaries are listed.")] = None,
    asked_by: Annotated[str | None, typer.Option(help="Who asks; needed where one has to be written.")] = None,
    coder: Coder = None,
    adjudicated: Adjudicated = False,
    interview: Labels = None,
    where: Where = None,
    milestone: AtMilestone = None,
    version: UnderVersion = None,
    llm: Annotated[str | None, typer.Option(help="The model that writes, or `auto`.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="It reads at most so many quotes.")] = _MOST_QUOTES,
    again: Annotated[bool, typer.Option(help="Write a new one from the quotes of now, although one is kept.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the newest summary of a theme on this basis; a model writes it where there is none yet."""
    from assistant.review import blindness
    from assistant.summaries import standing, visible

    with opened(study) as (open_study, settings):
        who = asked_by or coder
        hidden = None if who is None else blindness(open_study, who)
        if theme is None:
            found = [standing(open_study, each, hidden) for each in visible(open_study, hidden)]
        else:
            basis = basis_of(
                open_study,
                coder=coder,
                adjudicated=adjudicated,
                interviews=interview,
                where=where,
                milestone=milestone,
                version=version,
            )
            wish = _Wish(theme, asked_by, llm, limit)
            kept = None if again else _kept(open_study, wish, basis, hidden)
            summary = kept or _written(open_study, settings, wish, basis, hidden)
            found = [standing(open_study, summary, hidden)]
    _show(found, whole=theme is not None, as_json=as_json)


def _kept(study: Study, wish: _Wish, basis: "Basis", hidden: "Blindness | None") -> "Summary | None":
    """The newest summary of the theme on this basis, of that model where one is named."""
    from assistant.review import counted
    from assistant.summaries import theme_of, visible

    guid = theme_of(counted(study, basis, hidden).codebook, wish.theme).guid
    for summary in visible(study, hidden, guid):
        same_model = wish.llm in (None, "auto", summary.draft.model)
        if same_model and dict(summary.draft.basis) == basis.to_json():
            return summary
    return None


def _written(study: Study, settings: Settings, wish: _Wish, basis: "Basis", hidden: "Blindness | None") -> "Summary":
    from assistant.llm.endpoint_place import endpoint_place, settings_for, uses_endpoint
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest.writer import opened_writer
    from assistant.summaries import summarise

    if wish.asked_by is None:
        msg = "A summary is kept under the name of who asked for it; add --asked-by NAME."
        raise InvalidInputError(msg)
    embeddings = StudyEmbeddings(study, local_embedder(settings))
    settings = settings_for(settings, wish.llm)
    if uses_endpoint(settings):
        note(endpoint_place(settings).notice)
    with opened_writer(wish.llm or settings.llm, settings) as writer:
        return summarise(
            study,
            wish.theme,
            writer,
            embeddings,
            coder=wish.asked_by,
            basis=basis,
            hidden=hidden,
            limit=wish.limit,
            report=lambda _, text: note(text),
        )


def _show(found: list["StandingSummary"], *, whole: bool, as_json: bool) -> None:
    from assistant.summaries import as_record

    if as_json:
        records = [as_record(each) for each in found]
        print_json(records[0] if whole else records)
        return
    console = Console(highlight=False)
    for each in found:
        (_print if whole else _print_line)(console, each)
    if not found:
        print("No summary has been written yet; name a theme with --theme.")


def _print_line(console: Console, found: "StandingSummary") -> None:
    draft, at = found.summary.draft, found.summary.at
    line = f"{found.theme}: {at:%Y-%m-%d %H:%M} by {draft.model}, {draft.read} of {draft.of} quotes. {found.basis}."
    console.print(Text(" ".join([line, *found.since])), soft_wrap=True)


def _print(console: Console, found: "StandingSummary") -> None:
    draft = found.summary.draft
    console.print(Text(f"{found.theme} – {draft.model}’s words, not a quote and not a finding"), soft_wrap=True)
    for said in found.sentences:
        weak = f"  (weakly supported: {said.support:.2f})" if said.weak and said.support is not None else ""
        numbers = ", ".join(str(quote.number) for quote in said.quotes)
        console.print(Text(f"\n{said.text} [{numbers}]{weak}"), soft_wrap=True)
        for quote in said.quotes:
            changed = f"  – {quote.changed}" if quote.changed else ""
            console.print(Text(f"  {quote.number}. “{quote.text}” {quote.citation}{changed}"), soft_wrap=True)
    told = [f"{found.basis}." if found.basis else "", found.read, found.dropped, *found.since]
    console.print(Text("\n" + "\n".join(filter(None, told))), soft_wrap=True)
