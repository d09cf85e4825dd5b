"""The key of an encrypted study: random, kept in `study.key` under a passphrase, and in memory while the study is open.

The passphrase opens the key, the key opens the database and the recordings. So the passphrase can be changed without
writing the study anew, and whoever has neither the passphrase nor a process of yours that runs reads nothing.
"""

import json
import os
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store import locked_file
from store.errors import ConflictError, InvalidInputError, LockedError, StudyError, WrongPassphraseError
from store.written import replace_file

KEY_FILE = "study.key"
PASSPHRASE_VARIABLE = "INTERVIEW_STUDY_PASSPHRASE"  # noqa: S105 - the name of it
_KEY_VARIABLE = "INTERVIEW_STUDY_KEYS"
_KIND = "interview-assistant study key"
_BYTES = 32
_LARGEST = 100_000
_TRIES = 3


@dataclass(frozen=True, slots=True)
class StudyKey:
    """The random key of one study; its text form shows nothing of it."""

    id: str
    secret: bytes = field(repr=False)

    def for_database(self) -> str:
        """What `PRAGMA key` takes: a raw key, so that no passphrase is stretched at every connection."""
        return f"\"x'{self.derived(b'database').hex()}'\""

    def derived(self, purpose: bytes, salt: bytes | None = None) -> bytes:
        """A key of 32 bytes for one purpose, by HKDF with SHA-256 (RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(algorithm=SHA256(), length=_BYTES, salt=salt, info=b"interview " + purpose).derive(self.secret)


_known: dict[str, StudyKey] = {}
"""The keys that this process was given, by their ids."""
_asker: Callable[[Path, bool], str | None] | None = None


def ask_with(asker: Callable[[Path, bool], str | None] | None) -> None:
    """How a person is asked for the passphrase of a study's folder; the second argument says that the last was wrong.

    Without an asker, a study that nobody unlocked raises LockedError.
    """
    global _asker  # noqa: PLW0603 - one person sits before one process
    _asker = asker


def is_encrypted(folder: Path) -> bool:
    """Whether the study in that folder has a key."""
    return (folder / KEY_FILE).exists()


def make_key(folder: Path, passphrase: str) -> StudyKey:
    """A new random key for the study in that folder, kept there under the passphrase and known to this process.

    Raises InvalidInputError for a passphrase of fewer than eight characters, ConflictError where there is a key.
    """
    refuse_weak(passphrase)
    if is_encrypted(folder):
        msg = f"{folder} is encrypted already; change its passphrase with `interview encrypt --change {folder}`."
        raise ConflictError(msg)
    key = StudyKey(str(uuid.uuid4()), secrets.token_bytes(_BYTES))
    _keep(folder, key, passphrase)
    _known[key.id] = key
    return key


def change_passphrase(folder: Path, old: str, new: str) -> None:
    """Keep the same key under another passphrase; raises WrongPassphraseError, InvalidInputError for a weak one."""
    refuse_weak(new)
    _keep(folder, _read(folder, old), new)


def unlock(folder: Path, passphrase: str) -> StudyKey:
    """Open the key of that study for this process; raises WrongPassphraseError, or StudyError for a damaged file."""
    key = _read(folder, passphrase)
    _known[key.id] = key
    return key


def lock(folder: Path) -> None:
    """Forget the key of that study; what is open stays open."""
    _known.pop(_id(folder), None)


def key_of(folder: Path) -> StudyKey | None:
    """The key of the study in that folder, None where it is not encrypted.

    It is looked for in this process, in what the process that started this one handed on, in the passphrase of the
    environment, and then asked for. Raises LockedError where none of them has it.
    """
    if not is_encrypted(folder):
        return None
    identity = _id(folder)
    if identity not in _known and (given := _handed_on().get(identity)) is not None:
        _known[identity] = StudyKey(identity, given)
    if identity not in _known and (passphrase := os.environ.get(PASSPHRASE_VARIABLE)):
        unlock(folder, passphrase)
    if identity not in _known and _asker is not None:
        _ask(folder, _asker)
    if identity not in _known:
        msg = (
            f"The study in {folder} is encrypted and locked; give its passphrase on a terminal, or in the environment "
            f"as {PASSPHRASE_VARIABLE}."
        )
        raise LockedError(msg)
    return _known[identity]


def is_locked(folder: Path) -> bool:
    """Whether the study is encrypted and this process has no key for it yet; nobody is asked."""
    if not is_encrypted(folder) or os.environ.get(PASSPHRASE_VARIABLE):
        return False
    return _id(folder) not in _known and _id(folder) not in _handed_on()


def environment_with_key(folder: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child that opens this study, so that it need not ask; never pass it to other programs."""
    found = dict(os.environ if environment is None else environment)
    found.pop(PASSPHRASE_VARIABLE, None)
    key = key_of(folder)
    if key is not None:
        found[_KEY_VARIABLE] = json.dumps({key.id: key.secret.hex()})
    return found


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child that has no business with studies."""
    return {name: value for name, value in environment.items() if name not in (_KEY_VARIABLE, PASSPHRASE_VARIABLE)}


def refuse_weak(passphrase: str) -> None:
    """Raise InvalidInputError for a passphrase that is too short to protect anything."""
    if len(passphrase) < locked_file.SHORTEST_PASSPHRASE:
        msg = (
            f"The passphrase has fewer than {locked_file.SHORTEST_PASSPHRASE} characters; choose a longer one, such "
            "as five words. Nothing was changed."
        )
        raise InvalidInputError(msg)


def _ask(folder: Path, asker: Callable[[Path, bool], str | None]) -> None:
    for attempt in range(_TRIES):
        given = asker(folder, attempt > 0)
        if given is None:
            return
        try:
            unlock(folder, given)
        except WrongPassphraseError:
            if attempt == _TRIES - 1:
                raise
        else:
            return


def _handed_on() -> dict[str, bytes]:
    try:
        return {name: bytes.fromhex(secret) for name, secret in json.loads(os.environ[_KEY_VARIABLE]).items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        return {}


def _keep(folder: Path, key: StudyKey, passphrase: str) -> None:
    path = folder / KEY_FILE
    try:
        replace_file(path, locked_file.sealed(key.secret, passphrase, _KIND, about={"id": key.id}))
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}); check the disk and who may write there."
        raise StudyError(msg) from error


def _id(folder: Path) -> str:
    try:
        return str(locked_file.head_of(_content(folder), _KIND)["id"])
    except (locked_file.DamagedFileError, locked_file.NewerFileError, KeyError) as error:
        raise _unusable(folder, error) from error


def _read(folder: Path, passphrase: str) -> StudyKey:
    content = _content(folder)
    try:
        return StudyKey(_id(folder), locked_file.unsealed(content, passphrase, _KIND))
    except locked_file.WrongPassphraseError as error:
        msg = f"That passphrase does not open the study in {folder}; type it again."
        raise WrongPassphraseError(msg) from error
    except (locked_file.DamagedFileError, locked_file.NewerFileError) as error:
        raise _unusable(folder, error) from error


def _content(folder: Path) -> bytes:
    path = folder / KEY_FILE
    try:
        if path.stat().st_size > _LARGEST:
            raise _unusable(folder, locked_file.DamagedFileError())
        return path.read_bytes()
    except FileNotFoundError as error:
        msg = f"The study in {folder} is not encrypted."
        raise ConflictError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); without it the study does not open: let your account read it."
        raise LockedError(msg) from error


def _unusable(folder: Path, error: Exception) -> LockedError:
    path = folder / KEY_FILE
    if isinstance(error, locked_file.NewerFileError):
        return LockedError(f"{path} was written by a newer version of this program; update it to open the study.")
    return LockedError(
        f"{path} is damaged, and without it nobody can open the study: put its copy back, from an archive that "
        "`interview backup` made, or from your own backup of the folder."
    )
