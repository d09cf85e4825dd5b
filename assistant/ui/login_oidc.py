"""Signing in at an identity provider: Streamlit's own OpenID Connect, whose cookies stay in this server.

Streamlit keeps what the provider said in signed cookies that hold for thirty days and cannot be called back; here they
are taken from its answer, kept with the session, and handed to Streamlit with each request of that session.
"""

import json
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from assistant.privacy.serving import Serving
from assistant.ui.gate_answers import App, Message, Receive, Scope, Send, with_headers

_USER = "_streamlit_user"
_COOKIE = b"cookie"


class Provider:
    """The identity provider that `--oidc` names, asked through Streamlit's own routes."""

    def __init__(self, app: App, serving: Serving) -> None:
        self._app = app
        self._serving = serving

    async def begin(self, scope: Scope, receive: Receive, send: Send, host: str) -> None:
        """Lead the browser to the provider."""
        from streamlit.auth_util import encode_provider_token

        asked = f"provider={encode_provider_token('default')}".encode()
        inner = {**with_inner_cookies(scope, {}), "query_string": asked}
        await self._app(inner, receive, with_headers(send, scope, host, encrypted=self._serving.encrypted))

    async def finish(self, scope: Scope, receive: Receive) -> tuple[dict[str, Any], dict[str, str], list[str]]:
        """What the provider said of who came back (empty where nothing is to be believed), its cookies, and others."""
        answer = await self._answer(with_inner_cookies(scope, {}), receive)
        inner, others = {}, []
        for text in _set_cookies(answer):
            name, value = _cookie_in(text)
            if not name.startswith(_USER):
                others.append(text + ("; Secure" if self._serving.encrypted else ""))
            elif value:
                inner[name] = value
        return _claims(inner), inner, others

    async def leave(self, scope: Scope, receive: Receive, inner: Mapping[str, str]) -> str:
        """Where somebody signs out at the provider too; empty where it offers no such page."""
        asked = {**scope, "method": "GET", "path": f"{self._serving.path}/auth/logout", "query_string": b""}
        asked["raw_path"] = asked["path"].encode()
        answer = await self._answer(with_inner_cookies(asked, inner), receive)
        location = dict(answer.get("headers", [])).get(b"location", b"").decode("latin-1")
        return location if location.startswith(("https://", "http://")) else ""

    async def _answer(self, scope: Scope, receive: Receive) -> Message:
        """The head of what Streamlit would have answered."""
        heads: list[Message] = []

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                heads.append(message)

        await self._app(scope, receive, kept)
        return heads[0] if heads else {}


def with_inner_cookies(scope: Scope, inner: Mapping[str, str]) -> Scope:
    """A request with these cookies of Streamlit's sign-in, and none that the browser claims to have of them."""
    sent = b"; ".join(value for name, value in scope["headers"] if name.lower() == _COOKIE).decode("latin-1")
    parts = (part.strip() for part in sent.split(";"))
    kept = [part for part in parts if part and not part.startswith(_USER)]
    cookies = "; ".join([*kept, *(f"{name}={value}" for name, value in inner.items())])
    others = [pair for pair in scope["headers"] if pair[0].lower() != _COOKIE]
    return {**scope, "headers": [*others, *([(_COOKIE, cookies.encode("latin-1"))] if cookies else [])]}


def _set_cookies(answer: Message) -> list[str]:
    return [value.decode("latin-1") for name, value in answer.get("headers", []) if name.lower() == b"set-cookie"]


def _cookie_in(text: str) -> tuple[str, str]:
    try:
        found = SimpleCookie(text)
    except CookieError:
        return "", ""
    name = next(iter(found), "")
    return (name, "" if not name or found[name]["max-age"] == "0" else found[name].value)


def _claims(inner: dict[str, str]) -> dict[str, Any]:
    """What Streamlit has signed of the provider's word; it checked state, nonce and signature before it did.

    It takes a token for another client that names this one as its asker; here it must be for this one.
    """
    from streamlit.auth_util import get_secrets_auth_section
    from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

    raw = _get_signed_cookie_with_chunks(inner, _USER) if inner else None
    try:
        found = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    if not isinstance(found, dict) or found.get("is_logged_in") is not True:
        return {}
    meant = found.get("aud")
    own = get_secrets_auth_section().get("client_id")
    return found if own and own in (meant if isinstance(meant, list) else [meant]) else {}
