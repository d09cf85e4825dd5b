"""`interview backup`, `backups` and `restore`: the study as one archive, or its database from a rolling copy."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assistant.cli.common import AsJson, StudyFolder, acting, counted, note, opened, print_json
from store.errors import InvalidInputError

_MEGABYTE = 1_000_000


def backup_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A new file that ends in .zip.", show_default=False)],
    media: Annotated[bool, typer.Option("--media/--no-media", help="With the recordings, or without.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole study into one archive; others may go on working meanwhile."""
    from store.archive import back_up_study, record_backup

    who = acting(coder)
    with opened(study) as (open_study, _), counted("Archiving", "MB") as show:
        made = back_up_study(open_study, file, media=media, force=force, progress=_in_megabytes(show))
        record_backup(open_study, who, file, made)
    if as_json:
        print_json({"file": str(file), **made.to_json()})
        return
    print(f"Wrote “{made.title}” to {file}: {len(made.files)} files, {_size(made.size)}, {made.head.count} events.")
    if made.absent:
        why = "as they are missing in the study" if made.media else "as you asked"
        note(f"It was made without {_recordings(len(made.absent))}, {why}; all else is in it.")


def restore_command(
    file: Annotated[
        Path,
        typer.Argument(help="An archive that `interview backup` made, or a .db from `backups`.", show_default=False),
    ],
    folder: Annotated[Path | None, typer.Argument(help="A new folder for the study.", show_default=False)] = None,
    check: Annotated[bool, typer.Option("--check", help="Only read the archive through and check it.")] = False,
    from_backups: Annotated[
        str | None,
        typer.Option(
            help="Put a copy from the study's `backups` in the place of its database: `newest`, or a number or name "
            "that `interview backups` lists. FILE is then the study's folder.",
            metavar="newest|N",
            show_default=False,
        ),
    ] = None,
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a study again from an archive, every file checked by its hash; status 1 where its record does not hold."""
    if from_backups is not None:
        if folder is not None or check:
            msg = "With --from-backups, name the study's folder only."
            raise InvalidInputError(msg)
        _restore_in_place(file, from_backups, acting(coder), as_json=as_json)
        return
    if check:
        _check(file, as_json=as_json)
        return
    if folder is None:
        msg = "Name a new folder for the study, or only check the archive with --check."
        raise InvalidInputError(msg)
    from store.restore import restore_study

    with counted("Restoring", "MB") as show:
        made = restore_study(file, folder, progress=_in_megabytes(show))
    if as_json:
        print_json(
            {
                "study": str(folder),
                "title": made.title,
                "guid": made.guid,
                "events": made.report.events,
                "head": made.report.head,
                "absent": list(made.absent),
                "faults": list(made.report.faults),
            }
        )
    else:
        print(f"Restored “{made.title}” into {folder}: {made.report.events} events.")
    if made.absent:
        files = "is not there; put the file" if len(made.absent) == 1 else "are not there; put the files"
        note(f"{_recordings(len(made.absent))} of the study {files} into {folder / 'media'}: {', '.join(made.absent)}.")
    for fault in made.report.faults:
        note(fault)
    if made.report.faults:
        note("The study is restored as it was archived, but its record does not hold.")
        raise typer.Exit(1)


def backups_command(
    study: StudyFolder,
    now: Annotated[bool, typer.Option("--now", help="Make one first.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the copies of a study's database in `backups`, newest first, each read through."""
    from store.backups import copies, keep_copy, plan_of

    if now:
        with opened(study) as (open_study, settings):
            keep_copy(open_study.folder, plan_of(settings.model_dump()))
    found = list(copies(study))
    if as_json:
        print_json([copy.to_json() for copy in found])
        return
    if not found:
        print(f"There is no copy in {study / 'backups'} yet; `interview backups {study} --now` makes one.")
        return
    table = Table("#", "made (UTC)", "events", "size", "schema", "good?")
    for number, copy in enumerate(found, start=1):
        cells = (
            str(number),
            f"{copy.made_at:%Y-%m-%d %H:%M:%S}",
            str(copy.head.count),
            _size(copy.size),
            copy.schema or "",
            copy.fault or "good",
        )
        table.add_row(*map(Text, cells))
    Console(highlight=False).print(table)


def _restore_in_place(folder: Path, which: str, coder: str, *, as_json: bool) -> None:
    from store.replacing import restore_in_place

    made = restore_in_place(folder, which, coder=coder)
    if as_json:
        print_json(made.to_json())
    else:
        print(made.sentence())
    if made.set_aside is not None and not as_json:
        note(f"The database as it was is kept in {made.set_aside}.")
    for fault in () if as_json else (*made.notes, *made.faults):
        note(fault)
    if made.faults:
        raise typer.Exit(1)


def _check(file: Path, *, as_json: bool) -> None:
    from store.restore import check_archive

    with counted("Checking", "MB") as show:
        found = check_archive(file, progress=_in_megabytes(show))
    if as_json:
        print_json({"file": str(file), "ok": True, **found.to_json()})
        return
    print(f"{file} is whole: “{found.title}” of {found.made_at[:10]}, {len(found.files)} files, {_size(found.size)}.")
    if found.absent:
        note(f"It was made without {_recordings(len(found.absent))} of the study.")


def _in_megabytes(show: Callable[[int, int, str], None]) -> Callable[[int, int, str], None]:
    return lambda done, whole, name: show(-(-done // _MEGABYTE), -(-whole // _MEGABYTE), name)


def _size(count: int) -> str:
    return f"{count / _MEGABYTE:,.1f} MB"


def _recordings(count: int) -> str:
    return "1 recording" if count == 1 else f"{count} recordings"
