"""PostgreSQL for tests: a temporary cluster on a free loopback port, which is gone with everything in it afterwards.

Its databases sort by a language's rules and not by code points, as most of a department's do, so that what relies on
the order of the one is found out.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_SUPERUSER = "postgres"
_START_SECONDS = 60
_STOP_SECONDS = 60
_QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "log_min_messages": "warning"}


@dataclass(frozen=True)
class Cluster:
    """A running server: `port` on 127.0.0.1, its Unix socket in `sockets`; anybody who asks is let in as `postgres`."""

    folder: Path
    sockets: Path
    port: int
    password: str | None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), repr=False)

    def url(self, database: str = "postgres", *, user: str = _SUPERUSER) -> str:
        """Where that database is, as a person would write it, without a password."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self, options: str = "") -> str:
        """Make an empty database; returns its URL."""
        name = f"tests_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" {options}')
        return self.url(name)

    def copy_database(self, url: str) -> str:
        """Make a copy of a database to which nobody is connected; returns its URL."""
        name = url.rpartition("/")[2]
        return self.new_database(f'TEMPLATE "{name}" STRATEGY FILE_COPY')

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Carry out one statement as the superuser, by itself; returns its rows."""
        import psycopg

        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_SUPERUSER,
            dbname=database,
            password=self.password,
            autocommit=True,
        ) as connection:
            cursor = connection.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def kill_connections(self) -> int:
        """End every other connection as an administrator would; returns how many."""
        killed = self.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid()"
        )
        return len(killed)

    def stop(self, how: str = "fast") -> None:
        """Stop the server: `fast` ends all connections in order, `immediate` is as if the power went."""
        pid = _server_pid(self.folder)
        if pid is None:
            return
        os.kill(pid, signal.SIGINT if how == "fast" else signal.SIGQUIT)
        _wait(lambda: not (self.folder / "postmaster.pid").exists(), _STOP_SECONDS, "stop")

    def start(self) -> None:
        """Start it again, on the same port."""
        options = {**_QUICK, "port": str(self.port), "unix_socket_directories": str(self.sockets)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder.parent / "server.log").open("ab") as said:
            server = subprocess.Popen(
                [_program("postgres"), "-D", str(self.folder), "-h", "127.0.0.1", *settings],
                stdout=said,
                stderr=said,
                **_as_server(),
            )
        _wait(lambda: self._answers(server), _START_SECONDS, "start")

    def _answers(self, server: subprocess.Popen[bytes]) -> bool:
        import psycopg

        if server.poll() is not None:
            said = (self.folder.parent / "server.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"PostgreSQL did not start: {said[-2000:]}")
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def on_postgres() -> bool:
    """Whether this run of the tests is to keep its studies in PostgreSQL."""
    named = os.environ.get("INTERVIEW_TEST_DATABASE", "")
    if named not in {"", "sqlite", "postgresql"}:
        raise ValueError(f"INTERVIEW_TEST_DATABASE is {named!r}; it may be `sqlite` or `postgresql`")
    return named == "postgresql"


@contextmanager
def cluster(*, password: str | None = None) -> Iterator[Cluster]:
    """A cluster of its own; with a password, the superuser needs it on TCP. Skips where PostgreSQL is not installed."""
    _skip_without()
    # a short path: the one of a Unix socket may hold 107 characters
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    made = None
    try:
        made = _made(place, password)
        made.start()
        yield made
    finally:
        if made is not None:
            made.stop("immediate")
        shutil.rmtree(place, ignore_errors=True)


def _made(place: Path, password: str | None) -> Cluster:
    data, sockets = place / "data", place / "s"
    for folder in (data, sockets):
        folder.mkdir(mode=0o700)
    secret = place / "password"
    secret.write_text(password or "-", encoding="utf-8")
    for path in (place, data, sockets, secret):
        _give_away(path)
    how = "trust" if password is None else "scram-sha-256"
    subprocess.run(
        [
            *(_program("initdb"), "-D", str(data), "-U", _SUPERUSER, "--no-sync", "--encoding=UTF8"),
            *("--locale-provider=icu", "--icu-locale=de", "--locale=C", "--no-instructions"),
            *(f"--auth-host={how}", "--auth-local=trust", f"--pwfile={secret}"),
        ],
        check=True,
        capture_output=True,
        **_as_server(),
    )
    return Cluster(data, sockets, _free_port(), password)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(done: Any, seconds: float, what: str) -> None:
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not {what} within {seconds} seconds")
        time.sleep(0.05)


def _server_pid(folder: Path) -> int | None:
    try:
        return int((folder / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _skip_without() -> None:
    if os.name == "nt":
        pytest.skip("the temporary PostgreSQL of the tests is made for Linux and macOS")
    pytest.importorskip("psycopg", reason='psycopg is missing: pip install "interview-assistant[servers]"')
    if _folder_of_programs() is None:
        pytest.skip("PostgreSQL's `initdb` is not on this machine (INTERVIEW_TEST_POSTGRES names its folder)")


def _program(name: str) -> str:
    folder = _folder_of_programs()
    assert folder is not None
    return str(folder / name)


def _folder_of_programs() -> Path | None:
    """The folder of `initdb` and `postgres`: where the environment says, on the path, or where Debian puts it."""
    named = os.environ.get("INTERVIEW_TEST_POSTGRES")
    if named:
        return Path(named)
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _as_server() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then its own account runs it."""
    if not _is_root():
        return {"cwd": "/"}
    return {"user": _SUPERUSER, "group": _SUPERUSER, "extra_groups": [], "cwd": "/"}


def _give_away(path: Path) -> None:
    if _is_root():
        shutil.chown(path, _SUPERUSER, _SUPERUSER)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
