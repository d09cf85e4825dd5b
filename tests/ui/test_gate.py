"""The gate before the app, asked as a server would ask it."""

import asyncio
from urllib.parse import urlsplit

import pytest

from assistant.privacy.app_key import address_of, new_key, opening_page, path_of
from assistant.ui.gate import Gate

KEY = new_key()
BASE = f"/{path_of(KEY)}"
HOST = ("host", "127.0.0.1:8501")


class Inside:
    """Stands for the app, and remembers what came through."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        if scope["type"] == "http":
            given = [(b"content-type", b"text/html"), (b"cache-control", b"public")]
            await send({"type": "http.response.start", "status": 200, "headers": given})
            await send({"type": "http.response.body", "body": b"inside"})
        else:
            await send({"type": "websocket.accept"})


class Asked:
    """One answer of a gate: its status, headers and text, and whether the app was reached."""

    def __init__(
        self, gate: Gate, inside: Inside, path: str, headers, *, kind="http", method="GET", client="127.0.0.1"
    ):
        sent = []
        before = len(inside.asked)
        path, _, query = path.partition("?")
        scope = {
            "type": kind,
            "path": path,
            "query_string": query.encode(),
            "method": method,
            "client": (client, 50000),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }

        async def send(message):
            sent.append(message)

        asyncio.run(gate(scope, None, send))
        self.sent = sent
        self.inside = len(inside.asked) > before
        self.status = sent[0].get("status")
        self.headers = {name.decode(): value.decode() for name, value in sent[0].get("headers", [])}
        self.text = b"".join(m.get("body", b"") for m in sent).decode()


@pytest.fixture
def ask():
    """Asks one gate with a key; the cookie is sent along once it was given, unless `cookie` says otherwise."""
    inside = Inside()
    gate = Gate(inside, KEY)
    given: dict[str, str] = {}

    def asked(path, *headers, cookie=True, **how):
        own = [("cookie", f"other=1; {given['cookie']}")] if cookie and given else []
        answer = Asked(gate, inside, path, [*([] if "host" in dict(headers) else [HOST]), *headers, *own], **how)
        if "set-cookie" in answer.headers:
            given["cookie"] = answer.headers["set-cookie"].split(";")[0]
        return answer

    return asked


def test_without_the_key_nothing_is_shown(ask):
    """Neither pages nor media nor the websocket, nor with a wrong key, nor with the key at another path."""
    for path in (
        "/",
        f"{BASE}/",
        f"{BASE}/media/a.wav",
        f"{BASE}/_stcore/health",
        f"{BASE}/?key=wrong",
        f"/?key={KEY}",
    ):
        answer = ask(path)
        assert (answer.status, answer.inside) == (403, False), path
        assert "interview review" in answer.text
    opening = ask(f"{BASE}/_stcore/stream", kind="websocket")
    assert opening.sent == [{"type": "websocket.close", "code": 1008}]
    assert not opening.inside


def test_the_key_is_exchanged_for_a_cookie_and_leaves_the_address(ask):
    """The cookie is for this run's path alone, and no script reads it; with it pages and websocket open."""
    first = ask(f"{BASE}/quotes?key={KEY}&ask=a%20b&visit=")
    assert (first.status, first.headers["location"], first.inside) == (303, "./quotes?ask=a+b&visit=", False)
    assert first.headers["set-cookie"].endswith(f"; Path={BASE}/; HttpOnly; SameSite=Lax")
    assert KEY not in first.headers["set-cookie"]
    for _ in range(2):
        assert ask(f"{BASE}/quotes").inside
    assert ask(f"{BASE}/_stcore/stream", kind="websocket").inside
    assert not ask(f"{BASE}/quotes", cookie=False).inside
    assert not ask(f"{BASE}/quotes", ("cookie", f"interview_admitted={KEY}"), cookie=False).inside


