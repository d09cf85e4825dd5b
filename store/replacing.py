"""A copy from `backups/` in the place of a damaged database, with whatever of the damaged one can be read and proved.

The damaged file is set aside, never thrown away. The new one is made ready beside it: from the moment it bears its name
the restoring is decided, and the next opening of the study finishes what a power cut broke off.
"""

import os
import shutil
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store import config, events
from store.backups import FOLDER, NEWEST, Copy, chosen_copy
from store.database import connect, connect_copy, connect_reading, migrate, open_engine
from store.errors import NotAStudyError, NotFoundError, StudyError
from store.events import EMPTY, Head
from store.left_over import SET_ASIDE
from store.presence import nobody_else
from store.rooms import room
from store.soundness import end_of
from store.written import flush_folder, put_in_place

RESTORED_EVENT = "study.restored"
READY = ".study.restoring.db"
_DATABASE = "study.db"
_BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Replaced:
    """What took the place of a database: the copy, None where the damaged one was read in full, and what it holds.

    `events` are those before the one that tells of the restoring, `missing` how many the study is known to have had
    and has no more, `set_aside` is where the replaced file lies, None where there was none, and `faults` are those of
    the audit. `notes` say of a study in PostgreSQL what became of the schema that it had.
    """

    copy: Path | None
    events: int
    missing: int
    salvaged: int
    set_aside: Path | None
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What was done, for a person."""
        if self.copy is None:
            new = f", {self.salvaged} of them in no copy" if self.salvaged else ""
            done = f"Everything in the damaged database could be read and proved: {self.events} events{new}."
        else:
            done = f"Put {self.copy.name} in the database's place: {self.events} events."
        if not self.missing:
            return f"{done} Nothing is missing."
        return f"{done} The last {self.missing} that the study knew of are missing; do again what they did."

    def to_json(self) -> dict[str, Any]:
        """As a script reads it."""
        return {
            "copy": None if self.copy is None else self.copy.name,
            "events": self.events,
            "missing": self.missing,
            "salvaged": self.salvaged,
            "set_aside": None if self.set_aside is None else str(self.set_aside),
            "faults": list(self.faults),
            "notes": list(self.notes),
        }


def restore_in_place(folder: Path, which: str = NEWEST, *, coder: str = "", salvage: bool = True) -> Replaced:
    """Put a copy from `backups/` (`newest`, its number or its name) in the place of the study's database.

    What the present database has beyond the copy is taken over where all of it can be read and the audit proves it;
    otherwise the copy stands alone. In PostgreSQL, the copy goes into a new schema beside the present one, and stands
    alone. Raises ConflictError while another program has the study open, NotFoundError
    where there is neither a good copy nor anything to save, StudyError where the copy is damaged or the disk is full.
    """
    if not folder.is_dir():
        msg = f"{folder} holds no study; name the folder in which its `backups` lie."
        raise NotAStudyError(msg)
    from store.study import place_of

    there = place_of(folder)
    if there is not None:
        from store.replacing_there import restore_there

        replaced = restore_there(folder, there, which, coder=coder)
        return replace(replaced, faults=_faults(folder)) if replaced.faults else replaced
    try:
        with ExitStack() as stack:
            stack.enter_context(nobody_else(folder))
            copy = _copy(folder, which)
            place = stack.enter_context(room(folder))
            replaced = _made_ready(folder, place, copy, coder, salvage=salvage and which == NEWEST)
            _put_ready_in_place(folder)
    except OSError as error:
        msg = f"{folder} cannot be restored ({error.strerror or error}); check who may write there and the space left."
        raise StudyError(msg) from error
    return replace(replaced, faults=_faults(folder)) if replaced.faults else replaced


def _faults(folder: Path) -> tuple[str, ...]:
    """What the audit says once opening has finished what was going on when the copy was made, such as an erasure."""
    from store.audit import verify
    from store.study import open_study

    with open_study(folder) as study:
        return verify(study).faults


def is_half_replaced(folder: Path) -> bool:
    """Whether a restoring that was decided has not been finished."""
    return (folder / READY).is_file()


def finish_replacing(folder: Path) -> tuple[str, ...]:
    """Finish a restoring that broke off after it was decided, and say so; raises ConflictError while it goes on."""
    try:
        if not (folder / READY).is_file():
            return ()
    except OSError:  # said by whoever opens the study
        return ()
    try:
        with nobody_else(folder):
            if (folder / READY).is_file():  # another one that opens the study may have finished it meanwhile
                _put_ready_in_place(folder)
    except OSError as error:
        msg = (
            f"Restoring a copy of the database of {folder} had broken off and cannot be finished "
            f"({error.strerror or error}); check who may write there and the space left, then open the study again."
        )
        raise StudyError(msg) from error
    return ("Restoring a copy of the database had broken off and was finished.",)


def _copy(folder: Path, which: str) -> Copy | None:
    try:
        return chosen_copy(folder, which)
    except NotFoundError:
        if which != NEWEST or not (folder / _DATABASE).is_file():
            raise
        return None


def _made_ready(folder: Path, place: Path, copy: Copy | None, coder: str, *, salvage: bool) -> Replaced:
    from store.salvage import salvaged_database

    known = known_head(folder)
    made, base = place / _DATABASE, None if copy is None else copy.path
    saved = salvaged_database(folder, place, base, known) if salvage else None
    if saved is None and base is None:
        msg = (
            f"There is no good copy in {folder / FOLDER}, and not all of {folder / _DATABASE} can be read; restore an "
            "archive that `interview backup` made. Nothing was changed."
        )
        raise NotFoundError(msg)
    if saved is None and base is not None:
        with closing(connect_reading(base)) as source, closing(connect_copy(made, base)) as target:
            source.backup(target)
    with closing(connect(made)) as connection:
        head = end_of(connection)
    before = 0 if copy is None else copy.head.count
    faults = recorded(place, known, head, copy, coder)
    aside = _set_aside(folder)
    made.chmod(0o600)
    put_in_place(made, folder / READY)
    return Replaced(
        copy=base if saved is None else None,
        events=head.count,
        missing=max(0, known.count - head.count),
        salvaged=0 if saved is None else head.count - before,
        set_aside=aside,
        faults=faults,
    )


def known_head(folder: Path) -> Head:
    """The last event that the settings know of; the empty head where they cannot be read."""
    with suppress(StudyError):
        return config.read_head(folder)
    return EMPTY


def recorded(place: Path, known: Head, head: Head, copy: Copy | None, coder: str) -> tuple[str, ...]:
    """Bring it to the present schema, say in its log that it was restored, and check it; returns the audit's faults."""
    from sqlalchemy.orm import Session

    from store.audit import verify
    from store.study import Study

    engine = open_engine(place / _DATABASE)
    try:
        migrate(engine, place / _DATABASE)
        study = Study(place, engine, "", "")
        with Session(engine.execution_options(write=True)) as session:
            said = {"copy": "" if copy is None else copy.path.name, "events": head.count}
            said |= {"known": known.count, "known_head": known.hash}
            events.append(session, RESTORED_EVENT, said, coder=coder)
            session.commit()
        faults = verify(study).faults
    finally:
        engine.dispose()
    with closing(connect(place / _DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return faults


def _set_aside(folder: Path) -> Path | None:
    """Keep the database as it is, with its journal, under a second name; takes no space where links can be made."""
    there = [path for path in _files(folder) if path.is_file()]
    if not there:
        return None
    aside = folder / FOLDER / f"{SET_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(parents=True, mode=0o700)
    for path in there:
        try:
            os.link(path, aside / path.name)
        except OSError:
            shutil.copyfile(path, aside / path.name)
            (aside / path.name).chmod(0o600)
    flush_folder(aside)
    flush_folder(aside.parent)
    return aside


def _put_ready_in_place(folder: Path) -> None:
    """The head first and the journal next, for what is there already is not to be mixed with what comes."""
    ready = folder / READY
    with closing(connect_reading(ready)) as connection:
        head = end_of(connection)
    config.replace_head(folder, head)
    for path in _files(folder)[1:]:
        path.unlink(missing_ok=True)
    flush_folder(folder)
    put_in_place(ready, folder / _DATABASE)


def _files(folder: Path) -> list[Path]:
    return [folder / _DATABASE, *(folder / f"{_DATABASE}{ending}" for ending in _BESIDE)]
