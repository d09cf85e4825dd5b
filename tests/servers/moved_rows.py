"""What a study's database holds, wherever it is, and movings that are killed on their way."""

import os
import sys
from pathlib import Path

from store import database, moving, moving_there
from store.copied_rows import Side, revision_of, rows, tables_of
from store.server_copies import engine_of
from store.study import DATABASE, place_of

KILLED = 9


def content(folder: Path) -> dict[str, list[tuple]]:
    """Every row of every table, as SQLite's driver gives it."""
    place = place_of(folder)
    if place is None:
        return content_of_file(folder / DATABASE)
    with engine_of(place) as engine:
        return _content(engine, place.schema)


def content_of_file(path: Path) -> dict[str, list[tuple]]:
    engine = database.open_engine(path)
    try:
        return _content(engine, None)
    finally:
        engine.dispose()


def _content(engine, schema) -> dict[str, list[tuple]]:
    with engine.connect() as connection:
        side = Side(connection, schema)
        return {table.name: list(rows(side, table)) for table in tables_of(revision_of(side))}


STEPS = {
    "after the copy": (moving, "keep_copy"),
    "after it was said to begin": (moving_there, "replace_file"),
    "after the schema was made": (moving_there, "define_schema"),
    "after the rows were copied": (moving_there, "copy_rows"),
    "after the rows were compared": (moving_there, "refuse_different"),
    "after the switch": (moving, "keep_place"),
    "after the file was removed": (moving, "_remove_file"),
    "after the file was written": (moving, "write_copy"),
    "after the file was put in place": (moving, "put_in_place"),
    "after the schema was set aside": (moving, "set_aside"),
}


def main() -> None:
    """Move a study and end as if killed at that step: folder, destination, step."""
    folder, to, step = sys.argv[1:]
    module, name = STEPS[step]
    whole = getattr(module, name)

    def then_killed(*arguments: object, **more: object) -> None:
        whole(*arguments, **more)
        os._exit(KILLED)

    setattr(module, name, then_killed)
    moving.move_study(Path(folder), to)


if __name__ == "__main__":
    main()
