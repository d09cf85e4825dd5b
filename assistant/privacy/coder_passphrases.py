"""The passphrase under which a coder works in the app: made slow to guess, and guessed only a few times."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from store.errors import InvalidInputError, NotAllowedError
from store.passphrases import coder_passphrase, set_coder_passphrase
from store.study import Study

SHORTEST = 8
_KIND = "scrypt"
_N, _R, _P = 2**15, 8, 1
_MEMORY = 128 * 1024 * 1024
_FEW = 5
_PAUSE_SECONDS = 30.0
_LONGEST_PAUSE_SECONDS = 3600.0


def give_passphrase(study: Study, coder: str, passphrase: str) -> None:
    """Let nobody code in the app under that name without this passphrase.

    Raises InvalidInputError for one of fewer than eight characters, NotFoundError for an unknown coder.
    """
    if len(passphrase) < SHORTEST:
        msg = f"The passphrase has fewer than {SHORTEST} characters; choose a longer one. Nothing was changed."
        raise InvalidInputError(msg)
    set_coder_passphrase(study, coder, verifier_of(passphrase))


def take_passphrase_away(study: Study, coder: str) -> None:
    """Let anybody code under that name again; raises NotFoundError for an unknown coder."""
    set_coder_passphrase(study, coder, None)


def has_passphrase(study: Study, coder: str) -> bool:
    """Whether a coder has one; raises StudyError where it was changed by hand."""
    return coder_passphrase(study, coder) is not None


def verifier_of(passphrase: str) -> str:
    """What a passphrase is checked against: its scrypt hash (RFC 7914), with a salt and how it was made."""
    salt = secrets.token_bytes(16)
    text = base64.b64encode(salt).decode()
    return f"{text}${_KIND}${_N}${_R}${_P}${base64.b64encode(_stretched(passphrase, salt)).decode()}"


def opens(verifier: str, passphrase: str) -> bool:
    """Whether this is the passphrase; takes about a tenth of a second, whoever asks."""
    try:
        salt, kind, *costs, digest = verifier.split("$")
        expected = base64.b64decode(digest, validate=True)
        known = kind == _KIND and [int(cost) for cost in costs] == [_N, _R, _P]
        raw = base64.b64decode(salt, validate=True)
    except ValueError:
        return False
    return known and hmac.compare_digest(_stretched(passphrase, raw), expected)


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)


@dataclass(slots=True)
class Tries:
    """How often a passphrase was wrong in this run of the app; after five, each try waits longer.

    `now` gives seconds that only grow.
    """

    now: Callable[[], float] = time.monotonic
    _wrong: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, study: str, coder: str, is_right: Callable[[], bool]) -> None:
        """Raise NotAllowedError where the passphrase is not right, or given too soon after too many that were not."""
        with self._lock:
            wrong, last = self._wrong.get((study, coder), (0, 0.0))
            pause = min(_PAUSE_SECONDS * 2 ** (wrong - _FEW), _LONGEST_PAUSE_SECONDS) if wrong >= _FEW else 0.0
            left = last + pause - self.now()
            if pause and left > 0:
                msg = f"The passphrase of {coder} was wrong {wrong} times; try again in {ceil(left)} s."
                raise NotAllowedError(msg)
            if is_right():
                self._wrong.pop((study, coder), None)
                return
            self._wrong[study, coder] = (wrong + 1, self.now())
        msg = f"That is not the passphrase of {coder}; nobody codes under that name without it."
        raise NotAllowedError(msg)
