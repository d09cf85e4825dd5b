"""The gate of an app that is served to a team: nothing of it is shown to anybody who has not signed in."""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, quote

from starlette.middleware import Middleware

from assistant.privacy import allow_host
from assistant.privacy.serving import Serving
from assistant.ui.gate_answers import App, Receive, Scope, Send, headers_of, with_headers
from assistant.ui.gate_rules import Rules, is_closed
from assistant.ui.login_answers import Answers
from assistant.ui.login_desk import SignInDesk
from assistant.ui.login_form import page_asked, page_named
from assistant.ui.login_members import identity_of, mark_of, member_with_claims
from assistant.ui.login_oidc import Provider, with_inner_cookies
from assistant.ui.login_page import provider_page, said_page
from assistant.ui.login_sessions import LOGINS, Login, Logins, cookie_name, cookie_of
from assistant.ui.login_sockets import PageSocket, own_tab_only
from assistant.ui.login_tries import LoginTries
from store.errors import StudyError
from store.one_line import one_line
from store.study import Study

_SAID = {"ended": "Your session has ended; sign in again.", "out": "You are signed out."}
_FAILED = "Signing in at your organisation did not work; try again."
_UNKNOWN = "You are known to your organisation, but you are no member of this study; ask whoever leads it."
_UNREADABLE = "The study cannot be read just now; try again later, or tell whoever runs this server."
_SIGN_IN = "This app shows nothing to anybody who has not signed in."
_OWN = ("login", "logout", "auth/login", "oauth2callback")
_UPLOAD = re.compile(r"(?:.*/)?_stcore/upload_file/([^/]*)/.*")


def served_gate(serving: Serving) -> list[Middleware]:
    """The gate for an app that is served like that."""
    from assistant.ui.session import opened_study

    for host in (serving.address, serving.provider):  # to listen there, and to ask the provider
        if host:
            allow_host(host)
    return [Middleware(ServedGate, serving=serving, study=opened_study)]


