"""`interview audit`: the event log, and whether anything was changed behind its back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.cli.audit_explained import explained, explained_json
from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json

audit_app = typer.Typer(help="Who did what, when; and whether the record is whole.", no_args_is_help=True)


@audit_app.command("show")
def show_command(
    study: StudyFolder,
    limit: Annotated[int, typer.Option(min=1, help="Only the newest so many events.")] = 50,
    event: Annotated[
        int | None, typer.Option(min=1, help="The whole of one event; that of a suggestion is explained.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type; may be repeated.")] = None,
    coder: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    interview: Annotated[str | None, typer.Option(help="Only what concerns this interview.")] = None,
    text: Annotated[str, typer.Option(help="Only events that hold this text.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the newest events, oldest first, or all that is known of one."""
    from store.event_log import LogFilter, log

    if event is not None:
        _show_one(study, event, as_json=as_json)
        return
    with opened(study) as (open_study, _):
        wanted = LogFilter(tuple(kind or ()), coder, interview, text=text)
        events = log(open_study, limit=limit, wanted=wanted)
    if as_json:
        print_json([asdict(event) for event in events])
        return
    table = Table("#", "when", "who", "what", "interview", "content")
    for row in events:
        content = "erased" if row.payload is None else row.payload
        cells = (str(row.id), row.at[:19], row.coder, row.type, row.interview or "", content[:80])
        table.add_row(*map(Text, cells))
    Console(highlight=False).print(table)


def _show_one(study: Path, number: int, *, as_json: bool) -> None:
    from assistant.privacy.member_events import ABOUT_MEMBERS, of_member
    from assistant.suggest.explanation import SUGGESTION_SHOWN, explain
    from store.coders import coder_list
    from store.event_log import logged

    with opened(study) as (open_study, _):
        event = logged(open_study, number)
        found = explain(open_study, event) if event.type == SUGGESTION_SHOWN else None
        names = {coder.guid: coder.name for coder in coder_list(open_study)} if event.type in ABOUT_MEMBERS else {}
    payload = None if event.payload is None else json.loads(event.payload)
    if as_json:
        whole = {**asdict(event), "payload": payload}
        print_json(whole if found is None else {**whole, "explanation": explained_json(found)})
        return
    where = f", {event.interview}" if event.interview else ""
    print(f"Event {event.id}: {event.type}, {event.at[:19]}, by {event.coder or 'the program'}{where}")
    if payload is not None and event.type in ABOUT_MEMBERS:
        print(f"{of_member(event.type, payload, names)}.")
    if found is not None:
        print("\n".join(explained(found)))
        print("\nThe whole event:")
    print("erased" if payload is None else json.dumps(payload, ensure_ascii=False, indent=2))


@audit_app.command("life")
def life_command(
    study: StudyFolder,
    event: Annotated[int, typer.Argument(min=1, help="The number of a decision's event.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Tell everything that happened to a coding: suggested, decided, moved, discussed, adjudicated."""
    from assistant.review.life import coding_of_event, life
    from store.errors import InvalidInputError

    with opened(study) as (open_study, _):
        guid = coding_of_event(open_study, event)
        if guid is None:
            msg = f"Event {event} is no decision on a code; `interview audit show --type decision.made` lists them."
            raise InvalidInputError(msg)
        found = life(open_study, guid)
    if as_json:
        print_json(
            {**asdict(found), "moments": [{**asdict(each), "at": each.at.isoformat()} for each in found.moments]}
        )
        return
    print(f"“{found.code}” in {found.interview}: {found.quote}")
    for each in found.moments:
        print(f"{each.at:%Y-%m-%d %H:%M:%S} {each.who} {each.what}. {each.detail}")


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
    if report.first_broken is not None and not as_json:
        note(f"The first event that does not hold is event {report.first_broken}.")
    for fault in () if as_json else report.faults:
        note(fault)
    if report.faults:
        raise typer.Exit(1)
