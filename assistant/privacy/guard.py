"""The guard: no library of this process reaches another machine, nor asks for its name, nor lets one in.

An audit hook of Python sees every call of the socket module, also those made from C, and cannot be taken off again.
It does not see native libraries that open sockets of their own; that those open none is shown by a system call trace
in the tests. It keeps out mistakes and telemetry, not code that means harm: such code could do the same work without
Python's sockets.
"""

import ipaddress
import socket
import sys
from collections.abc import Callable
from typing import Any

from store.errors import StudyError
from store.hosts import allowed_hosts

_HERE = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})
_WITHIN = frozenset(int(getattr(socket, name)) for name in ("AF_UNIX", "AF_NETLINK", "AF_ALG") if hasattr(socket, name))
"""Families of sockets that end in this machine's own system."""
_INTERNET = frozenset({int(socket.AF_INET), int(socket.AF_INET6)})

_allowed_names: set[str] = set()
_allowed_addresses: set[str] = set()
_standing: list[bool] = []
"""Holds one entry once the guard stands in this process."""


class LeavesMachineError(StudyError):
    """Something in this program tried to reach another machine, or to be reached by one."""


def raise_guard() -> None:
    """Refuse every connection, name look-up and listening socket beyond this machine, until the process ends.

    The hosts that the environment allows for studies (`store.hosts`) are let through.
    """
    if _standing:
        return
    _standing.append(True)
    for host in allowed_hosts():
        allow_host(host)
    sys.addaudithook(_looked_at)
    # An event loop with sockets of its own; who would have it does with Python's where it cannot be imported.
    sys.modules.setdefault("uvloop", None)  # type: ignore[arg-type]
    for name in ("bind", "connect", "connect_ex", "sendto"):
        _check_before(name)


def guard_stands() -> bool:
    """Whether the guard stands in this process."""
    return bool(_standing)


def allow_host(host: str) -> None:
    """Let this one host through: the endpoint that a study's settings allow; its name may be looked up again."""
    if not _allowed_names:
        socket.getaddrinfo = _remembering(socket.getaddrinfo)
    _allowed_names.add(_plain(host))


def _looked_at(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None:
        check(*arguments)


def _check_before(method: str) -> None:
    """Look at an address before the C method does: that one asks for a name's address first, and the hook after."""
    original = getattr(socket.socket, method)

    def checked(self: socket.socket, *arguments: Any) -> Any:
        if arguments:
            _check_end(self, arguments[-1])
        return original(self, *arguments)

    checked.__name__ = method
    setattr(socket.socket, method, checked)


def _check_end(own: Any, address: Any) -> None:
    """Where a socket is to lead, or to listen."""
    family = int(own.family)
    if family in _WITHIN:
        return
    if family not in _INTERNET or not isinstance(address, tuple) or not address:
        raise _refusal(f"an address of another kind ({address!r})")
    if not address[0]:  # an empty name stands for every address that this machine has
        raise _refusal("every network of this machine")
    _check_host(address[0])


def _check_message(own: Any, address: Any) -> None:
    """A message with an address; without one it goes where the socket was connected to."""
    if address is not None:
        _check_end(own, address)


def _check_host(host: Any, *_: Any) -> None:
    """A name or an address that is to be looked up or reached."""
    if not _is_here(host):
        raise _refusal(_plain(host))


def _check_reverse(address: Any, *_: Any) -> None:
    _check_host(address[0] if isinstance(address, tuple) and address else address)


_CHECKS: dict[str, Callable[..., None]] = {
    "socket.bind": _check_end,
    "socket.connect": _check_end,
    "socket.sendto": _check_end,
    "socket.sendmsg": _check_message,
    "socket.getaddrinfo": _check_host,
    "socket.gethostbyname": _check_host,
    "socket.gethostbyaddr": _check_reverse,
    "socket.getnameinfo": _check_reverse,
}


def _is_here(host: Any) -> bool:
    """Whether that is this machine, or a host that the study allows."""
    if host is None:
        return True
    name = _plain(host)
    return name in _HERE or name in _allowed_names or name in _allowed_addresses or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _plain(host: Any) -> str:
    text = bytes(host).decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    return text.strip().rstrip(".").lower()


def _remembering(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Looks names up as before, and remembers the addresses of those that are allowed."""

    def looked_up(host: Any, *arguments: Any, **named: Any) -> Any:
        found = look_up(host, *arguments, **named)
        if host is not None and _plain(host) in _allowed_names:
            _allowed_addresses.update(_plain(end[0]) for *_, end in found if end)
        return found

    return looked_up


def _refusal(where: str) -> LeavesMachineError:
    return LeavesMachineError(
        f"Something in this program tried to reach {where}; that was refused, and nothing was sent: no text of a "
        "study leaves this machine. An endpoint that a study allows (allow_remote = true, with its address as "
        "endpoint_url), a host in INTERVIEW_ALLOWED_HOSTS and `interview models pull` are the only ways out.",
    )
