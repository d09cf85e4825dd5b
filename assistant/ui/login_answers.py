"""How the gate of a served app answers: with a page, a sentence, or the way to another page; and its cookies."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.privacy.serving import Serving
from assistant.ui.gate_answers import Scope, Send, answer
from assistant.ui.login_page import POLICY

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of an app that is served like that."""

    serving: Serving

    async def sentence(self, scope: Scope, send: Send, status: int, said: str, more: Iterable[Header] = ()) -> None:
        """A line of plain text; a websocket is refused without one."""
        await answer(scope, send, status, said, more, encrypted=self.serving.encrypted)

    async def page(self, scope: Scope, send: Send, status: int, html: str, more: Iterable[Header] = ()) -> None:
        """A page of the gate's own."""
        own = [("content-type", "text/html; charset=utf-8"), ("content-security-policy", POLICY)]
        await answer(scope, send, status, html, [*own, *more], encrypted=self.serving.encrypted)

    async def lead(self, scope: Scope, send: Send, page: str, more: Iterable[Header] = ()) -> None:
        """The way to another page of this app, which begins with no slash."""
        await answer(scope, send, 303, "", [("location", self.path(page)), *more], encrypted=self.serving.encrypted)

    def path(self, page: str) -> str:
        """The path of a page of this app, as the browser asks for it."""
        return f"{self.serving.path}/{page}"

    def page_below(self, path: str) -> str | None:
        """What a path names below that of the app, without the first slash; None for what lies elsewhere."""
        if path == self.serving.path:
            return ""
        base = f"{self.serving.path}/"
        return path.removeprefix(base) if path.startswith(base) else None

    def cookie(self, name: str, value: str, *, seconds: int | None = None, strict: bool = False) -> Header:
        """A cookie for this app's path alone that no script reads; without `seconds` it ends with the browser."""
        kept = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self.serving.encrypted else ""
        site = "Strict" if strict else "Lax"
        return ("set-cookie", f"{name}={value}; Path={self.serving.path}/{kept}; HttpOnly; SameSite={site}{secure}")

    def no_cookie(self, name: str) -> Header:
        """The same cookie taken away."""
        return self.cookie(name, "", seconds=0)
