"""`interview decide`: decisions made elsewhere, or by a script."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json


def decide_command(
    study: StudyFolder,
    coder: Annotated[str, typer.Option(help="Who decided; a coder not known yet is made.")],
    file: Annotated[Path, typer.Option(help="A JSON Lines file with one decision a line.")],
    as_json: AsJson = False,
) -> None:
    """Keep decisions from a file, all of them or none."""
    from assistant.review import as_json as described
    from assistant.review import decide, read_decisions

    lines = read_decisions(file)
    with opened(study) as (open_study, _):
        kept = decide(open_study, coder, lines)
    if as_json:
        print_json({"coder": coder, "decisions": [described(decision) for decision in kept]})
    else:
        print(f"Kept {len(kept)} decisions by {coder}.")
