"""`interview bundle`: what people did, without the transcripts, for whoever has the same transcripts."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json

bundle_app = typer.Typer(
    help="All decisions and the codebook without the transcripts, to be applied to the same transcripts elsewhere.",
    no_args_is_help=True,
)
Who = Annotated[str | None, typer.Option("--coder", help="Who does it; the name of your account otherwise.")]


@bundle_app.command("make")
def make_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A new file that ends in .zip.", show_default=False)],
    labels: Annotated[bool, typer.Option("--labels/--no-labels", help="With the labels of interviews.")] = True,
    names: Annotated[bool, typer.Option("--names/--no-names", help="With the names of coders.")] = True,
    memos: Annotated[bool, typer.Option("--memos", help="With memos.")] = False,
    attributes: Annotated[bool, typer.Option("--attributes", help="With the attributes of interviews.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write decisions, readings, double codings, adjudications and every version of the codebook."""
    from assistant.exchange.bundle import Holds, make_bundle

    holds = Holds(labels, names, memos, attributes)
    with opened(study) as (open_study, _):
        made = make_bundle(open_study, file, coder=acting(coder), holds=holds, force=force)
    counts = made.bundle.counts
    if as_json:
        print_json({"file": str(file), "counts": counts, "holds": asdict(holds), "notes": list(made.notes)})
        return
    print(f"Wrote {_told(counts)} to {file}; no transcript is in it.")
    for sentence in made.notes:
        note(sentence)


@bundle_app.command("apply")
def apply_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A bundle that `interview bundle make` made.", show_default=False)],
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Keep what a bundle holds for the interviews whose text is the same to the character; list what does not fit."""
    from assistant.exchange.bundle import apply_bundle

    with opened(study) as (open_study, _):
        done = apply_bundle(open_study, file, coder=acting(coder))
    if as_json:
        print_json({"file": str(file), **asdict(done)})
        return
    many = len(done.interviews)
    print(f"Took {_told(done.taken)} for {many} {'interview' if many == 1 else 'interviews'}.")
    if done.same:
        print("The codings that stand there are the same as where the bundle was made.")
    for sentence in done.findings:
        note(sentence)


def _told(counts: Mapping[str, int]) -> str:
    decisions, versions = counts["decision"], counts["codebook"]
    some = "1 decision" if decisions == 1 else f"{decisions} decisions"
    return f"{some} and {'1 version' if versions == 1 else f'{versions} versions'} of the codebook"
