"""Signing in with a name and a password: the form, its bounds, and how often it may be tried."""

import asyncio
import re
import secrets
import sys
from collections.abc import Callable, Mapping

from assistant.privacy.serving import Serving
from assistant.ui.gate_answers import Receive, Scope, Send
from assistant.ui.login_answers import Answers
from assistant.ui.login_form import FormTokens, UnreadableFormError, page_named, read_form
from assistant.ui.login_members import mark_of, member_with_password
from assistant.ui.login_page import LONGEST_NAME, LONGEST_PASSWORD, sign_in_page
from assistant.ui.login_sessions import Logins, cookie_of
from assistant.ui.login_tries import LoginTries
from store.one_line import one_line
from store.study import Study

_WRONG = "That is not the name and password of a member of this study."
_OLD = "This page had been open for too long; sign in again."
_BUSY = "Too many people are signing in just now; try again in a moment."
_AT_ONCE = 2  # each check of a password takes tens of megabytes for a moment
_MOST_WAITING = 32
_FORM_SECONDS = 12 * 3600
_NUMBER = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class SignInDesk:
    """Where members with a password sign in. `cookie` is the name of the cookie of a session."""

    def __init__(
        self, serving: Serving, study: Callable[[], Study], logins: Logins, tries: LoginTries, cookie: str
    ) -> None:
        self._answers = Answers(serving)
        self._study = study
        self._logins = logins
        self._tries = tries
        self._cookie = cookie
        self._form_cookie = f"{cookie}_form"
        self._tokens = FormTokens()
        self._checks = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    async def show(
        self,
        scope: Scope,
        send: Send,
        headers: Mapping[str, str],
        *,
        status: int = 200,
        asked: str = "",
        name: str = "",
        said: str = "",
        problem: bool = True,
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """The form, tied to this browser."""
        number = cookie_of(headers.get("cookie", ""), self._form_cookie)
        if not _NUMBER.fullmatch(number):
            number = secrets.token_urlsafe(32)
        cookie = self._answers.cookie(self._form_cookie, number, seconds=_FORM_SECONDS, strict=True)
        token = self._tokens.token(number)
        html = sign_in_page(self._answers.path("login"), token, asked, name, said, problem=problem)
        await self._answers.page(scope, send, status, html, [cookie, *more])

    async def take(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        """A form that was sent: a member is signed in by it. Raises StudyError where the study cannot be read."""
        try:
            form = await read_form(receive, headers)
        except UnreadableFormError as error:
            await self._answers.sentence(scope, send, error.status, str(error))
            return
        asked, name = page_named(form.get("page", "")), form.get("name", "").strip()
        if not self._tokens.fits(cookie_of(headers.get("cookie", ""), self._form_cookie), form.get("token", "")):
            await self.show(scope, send, headers, status=403, asked=asked, said=_OLD)
            return
        if self._waiting >= _MOST_WAITING:
            await self.show(scope, send, headers, status=503, asked=asked, said=_BUSY, more=(("retry-after", "5"),))
            return
        client = scope.get("client")
        address = client[0] if client else ""
        if wait := self._tries.begin(name[:LONGEST_NAME], address):
            said = f"Signing in went wrong too often; try again in {wait} s."
            again = (("retry-after", str(wait)),)
            await self.show(scope, send, headers, status=429, asked=asked, said=said, more=again)
            return
        found = await self._checked(name, form.get("password", ""))
        if found is None:
            print(f"Refused to sign in “{one_line(name, 80)}” from {address}.", file=sys.stderr, flush=True)
            shown = name if len(name) <= LONGEST_NAME else ""
            await self.show(scope, send, headers, status=403, asked=asked, name=shown, said=_WRONG)
            return
        member, mark = found
        self._tries.was_right(name, address)
        await self.admit(scope, send, headers, member, mark, asked=asked)

    async def admit(
        self,
        scope: Scope,
        send: Send,
        headers: Mapping[str, str],
        member: str,
        mark: str,
        *,
        asked: str = "",
        inner: dict[str, str] | None = None,
        more: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Begin a session with a number that this browser never had; the one it had before ends."""
        before = self._logins.find(cookie_of(headers.get("cookie", ""), self._cookie))
        if before is not None:
            self._logins.end(before)
        number = self._logins.begin(member, mark, inner)
        print(f"{one_line(member, 80)} signed in.", file=sys.stderr, flush=True)
        cookies = (self._answers.cookie(self._cookie, number), self._answers.no_cookie(self._form_cookie))
        await self._answers.lead(scope, send, asked, (*cookies, *more))

    async def _checked(self, name: str, password: str) -> tuple[str, str] | None:
        """The member's name and mark, checked in a thread of its own and not many at once; None where it is wrong."""
        if not name or not password or len(name) > LONGEST_NAME or len(password) > LONGEST_PASSWORD:
            return None
        self._waiting += 1
        try:
            async with self._checks:
                return await asyncio.to_thread(self._look_up, name, password)
        finally:
            self._waiting -= 1

    def _look_up(self, name: str, password: str) -> tuple[str, str] | None:
        study = self._study()
        found = member_with_password(study, name, password)
        mark = "" if found is None else mark_of(study, found.name)
        return None if found is None or not mark else (found.name, mark)
