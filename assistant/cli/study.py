"""`interview new`, `erase`, `reindex`: the study as a whole."""

import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json
from store.errors import ConflictError
from store.study import create_study


def new_command(
    study: Annotated[Path, typer.Argument(help="A new folder for the study.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="The study's title; the folder's name otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new study."""
    with create_study(study, title) as made:
        if as_json:
            print_json({"study": str(made.folder), "title": made.title, "guid": made.guid})
        else:
            print(f"Made the study “{made.title}” in {made.folder}. Next: interview add {made.folder} FILE…")


def erase_command(
    study: StudyFolder,
    interview: Annotated[str, typer.Option(help="The label of the interview to erase, such as I8.")],
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; scripts are never asked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase an interview: from records, index, cache and media. The original file outside the study stays."""
    from filelock import Timeout

    from store.erase import erase_interview

    question = f"Erase {interview} with its transcript, recording and every decision on it, for good?"
    asked = sys.stdin.isatty() and not yes and not as_json
    if asked and not typer.confirm(question, err=True):
        note("Nothing was erased.")
        raise typer.Exit(1)
    with opened(study) as (open_study, _):
        try:
            erasure = erase_interview(open_study, interview, coder=coder or getpass.getuser())
        except Timeout:
            msg = "Another process works on this study; let it end, then erase again. Nothing was erased."
            raise ConflictError(msg) from None
    if as_json:
        print_json(asdict(erasure))
        return
    print(f"Erased {interview}: {erasure.decisions} decisions, {erasure.events} events' contents.")
    if erasure.backups:
        print(
            f"Backups that may still hold it: {', '.join(erasure.backups)}. Remove them when you no longer need them."
        )
    if erasure.glossary:
        print(f"The glossary has words of it, which may be names: {', '.join(erasure.glossary)}.")
    if erasure.examples:
        print(f"The codebook quotes it word for word in the examples of: {', '.join(erasure.examples)}.")
    if erasure.drafted:
        print(f"Its passages were among those from which these codes were made: {', '.join(erasure.drafted)}.")


def reindex_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Make the vector index again; embeddings are taken from the cache where they are there."""
    from filelock import Timeout

    from assistant.segment import StudyEmbeddings, embed_new, local_embedder
    from store.index import reindex

    with opened(study) as (open_study, settings):
        embeddings = StudyEmbeddings(open_study, local_embedder(settings))
        try:
            reindex(open_study, embeddings.model, wait_seconds=5.0)
        except Timeout:
            msg = "Another process holds the study's index; close it and try again."
            raise ConflictError(msg) from None
        embedded = embed_new(open_study, embeddings)
    if as_json:
        print_json({"segments": embedded.segments, "model": embeddings.model})
    else:
        print(f"The index holds {embedded.segments} segments.")
