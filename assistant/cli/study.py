"""`interview new`, `erase`, `reindex`: the study as a whole."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from assistant.cli.encrypt import new_passphrase
from store.errors import ConflictError
from store.keys import PASSPHRASE_VARIABLE
from store.study import create_study


def new_command(
    study: Annotated[Path, typer.Argument(help="A new folder for the study.", show_default=False)],
    title: Annotated[str | None, typer.Option(help="The study's title; the folder's name otherwise.")] = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt it from the first; a passphrase is asked for.")
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(help="Keep its database in PostgreSQL, in a schema of its own: the URL. A file otherwise."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a new study."""
    chosen = new_passphrase(PASSPHRASE_VARIABLE) if encrypt else None
    with create_study(study, title, passphrase=chosen, database=database) as made:
        place = made.place
        if place is not None and place.password is not None:
            note("The password in the URL was used and is kept nowhere; from now on set PGPASSWORD or write ~/.pgpass.")
        if as_json:
            there = None if place is None else {"url": place.url, "schema": place.schema}
            print_json({"study": str(made.folder), "title": made.title, "guid": made.guid, "database": there})
        else:
            kept = "" if place is None else f", with {place.shown}"
            print(f"Made the study “{made.title}” in {made.folder}{kept}. Next: interview add {made.folder} FILE…")


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
            erasure = erase_interview(open_study, interview, coder=acting(coder))
        except Timeout:
            msg = "Another process works on this study; let it end, then erase again. Nothing was erased."
            raise ConflictError(msg) from None
    if as_json:
        print_json(asdict(erasure))
        return
    print(f"Erased {interview}: {erasure.decisions} decisions, {erasure.events} events' contents.")
    if erasure.backups:
        print(f"Copies that held it were replaced by a new one: {', '.join(erasure.backups)}.")
    if erasure.waiting:
        print(erasure.waiting)
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
    from store.index_place import index_place

    with opened(study) as (open_study, settings):
        embeddings = StudyEmbeddings(open_study, local_embedder(settings))
        try:
            reindex(open_study, embeddings.model, wait_seconds=5.0)
        except Timeout:
            msg = "Another process holds the study's index; close it and try again."
            raise ConflictError(msg) from None
        embedded = embed_new(open_study, embeddings)
        place = index_place(open_study)
    if as_json:
        print_json({"segments": embedded.segments, "model": embeddings.model})
    else:
        where = "" if place is None else f" on {place.shown}, which has their vectors and none of their texts"
        print(f"The index holds {embedded.segments} segments{where}.")
