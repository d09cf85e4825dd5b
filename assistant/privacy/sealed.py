"""The seal: on Linux, the kernel itself gives this process and its children no socket that leads to a network.

Python's hooks do not see native libraries. A filter of system calls does, and nobody can take it off again. Where a
process needs loopback (the app, an endpoint on this machine) it cannot be sealed; where the system has no such filter,
the guard stands alone.
"""

import ctypes
import errno
import platform
import struct
import sys

_NUMBERS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By processor: its mark in the filter's data, and the number of the call `socket`."""
_WITHIN = (1, 16, 38)
"""AF_UNIX, AF_NETLINK and AF_ALG: sockets that end in this machine's own system."""
_SET_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER = 38, 22, 2  # of prctl
_LOAD, _EQUAL, _NOT_BELOW, _RETURN = 0x20, 0x15, 0x35, 0x06  # instructions
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_X32 = 0x40000000
_NUMBER_AT, _PROCESSOR_AT, _FAMILY_AT = 0, 4, 16  # in the filter's data, little end first

_sealed: list[bool] = []


def seal() -> bool:
    """Refuse this process and all it starts every socket of a network, from now on; whether the system could do that.

    All threads that begin later are under the seal too; so call it before libraries are loaded.
    """
    if _sealed:
        return True
    known = _NUMBERS.get(platform.machine()) if sys.platform == "linux" else None
    if known is None or struct.calcsize("P") != 8 or not _kernel_takes(_program(*known)):  # noqa: PLR2004 - 64 bits
        return False
    _sealed.append(True)
    return True


def _program(processor: int, socket: int) -> bytes:
    """The filter: a call of another processor's kind is refused, and so is `socket` with a family that leads away."""
    families = len(_WITHIN)
    steps = [
        (_LOAD, 0, 0, _PROCESSOR_AT),
        (_EQUAL, 0, families + 4, processor),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_NOT_BELOW, families + 2, 0, _X32),
        (_EQUAL, 0, families + 2, socket),
        (_LOAD, 0, 0, _FAMILY_AT),
        *((_EQUAL, families - n, 0, family) for n, family in enumerate(_WITHIN)),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _kernel_takes(program: bytes) -> bool:
    library = ctypes.CDLL(None, use_errno=True)
    given = _Filter(len(program) // 8, program)
    if library.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(library.prctl(_SET_FILTER, _FILTER, ctypes.byref(given), 0, 0) == 0)
