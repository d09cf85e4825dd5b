"""The gate of a served app, asked as a server would ask it: nothing before signing in, and nobody as somebody else."""

import asyncio
import re
from urllib.parse import quote, urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from team_study import add_team, password_of

from assistant.privacy.accounts import verifier_of
from assistant.privacy.serving import Serving
from assistant.ui.login_gate import ServedGate
from assistant.ui.login_sessions import LONGEST_SECONDS, Logins
from assistant.ui.login_tries import LoginTries
from store.errors import StudyError
from store.members import MemberRole, remove_member, set_member, set_member_password
from store.study import create_study

HOST = "interviews.example.org"
URL = f"https://{HOST}"
PAGE = {"accept": "text/html,*/*", "sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
TAB = "0b4e6c6e-tab"


class App:
    """Stands for Streamlit: remembers what came through, and answers websockets as it does."""

    def __init__(self):
        self.asked = []
        self.heard = []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope)
        if scope["type"] == "http":
            given = [(b"content-type", b"text/html"), (b"set-cookie", b"_streamlit_xsrf=1; Path=/")]
            await send({"type": "http.response.start", "status": 200, "headers": given})
            await send({"type": "http.response.body", "body": b"inside"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        told = ForwardMsg()
        told.new_session.initialize.session_id = TAB
        await send({"type": "websocket.send", "bytes": told.SerializeToString()})
        while (message := await receive())["type"] == "websocket.receive":
            self.heard.append(message["bytes"])
            await send({"type": "websocket.send", "bytes": b"answer"})
        self.heard.append(message)


class Browser:
    """One browser's cookies, at one address."""

    def __init__(self, gate, app, client="203.0.113.7", host=HOST):
        self.gate, self.app, self.client, self.host = gate, app, client, host
        self.cookies = {}

    def ask(self, path="/", method="GET", body=b"", headers=None, kind="http", messages=(), **more):
        path, _, query = path.partition("?")
        sent = []
        held = {"host": self.host, **(PAGE if kind == "http" else {}), **(headers or {}), **more}
        if self.cookies and "cookie" not in held:
            held["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": kind,
            "path": path,
            "query_string": query.encode(),
            "method": method,
            "client": (self.client, 1),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in held.items()],
        }
        opening = [{"type": "websocket.connect"}] if kind == "websocket" else []
        coming = [*opening, *messages] if kind == "websocket" else [{"type": "http.request", "body": body}]

        async def receive():
            message = coming.pop(0) if coming else {"type": f"{kind}.disconnect", "code": 1000}
            return message() if callable(message) else message

        async def send(message):
            sent.append(message)

        before = len(self.app.asked)
        asyncio.run(self.gate(scope, receive, send))
        answer = Answer(sent, self.app.asked[before:])
        for text in answer.all("set-cookie"):
            name, value = text.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value and "Max-Age=0" not in text:
                self.cookies[name] = value
        return answer

    def form(self, path="/login"):
        return re.search(r'name="token" value="([^"]*)"', self.ask(path).text)[1]

    def sign_in(self, name, password=None, page="", **more):
        fields = {"name": name, "password": password_of(name) if password is None else password, "page": page}
        return self.send({"token": self.form(), **fields}, **more)

    def send(self, fields, **more):
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"https://{HOST}",
            **PAGE,
            "sec-fetch-site": "same-origin",
        }
        return self.ask("/login", "POST", urlencode(fields).encode(), {**headers, **more})

    def socket(self, *messages, **more):
        return self.ask(
            "/_stcore/stream", kind="websocket", messages=messages, headers={"origin": f"https://{HOST}", **more}
        )


