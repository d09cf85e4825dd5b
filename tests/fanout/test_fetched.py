import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec

import pytest

from assistant.fanout import fetched as room
from assistant.fanout.fetched import fetched
from assistant.fanout.request import ElsewhereError
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.hosts import ALLOWED_HOSTS

pytest.importorskip("fsspec", reason="fsspec is not installed (the extra `servers`)")
pytest.importorskip("aiohttp", reason="aiohttp is not installed (the extra `servers`)")

SOUND = bytes(range(256)) * 9_000
SHA = hashlib.sha256(SOUND).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder; one name leads to another machine."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://192.0.2.7/recording.wav")
            self.end_headers()
        else:
            super().do_GET()


@pytest.fixture
def served(tmp_path):
    """The address of a folder with one recording."""
    (tmp_path / "recording.wav").write_bytes(SOUND)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_shared_file_is_used_where_it_is(tmp_path):
    """Nothing is copied, and it stays."""
    path = tmp_path / "recording.wav"
    path.write_bytes(SOUND)
    with fetched(str(path), SHA, "I1 (a.wav)") as found:
        assert found == path
    with fetched(path.as_uri(), SHA, "I1 (a.wav)") as found:
        assert found == path
    assert path.read_bytes() == SOUND


def test_a_copy_is_private_and_gone_after_use(served):
    """It is whole, for this account alone, and deleted also where the hearing fails."""
    seen = []

    def heard(found):
        seen.append((found, found.read_bytes(), found.stat().st_mode & 0o077))
        raise NotFoundError

    with pytest.raises(NotFoundError), fetched(f"{served}/recording.wav", SHA, "I1 (a.wav)") as path:
        heard(path)
    ((found, held, others),) = seen
    assert (held, others) == (SOUND, 0)
    assert not found.exists()
    assert not found.parent.exists()


def test_other_bytes_than_those_added_are_refused(served, tmp_path):
    """Whatever an address serves, only the recording of the study is heard."""
    for place in (f"{served}/recording.wav", str(tmp_path / "recording.wav")):
        with pytest.raises(ConflictError, match="not the one that was added"), fetched(place, "0" * 64, "I1 (a.wav)"):
            pytest.fail("it was heard")


@pytest.mark.parametrize("name", ["missing.wav", "away"])
def test_what_cannot_be_fetched_is_for_another_worker(served, name):
    """A name that is not there, and one that leads to a machine where nobody may go."""
    with pytest.raises(ElsewhereError, match="could not be fetched"), fetched(f"{served}/{name}", SHA, "I1 (a.wav)"):
        pytest.fail("it was heard")


def test_a_folder_that_is_not_shared_is_for_another_worker(tmp_path):
    """The sentence says both ways to bring the recording there."""
    with (
        pytest.raises(ElsewhereError, match="--media-url"),
        fetched(str(tmp_path / "no" / "such.wav"), SHA, "I1 (a.wav)"),
    ):
        pytest.fail("it was heard")


def test_a_server_that_does_not_answer_is_for_another_worker():
    """Nobody listens there."""
    with (
        pytest.raises(ElsewhereError, match="could not be fetched"),
        fetched("http://127.0.0.1:9/recording.wav", SHA, "I1 (a.wav)"),
    ):
        pytest.fail("it was heard")


def test_an_endless_answer_is_cut_off(served, monkeypatch):
    """What is larger than any recording is not kept."""
    monkeypatch.setattr(room, "MOST_BYTES", 1000)
    with pytest.raises(ElsewhereError, match="larger than"), fetched(f"{served}/recording.wav", SHA, "I1 (a.wav)"):
        pytest.fail("it was heard")


def test_a_place_without_a_package_says_which(monkeypatch):
    """A bucket needs a package of its own on the worker."""
    if find_spec("s3fs"):
        pytest.skip("that package is on this machine")
    monkeypatch.setenv(ALLOWED_HOSTS, "bucket")
    with pytest.raises(ElsewhereError, match="s3fs"), fetched("s3://bucket/a.wav", SHA, "I1 (a.wav)"):
        pytest.fail("it was heard")


def test_a_worker_goes_to_no_host_that_its_machine_does_not_allow(monkeypatch):
    """Whatever the coordinator says."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    with pytest.raises(InvalidInputError, match=ALLOWED_HOSTS), fetched("http://192.0.2.7/a.wav", SHA, "I1 (a.wav)"):
        pytest.fail("it was heard")
