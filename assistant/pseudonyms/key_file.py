"""The key's file: encrypted with a passphrase, for its owner alone, never inside the study's folder.

It is sealed as `store.locked_file` says.
"""

import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.pseudonyms.key import Key
from store.canonical import canonical_json
from store.errors import ConflictError, InvalidInputError, NotFoundError, StudyError
from store.locked_file import (
    SHORTEST_PASSPHRASE,
    DamagedFileError,
    NewerFileError,
    WrongPassphraseError,
    sealed,
    unsealed,
)
from store.rooms import room
from store.study import Study
from store.written import flush, new_file, put_in_place

FORMAT = "interview-assistant pseudonyms"
_N = 2**15
_LARGEST = 256_000_000
_PATIENCE = 30.0
"""Seconds for which another process may hold the key."""
_ENDING = ".pseudonyms.key"


def default_path(study: Study) -> Path:
    """Beside the study's folder."""
    return study.folder.with_name(f"{study.folder.name}{_ENDING}")


def create_key(study: Study, path: Path, passphrase: str) -> Key:
    """A new key without names; raises ConflictError where there is a file, InvalidInputError for a weak passphrase."""
    _refuse_inside(study, path)
    if len(passphrase) < SHORTEST_PASSPHRASE:
        msg = (
            f"The passphrase has fewer than {SHORTEST_PASSPHRASE} characters; choose a longer one. Nothing was written."
        )
        raise InvalidInputError(msg)
    key = Key(study.guid)
    with _locked(path):
        if path.exists():
            msg = f"{path} is there already; open that key with its passphrase, or choose another file."
            raise ConflictError(msg)
        _write(path, _sealed(key, passphrase))
    return key


def open_key(study: Study, path: Path, passphrase: str) -> Key:
    """The key in that file; StudyError where it is missing, damaged, of another study, or the passphrase is wrong."""
    _refuse_inside(study, path)
    key = _opened(path, _read(path), passphrase)
    if key.study != study.guid:
        msg = f"{path} is the key of another study; name the one that was made for “{study.title}”."
        raise InvalidInputError(msg)
    return key


def change_key(study: Study, path: Path, passphrase: str, change: Callable[[Key], Key]) -> Key:
    """Keep what `change` makes of the key; the file before stays beside it as `.bak`.

    While it is made, nobody else can change the key; what `change` raises leaves the file as it was.
    """
    with _locked(path):
        before = open_key(study, path, passphrase)
        after = change(before)
        if after != before:
            _write(path.with_name(f"{path.name}.bak"), _read(path))
            _write(path, _sealed(after, passphrase))
    return after


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let nobody else change the file meanwhile; raises StudyError where there is no folder or it is taken for long."""
    try:
        if not path.parent.is_dir():
            raise FileNotFoundError(2, os.strerror(2))
        lock = FileLock(path.with_name(f"{path.name}.lock")).acquire(timeout=_PATIENCE)
    except (OSError, Timeout) as error:
        why = "another process changes it" if isinstance(error, Timeout) else error.strerror
        msg = f"{path} cannot be written ({why}); check the folder and try again. Nothing was changed."
        raise StudyError(msg) from error
    with lock:
        yield


def _refuse_inside(study: Study, path: Path) -> None:
    if path.resolve().is_relative_to(study.folder.resolve()):
        msg = (
            f"{path} lies inside the study’s folder, which is copied and shared; the key must lie outside it, "
            f"such as in {default_path(study)}."
        )
        raise InvalidInputError(msg)


def _sealed(key: Key, passphrase: str) -> bytes:
    return sealed(canonical_json(key.to_json()).encode(), passphrase, FORMAT, n=_N)


def _opened(path: Path, content: bytes, passphrase: str) -> Key:
    try:
        value = json.loads(unsealed(content, passphrase, FORMAT))
        canonical_json(value).encode()  # half a character can be neither found nor written
        return Key.from_json(value)
    except WrongPassphraseError as error:
        msg = (
            f"{path} does not open: the passphrase is wrong, or the file was changed. "
            f"Its state before is {path.name}.bak."
        )
        raise InvalidInputError(msg) from error
    except NewerFileError as error:
        msg = f"{path} was written by a newer version of this program; update it to open that key."
        raise InvalidInputError(msg) from error
    except (DamagedFileError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InvalidInputError:
    return InvalidInputError(
        f"{path} is no key of this program, or it is damaged; take its copy {path.name}.bak in its place."
    )


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            raise _damaged(path)
        return path.read_bytes()
    except FileNotFoundError as error:
        msg = f"There is no key {path}; make one with `interview pseudonyms new`, or name another with --key."
        raise NotFoundError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); check who may read it."
        raise StudyError(msg) from error


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and from its first byte for its owner alone."""
    try:
        with room(path.parent) as place:
            beside = place / path.name
            with new_file(beside) as file:
                file.write(content)
                flush(file)
            put_in_place(beside, path)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); check the folder and who may write to it."
        raise StudyError(msg) from error
