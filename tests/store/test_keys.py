import json
import os

import pytest

from store import keys, locked_file
from store.errors import ConflictError, InvalidInputError, LockedError, WrongPassphraseError

GOOD = "five plain words to say"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(keys, "_known", {})
    monkeypatch.setattr(keys, "_asker", None)
    monkeypatch.setattr(locked_file.sealed, "__kwdefaults__", {"about": None, "n": 2**14})  # the same, faster
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE, raising=False)
    monkeypatch.delenv("INTERVIEW_STUDY_KEYS", raising=False)


def test_a_key_is_found_again_by_its_passphrase_alone(tmp_path):
    made = keys.make_key(tmp_path, GOOD)
    assert keys.key_of(tmp_path) == made, "who made it has it"
    keys.lock(tmp_path)
    with pytest.raises(LockedError, match="encrypted and locked"):
        keys.key_of(tmp_path)
    assert keys.is_locked(tmp_path)
    with pytest.raises(WrongPassphraseError):
        keys.unlock(tmp_path, "five plain words to sing")
    assert keys.unlock(tmp_path, GOOD) == made
    assert not keys.is_locked(tmp_path)


def test_the_file_shows_nothing_and_is_its_owners_alone(tmp_path):
    made = keys.make_key(tmp_path, GOOD)
    file = tmp_path / keys.KEY_FILE
    assert made.secret.hex() not in file.read_text()
    assert GOOD not in file.read_text()
    assert made.secret.hex() not in repr(made)
    assert str(made.secret) not in repr(made)
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


def test_another_passphrase_for_the_same_key(tmp_path):
    made = keys.make_key(tmp_path, GOOD)
    with pytest.raises(WrongPassphraseError):
        keys.change_passphrase(tmp_path, "not the old one", "a new one to use")
    keys.change_passphrase(tmp_path, GOOD, "a new one to use")
    keys.lock(tmp_path)
    with pytest.raises(WrongPassphraseError):
        keys.unlock(tmp_path, GOOD)
    assert keys.unlock(tmp_path, "a new one to use") == made


def test_weak_or_second_keys_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="fewer than 8"):
        keys.make_key(tmp_path, "short")
    assert not keys.is_encrypted(tmp_path)
    keys.make_key(tmp_path, GOOD)
    with pytest.raises(InvalidInputError, match="fewer than 8"):
        keys.change_passphrase(tmp_path, GOOD, "short")
    with pytest.raises(ConflictError, match="encrypted already"):
        keys.make_key(tmp_path, GOOD)


def test_the_environment_of_a_child_opens_this_study_and_holds_no_passphrase(tmp_path, monkeypatch):
    made = keys.make_key(tmp_path, GOOD)
    monkeypatch.setenv(keys.PASSPHRASE_VARIABLE, GOOD)
    given = keys.environment_with_key(tmp_path)
    assert GOOD not in given.values()
    monkeypatch.setattr(keys, "_known", {})
    monkeypatch.delenv(keys.PASSPHRASE_VARIABLE)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert keys.key_of(tmp_path) == made
    assert made.secret.hex() not in str(keys.without_keys(os.environ))


def test_a_study_in_the_clear_hands_on_no_key(tmp_path, monkeypatch):
    monkeypatch.setenv("INTERVIEW_STUDY_KEYS", "{}")
    assert keys.key_of(tmp_path) is None
    assert keys.environment_with_key(tmp_path, {"A": "b"}) == {"A": "b"}


def test_a_person_is_asked_three_times(tmp_path):
    keys.make_key(tmp_path, GOOD)
    keys.lock(tmp_path)
    asked = []

    def ask(folder, again):
        asked.append((folder, again))
        return GOOD if len(asked) == 2 else "something else"

    keys.ask_with(ask)
    assert keys.key_of(tmp_path) is not None
    assert asked == [(tmp_path, False), (tmp_path, True)]
    keys.lock(tmp_path)
    keys.ask_with(lambda *_: "never the right one")
    with pytest.raises(WrongPassphraseError):
        keys.key_of(tmp_path)
    keys.ask_with(lambda *_: None)
    with pytest.raises(LockedError):
        keys.key_of(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": "something else"}',
        b"[" * 100_000,
        b"x" * 200_000,
    ],
)
def test_a_damaged_key_file_is_told(tmp_path, content):
    (tmp_path / keys.KEY_FILE).write_bytes(content)
    for open_it in (keys.key_of, keys.is_locked, lambda folder: keys.unlock(folder, GOOD)):
        with pytest.raises(LockedError, match=r"study\.key is damaged"):
            open_it(tmp_path)


@pytest.mark.parametrize("changed", [{"n": 2**40}, {"p": 100}, {"data": "AAAA"}, {"id": "another"}, {"version": 99}])
def test_a_changed_key_file_opens_nothing(tmp_path, changed):
    """Numbers that would take hours are refused, and what stands readable is sealed with the key."""
    keys.make_key(tmp_path, GOOD)
    file = tmp_path / keys.KEY_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), **changed}))
    with pytest.raises((LockedError, WrongPassphraseError)):
        keys.unlock(tmp_path, GOOD)
