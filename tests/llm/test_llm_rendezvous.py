import os
import sys
import threading
from multiprocessing import AuthenticationError
from pathlib import Path

import pytest

from assistant.llm import protocol, worker
from assistant.llm.rendezvous import Listening, Place, connect, place_of, read_state
from store.errors import InvalidInputError

posix = pytest.mark.skipif(sys.platform == "win32", reason="files have no POSIX mode on Windows")


class Counting:
    def count_tokens(self, texts):
        return [len(text) for text in texts]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serves in this process; returns the place, and ends the server."""
    servers = []

    def serve(folder: Path = tmp_path, **address) -> Place:
        place = Place(folder, "k")
        if address:
            monkeypatch.setattr(worker, "_free_address", lambda _: (address["family"], address["address"]))
        server = worker.Server(Counting(), place.state, idle_seconds=30.0)
        thread = threading.Thread(target=server.run)
        thread.start()
        servers.append((server, thread))
        for _ in range(500):
            if place.state.exists():
                break
            thread.join(0.01)
        return place

    yield serve
    for server, thread in servers:
        server._stop.set()
        thread.join(10)


def _ask(connection, **request):
    connection.send_bytes(protocol.encode(request))
    return protocol.decode(connection.recv_bytes())


def test_loopback_serves_like_a_socket_file(served):
    """Where there are no socket files, the loopback address with a free port does the same."""
    place = served(family="AF_INET", address=("127.0.0.1", 0))
    with connect(place) as connection:
        assert _ask(connection, op="count_tokens", texts=["abc"]) == {"ok": True, "result": [3]}


@posix
def test_state_file_and_folder_are_private(served, settings, model_file):
    """Only their owner can read the token or reach the socket."""
    assert served().state.stat().st_mode & 0o777 == 0o600
    assert place_of(model_file, settings, ()).folder.stat().st_mode & 0o777 == 0o700


def test_wrong_token_gets_no_answer(served):
    """A stranger who found the address but not the token is turned away."""
    listening = read_state(served())
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        Listening(listening.pid, listening.family, listening.address, "00" * 32).connect()


@posix
def test_long_folder_gets_a_short_socket_path(served, tmp_path):
    """A runtime folder too deep for a socket path still works, and its stand-in folder disappears afterwards."""
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    place = served(deep)
    address = read_state(place).address
    assert len(os.fsencode(address)) <= 100
    with connect(place) as connection:
        assert _ask(connection, op="shutdown")["ok"] is True
    for _ in range(500):
        if not Path(address).parent.exists():
            return
        threading.Event().wait(0.01)
    pytest.fail("the socket's folder is still there")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b'{"op": "no such"}',
        b'{"op": "count_tokens"}',
        b'{"op": "count_tokens", "texts": 3}',
    ],
)
def test_bad_requests_are_answered_and_the_connection_lives(served, data):
    """Malformed bytes get a refusal, never a dead worker."""
    with connect(served()) as connection:
        connection.send_bytes(data)
        assert protocol.decode(connection.recv_bytes())["ok"] is False
        assert _ask(connection, op="count_tokens", texts=["ab"])["result"] == [2]


def test_other_options_meet_at_another_place(settings, model_file):
    """Changing what may change the numbers changes the process."""
    first = place_of(model_file, settings, ())
    assert first == place_of(model_file, settings, ())
    assert first != place_of(model_file, settings.model_copy(update={"llm_context_tokens": 1024}), ())
    model_file.write_bytes(b"another")
    assert first != place_of(model_file, settings, ())


def test_errors_travel_as_what_they_are():
    """An error of the worker is raised by the client as the same kind with the same sentence."""
    error = protocol.error_from_json(protocol.error_to_json(InvalidInputError("No.")))
    assert type(error) is InvalidInputError
    assert str(error) == "No."
