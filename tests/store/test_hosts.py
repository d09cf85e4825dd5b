"""Which other machines a study may be kept on."""

import pytest

from store.errors import InvalidInputError
from store.hosts import ALLOWED_HOSTS, is_this_machine, refuse_foreign


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1", "[::1]", "/run/postgresql"]
)
def test_this_machine_needs_no_leave(host, monkeypatch):
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    assert is_this_machine(host)
    refuse_foreign(host, "The database")


@pytest.mark.parametrize(
    "host", ["db.example.org", "10.0.0.7", "localhost.example.org", "127.0.0.1.example.org", "0", None, ""]
)
def test_another_machine_is_refused_by_name(host, monkeypatch):
    monkeypatch.setenv(ALLOWED_HOSTS, "other.example.org, ,")
    with pytest.raises(InvalidInputError, match=f"The database is .*{host or 'without a host'}.*{ALLOWED_HOSTS}="):
        refuse_foreign(host, "The database")


def test_a_machine_that_the_environment_names_is_let_through(monkeypatch):
    monkeypatch.setenv(ALLOWED_HOSTS, "db.Example.org, 10.0.0.7")
    refuse_foreign("DB.example.org", "The database")
    refuse_foreign("10.0.0.7", "The database")
