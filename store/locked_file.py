"""A small file that a passphrase opens: scrypt makes the cipher's key, AES-256-GCM encrypts and seals the content.

Scrypt as in RFC 7914; Galois/Counter Mode as in NIST SP 800-38D, with the file's head as associated data.
"""

import base64
import json
import secrets
from typing import Any

from store.canonical import canonical_json

SHORTEST_PASSPHRASE = 8
_VERSION = 1
_N, _R, _P = 2**17, 8, 1
_MOST_N, _MOST_R, _MOST_P = 2**20, 16, 4
_MOST_N_TIMES_R = 2**21
"""Scrypt takes 128 bytes of memory for each: no file makes it take more than 256 MiB."""


class DamagedFileError(Exception):
    """The content is none that `sealed` made, or it was changed or cut off."""


class NewerFileError(Exception):
    """The content comes from a newer version of this program."""


class WrongPassphraseError(Exception):
    """The passphrase does not open it, or the sealed content was changed."""


def sealed(content: bytes, passphrase: str, kind: str, *, about: dict[str, str] | None = None, n: int = _N) -> bytes:
    """The content for that passphrase, as JSON; `about` stays readable but cannot be changed unnoticed.

    `n` is scrypt's cost (memory: 1 KiB of it each).
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    head = {"format": kind, "version": _VERSION, "kdf": "scrypt", "n": n, "r": _R, "p": _P, "salt": _text(salt)}
    head |= {"cipher": "AES-256-GCM", "nonce": _text(nonce)} | (about or {})
    data = AESGCM(_derived(passphrase, salt, n, _R, _P)).encrypt(nonce, content, canonical_json(head).encode())
    return (json.dumps({**head, "data": _text(data)}, indent=1) + "\n").encode()


def unsealed(file: bytes, passphrase: str, kind: str) -> bytes:
    """What was sealed; raises DamagedFileError, NewerFileError or WrongPassphraseError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, data = _head(file, kind)
    try:
        secret = _derived(passphrase, _bytes(head["salt"]), head["n"], head["r"], head["p"])
        return AESGCM(secret).decrypt(_bytes(head["nonce"]), data, canonical_json(head).encode())
    except InvalidTag as error:
        raise WrongPassphraseError from error
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedFileError from error


def head_of(file: bytes, kind: str) -> dict[str, Any]:
    """What stands readable in it; raises DamagedFileError or NewerFileError."""
    return _head(file, kind)[0]


def _head(file: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """The head as it was sealed, and the encrypted content; numbers that would take hours are refused."""
    try:
        value = json.loads(file)
        data = _bytes(value.pop("data"))
        known = value["format"] == kind and value["kdf"] == "scrypt" and value["cipher"] == "AES-256-GCM"
        n, r, p = (int(value[name]) for name in "nrp")
        bearable = 1 < n <= _MOST_N and 0 < r <= _MOST_R and 0 < p <= _MOST_P and n * r <= _MOST_N_TIMES_R
        version = int(value["version"])
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise DamagedFileError from error
    if version > _VERSION:
        raise NewerFileError
    if not (known and bearable):
        raise DamagedFileError
    return value, data


def _derived(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode("utf-8", "surrogatepass"))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
