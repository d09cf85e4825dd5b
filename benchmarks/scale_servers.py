"""PostgreSQL and a Chroma server for the benchmark of scale: those that are named, or temporary ones."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 180


@contextlib.contextmanager
def servers(database: str | None, index: str | None) -> Iterator[str]:
    """The URL of a database; what is not named is started on loopback, and gone with all that is in it afterwards."""
    with contextlib.ExitStack() as stack:
        os.environ["INTERVIEW_INDEX"] = index or stack.enter_context(chroma())
        yield database or stack.enter_context(postgres())


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """An empty database of a temporary server, as the tests start one."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from servers.postgres import cluster

    with cluster() as started:
        yield started.new_database()


@contextlib.contextmanager
def chroma() -> Iterator[str]:
    """The address of a temporary Chroma server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    program = Path(sys.executable).with_name("chroma")
    with tempfile.TemporaryDirectory(prefix="scale-chroma-", ignore_cleanup_errors=True) as folder:
        command = [str(program), "run", "--host", "127.0.0.1", "--port", str(port), "--path", folder]
        started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - the venv's
        try:
            _wait(port, started)
            yield f"http://127.0.0.1:{port}"
        finally:
            started.terminate()
            started.wait(START_SECONDS)


def _wait(port: int, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and started.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    msg = f"The Chroma server did not answer on port {port} within {START_SECONDS} seconds."
    raise RuntimeError(msg)
