"""`interview audit`: the event log, and whether anything was changed behind its back."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json

audit_app = typer.Typer(help="Who did what, when; and whether the record is whole.", no_args_is_help=True)


@audit_app.command("show")
def show_command(
    study: StudyFolder,
    limit: Annotated[int, typer.Option(min=1, help="Only the newest so many events.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the newest events, oldest first."""
    from store.audit import log

    with opened(study) as (open_study, _):
        events = log(open_study, limit=limit)
    if as_json:
        print_json([asdict(event) for event in events])
        return
    table = Table("#", "when", "who", "what", "interview", "content")
    for event in events:
        content = "erased" if event.payload is None else event.payload
        cells = (str(event.id), event.at[:19], event.coder, event.type, event.interview or "", content[:80])
        table.add_row(*map(Text, cells))
    Console(highlight=False).print(table)


@audit_app.command("verify")
def verify_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Check the chain of events and every record that it vouches for; status 1 where something does not fit."""
    from store.audit import verify

    with opened(study) as (open_study, _):
        report = verify(open_study)
    if as_json:
        print_json({"ok": not report.faults, **asdict(report)})
    elif not report.faults:
        print(f"The record is whole: {report.events} events, {report.erased} of them erased; head {report.head}.")
    for fault in () if as_json else report.faults:
        note(fault)
    if report.faults:
        raise typer.Exit(1)
