"""Passwords of members: slow to guess, the same work for everybody, and none that is soon guessed."""

import pytest

from assistant.privacy import accounts
from store.errors import InvalidInputError

WORDS = "a password of Ana's own"


def test_a_password_fits_its_own_verifier_alone():
    one, other = accounts.verifier_of(WORDS), accounts.verifier_of(WORDS)
    assert one.startswith("$argon2id$")
    assert one != other
    assert accounts.password_fits(one, WORDS)
    assert accounts.password_fits(other, WORDS)
    for wrong in ("", WORDS.upper(), f"{WORDS} ", "half \ud83d", "x" * 100_000):
        assert not accounts.password_fits(one, wrong)


def test_nobody_has_no_password(monkeypatch):
    """And finding out asks the same of the machine: the hash is computed all the same."""
    asked = []
    hasher = accounts._hasher()

    class Counting:
        def verify(self, verifier, password):
            asked.append(verifier)
            return hasher.verify(verifier, password)

    accounts._nobodys()
    monkeypatch.setattr(accounts, "_hasher", Counting)
    assert not accounts.password_fits(None, WORDS)
    assert not accounts.password_fits(None, "")
    assert [verifier.startswith("$argon2id$") for verifier in asked] == [True, True]


@pytest.mark.parametrize("verifier", ["", "scrypt$x", "$argon2id$broken", "plain"])
def test_what_is_no_verifier_opens_nothing(verifier):
    assert not accounts.password_fits(verifier, verifier)
    assert not accounts.password_fits(verifier, WORDS)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "fewer than 10"),
        ("short one", "fewer than 10"),
        ("x" * 1_001, "more than 1000"),
        ("aaaaaaaaaaaa", "repeats or counts"),
        ("0123456789", "repeats or counts"),
        ("zyxwvutsrqp", "repeats or counts"),
        ("abababababab", "repeats or counts"),
    ],
)
def test_what_is_soon_guessed_is_refused(password, why):
    with pytest.raises(InvalidInputError, match=why):
        accounts.verifier_of(password)


def test_a_verifier_made_with_less_effort_is_outdated():
    from argon2 import PasswordHasher

    assert accounts.is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash(WORDS))
    assert accounts.is_outdated("plain")
    assert not accounts.is_outdated(accounts.verifier_of(WORDS))
