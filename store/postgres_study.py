"""A study with its database in PostgreSQL: begun in a schema of its own, and opened again."""

import uuid
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from store.database_place import DatabasePlace, keep_place
from store.errors import NotAStudyError, StudyError
from store.postgres import open_engine
from store.postgres_faults import explained
from store.postgres_schema import drop_schema, make_schema, migrate
from store.records import StudyRow
from store.study import Study, record_new


def begun(folder: Path, title: str, place: DatabasePlace) -> Study:
    """A new study in a schema of its own; its folder knows of the schema before that is made.

    Raises as `open_engine` and `make_schema` do, and then leaves no schema behind.
    """
    engine = open_engine(place)
    try:
        keep_place(folder, place)
        make_schema(engine, place, folder)
        try:
            study = Study(folder, engine, str(uuid.uuid4()), title, place=place)
            record_new(study)
        except BaseException:
            with suppress(StudyError):
                drop_schema(engine, place, folder)
            raise
    except BaseException:
        engine.dispose()
        raise
    return study


def opened(folder: Path, place: DatabasePlace) -> Study:
    """The study in that schema, brought up to date after a copy; raises NotAStudyError where it cannot be had."""
    engine = open_engine(place)
    try:
        backup = migrate(engine, place, folder)
        row = _row(folder, place, engine)
    except BaseException:
        engine.dispose()
        raise
    return Study(folder, engine, row.guid, row.title, backup, place=place)


def _row(folder: Path, place: DatabasePlace, engine: Engine) -> StudyRow:
    try:
        with Session(engine) as session:
            row = session.scalars(select(StudyRow)).first()
    except DatabaseError as error:
        raise explained(error, folder, place, writing=False) or error from error
    if row is None:
        msg = f"{place.shown[0].upper()}{place.shown[1:]} is empty: its study was never begun; make it in a new folder."
        raise NotAStudyError(msg)
    return row
