"""How a served model is reached: with the question and nothing else, and with a bound on everything that comes back.

No proxy of the environment is used, no redirection is followed, nothing but the few headers that HTTP needs is sent,
and of an answer only the known and checked fields get any further. Import this module where it is needed: it loads
httpx.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import certifi
import httpx

from assistant.llm.endpoint_answers import checked_answer, error_words
from assistant.llm.endpoint_place import KEY, EndpointPlace
from assistant.llm.errors import EndpointAnswerError, EndpointError, EndpointRefusedError, LlmError, PromptTooLongError

LONGEST_ANSWER = 4 * 1024 * 1024
"""Bytes; an answer with the twenty likeliest tokens of each of 500 places has less."""
TRIES = 6
TRIES_IN_SILENCE = 2
"""A server that takes the question and says nothing has cost a person all those seconds already."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CONNECT_SECONDS = 10.0
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What a server answers that may do it later."""
SERVER_ERROR = 500
_HEADERS = frozenset({"host", "content-type", "content-length", "connection", "accept"})
_NO_KEY = "none"
_NOT_TRUSTED = "CERTIFICATE_VERIFY_FAILED"
_CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
"""What httpcore calls the moments at which there is a connection; `info` then holds its stream."""


class EndpointTransport(httpx.BaseTransport):
    """Asks one endpoint, again after a pause where it is busy or gone; raises EndpointError with a sentence.

    While it is `trying` what a server can do, it asks only once more after a 500, as some servers say so to what they
    do not know.
    """

    def __init__(
        self,
        place: EndpointPlace,
        seconds: float,
        *,
        inner: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = place
        self.seconds = seconds
        self._inner = inner or httpx.HTTPTransport(trust_env=False, retries=0, verify=_trusted(place))
        self._pause = pause
        self._sockets = WeakSet[socket.socket]()
        self.trying = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The checked answer to a question; what is sent beside the body is cut down to what HTTP needs."""
        sent = self._bare(request)
        broken = 0
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                response, body = self._once(sent)
            except (httpx.TransportError, httpx.StreamError) as error:
                silent = isinstance(error, httpx.TimeoutException) and attempt >= TRIES_IN_SILENCE
                if last or silent or _NOT_TRUSTED in str(error):
                    raise self._gone(error) from None
                self._pause(_pause_before(attempt, None))
                continue
            broken += response.status_code == SERVER_ERROR
            given_up = last or (self.trying and broken > 1)
            if response.status_code in BUSY and not given_up and not _is_too_long(error_words(body)):
                self._pause(_pause_before(attempt, response.headers.get("retry-after")))
                continue
            return self._checked(sent, response, body)
        raise EndpointError(f"The endpoint {self._place.name} was not asked at all; this is a mistake in the program.")

    def close(self) -> None:
        """Hang up, also where an answer is waited for: whoever waits is told at once, and no exit waits for them."""
        for each in list(self._sockets):
            with suppress(OSError):  # it is closed already
                each.shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def _noted(self, moment: str, info: Mapping[str, Any]) -> None:
        if moment in _CONNECTED:
            self._sockets.add(info["return_value"].get_extra_info("socket"))

    def _bare(self, request: httpx.Request) -> httpx.Request:
        given = request.headers.get("authorization", "")
        headers = {name: value for name, value in request.headers.items() if name in _HEADERS}
        headers["accept-encoding"] = "identity"
        if given and given != f"Bearer {_NO_KEY}":
            headers["authorization"] = given
        step = min(self.seconds, _CONNECT_SECONDS)
        timeout = {"connect": step, "pool": self.seconds, "read": self.seconds, "write": self.seconds}
        extensions = {"timeout": timeout, "trace": self._noted}
        return httpx.Request(
            request.method, request.url, headers=headers, content=request.read(), extensions=extensions
        )

    def _once(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        response = self._inner.handle_request(request)
        try:
            assert isinstance(response.stream, httpx.SyncByteStream)
            return response, self._bounded(response.stream)
        finally:
            response.close()

    def _bounded(self, stream: Iterable[bytes]) -> bytes:
        until = time.monotonic() + self.seconds
        body = bytearray()
        for part in stream:
            body += part
            if len(body) > LONGEST_ANSWER:
                raise EndpointAnswerError(
                    f"The endpoint {self._place.name} gave an answer of more than {LONGEST_ANSWER // 1024**2} MB; the"
                    " rest was not read. Look at what runs there."
                )
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer goes on and on")
        return bytes(body)

    def _checked(self, request: httpx.Request, response: httpx.Response, body: bytes) -> httpx.Response:
        status = response.status_code
        if status != httpx.codes.OK:
            raise self._refusal(status, body)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise EndpointAnswerError(f"The endpoint {self._place.name} gave a packed answer, which was not asked for.")
        clean = checked_answer(body, self._place.name, is_list=request.method == "GET")
        return httpx.Response(status, headers={"content-type": "application/json"}, content=clean, request=request)

    def _refusal(self, status: int, body: bytes) -> LlmError:
        words = error_words(body)
        name, where = self._place.name, self._place.url
        if _is_too_long(words):
            return PromptTooLongError(
                f"A question is too long for the endpoint {name}: its context window is too small."
            )
        if status in {401, 403}:
            said = f"wants a key that it knows (HTTP {status}); set {KEY} in the environment"
        elif 300 <= status < 400:  # noqa: PLR2004 - the class of redirections
            said = (
                f"points to another address (HTTP {status}), which is not followed; set endpoint_url to the right one"
            )
        elif status == httpx.codes.NOT_FOUND:
            said = f"knows no such model, or no such path under {where} (HTTP 404); mind the /v1 at the end"
        elif status in BUSY:
            said = f"is busy or broken (HTTP {status}); what was done is kept, try again later"
        else:
            said = f"refused the question (HTTP {status}); look at its log"
        return EndpointRefusedError(f"The endpoint {name} {said}.", status)

    def _gone(self, error: Exception) -> EndpointError:
        if isinstance(error, httpx.TimeoutException):
            said = f"did not answer within {self.seconds:g} seconds"
        elif _NOT_TRUSTED in str(error):
            said = "shows a certificate that this machine does not trust (SSL_CERT_FILE may name another authority's)"
        elif isinstance(error, httpx.ConnectError):
            said = "cannot be reached"
        else:
            said = "broke off in the middle of an answer"
        return EndpointError(
            f"The endpoint {self._place.name} at {self._place.url} {said}; what was done is kept. Look whether it runs,"
            " then start the same again."
        )


def _trusted(place: EndpointPlace) -> ssl.SSLContext | bool:
    """Whose certificates count: the system's, those of SSL_CERT_FILE, and those that come with certifi."""
    if not place.encrypted:
        return True
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _NoAsync(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise EndpointError(f"Nothing here asks {request.url.host} asynchronously; this is a mistake in the program.")


def http_clients(transport: EndpointTransport) -> tuple[httpx.Client, httpx.AsyncClient]:
    """A client that asks by way of the transport, and one for asynchronous questions that asks nothing."""
    return (
        httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=transport.seconds),
        httpx.AsyncClient(transport=_NoAsync(), trust_env=False, follow_redirects=False),
    )


def key_or_none(key: str | None) -> str:
    """What LangChain is given as a key: it wants one even where the server wants none, and then none is sent."""
    return key or _NO_KEY


def _pause_before(attempt: int, wished: str | None) -> float:
    own = _FIRST_PAUSE * 2.0 ** (attempt - 1)
    try:
        asked = float(wished or 0.0)
    except ValueError:  # a date; the own pause will do
        asked = 0.0
    return min(max(own, asked if asked == asked else 0.0), _LONGEST_PAUSE)  # noqa: PLR0124 - not a number


def _is_too_long(words: str) -> bool:
    return "context" in words and any(sign in words for sign in ("length", "exceed", "window", "size"))