class Answer:
    def __init__(self, sent, inside):
        self.sent = sent
        self.inside = inside
        self.status = sent[0].get("status") if sent else None
        self.headers = [(name.decode(), value.decode()) for name, value in (sent[0].get("headers", []) if sent else [])]
        self.text = b"".join(message.get("body", b"") for message in sent).decode()

    def all(self, name):
        return [value for each, value in self.headers if each == name]

    def one(self, name):
        (value,) = self.all(name)
        return value


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        add_team(made, Ana="lead", Ben="coder")
        yield made


@pytest.fixture
def served(study):
    """Makes browsers of a served app; its clock stands still unless it is moved."""
    app, clock = App(), [0.0]
    logins = Logins(lambda: clock[0])
    gate = ServedGate(app, Serving(URL, behind_proxy=True), lambda: study, logins, LoginTries(lambda: clock[0]))

    def browser(**more):
        return Browser(gate, app, **more)

    browser.clock = clock
    browser.logins = logins
    browser.app = app
    return browser


def rerun(*, automatic=False):
    asked = BackMsg()
    asked.rerun_script.is_auto_rerun = automatic
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


def test_nothing_is_shown_before_signing_in(served):
    """No page, file, script, upload, health or websocket; and nothing tells which study that is."""
    browser = served()
    for path in ("/", "/review", "/study", "/media/a.wav", "/static/js/main.js", "/_stcore/health", "/favicon.png"):
        for headers in (PAGE, {"accept": "*/*", "sec-fetch-dest": "empty"}):
            answer = browser.ask(path, headers=headers)
            assert not answer.inside, path
            assert answer.status == (303 if headers is PAGE else 403), path
    assert not browser.ask("/_stcore/upload_file/a/b", "PUT").inside
    assert browser.socket(rerun()).sent == [{"type": "websocket.close", "code": 1008}]
    shown = browser.ask("/login")
    assert shown.status == 200
    assert "study" not in shown.text.replace("leads the study", "")
    assert "script" not in shown.one("content-security-policy")


def test_a_member_signs_in_and_goes_on_to_the_page_that_was_asked_for(served):
    """With a cookie that no script reads, no other site sends along, and only https carries."""
    browser = served()
    led = browser.ask("/quotes?ask=a b").one("location")
    assert led == "/login?page=quotes%3Fask%3Da%2Bb"
    page = re.search(r'name="page" value="([^"]*)"', browser.ask(led).text)[1]
    answer = browser.sign_in("Ana", page=page)
    assert (answer.status, answer.one("location")) == (303, "/quotes?ask=a+b")
    session = next(text for text in answer.all("set-cookie") if "Max-Age" not in text)
    assert session.startswith("__Host-interview_session=")
    assert session.endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    inside = browser.ask("/quotes")
    assert inside.text == "inside"
    assert inside.one("strict-transport-security") == "max-age=31536000"
    assert inside.one("set-cookie").endswith("; Secure"), "those of Streamlit too"
    assert browser.ask("/login").one("location") == "/", "who is signed in needs no form"
    opened = browser.socket(rerun())
    assert len(opened.inside) == 1
    assert browser.app.heard[0] == rerun()["bytes"]


def test_wrong_passwords_unknown_names_and_members_without_one_are_told_alike(served, study):
    """The same sentence and status; the password is never shown again."""
    set_member(study, "Cid", MemberRole.CODER)
    told = []
    for name, password in (
        ("Ana", "wrong one"),
        ("Nobody", "wrong one"),
        ("Cid", "wrong one"),
        ("Ana", password_of("Ben")),
    ):
        answer = served().sign_in(name, password)
        told.append((answer.status, re.search(r'role="alert">([^<]*)', answer.text)[1], answer.all("location")))
        assert password not in answer.text
    assert set(map(str, told)) == {str((403, "That is not the name and password of a member of this study.", []))}
    for name, password in (("", "x"), ("Ana", ""), ("A" * 300, "x"), ("Ana", "x" * 1_001), ("\x00", "\x00")):
        assert served().sign_in(name, password).status == 403


