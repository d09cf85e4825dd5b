"""The running app, asked by others: other pages, other accounts and other programs of this machine."""

import http.client
import os
import socket
import subprocess

import pytest
from at_rest import settle
from conftest import Complaints, chromium, code_as, free_port, wait_for
from small_study import build_study

from assistant.cli.review import _environment, app_command
from assistant.privacy.app_key import KEY_VARIABLE, address_of, new_key, path_of

pytestmark = pytest.mark.browser

KEY = new_key()
BASE = f"/{path_of(KEY)}"
CARELESS = """[server]
address = "0.0.0.0"
enableCORS = false
enableXsrfProtection = false
enableStaticServing = true
enableAgentApi = true
allowedHosts = ["*"]
[global]
developmentMode = true
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The app with a key, started where `.streamlit/config.toml` and the environment open every door they can."""
    folder = tmp_path_factory.mktemp("admission")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(CARELESS, encoding="utf-8")
    careless = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SERVER_ENABLE_CORS": "false"}  # noqa: S104 - refused
    with build_study(folder) as study, (folder / "app.log").open("w") as log, pytest.MonkeyPatch.context() as patch:
        for name, value in {**careless, "HOME": str(folder), "LOGNAME": "Ana"}.items():
            patch.setenv(name, value)
        at = free_port()
        environment = _environment(study.folder, KEY)
        app = subprocess.Popen(
            app_command(study.folder, at), cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(at, app)
            yield at
        finally:
            app.terminate()
            app.wait(timeout=30)


def ask(port, path, method="GET", host=None, **headers):
    """One raw request: status, headers and the first of the answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.putrequest(method, path, skip_host=True)
    line.putheader("Host", host or f"127.0.0.1:{port}")
    for name, value in headers.items():
        line.putheader(name.replace("_", "-"), value)
    line.endheaders()
    answer = line.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read(2_000)
    line.close()
    return found


def opening(port, **headers):
    """The first line that answers a request for a websocket."""
    websocket = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "streamlit",
    }
    asked = {**websocket, **{name.replace("_", "-"): value for name, value in headers.items()}}
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
        line.sendall(f"GET {BASE}/_stcore/stream HTTP/1.1\r\n{head}\r\n".encode())
        return line.recv(200).decode("latin-1").split("\r\n")[0]


def cookie(port):
    return ask(port, f"{BASE}/?key={KEY}")[1]["set-cookie"].split(";")[0]


def test_it_listens_on_loopback_alone(port):
    """Whatever the working folder and the environment say: at another address of this machine nobody answers."""
    listening = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True, check=False).stdout
    own = [line.split()[3] for line in listening.splitlines()]
    assert own in ([f"127.0.0.1:{port}"], []), "where there is no ss, the next line says it"
    with pytest.raises(OSError, match=r".*"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_other_accounts_see_nothing(port):
    """Without the key neither a page nor a file nor the health of the app, and no websocket."""
    for path in ("/", f"{BASE}/", f"{BASE}/_stcore/health", f"{BASE}/_stcore/host-config", f"{BASE}/media/x.wav"):
        status, _, text = ask(port, path)
        assert (status, b"whole address" in text) == (403, True), path
    assert " 403 " in opening(port, Origin=f"http://127.0.0.1:{port}")


def test_other_pages_are_refused_with_the_key_too(port):
    """By their origin, by their name for this machine, and by what browsers say of them."""
    mine = cookie(port)
    own = f"http://127.0.0.1:{port}"
    assert " 101 " in opening(port, Origin=own, Cookie=mine)
    for origin in ("http://evil.example", "http://127.0.0.1:1", "http://localhost:1", "null"):
        assert " 403 " in opening(port, Origin=origin, Cookie=mine), origin
        assert ask(port, f"{BASE}/_stcore/upload_file/a/b", "PUT", Origin=origin, Cookie=mine)[0] == 403, origin
        assert ask(port, f"{BASE}/media/x.wav", Origin=origin, Cookie=mine)[0] == 403, origin
    assert " 403 " in opening(port, Host="evil.example", Origin="http://evil.example", Cookie=mine)
    assert ask(port, f"{BASE}/", host=f"evil.example:{port}", Cookie=mine)[0] == 403
    assert (
        ask(port, f"{BASE}/media/x.wav", Cookie=mine, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
    )


def test_uploads_need_the_token_of_their_page_and_have_a_limit(port):
    """A request without it is refused; and nothing answers that tells of the app or drives it without a browser."""
    mine = cookie(port)
    assert ask(port, f"{BASE}/_stcore/upload_file/a/b", "PUT", Cookie=mine)[0] == 403
    for path in ("metrics", "agent/openapi.json", "agent/interact", "agent/mcp", "script-health-check"):
        assert ask(port, f"{BASE}/_stcore/{path}", Cookie=mine)[0] == 404, path
    assert b"<title>Streamlit" in ask(port, f"{BASE}/app/static/study.db", Cookie=mine)[2], "no file of a folder"


def test_a_person_opens_works_and_loads_again(port, tmp_path):
    """The key leaves the address; a page that is loaded again, or reached by its path, goes on as the same coder."""
    with chromium(tmp_path) as browser:
        tab = browser.new_page()
        said = Complaints(tab)
        tab.goto(address_of(KEY, "127.0.0.1", port))
        tab.locator("h1.page-title").wait_for()
        tab.wait_for_url("**visit=**")
        assert KEY not in tab.url
        assert tab.url.startswith(f"http://127.0.0.1:{port}{BASE}/?visit=")
        assert tab.evaluate("document.cookie").find("interview_admitted") < 0
        code_as(tab, "Ben")
        tab.get_by_role("link", name="Review", exact=True).click()
        tab.locator("body[data-review-keys]").wait_for(state="attached")
        tab.locator("audio").or_(tab.locator(".rd-root")).first.wait_for()
        settle(tab)
        tab.reload()
        tab.locator("body[data-review-keys]").wait_for(state="attached")
        settle(tab)
        assert tab.get_by_label("Coder", exact=True).input_value() == "Ben"
        tab.goto(f"http://127.0.0.1:{port}{BASE}/quotes?coder=Cid")
        tab.locator("h1.page-title").wait_for()
        settle(tab)
        assert tab.get_by_label("Coder", exact=True).first.input_value() == "Ana", "an address names nobody"
        assert said.found == []


@pytest.mark.skipif(os.name != "posix", reason="there is no ps to ask")
def test_the_key_stands_in_no_command_line(port):
    """Every account can read those."""
    lines = subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert str(port) in lines
    assert KEY not in lines
    assert KEY_VARIABLE not in lines