class ServedGate:
    """Shows a page to sign in to everybody, and the app to members of the study that have signed in.

    `study` gives the open study whose members these are.
    """

    def __init__(
        self,
        app: App,
        serving: Serving,
        study: Callable[[], Study],
        logins: Logins = LOGINS,
        tries: LoginTries | None = None,
    ) -> None:
        self._app = app
        self._serving = serving
        self._study = study
        self._logins = logins
        self._rules = Rules(serving.host, serving.origin, serving.beyond)
        self._answers = Answers(serving)
        self._cookie = cookie_name(encrypted=serving.encrypted, path=serving.path)
        self._desk = SignInDesk(serving, study, logins, tries or LoginTries(), self._cookie)
        self._provider = Provider(app, serving) if serving.provider else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or open one websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = headers_of(scope)
        refusal = self._rules.refusal(scope, headers)
        page = self._answers.page_below(scope["path"])
        try:
            if refusal:
                await self._answers.sentence(scope, send, 403, refusal)
            elif page is None or is_closed(scope["path"]) or page.startswith("auth/logout"):
                await self._answers.sentence(scope, send, 404, "There is nothing here.")
            elif page in _OWN and scope["type"] == "http":
                await self._own_page(scope, receive, send, headers, page)
            else:
                await self._inside(scope, receive, send, headers, page)
        except StudyError as error:
            print(f"Nobody was let in: {error}", file=sys.stderr, flush=True)
            await self._answers.sentence(scope, send, 503, _UNREADABLE)

    async def _own_page(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str], page: str
    ) -> None:
        """The gate's own pages: to sign in and out."""
        method = scope["method"]
        allowed = {"login": ("GET", "HEAD") if self._provider else ("GET", "HEAD", "POST"), "logout": ("POST",)}
        if method not in allowed.get(page, ("GET",)):
            more = [("allow", ", ".join(allowed.get(page, ("GET",))))]
            await self._answers.sentence(scope, send, 405, "That is not how this page is asked for.", more)
        elif page == "logout":
            await self._sign_out(scope, receive, send, headers)
        elif method != "POST" and await self._member(headers, act=True) is not None:
            await self._answers.lead(scope, send, page_named(_parameter(scope, "page")))
        elif page == "login" and method == "POST":
            await self._desk.take(scope, receive, send, headers)
        elif page == "login":
            await self._show_sign_in(scope, send, headers)
        elif self._provider is None:
            await self._answers.sentence(scope, send, 404, "There is nothing here.")
        elif page == "auth/login":
            await self._provider.begin(scope, receive, send, headers["host"])
        else:
            await self._come_back(self._provider, scope, receive, send, headers)

    async def _show_sign_in(self, scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
        said = _SAID.get(_parameter(scope, "said"), "")
        if self._provider is not None:
            html = provider_page(self._answers.path("auth/login"), said, problem=False)
            await self._answers.page(scope, send, 200, html)
            return
        asked = page_named(_parameter(scope, "page"))
        await self._desk.show(scope, send, headers, asked=asked, said=said, problem=False)

    async def _come_back(
        self, provider: Provider, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]
    ) -> None:
        """Somebody comes back from the provider: a member is signed in, everybody else is told one sentence."""
        claims, inner, cookies = await provider.finish(scope, receive)
        more = tuple(("set-cookie", cookie) for cookie in cookies)
        again = (("Sign in again", self._answers.path("login")),)
        if not identity_of(claims):
            await self._answers.page(scope, send, 403, said_page("Sign in", _FAILED, again, problem=True), more)
            return
        found = await asyncio.to_thread(self._claimed, claims)
        if found is None:
            print(f"No member has the identity {one_line(identity_of(claims), 300)}.", file=sys.stderr, flush=True)
            await self._answers.page(scope, send, 403, said_page("Sign in", _UNKNOWN, problem=True), more)
            return
        await self._desk.admit(scope, send, headers, *found, inner=inner, more=more)

    def _claimed(self, claims: Mapping[str, object]) -> tuple[str, str] | None:
        study = self._study()
        found = member_with_claims(study, claims)
        mark = "" if found is None else mark_of(study, found.name)
        return None if found is None or not mark else (found.name, mark)

    async def _sign_out(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        login = self._logins.find(cookie_of(headers.get("cookie", ""), self._cookie))
        if login is not None:
            self._logins.end(login)
        gone = [self._answers.no_cookie(self._cookie)]
        elsewhere = ""
        if self._provider is not None and login is not None:
            elsewhere = await self._provider.leave(scope, receive, login.inner)
        if elsewhere:
            links = (("Sign out at your organisation too", elsewhere), ("Sign in again", self._answers.path("login")))
            await self._answers.page(scope, send, 200, said_page("Signed out", _SAID["out"], links), gone)
        else:
            await self._answers.lead(scope, send, "login?said=out", gone)

    async def _inside(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str], page: str) -> None:
        """What the app answers to members; whoever wants to see a page and is none is led to where one signs in."""
        opens = headers.get("sec-fetch-dest", "document") == "document" and scope.get("method") in ("GET", "HEAD")
        login = await self._member(headers, act=opens, changes=not page.startswith("static/"))
        if login is None:
            if scope["type"] == "http" and opens and "text/html" in headers.get("accept", ""):
                asked = page_asked(page, scope["query_string"].decode("latin-1"))
                await self._answers.lead(scope, send, "login" + (f"?page={quote(asked, safe='')}" if asked else ""))
            else:
                await self._answers.sentence(scope, send, 403, _SIGN_IN)
            return
        upload = _UPLOAD.fullmatch(page)
        if upload is not None and upload[1] not in login.tabs:
            await self._answers.sentence(scope, send, 403, "That page is not open in this session.")
            return
        inner = with_inner_cookies(scope, login.inner)
        sent = with_headers(send, scope, headers["host"], encrypted=self._serving.encrypted)
        if scope["type"] == "websocket":
            await self._open(own_tab_only(inner, login), receive, sent, headers, login)
        else:
            await self._app(inner, receive, sent)

    async def _open(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str], login: Login) -> None:
        async def is_alive(acts: bool) -> bool:
            try:
                return await self._member(headers, act=acts) is login
            except StudyError as error:
                print(f"A page was closed: {error}", file=sys.stderr, flush=True)
                return False

        page = PageSocket(login, receive, send, is_alive, self._answers.path("login?said=ended"))
        await self._app(scope, page.receive, page.send)

    async def _member(self, headers: Mapping[str, str], *, act: bool, changes: bool = True) -> Login | None:
        """The session of a browser; one whose member has another role, password or identity by now ends here."""
        login = self._logins.find(cookie_of(headers.get("cookie", ""), self._cookie), act=act)
        if login is None or not changes:
            return login
        if await asyncio.to_thread(lambda: mark_of(self._study(), login.member)) == login.mark:
            return login
        self._logins.end(login)
        return None


def _parameter(scope: Scope, name: str) -> str:
    query: str = scope["query_string"].decode("latin-1")
    return dict(parse_qsl(query)).get(name, "")