def test_a_name_that_nobody_has_is_hashed_too(served, monkeypatch):
    """How long an answer takes tells nobody who the members are."""
    from assistant.privacy import accounts

    asked = []
    original = accounts.password_fits

    def counted(verifier, password):
        asked.append(verifier)
        return original(verifier, password)

    monkeypatch.setattr(accounts, "password_fits", counted)
    served().sign_in("Nobody", "wrong one")
    served().sign_in("Ana", "wrong one")
    assert [verifier is None for verifier in asked] == [True, False]


def test_guessing_is_slowed_down_and_the_right_password_waits_too(served):
    """From the sixth try on; later it works again."""
    browser = served()
    assert [browser.sign_in("Ana", "wrong one").status for _ in range(5)] == [403] * 5
    answer = browser.sign_in("Ana")
    assert (answer.status, answer.one("retry-after")) == (429, "30")
    assert served(client="203.0.113.8").sign_in("Ana").status == 303, "elsewhere she signs in meanwhile"
    served.clock[0] += 30
    assert browser.sign_in("Ana").status == 303


def test_a_form_of_another_page_or_browser_is_refused(served):
    """By its origin, by what browsers say of it, and by its token."""
    right = {"name": "Ana", "password": password_of("Ana"), "page": ""}
    mine, other = served(), served()
    token = mine.form()
    for more in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert mine.send({"token": token, **right}, **more).status == 403, more
    for fields in (right, {"token": "", **right}, {"token": other.form(), **right}):
        assert mine.send(fields).status == 403
    assert served().send({"token": token, **right}).status == 403, "without the cookie"
    assert not served.logins._held
    assert mine.send({"token": token, **right}).status == 303


def test_a_number_that_was_there_before_signing_in_is_worth_nothing_afterwards(served):
    """Nobody signs somebody else in under a number that they know; and signing in again ends the session before."""
    browser = served()
    browser.cookies["__Host-interview_session"] = "planted"
    browser.sign_in("Ana")
    first = browser.cookies["__Host-interview_session"]
    assert first != "planted"
    other = served()
    other.cookies["__Host-interview_session"] = first
    assert other.ask("/").status == 200
    served.logins.end(served.logins.find(first))
    browser.sign_in("Ana")
    assert browser.cookies["__Host-interview_session"] != first
    assert other.ask("/").status == 303


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example", "/evil", "a\r\nset-cookie: x=1"])
def test_signing_in_leads_nowhere_else_and_writes_no_header(served, page):
    """Whatever the form or the address names."""
    assert served().sign_in("Ana", page=page).one("location") == "/"
    shown = served().ask(f"/login?page={quote(page, safe='')}")
    assert 'name="page" value=""' in shown.text
    browser = served()
    browser.sign_in("Ana")
    led = browser.ask(f"/login?page={quote(page, safe='')}")
    assert led.one("location") == "/"
    assert len(led.all("set-cookie")) == 0


def test_whoever_signs_out_is_out_in_all_tabs_and_only_by_their_own_act(served):
    """Another site cannot do it, a link neither; and the open page is led to where one signs in."""
    browser = served()
    browser.sign_in("Ana")
    assert browser.ask("/logout").status == 405
    assert browser.ask("/logout", "POST", origin="https://evil.example").status == 403
    assert browser.ask("/").status == 200
    held = dict(browser.cookies)

    def signs_out():
        served.logins.end(served.logins.find(held["__Host-interview_session"]))
        return rerun()

    opened = browser.socket(rerun(), signs_out, rerun())
    told = ForwardMsg()
    told.ParseFromString(opened.sent[-2]["bytes"])
    assert told.auth_redirect.url == "/login?said=ended"
    assert opened.sent[-1] == {"type": "websocket.close", "code": 1008}
    assert served.app.heard == [rerun()["bytes"], {"type": "websocket.disconnect", "code": 1008}]
    browser.sign_in("Ana")
    answer = browser.ask("/logout", "POST", origin=URL)
    assert (answer.status, answer.one("location")) == (303, "/login?said=out")
    assert "__Host-interview_session" not in browser.cookies
    browser.cookies = held
    assert browser.ask("/").status == 303


