"""The passwords with which members of a team sign in: Argon2id, with the parameters that its library recommends."""

from functools import cache
from itertools import pairwise
from typing import Any

from store.errors import InvalidInputError

SHORTEST = 10
LONGEST = 1_000
_FEWEST_SIGNS = 5


def verifier_of(password: str) -> str:
    """What a password is checked against: Argon2id (RFC 9106) with a random salt, in the usual text form.

    Raises InvalidInputError for a password that is too short, too long or too simple.
    """
    refuse_weak(password)
    return verifier_again(password)


def verifier_again(password: str) -> str:
    """The same for a password that is a member's already, by whatever rule it was accepted then."""
    return str(_hasher().hash(password))


def refuse_weak(password: str) -> None:
    """Raise InvalidInputError for a password that would soon be guessed."""
    if len(password) < SHORTEST:
        raise InvalidInputError(f"The password has fewer than {SHORTEST} characters; choose a longer one.")
    if len(password) > LONGEST:
        raise InvalidInputError(f"The password has more than {LONGEST} characters; choose a shorter one.")
    if len(set(password.casefold())) < _FEWEST_SIGNS or _is_a_run(password):
        raise InvalidInputError(
            "The password repeats or counts the same few characters; choose one that is hard to guess."
        )


def password_fits(verifier: str | None, password: str) -> bool:
    """Whether this is the password; without a verifier it is not, which takes as long to find out."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = bool(_hasher().verify(verifier or _nobodys(), password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    return right and verifier is not None


def is_outdated(verifier: str) -> bool:
    """Whether it was made with less effort than is recommended now, and is to be made anew."""
    from argon2.exceptions import InvalidHashError

    try:
        return bool(_hasher().check_needs_rehash(verifier))
    except InvalidHashError:
        return True


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys() -> str:
    """What passwords are checked against where there is nobody of that name."""
    import secrets

    return str(_hasher().hash(secrets.token_urlsafe(32)))


def _is_a_run(password: str) -> bool:
    """Whether each character is the one after the character before it, or before it: `0123456789`."""
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return len(steps) == 1 and steps <= {-1, 0, 1}
