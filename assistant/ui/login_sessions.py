"""Who is signed in: the sessions of this server, in its memory alone; the browser holds a random number and no more."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE_SECONDS = 8 * 3600.0
"""After so long without an act a session has ended."""
LONGEST_SECONDS = 24 * 3600.0
"""After so long it has ended, whatever was done in it."""
_MOST = 10_000
_MOST_OF_ONE = 20
_MOST_TABS = 200


@dataclass(slots=True)
class Login:
    """One signed-in browser: the member's name, and the mark of their account at that time.

    `begun` and `seen` are seconds of a clock that only grows. `inner` are cookies of Streamlit's own sign-in, which
    are kept here instead of in the browser; `tabs` the secrets of the browser tabs that were opened in it.
    """

    key: str
    member: str
    mark: str
    begun: float
    seen: float
    inner: dict[str, str] = field(default_factory=dict, repr=False)
    tabs: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)

    def opened(self, tab: str) -> None:
        """Remember a tab; of very many the oldest are forgotten."""
        self.tabs[tab] = None
        while len(self.tabs) > _MOST_TABS:
            self.tabs.popitem(last=False)


@dataclass(slots=True)
class Logins:
    """All sessions of this server; safe to share between threads. `now` gives seconds that only grow."""

    now: Callable[[], float] = time.monotonic
    _held: OrderedDict[str, Login] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, member: str, mark: str, inner: dict[str, str] | None = None) -> str:
        """Sign a member in, and return the random number that their browser is given: always a fresh one."""
        number = secrets.token_urlsafe(32)
        now = self.now()
        login = Login(_key(number), member, mark, now, now, inner or {})
        with self._lock:
            self._held[login.key] = login
            own = [each.key for each in self._held.values() if each.member == member]
            for key in own[:-_MOST_OF_ONE]:
                del self._held[key]
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return number

    def find(self, number: str, *, act: bool = False) -> Login | None:
        """The session that a browser's number stands for; None for one that ended. `act` says that a person acts."""
        key, now = _key(number), self.now()
        with self._lock:
            login = self._held.get(key)
            if login is None:
                return None
            if now - login.seen > IDLE_SECONDS or now - login.begun > LONGEST_SECONDS:
                del self._held[key]
                return None
            if act:
                login.seen = now
            return login

    def end(self, login: Login) -> None:
        """Sign that browser out."""
        with self._lock:
            self._held.pop(login.key, None)


def _key(number: str) -> str:
    """Under what a number is kept: what stands in this process's memory opens nothing."""
    return hashlib.sha256(number.encode("utf-8", "surrogateescape")).hexdigest()


LOGINS = Logins()
"""Those of this server."""


def cookie_name(*, encrypted: bool, path: str) -> str:
    """The name of the cookie that holds the number: browsers keep other hosts from setting one of these names."""
    prefix = "" if not encrypted else "__Secure-" if path else "__Host-"
    return f"{prefix}interview_session"


def cookie_of(header: str, name: str) -> str:
    """The value of a cookie in a Cookie header; empty where it is missing, or there twice with different values."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    found = {value for key, _, value in pairs if key == name}
    return found.pop() if len(found) == 1 else ""
