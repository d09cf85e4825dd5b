"""Which other machines a study may be kept on: never what a study says of itself, only what this machine allows.

A study is a folder that somebody may have sent. An address in its `interview.toml` must not be enough to have this
machine connect there, so hosts beyond this machine are named in the environment.
"""

import os
from ipaddress import ip_address

from store.errors import InvalidInputError

ALLOWED_HOSTS = "INTERVIEW_ALLOWED_HOSTS"
"""The environment variable: host names and addresses, separated by commas."""


def is_this_machine(host: str | None) -> bool:
    """Whether that is this machine: a loopback address, `localhost`, or the folder of a Unix socket.

    >>> [is_this_machine(host) for host in ("localhost", "127.0.0.1", "::1", "/run/postgresql", "db.example.org", "")]
    [True, True, True, True, False, False]
    """
    if not host:
        return False
    if host.startswith("/") or host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def allowed_hosts() -> frozenset[str]:
    """The hosts beyond this machine that its environment allows, in lower case."""
    named = os.environ.get(ALLOWED_HOSTS, "").split(",")
    return frozenset(host.strip().lower() for host in named if host.strip())


def refuse_foreign(host: str | None, what: str) -> None:
    """Raise InvalidInputError unless the host is this machine or one that it allows; `what` says what is there."""
    if is_this_machine(host) or (host or "").lower() in allowed_hosts():
        return
    named = f"on {host}" if host else "at an address without a host"
    raise InvalidInputError(
        f"{what} is {named}, which this machine does not allow; nothing was sent there. If you trust it, name "
        f"that machine in the environment: {ALLOWED_HOSTS}={host or 'its.name'}."
    )
