"""A Chroma server for tests, and a small reverse proxy before it that checks a token, as a department's would."""

import http.client
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_START_SECONDS = 90
PREFIX = "/department"
"""Under which the proxy also stands for the server."""
TOKEN = "a token for tests"  # noqa: S105 - it opens nothing


@dataclass
class Chroma:
    """A running `chroma run` on a loopback port; `folder` is where it keeps what it is given."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = Path(sys.executable).with_name("chroma")
        found = shutil.which(str(program)) or shutil.which("chroma")
        if found is None:
            pytest.skip("Chroma's program is not installed")
        self._process = subprocess.Popen(
            [found, "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                pytest.fail("the Chroma server did not start")
            time.sleep(0.1)

    def kill(self) -> None:
        """As if the power went."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)
            self._process = None

    def _answers(self) -> bool:
        try:
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            asked.request("GET", "/api/v2/heartbeat")
            return asked.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False


@dataclass
class Proxy:
    """Before a server: lets through whoever brings the token, and writes down what was sent.

    `answer` is given to everybody instead, where it is set: (status, body).
    """

    port: int
    token: str = TOKEN
    answer: tuple[int, bytes] | None = None
    sent: list[bytes] = field(default_factory=list)
    before: Any = None
    """Called with method and path before a request is passed on."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def chroma_server(folder: Path) -> Iterator[Chroma]:
    """A temporary server; killed afterwards."""
    server = Chroma(folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def proxy_before(server: Chroma) -> Iterator[Proxy]:
    """A proxy on a port of its own, in a thread of this process."""
    made = Proxy(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.sent.append(self.path.encode() + b"\n" + body)
            if self.headers.get("Authorization") != f"Bearer {made.token}":
                self._reply(401, b'{"error": "Unauthorized", "message": "no"}')
                return
            if made.answer is not None:
                self._reply(*made.answer)
                return
            if made.before is not None:
                made.before(self.command, self.path)
            asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            try:
                asked.request(self.command, self.path.removeprefix(PREFIX), body, {"Content-Type": "application/json"})
                given = asked.getresponse()
                self._reply(given.status, given.read())
            except (OSError, http.client.HTTPException):
                self._reply(502, b"")
            finally:
                asked.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass_on  # noqa: N815 - names of the library

        def _reply(self, status: int, body: bytes) -> None:
            with suppress(OSError):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        made.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            listening.shutdown()
            thread.join(10)