@pytest.mark.parametrize("change", ["password", "role", "removed", "identity"])
def test_a_session_ends_when_the_account_changes(served, study, change):
    """Pages, files and the next act of an open page."""
    browser, other = served(), served()
    browser.sign_in("Ben")
    other.sign_in("Ana")

    def changes():
        if change == "password":
            set_member_password(study, "Ben", verifier_of("another long one"))
        elif change == "role":
            set_member(study, "Ben", MemberRole.READER)
        elif change == "removed":
            remove_member(study, "Ben")
        else:
            set_member(study, "Ben", MemberRole.CODER, identity="https://login.example.org|other")
        return rerun()

    browser.socket(rerun(), changes)
    assert served.app.heard == [rerun()["bytes"], {"type": "websocket.disconnect", "code": 1008}]
    assert not browser.ask("/media/a.wav").inside
    assert not browser.ask("/").inside
    assert other.ask("/").inside, "nobody else is signed out"


def test_a_page_that_loads_itself_again_keeps_no_session_alive(served):
    """Eight hours without a person's act; and a day in any case."""
    browser = served()
    browser.sign_in("Ana")

    def hours(count, automatic):
        def later():
            served.clock[0] += count * 3600
            return rerun(automatic=automatic)

        return later

    browser.socket(hours(5, automatic=True), hours(4, automatic=True))
    assert served.app.heard[-1]["code"] == 1008
    browser.sign_in("Ana")
    served.app.heard.clear()
    browser.socket(*[hours(5, automatic=False)] * 4)
    assert served.app.heard[-1]["code"] == 1000
    served.clock[0] += LONGEST_SECONDS
    assert not browser.ask("/").inside


def test_no_page_takes_over_the_tab_of_another_session(served):
    """Streamlit gives whoever names a tab's secret what it held: only the session that opened it may."""
    ana, ben = served(), served()
    ana.sign_in("Ana")
    ben.sign_in("Ben")
    ana.socket(rerun())

    def named(browser):
        (inside,) = browser.socket(rerun(), **{"sec-websocket-protocol": f"streamlit, xsrf, {TAB}"}).inside
        return dict(inside["headers"])[b"sec-websocket-protocol"]

    assert named(ana) == f"streamlit, xsrf, {TAB}".encode()
    served.logins.find(ben.cookies["__Host-interview_session"]).tabs.clear()
    assert named(ben) == b"streamlit, xsrf"


def test_uploads_go_to_own_tabs_alone(served):
    """A file lands in a tab that is open in this session."""
    ana, ben = served(), served()
    ana.sign_in("Ana")
    ben.sign_in("Ben")
    ana.socket(rerun())
    upload = f"/_stcore/upload_file/{TAB}/file"
    assert ana.ask(upload, "PUT", origin=URL).inside
    assert not ben.ask(upload, "PUT", origin=URL).inside


def test_pages_cannot_drive_the_server(served):
    """Emptying caches and the like is for people who write apps; what cannot be read Streamlit refuses itself."""
    browser = served()
    browser.sign_in("Ana")
    cleared, shut = BackMsg(clear_cache=True), BackMsg(debug_shutdown_runtime=True)
    empty = {"type": "websocket.receive", "bytes": BackMsg().SerializeToString()}
    sent = [{"type": "websocket.receive", "bytes": each.SerializeToString()} for each in (cleared, shut)]
    broken = {"type": "websocket.receive", "bytes": b"\xff\xff"}
    browser.socket(*sent, empty, broken)
    assert served.app.heard == [b"\xff\xff", {"type": "websocket.disconnect", "code": 1000}]


