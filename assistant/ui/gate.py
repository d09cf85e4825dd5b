"""The gate before the app: who may ask this server for anything, and what browsers may do with its answers.

Streamlit's own check lets every page of `localhost` in, whatever its port, and asks the internet for this machine's
address before it refuses a foreign one; here both are refused before Streamlit hears of them.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

from starlette.middleware import Middleware

from assistant.privacy.app_key import KEY_VARIABLE, path_of
from assistant.privacy.serving import serving_of
from assistant.ui.gate_answers import App, Receive, Scope, Send, answer, headers_of, with_headers
from assistant.ui.gate_rules import Rules, is_closed

ENTRY = Path(__file__).with_name("entry.py")
"""What Streamlit runs for each visit."""
_COOKIE = "interview_admitted"
_KEY = "key"
_WHOLE = "This app shows its study only at the whole address that `interview review` has printed."


def gate() -> list[Middleware]:
    """The gate with the key that the environment holds, which no process started from here gets to see.

    An app that is served to a team has the gate that asks who is there instead.
    """
    serving = serving_of(os.environ)
    if serving is None:
        return [Middleware(Gate, key=os.environ.pop(KEY_VARIABLE, ""))]
    from assistant.ui.login_gate import served_gate

    return served_gate(serving)


class Gate:
    """Lets through what this machine's own page asks for, once it has shown the key; an empty key asks for none."""

    def __init__(self, app: App, key: str = "") -> None:
        self._app = app
        self._key = key
        self._rules = Rules()
        self._admitted = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or open one websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        refusal = self._rules.refusal(scope, headers)
        if not refusal and self._shows_key(scope):
            await answer(scope, send, 303, "", self._admission(scope))
        elif refusal or not self._is_admitted(headers):
            await answer(scope, send, 403, refusal or _WHOLE)
        elif is_closed(scope["path"]):
            await answer(scope, send, 404, "There is nothing here.")
        else:
            await self._app(scope, receive, with_headers(send, scope, headers["host"]))

    def _shows_key(self, scope: Scope) -> bool:
        """Whether the address holds the key: then it is exchanged for a cookie, and leaves the address."""
        if not self._key or scope["type"] != "http" or not scope["path"].startswith(f"/{path_of(self._key)}/"):
            return False
        shown = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(_KEY, "")
        return hmac.compare_digest(shown.encode(), self._key.encode())

    def _admission(self, scope: Scope) -> list[tuple[str, str]]:
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        rest = urlencode([(name, value) for name, value in asked if name != _KEY])
        page = quote(scope["path"].rpartition("/")[2])  # relative, so that it leads to no other host
        return [
            ("location", f"./{page}" + (f"?{rest}" if rest else "")),
            # Below the path of this run: servers of other people on this machine, at other ports, are never sent it.
            ("set-cookie", f"{_COOKIE}={self._admitted}; Path=/{path_of(self._key)}/; HttpOnly; SameSite=Lax"),
        ]

    def _is_admitted(self, headers: Mapping[str, str]) -> bool:
        if not self._key:
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(_COOKIE)
        except CookieError:
            cookie = None
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self._admitted.encode())
