"""What the gate answers itself, and what it adds to every answer of the app: the rules that browsers keep to."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Pairs = list[tuple[bytes, bytes]]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' blob: {inline}",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob: {socket}",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "frame-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ENCRYPTED = {"strict-transport-security": "max-age=31536000"}


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request by their names in lower case; of several of one name the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def with_headers(send: Send, scope: Scope, host: str, *, encrypted: bool = False) -> Send:
    """A way to send on which every answer of the app says what browsers may do with it; `host` is the Host header.

    `encrypted` says that browsers reach the app by https: they are told to keep to it, for cookies too.
    """
    socket = f"wss://{host}" if encrypted else f"ws://{host} wss://{host}"
    private = "/media/" in scope["path"] or "/_stcore/" in scope["path"]

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            fresh = {**_HEADERS, "content-security-policy": _policy(socket), **(_ENCRYPTED if encrypted else {})}
            if private:
                fresh["cache-control"] = "no-store"  # people's voices and files stay out of the browser's cache
            kept = [pair for pair in message["headers"] if pair[0].decode("latin-1").lower() not in fresh]
            kept = [_secured(pair) for pair in kept] if encrypted else kept
            message = {**message, "headers": [*kept, *raw(fresh.items())]}
        await send(message)

    return sent


def _secured(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = pair
    if name.lower() != b"set-cookie" or b"; secure" in value.lower():
        return pair
    return name, value + b"; Secure"


def _policy(socket: str) -> str:
    given = {"inline": _inline_scripts(), "socket": socket}
    return "; ".join(f"{name} {sources.format(**given)}".strip() for name, sources in _POLICY.items())


@cache
def _inline_scripts() -> str:
    """The hashes of the scripts that stand in Streamlit's own page; nothing else that stands in a page is run."""
    page = Path(st.__file__).with_name("static") / "index.html"
    found = re.findall(r"<script>(.*?)</script>", page.read_text(encoding="utf-8"), re.DOTALL)
    return " ".join(digest_of(text) for text in found)


def digest_of(text: str) -> str:
    """How a content policy names one inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


async def answer(
    scope: Scope,
    send: Send,
    status: int,
    said: str,
    more: Iterable[tuple[str, str]] = (),
    *,
    encrypted: bool = False,
) -> None:
    """Answer without the app; a websocket that is refused is never opened. `more` are headers that come on top."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    given = list(more)
    named = {name for name, _ in given}
    own = {
        **_HEADERS,
        "content-type": "text/plain; charset=utf-8",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        **(_ENCRYPTED if encrypted else {}),
    }
    headers = raw([*((name, value) for name, value in own.items() if name not in named), *given])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope.get("method") == "HEAD" else said.encode()
    await send({"type": "http.response.body", "body": body})


def raw(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Headers as a server takes them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
