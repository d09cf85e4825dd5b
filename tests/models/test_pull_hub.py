import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import huggingface_hub.constants
import psutil
import pytest
from toy_models import files_below, hub_card, sha256

from assistant.models import choose, pull, verify
from store.errors import StudyError

COMMIT = "c" * 40
CONTENT = b"GGUF from the hub"


class HubStandIn(BaseHTTPRequestHandler):
    """Answers like the hub for the files in `served`; counts what is downloaded."""

    served: ClassVar[dict[str, tuple[bytes, str]]] = {}
    downloads: ClassVar[list[str]] = []

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self.downloads.append(self.path)
        self.wfile.write(self._answer())

    def _answer(self):
        name = self.path.rsplit("/", 1)[-1]
        repo_and_way = self.path.startswith("/team/toy/resolve/")
        content, etag = self.served.get(name, (b"", "")) if repo_and_way else (b"", "")
        self.send_response(200 if content else 404)
        if content:
            self.send_header("ETag", f'"{etag}"')
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return content

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def hub(monkeypatch, settings, socket_enabled):
    """A hub on this machine with one file, and settings that point at it."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(HubStandIn, "served", {"toy.gguf": (CONTENT, sha256(CONTENT))})
    monkeypatch.setattr(HubStandIn, "downloads", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubStandIn)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield settings.model_copy(update={"hub_endpoint": f"http://127.0.0.1:{server.server_port}"})
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_file_comes_from_the_hub_once(hub, known):
    """It is downloaded at the commit that the hub names, verified, and not downloaded again."""
    known(hub_card({"toy.gguf": sha256(CONTENT)}))
    told = []
    model = pull("toy-hub", hub, lambda *values: told.append(values))
    pull("toy-hub", hub)
    assert model.path.read_bytes() == CONTENT
    assert COMMIT in model.source
    assert HubStandIn.downloads == [f"/team/toy/resolve/{COMMIT}/toy.gguf"]
    assert told[-1][0] == len(CONTENT)
    assert files_below(hub.models_dir) == {"toy-hub/toy.gguf", "toy-hub/installed.json"}


def test_an_unknown_hash_is_recorded_and_verified_from_then_on(hub, known, monkeypatch):
    """Trust on first use: what was pulled is what has to stay."""
    known(hub_card({"toy.gguf": None}))
    monkeypatch.setattr(HubStandIn, "served", {"toy.gguf": (CONTENT, "a-small-file")})
    model = pull("toy-hub", hub)
    assert model.sha256 == sha256(CONTENT)
    model.path.write_bytes(CONTENT[::-1])
    with pytest.raises(StudyError, match="damaged"):
        verify("toy-hub", hub)


@pytest.mark.parametrize("pinned", [None, "0" * 64])
def test_bytes_that_are_not_what_was_stated_are_refused(hub, known, monkeypatch, pinned):
    """A pinned hash counts, and without one the hash that the hub itself states."""
    known(hub_card({"toy.gguf": pinned}))
    if pinned is None:
        monkeypatch.setattr(HubStandIn, "served", {"toy.gguf": (CONTENT, "1" * 64)})
    with pytest.raises(StudyError, match="has SHA-256"):
        pull("toy-hub", hub)
    assert files_below(hub.models_dir) == set()


def test_a_file_that_the_hub_lacks_becomes_a_sentence(hub, known):
    """The repository and the way out are named."""
    known(hub_card({"other.gguf": None}))
    with pytest.raises(StudyError, match=r"team/toy .*--from-file"):
        pull("toy-hub", hub)
    assert files_below(hub.models_dir) == set()


def test_a_hub_out_of_reach_becomes_a_sentence(hub, known):
    """No network is no traceback."""
    known(hub_card({"toy.gguf": None}))
    unreachable = hub.model_copy(update={"hub_endpoint": "http://127.0.0.1:9"})
    with pytest.raises(StudyError, match="could not be downloaded from the hub"):
        pull("toy-hub", unreachable)


def test_a_hub_model_can_be_chosen(hub, known, monkeypatch):
    """What came from the hub is used like any other model, if it fits into memory."""
    known(hub_card({"toy.gguf": None}))
    pull("toy-hub", hub)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=8_000_000_000))
    assert choose("llm", "auto", hub).name == "toy-hub"
