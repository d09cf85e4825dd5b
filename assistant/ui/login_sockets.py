"""The websocket of an open page: whose it is, what it may ask for, and that it ends with the session."""

from collections.abc import Awaitable, Callable

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from assistant.ui.gate_answers import Message, Receive, Scope, Send
from assistant.ui.login_sessions import Login

_ASKED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat", "backend_operation_request"})
"""What a page asks for; the rest, such as emptying the server's caches, is for people who write apps."""
_PROTOCOL = b"sec-websocket-protocol"
_ENDED = 1008
IsAlive = Callable[[bool], Awaitable[bool]]


class PageSocket:
    """Stands between a page and the app for one member's session.

    `is_alive` says whether the session still stands, and is told whether a person acts; `sign_in` is where a page goes
    whose session has ended.
    """

    def __init__(self, login: Login, receive: Receive, send: Send, is_alive: IsAlive, sign_in: str) -> None:
        self._login = login
        self._receive = receive
        self._send = send
        self._is_alive = is_alive
        self._sign_in = sign_in
        self._tab_known = False
        self._ended = False

    async def receive(self) -> Message:
        """The next message of the page that the app may hear."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            asked, acts = _read(message.get("bytes") or b"")
            if asked not in _ASKED and asked is not None:
                continue
            if await self._is_alive(acts):
                return message
            await self._end()
            return {"type": "websocket.disconnect", "code": _ENDED}

    async def send(self, message: Message) -> None:
        """A message of the app to the page; the first ones tell which tab this is."""
        if self._ended:
            return
        if not self._tab_known and message["type"] == "websocket.send" and message.get("bytes"):
            tab = _tab_of(message["bytes"])
            if tab:
                self._login.opened(tab)
                self._tab_known = True
        await self._send(message)

    async def _end(self) -> None:
        """Lead the page to where one signs in; what it wanted to do is not done."""
        told = ForwardMsg()
        told.auth_redirect.url = self._sign_in
        await self._send({"type": "websocket.send", "bytes": told.SerializeToString()})
        await self._send({"type": "websocket.close", "code": _ENDED})
        self._ended = True


def own_tab_only(scope: Scope, login: Login) -> Scope:
    """The request for a websocket without the secret of a tab that was never opened in this session.

    Streamlit gives a page that names such a secret everything that the tab held, whoever asks.
    """

    def own(value: bytes) -> bytes:
        parts = [part.strip() for part in value.decode("latin-1").split(",")]
        return ", ".join(parts if len(parts) <= 2 or parts[2] in login.tabs else parts[:2]).encode("latin-1")  # noqa: PLR2004

    joined = b", ".join(value for name, value in scope["headers"] if name.lower() == _PROTOCOL)
    kept = [pair for pair in scope["headers"] if pair[0].lower() != _PROTOCOL]
    return {**scope, "headers": [*kept, *([(_PROTOCOL, own(joined))] if joined else [])]}


def _read(data: bytes) -> tuple[str | None, bool]:
    """What a message asks for, and whether a person does; None for what cannot be read, which Streamlit refuses."""
    found = BackMsg()
    try:
        found.ParseFromString(data)
    except DecodeError:
        return None, False
    asked = found.WhichOneof("type")
    return asked or "", asked == "rerun_script" and not found.rerun_script.is_auto_rerun


def _tab_of(data: bytes) -> str:
    found = ForwardMsg()
    try:
        found.ParseFromString(data)
    except DecodeError:
        return ""
    return found.new_session.initialize.session_id if found.WhichOneof("type") == "new_session" else ""