@pytest.mark.parametrize("name", ["/evil.example", "//evil.example/", "javascript:alert(1)", "a:b@evil.example"])
def test_the_key_leads_to_no_other_place(ask, name):
    """Whatever follows the path, the answer leads to a page below it."""
    location = ask(f"{BASE}/{name}?key={KEY}").headers["location"]
    assert location.startswith("./")
    assert not urlsplit(location).netloc


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example:8501")],
        [("host", "evil.example")],
        [("host", "127.0.0.1.evil.example:8501")],
        [("host", "127.0.0.1:8501@evil.example")],
        [("host", "")],
        [("host", "127.0.0.1/8501")],
        [("host", "[::1")],
        [("host", "[::1].evil.example")],
        [("host", "127.0.0.1:8501:1")],
        [("origin", "http://evil.example")],
        [("origin", "http://127.0.0.1:9000")],
        [("origin", "http://localhost:8501")],
        [("origin", "null")],
        [("origin", "file://")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        [("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "audio")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_another_page_and_another_name_are_refused(ask, headers, kind):
    """Also with the cookie, which a browser may send along."""
    ask(f"{BASE}/?key={KEY}")
    answer = ask(f"{BASE}/media/a.wav", *headers, kind=kind)
    assert not answer.inside
    assert answer.status == (403 if kind == "http" else None)


def test_another_machine_is_refused_and_a_link_from_elsewhere_is_not(ask):
    """A machine that reaches the port is told nothing; a link that a person follows opens the page as always."""
    ask(f"{BASE}/?key={KEY}")
    assert not ask(f"{BASE}/", client="192.0.2.7").inside
    followed = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]
    assert ask(f"{BASE}/quotes", *followed).inside
    assert not ask(f"{BASE}/quotes", *followed, method="POST").inside
    assert ask(f"{BASE}/", ("host", "localhost:9999"), ("origin", "http://localhost:9999")).inside, "a forwarded port"
    assert ask(f"{BASE}/", ("host", "[::1]:8501"), client="::1").inside


@pytest.mark.parametrize(
    "path", ["agent/interact", "agent/mcp", "agent/openapi.json", "metrics", "script-health-check"]
)
def test_ways_in_for_programs_are_closed(ask, path):
    """Streamlit's own ways to drive an app, or to read of it, without a browser."""
    ask(f"{BASE}/?key={KEY}")
    answer = ask(f"{BASE}/_stcore/{path}", method="POST")
    assert (answer.status, answer.inside) == (404, False)


def test_browsers_are_told_to_run_and_ask_nothing_else(ask):
    """No script that stands in a page, no frame around it, nothing from another host; voices stay out of the cache."""
    ask(f"{BASE}/?key={KEY}")
    headers = ask(f"{BASE}/media/a.wav").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert "'sha256-" in policy["script-src"]
    assert policy["connect-src"].split() == ["'self'", "data:", "blob:", "ws://127.0.0.1:8501", "wss://127.0.0.1:8501"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert ask(f"{BASE}/static/a.js").headers["cache-control"] == "public"


def test_without_a_key_the_rest_of_the_gate_stands():
    """`streamlit run app.py` asks for no key, and lets neither foreign pages nor foreign names in."""
    inside = Inside()
    gate = Gate(inside)
    assert Asked(gate, inside, "/", [HOST]).inside
    assert not Asked(gate, inside, "/?key=", [("host", "evil.example")]).inside
    assert not Asked(gate, inside, "/", [HOST, ("origin", "http://evil.example")]).inside


def test_the_opening_page_leads_to_the_address_and_keys_differ(tmp_path):
    """The browser is given a file, so that the key stands in no command line that other accounts can read."""
    address = address_of(KEY, "127.0.0.1", 8501)
    page = opening_page(tmp_path, address)
    assert address in page.read_text(encoding="utf-8")
    assert KEY not in page.as_uri()
    assert new_key() != KEY
    assert KEY not in path_of(KEY)
