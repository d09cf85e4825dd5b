import pytest

from assistant.fanout.places import media_host, media_path, media_prefix, scheduler_host, stays_here
from store.errors import InvalidInputError
from store.hosts import ALLOWED_HOSTS


def test_a_scheduler_here_needs_no_leave():
    """Loopback in its forms, with Dask's two protocols."""
    assert scheduler_host("tcp://127.0.0.1:8786") == "127.0.0.1"
    assert scheduler_host("tls://localhost:8786") == "localhost"
    assert scheduler_host("tcp://[::1]:8786") == "::1"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "here",
        "127.0.0.1:8786",
        "tcp://127.0.0.1",
        "tcp://:8786",
        "tcp://127.0.0.1:0",
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:eight",
        "inproc://127.0.0.1/1/1",
        "http://127.0.0.1:8786",
        "tcp://ada@127.0.0.1:8786",
        "tcp://127.0.0.1:8786/path",
        "tcp://127.0.0.1:8786?x=1",
        "tcp://[::1:8786",
    ],
)
def test_what_is_no_address_of_a_scheduler_is_said(address):
    """Each with how one is written."""
    with pytest.raises(InvalidInputError, match="tcp://host:8786"):
        scheduler_host(address)


def test_a_scheduler_elsewhere_is_named_by_this_machine(monkeypatch):
    """Nothing but this machine's environment lets work go to another."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    with pytest.raises(InvalidInputError, match=ALLOWED_HOSTS):
        scheduler_host("tls://workers.example.org:8786")
    monkeypatch.setenv(ALLOWED_HOSTS, "workers.example.org")
    assert scheduler_host("tls://workers.example.org:8786") == "workers.example.org"


def test_which_workers_are_on_this_machine():
    """Only loopback is; what cannot be read is not."""
    assert stays_here("tcp://127.0.0.1:4000")
    assert not stays_here("tcp://192.0.2.7:4000")
    assert not stays_here("tls://[::1")
    assert not stays_here("")


def test_a_file_is_a_place_without_a_host(tmp_path):
    """A path or a `file://` address names the file itself."""
    place = tmp_path / "a b.wav"
    assert media_path(str(place)) == place
    assert media_path(place.as_uri()) == place
    assert media_host(place.as_uri()) is None


def test_an_address_of_recordings_needs_leave_for_its_host(monkeypatch):
    """A study that somebody sent names an address: no worker goes there for that alone."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    for url in ("https://media.example.org/study", "s3://bucket/study"):
        with pytest.raises(InvalidInputError, match=ALLOWED_HOSTS):
            media_prefix(url)
    monkeypatch.setenv(ALLOWED_HOSTS, "media.example.org,bucket")
    assert media_prefix("https://media.example.org/study/") == "https://media.example.org/study"
    assert media_prefix("s3://bucket/study") == "s3://bucket/study"
    assert media_path("s3://bucket/study/a.wav") is None


@pytest.mark.parametrize(
    "url",
    [
        "media",
        "ftp://127.0.0.1/x",
        "simplecache::http://127.0.0.1/x",
        "http://127.0.0.1/simplecache::x",
        "zip://x.zip",
        "memory://x",
        "dask://127.0.0.1/x",
        "http://ada:secret@127.0.0.1/x",
        "http://127.0.0.1/x?token=secret",
        "http://127.0.0.1/x#y",
        "http://[::1/x",
        "file://other.example.org/x",
        "http:///x",
    ],
)
def test_what_is_no_address_of_recordings_is_refused(url, monkeypatch):
    """Other forms, chains of filesystems, passwords that would be kept, and hosts without a name."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    with pytest.raises(InvalidInputError) as said:
        media_prefix(url)
    assert "secret" not in str(said.value)
