"""`interview methods`: how the study was done, from its record alone, for the methods section of a paper."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.basis_options import Adjudicated, AtMilestone
from assistant.cli.common import AsJson, StudyFolder, acting, opened, print_json


def methods_command(
    study: StudyFolder,
    file: Annotated[
        Path | None, typer.Argument(help="A name that ends in .docx, .md, .tex or .json; printed otherwise.")
    ] = None,
    milestone: AtMilestone = None,
    through: Annotated[int | None, typer.Option(min=1, help="As it stood after the event of this number.")] = None,
    adjudicated: Adjudicated = False,
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write how the study was done: every number with its query, against the items of COREQ and SRQR.

    Nothing is made up: what the record does not tell is left open for the authors.
    """
    from assistant.exchange.methods import As, appendix, as_record, methods_file, write_methods
    from store.exports import record_file

    with opened(study) as (open_study, settings):
        found = appendix(open_study, settings, As(milestone, through, adjudicated))
        if file is not None:
            made = write_methods(file, found, force=force)
            record_file(
                open_study,
                acting(coder),
                name=file.name,
                kind="methods appendix",
                sha256=sha256(made).hexdigest(),
                holds={"sections": len(found.sections)},
                options={"through": found.through, "milestone": milestone, "adjudicated": adjudicated},
            )
    if as_json:
        print_json(as_record(found))
    elif file is None:
        print(methods_file("md", found).decode(), end="")
    else:
        left = ", ".join(f"{each.name}: {each.count('left open')} items left open" for each in found.checklists)
        print(f"Wrote {file}, as the study stood after event {found.through}. {left}.")
