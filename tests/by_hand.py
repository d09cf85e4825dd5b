"""What somebody does to a study's database with another program, whichever database that is."""

from contextlib import closing
from typing import Any

from store.database import connect
from store.postgres import DEFINING
from store.records import Base
from store.study import DATABASE, Study


def by_hand(study: Study, *statements: str) -> None:
    """Run raw SQL that no rule of the database holds up; every statement must change something."""
    if study.place is None:
        with closing(connect(study.folder / DATABASE)) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, f"changed nothing: {statement}"
            connection.commit()
        return
    with study.engine.execution_options(**{DEFINING: True}).begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign keys, as in SQLite
        for statement in statements:
            done = connection.exec_driver_sql(statement.replace("rowid", "ctid"))
            assert done.rowcount != 0, f"changed nothing: {statement}"


def asked_by_hand(study: Study, query: str) -> list[tuple[Any, ...]]:
    """The rows that a raw query finds."""
    if study.place is None:
        with closing(connect(study.folder / DATABASE)) as connection:
            return list(connection.execute(query))
    with study.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def everything_in(study: Study) -> str:
    """Every value of every table, as text."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    rows = (row for name in tables for row in asked_by_hand(study, f'SELECT * FROM "{name}"'))  # noqa: S608 - our own names
    return "\n".join(str(row) for row in rows)
