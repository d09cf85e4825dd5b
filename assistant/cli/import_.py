"""`interview import` and `interview imports`: projects of other programs into a study, and what became of them."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json


def import_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A REFI-QDA project (.qdpx) or codebook (.qdc).", show_default=False)],
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    readings: Annotated[
        bool,
        typer.Option("--readings/--no-readings", help="Whether whoever coded an interview counts as having read it."),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Take a project of NVivo, ATLAS.ti, MAXQDA, QualCoder or another program into the study, all of it or nothing.

    What the study has no place for, and what had to be guessed, is said.
    """
    from assistant.exchange.refi.taking import import_project

    with opened(study) as (open_study, _):
        report = import_project(open_study, file, coder=acting(coder), readings=readings)
    if as_json:
        print_json(report.to_json())
        return
    counted, *others = report.sentences()
    for sentence in others:
        note(sentence)
    print(counted)
    if report.interviews:
        print(f"Interviews: {', '.join(report.interviews)}.")


def imports_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show the projects that were taken into the study, each with its report."""
    from store.imports import imports
    from store.interviews import interviews

    with opened(study) as (open_study, _):
        found = imports(open_study)
        labels = {each.guid: each.label for each in interviews(open_study)}
    if as_json:
        print_json(
            [
                {
                    "guid": each.guid,
                    "file": each.file,
                    "sha256": each.sha256,
                    "origin": each.origin,
                    "coder": each.coder,
                    "at": each.at.isoformat(),
                    "report": list(each.report),
                    "interviews": {labels[guid]: list(report) for guid, (report, _) in each.parts.items()},
                }
                for each in found
            ]
        )
        return
    if not found:
        print("Nothing was imported into this study yet.")
    for each in found:
        print(f"{each.at:%Y-%m-%d %H:%M} UTC, {each.coder}: {each.file}")
        for sentence in (*each.report, *(said for report, _ in each.parts.values() for said in report)):
            print(f"    {sentence}")
