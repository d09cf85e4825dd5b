"""`interview migrate`: a study's database into PostgreSQL, into another schema there, or back into a file."""

from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, counted, note, print_json


def migrate_command(
    study: StudyFolder,
    to: Annotated[
        str,
        typer.Option(
            help="The PostgreSQL database, as postgresql+psycopg://name@host:5432/database, or `sqlite` for a file in "
            "the study's folder.",
            metavar="URL|sqlite",
            show_default=False,
        ),
    ],
    schema: Annotated[
        str | None, typer.Option(help="The schema to make there; one of its own otherwise.", show_default=False)
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Remove the schema that the study leaves, instead of setting it aside.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move a study's database: every row is copied and compared before the study is opened from there.

    Recordings, exports and copies stay in the study's folder, which goes on being the study. A password is taken from
    PGPASSWORD or ~/.pgpass.
    """
    from store.moving import move_study

    with counted("Moving", "rows") as show:
        made = move_study(study, to, schema=schema, drop=drop, progress=show)
    if as_json:
        print_json({"study": str(study), **made.to_json()})
    else:
        where = "a file in its folder" if made.place is None else made.place.shown
        rows, tables = sum(made.rows.values()), len(made.rows)
        print(f"Moved {study} to {where}: {rows:,} rows of {tables} tables in {made.seconds:.1f} s, each compared.")
        note(f"The database as it was before is kept as {made.kept}.")
    for sentence in () if as_json else made.notes:
        note(sentence)
    if made.password_left_out and not as_json:
        note("The password in the URL is kept nowhere; set PGPASSWORD, or write it into ~/.pgpass, to open the study.")
