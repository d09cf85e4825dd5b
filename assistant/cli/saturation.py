"""`interview saturation`: the code × interview table and the curve of new codes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.common import AsJson, StudyFolder, known_coder, opened, print_json


class By(StrEnum):
    """What is counted."""

    CODE = "code"
    THEME = "theme"


def saturation_command(
    study: StudyFolder,
    level: Annotated[By, typer.Option(help="Count codes or themes.")] = By.CODE,
    coder: Annotated[str | None, typer.Option(help="Only this coder's decisions.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve into this .png or .svg file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which codes were found in which interviews, and how many were new in each."""
    from assistant.saturation import Saturation, as_record, draw, saturation

    with opened(study) as (open_study, _):
        result: Saturation = saturation(open_study, level=level.value, coder=known_coder(open_study, coder))
    if plot is not None:
        draw(result, plot)
    if as_json:
        print_json(as_record(result))
        return
    console = Console(highlight=False)
    labels = [Column(Text(label)) for label in result.interviews]
    table = Table(level.value, *labels, "interviews", title="Codings by interview")
    for name, row in zip(result.codes, result.matrix, strict=True):
        table.add_row(Text(name), *(str(n) if n else "·" for n in row), str(int((row > 0).sum())))
    table.add_section()
    table.add_row("new", *map(str, result.new_codes), "")
    table.add_row("so far", *map(str, result.cumulative_codes), "")
    console.print(table)
    if result.partly_read:
        console.print(Text(f"Counted although not read to the end: {', '.join(result.partly_read)}."))
    if result.unread:
        print(f"Not read yet, so not counted: {', '.join(result.unread)}.")