def test_cookies_of_another_kind_open_nothing(served):
    """Neither the key cookie of `interview review`, nor one that says it is Streamlit's user, nor two at once."""
    browser = served()
    browser.sign_in("Ana")
    number = browser.cookies["__Host-interview_session"]
    stranger = served()
    for cookie in (
        "interview_admitted=x",
        "_streamlit_user=x",
        f"interview_session={number}",
        f"__Host-interview_session={number}; __Host-interview_session=other",
        f"__Host-interview_session_form={number}",
        f'__Host-interview_session="{number}"',
    ):
        assert not stranger.ask("/", headers={**PAGE, "cookie": cookie}).inside, cookie
    (inside,) = browser.ask(
        "/", headers={**PAGE, "cookie": f"__Host-interview_session={number}; _streamlit_user=x"}
    ).inside
    assert b"_streamlit_user" not in dict(inside["headers"])[b"cookie"]


@pytest.mark.parametrize(
    "headers",
    [{"host": "evil.example"}, {"origin": "https://evil.example"}, {"origin": f"http://{HOST}"}, {"host": ""}],
    ids=str,
)
def test_foreign_names_and_pages_are_refused_with_the_cookie_too(served, headers):
    """DNS rebinding, other sites, and the same name without https."""
    browser = served()
    browser.sign_in("Ana")
    for kind in ("http", "websocket"):
        assert not browser.ask("/", kind=kind, headers={**PAGE, **headers}).inside


def test_only_a_proxy_makes_other_machines_welcome(study):
    """An app on loopback without one answers to this machine alone."""
    app = App()
    gate = ServedGate(app, Serving("http://127.0.0.1:8501"), lambda: study)
    assert Browser(gate, app, host="127.0.0.1:8501").ask("/login").status == 403
    assert Browser(gate, app, client="127.0.0.1", host="127.0.0.1:8501").ask("/login").status == 200
    assert Browser(gate, app, client="127.0.0.1", host=HOST).ask("/login").status == 403


def test_below_a_path_everything_stays_below_it(study):
    """Several studies behind one name: cookies of one are not sent to another, and nothing answers beside them."""
    app = App()
    gate = ServedGate(app, Serving(f"{URL}/study-a", behind_proxy=True), lambda: study)
    browser = Browser(gate, app)
    assert browser.ask("/").status == 404
    assert browser.ask("/study-abc/").status == 404
    assert browser.ask("/study-a").one("location") == "/study-a/login"
    assert browser.ask("/study-a/quotes").one("location") == "/study-a/login?page=quotes"
    shown = browser.ask("/study-a/login")
    assert 'action="/study-a/login"' in shown.text
    assert "; Path=/study-a/;" in shown.one("set-cookie")
    assert shown.one("set-cookie").startswith("__Secure-interview_session_form=")


def test_methods_and_ways_in_that_are_not_used_are_closed(served):
    """With a session too: Streamlit's own sign-in where there is no provider, and its ways in for programs."""
    browser = served()
    browser.sign_in("Ana")
    for path in ("/auth/logout", "/_stcore/metrics", "/_stcore/agent/interact"):
        assert browser.ask(path).status == 404, path
    for path in ("/auth/login", "/oauth2callback"):
        assert not browser.ask(path).inside
        assert served().ask(path).status == 404, path
    assert served().ask("/login", "PUT").status == 405
    assert served().ask("/login", "HEAD").text == ""


def test_a_study_that_cannot_be_read_lets_nobody_in(served, monkeypatch):
    """Neither those who are signed in, nor anybody else, and nothing of what is wrong is told."""
    browser = served()
    browser.sign_in("Ana")

    def broken(*_):
        raise StudyError("secret/path/study.db cannot be read.")

    monkeypatch.setattr("assistant.ui.login_gate.mark_of", broken)
    answer = browser.ask("/")
    assert (answer.status, answer.inside) == (503, [])
    assert "secret" not in answer.text
    browser.socket(rerun())
    assert not served.app.heard
