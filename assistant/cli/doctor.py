"""`interview doctor`: whether this machine can do each stage, with a remedy for each no."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.doctor import Check, checks
from assistant.settings import load_settings
from store.errors import NotAStudyError
from store.study import holds_study


def doctor_command(
    study: Annotated[
        Path | None,
        typer.Argument(help="A study's folder, whose servers are asked too, if it has any.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Check that this machine can do each stage of the work; exit status 1 when something is missing."""
    if study is not None:
        _refuse_no_study(study)
    found: list[Check] = []
    for check in checks(load_settings(), study):
        print(f"checked: {check.name}", file=sys.stderr, flush=True)
        found.append(check)
    ok = all(check.ok for check in found)
    if as_json:
        print(json.dumps({"ok": ok, "checks": [asdict(check) for check in found]}, indent=2))
    else:
        _print_table(found)
    if not ok:
        count = sum(not check.ok for check in found)
        print(f"{count} of {len(found)} checks failed; the remedies are above.", file=sys.stderr)
        raise typer.Exit(1)


def _refuse_no_study(folder: Path) -> None:
    if not holds_study(folder):
        msg = f"{folder} holds no study; name the study's folder, or none."
        raise NotAStudyError(msg)


def _print_table(found: list[Check]) -> None:
    console = Console(highlight=False)
    table = Table("stage", "check", "ok", "found")
    for check in found:
        table.add_row(check.stage, check.name, "yes" if check.ok else "[bold red]no[/]", escape(check.found))
    console.print(table)
    for check in found:
        if not check.ok:
            console.print(f"[bold]{check.stage}, {check.name}:[/] {escape(check.remedy)}")
