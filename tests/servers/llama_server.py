"""A served language model for tests: llama-cpp-python's own server on a free loopback port, ended afterwards."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

_START_SECONDS = 120
_PACKAGES = ("llama_cpp", "uvicorn", "fastapi", "sse_starlette", "starlette_context", "pydantic_settings")


@dataclass
class LlamaServer:
    """A running server; `url` is what the paths of the protocol are added to."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it as if the power went."""
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def llama_server(
    model: Path, log: Path, *, alias: str = "served", context_tokens: int = 2048, logprobs: bool = True, port: int = 0
) -> Iterator[LlamaServer]:
    """The server with one model. Without `logprobs` it cannot tell them: it keeps logits of the last token alone.

    Without a port, it gets a free one.
    """
    for package in _PACKAGES:
        pytest.importorskip(package, reason=f"{package} is missing: the server of llama-cpp-python needs it")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = int(probe.getsockname()[1])
    options = {
        "model": model,
        "model_alias": alias,
        "host": "127.0.0.1",
        "port": port,
        "n_ctx": context_tokens,
        "n_threads": 2,
        "logits_all": str(logprobs).lower(),
    }
    command = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    with log.open("ab") as said:
        process = subprocess.Popen([sys.executable, "-m", "llama_cpp.server", *command], stdout=said, stderr=said)
    server = LlamaServer(f"http://127.0.0.1:{port}/v1", process)
    try:
        _wait_for(server, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(server: LlamaServer, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        try:
            if httpx.get(f"{server.url}/models", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
