"""A copy from `backups/` in the place of a study's database in PostgreSQL: in a new schema, beside the one it had.

The old schema is renamed, never dropped, so nothing is lost with it; whoever looks after the server removes it.
"""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from store import config
from store.backups import chosen_copy
from store.database import connect, connect_copy, connect_reading
from store.database_place import DatabasePlace, new_place
from store.errors import StudyError
from store.moving import alone, held_file
from store.moving_there import Unfinished, clear_unfinished, set_aside
from store.replacing import Replaced, known_head, recorded
from store.rooms import room
from store.server_copies import engine_of, silent, told
from store.soundness import end_of
from store.study import DATABASE, place_of


def restore_there(folder: Path, place: DatabasePlace, which: str, *, coder: str = "") -> Replaced:
    """Fill a new schema in the same database with a copy (`newest`, its number or its name), and switch to it.

    Raises ConflictError while another program has the study open, NotFoundError where there is no such copy,
    StudyError where the server or the disk does not do its part: then the study is as it was.
    """
    copy = chosen_copy(folder, which)
    target = replace(new_place(place.url), password=place.password)
    with alone(folder, place), room(folder) as beside:
        clear_unfinished(folder, place, target)
        made = beside / DATABASE
        with closing(connect_reading(copy.path)) as given, closing(connect_copy(made, copy.path)) as file:
            given.backup(file)
        known = known_head(folder)
        faults = recorded(beside, known, copy.head, copy, coder)
        with closing(connect(made)) as file:
            head = end_of(file)
        moving = Unfinished.begun(folder, target, place)
        try:
            with held_file(beside) as source:
                moving.filled(source, silent)
            config.replace_database(folder, {"url": target.url, "schema": target.schema}, head)
        except BaseException:
            if place_of(folder) != target:  # a key that was pressed in the very moment of the switch undoes nothing
                moving.given_up()
            raise
        notes: tuple[str, ...] = ()
        try:
            notes = _left(folder, place)
        except StudyError as error:  # the study is restored all the same; the old schema stays under its name
            notes = (str(error),)
        try:
            moving.finished()
        except StudyError as error:  # the study is restored; opening it tries this again
            notes = (*notes, str(error))
    missing = max(0, known.count - copy.head.count)
    return Replaced(copy.path, copy.head.count, missing, 0, None, faults, notes)


def _left(folder: Path, place: DatabasePlace) -> tuple[str, ...]:
    with engine_of(place) as engine, told(folder, place), engine.execution_options(write=True).connect() as connection:
        return set_aside(connection, place, drop=False)[1]
