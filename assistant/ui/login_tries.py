"""How often somebody may try to sign in: by name and address, and in all."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

_MOST = 20_000


@dataclass(frozen=True, slots=True)
class _Limit:
    """So many wrong tries are free; then each waits `pause` seconds, twice as long every time where it `grows`."""

    free: int
    pause: float
    grows: bool
    longest: float = 3600.0

    def left(self, wrong: int, last: float, now: float) -> float:
        if wrong < self.free:
            return 0.0
        pause = self.pause * 2 ** min(wrong - self.free, 20) if self.grows else self.pause
        return max(last + min(pause, self.longest) - now, 0.0)


_BOTH = _Limit(free=5, pause=30.0, grows=True)
_ADDRESS = _Limit(free=30, pause=30.0, grows=True)
_NAME = _Limit(free=50, pause=60.0, grows=False)  # one who guesses from many places cannot lock a person out for long
_FORGET_SECONDS = 24 * 3600.0


@dataclass(slots=True)
class LoginTries:
    """Wrong tries of this run of the app, by name, by address and by both. `now` gives seconds that only grow."""

    now: Callable[[], float] = time.monotonic
    _wrong: OrderedDict[tuple[str, str], tuple[int, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, name: str, address: str) -> int:
        """Count a try as wrong until it is known to be right; return the seconds to wait instead, 0 for none."""
        now = self.now()
        with self._lock:
            left = max(self._left(key, limit, now) for key, limit in _keys(name, address))
            if left > 0:
                return ceil(left)
            for key, _ in _keys(name, address):
                wrong, last = self._wrong.pop(key, (0, now))
                self._wrong[key] = ((wrong if now - last < _FORGET_SECONDS else 0) + 1, now)
            while len(self._wrong) > _MOST:
                self._wrong.popitem(last=False)
        return 0

    def was_right(self, name: str, address: str) -> None:
        """The last try was the right one: nothing wrong is held against that name at that address."""
        both, *others = (key for key, _ in _keys(name, address))
        with self._lock:
            self._wrong.pop(both, None)
            for key in others:
                wrong, last = self._wrong.pop(key, (0, 0.0))
                if wrong > 1:
                    self._wrong[key] = (wrong - 1, last)

    def _left(self, key: tuple[str, str], limit: _Limit, now: float) -> float:
        wrong, last = self._wrong.get(key, (0, 0.0))
        return limit.left(wrong, last, now) if now - last < _FORGET_SECONDS else 0.0


def _keys(name: str, address: str) -> tuple[tuple[tuple[str, str], _Limit], ...]:
    place, who = _place(address), name.strip().casefold()
    return (((place, who), _BOTH), ((place, ""), _ADDRESS), (("", f"={who}"), _NAME))


def _place(address: str) -> str:
    """An address; of the newer kind the network, as one person has a great many of those."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "elsewhere"
    if found.version == 6 and found.ipv4_mapped is None:  # noqa: PLR2004 - the newer kind
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
