"""`interview milestone`: named states of a study, and what changed since."""

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json

milestone_app = typer.Typer(help="Named states of a study, and what changed since.", no_args_is_help=True)


@milestone_app.command("add")
def add_command(
    study: StudyFolder,
    name: Annotated[str, typer.Argument(help="Such as “synthesis after I10”.", show_default=False)],
    coder: Annotated[str, typer.Option(help="Who freezes it.", show_default=False)],
    note: Annotated[str, typer.Option(help="What it stands for.")] = "",
) -> None:
    """Freeze the state of now under a name."""
    from store.milestones import keep_milestone

    with opened(study) as (open_study, _):
        kept = keep_milestone(open_study, coder, name, note)
    print(f"“{kept.name}” holds everything up to event {kept.through}.")


@milestone_app.command("list")
def list_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show all milestones, oldest first."""
    from store.milestones import milestones

    with opened(study) as (open_study, _):
        found = milestones(open_study)
    if as_json:
        print_json([{**asdict(each), "at": each.at.isoformat()} for each in found])
        return
    for each in found:
        print(f"{each.name}: {each.at:%Y-%m-%d %H:%M} by {each.coder}, event {each.through}, codebook {each.codebook}")


@milestone_app.command("compare")
def compare_command(
    study: StudyFolder,
    before: Annotated[str, typer.Argument(help="The earlier milestone.", show_default=False)],
    after: Annotated[str | None, typer.Argument(help="The later one; now otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two milestones, or since one."""
    from assistant.review.milestones import compare_states, milestone_of

    with opened(study) as (open_study, _):
        end = None if after is None else milestone_of(open_study, after).through
        found = compare_states(open_study, milestone_of(open_study, before).through, end)
    if as_json:
        print_json(asdict(found))
        return
    for what, was, now in found.counts:
        print(f"{what}: {was} → {now}")
    for use in found.codes:
        if use.before != use.after:
            print(f"“{use.name}”: {use.before} → {use.after} codings")
    for each in found.codebook:
        print(f"Codebook: {each.kind} “{each.code}” {each.field}: {each.before} → {each.after}")
