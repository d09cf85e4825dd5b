"""What a browser sends to sign in, read with a bound, and the token that shows that it had the form from here."""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from assistant.ui.gate_answers import Receive

_LONGEST_BODY = 16_384
_PATIENCE_SECONDS = 15.0
_MOST_FIELDS = 10
_LONGEST_PAGE = 2_000
_PAGE = re.compile(r"[a-z-]{0,40}", re.ASCII)


class UnreadableFormError(Exception):
    """What was sent is no form of ours; `status` is how HTTP says so."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


async def read_form(receive: Receive, headers: Mapping[str, str]) -> dict[str, str]:
    """The fields of a form of at most 16 KiB that came within 15 seconds; raises UnreadableFormError for others."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnreadableFormError(415, "That is no form of this page.")
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            body = await _read(receive, headers.get("content-length", ""))
    except TimeoutError:
        raise UnreadableFormError(408, "The form took too long to arrive; try again.") from None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:  # also half characters
        raise UnreadableFormError(400, "That is no form of this page.") from None
    if len(dict(pairs)) != len(pairs):
        raise UnreadableFormError(400, "That is no form of this page.")
    return dict(pairs)


async def _read(receive: Receive, said_length: str) -> bytes:
    too_long = UnreadableFormError(413, "What was sent is too long for a name and a password.")
    if said_length and (not said_length.isdecimal() or len(said_length) > 9 or int(said_length) > _LONGEST_BODY):  # noqa: PLR2004
        raise too_long
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise UnreadableFormError(400, "The connection ended before the form had arrived.")
        body += message.get("body", b"")
        if len(body) > _LONGEST_BODY:
            raise too_long
        if not message.get("more_body", False):
            return bytes(body)


class FormTokens:
    """Ties a form to the browser that it was shown in: the browser holds a number, the form its keyed digest."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def token(self, number: str) -> str:
        """What the form shown to the browser with that number holds."""
        return hmac.new(self._secret, number.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()

    def fits(self, number: str, token: str) -> bool:
        """Whether a form was shown to the browser with that number."""
        shown = token.encode("utf-8", "surrogateescape")
        return bool(number) and hmac.compare_digest(self.token(number).encode(), shown)


def page_asked(path: str, query: str) -> str:
    """A page of the app with its parameters, as a form may name it; empty for anything that is none.

    >>> page_asked("review", "interview=I1"), page_asked("//evil.example", "")
    ('review?interview=I1', '')
    """
    if not _PAGE.fullmatch(path) or len(query) > _LONGEST_PAGE:
        return ""
    asked = urlencode(parse_qsl(query, keep_blank_values=True))
    return path + (f"?{asked}" if asked else "")


def page_named(page: str) -> str:
    """The same for what a form names, which anybody may have written."""
    path, _, query = page.partition("?")
    return page_asked(path, query)
