"""Who may ask an app for anything at all: from which machine, under which name, from whose page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.privacy.serving import is_loopback
from assistant.ui.gate_answers import Scope

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_CLOSED = ("_stcore/agent", "_stcore/metrics", "_stcore/script-health-check")
_HERE = "This app is to be opened as 127.0.0.1 or localhost, under no other name."
_OTHER_PAGE = "Another page may not use this app."


@dataclass(frozen=True, slots=True)
class Rules:
    """Under which name besides this machine's own the app is opened, from which origin, and whether from elsewhere."""

    host: str = ""
    origin: str = ""
    beyond: bool = False

    def refusal(self, scope: Scope, headers: Mapping[str, str]) -> str:
        """Why a request is none of this app's own pages; empty where it is."""
        client = scope.get("client")
        if not self.beyond and client is not None and not is_loopback(client[0]):
            return "This app answers to nobody but this machine."
        host = headers.get("host", "")
        name = _name(host)
        if name not in LOOPBACK and (
            not self.host or name != self.host
        ):  # a foreign name that leads here: DNS rebinding
            return f"This app is to be opened under its own address: {self.origin}." if self.host else _HERE
        return "" if self._is_own_page(scope, headers, host) else _OTHER_PAGE

    def _is_own_page(self, scope: Scope, headers: Mapping[str, str], host: str) -> bool:
        origin = headers.get("origin")
        own = (f"http://{host}", f"https://{host}") if _name(host) in LOOPBACK else (self.origin,)
        if origin is not None and origin not in own:
            return False
        navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        site = headers.get("sec-fetch-site", "none")
        return site in ("none", "same-origin") or (navigates and scope.get("method") == "GET")


def _name(host: str) -> str:
    """The name in a Host header without its port; empty where it holds anything else."""
    found = re.fullmatch(r"(?:\[([0-9a-f:]+)\]|([a-z0-9.-]+))(?::[0-9]{1,5})?", host, re.IGNORECASE | re.ASCII)
    return "" if found is None else (found[1] or found[2]).lower()


def is_closed(path: str) -> bool:
    """Whether that is one of Streamlit's ways in for programs, which this app has no use for."""
    return any(f"/{closed}" in path for closed in _CLOSED)
