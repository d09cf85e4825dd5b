import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from at_rest import PATIENCE_S, WATCH
from small_study import build_study
from warm_app import POSSIBLE, WarmApp, WarmApps

from assistant.cli.review import app_command
from store.study import Study

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def study(tmp_path) -> Iterator[Study]:
    with build_study(tmp_path) as made:
        yield made


@pytest.fixture
def address(study: Study, tmp_path: Path) -> Iterator[str]:
    """The app, running on a free port of this machine with the small study."""
    with running_app(study.folder, tmp_path) as at:
        yield at


@contextlib.contextmanager
def running_app(folder: Path, place: Path) -> Iterator[str]:
    """The app with the study in `folder`, its log in `place`."""
    port = free_port()
    app = started(app_command(folder, port), place, {**os.environ, "LOGNAME": "Ana"})
    try:
        wait_for(port, app)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(timeout=30)


def started(command: list[str], place: Path, environment: dict[str, str]) -> "WarmApp | subprocess.Popen[bytes]":
    """The app by its command line, in `place`, where its log is written."""
    if POSSIBLE:
        return warm_apps().start(command, place, place / "app.log", environment)
    with (place / "app.log").open("w", encoding="utf-8") as log:
        return subprocess.Popen(command, cwd=place, stdout=log, stderr=subprocess.STDOUT, env=environment)


@cache
def warm_apps() -> WarmApps:
    """The process that all apps of this run are forked from."""
    apps = WarmApps()
    atexit.register(apps.close)
    return apps


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, app: "WarmApp | subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert app.poll() is None, "the app ended before it could be reached"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("the app could not be reached within a minute")


@pytest.fixture(scope="module")
def chrome(tmp_path_factory):
    """One Chromium for all tests of a module; each opens a window of its own in it."""
    with chromium_process(tmp_path_factory.mktemp("chromium")) as process:
        yield process


@pytest.fixture
def browser(chrome, tmp_path):
    """A fresh headless Chromium window of 1280 by 800 pixels."""
    with chromium(tmp_path) as context:
        yield context


@contextlib.contextmanager
def chromium(place: Path):
    """A window of 1280 by 800 pixels that knows nothing of others, of a Chromium whose home is `place` if none runs."""
    with chromium_process(place) as process:
        context = process.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(1_000 * PATIENCE_S)
        context.add_init_script(WATCH)
        yield context
        context.close()


@contextlib.contextmanager
def chromium_process(place: Path):
    """The headless Chromium that runs, or a new one whose home is `place`: Playwright allows one at a time."""
    if _RUNNING:
        yield _RUNNING[0]
        return
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = CHROMIUM if Path(CHROMIUM).is_file() else shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium at /usr/bin/chromium or in PATH")
    environment = {**os.environ, "HOME": str(place)}
    with sync_api.sync_playwright() as play:
        _RUNNING.append(play.chromium.launch(executable_path=path, args=list(QUIET), env=environment))
        try:
            yield _RUNNING[0]
        finally:
            _RUNNING.pop().close()


_RUNNING: list[Any] = []


class Complaints:
    """What a page complained about: errors on its console, exceptions, and requests that left the machine."""

    def __init__(self, page) -> None:
        self.found: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(str(error)))
        page.on("request", self._request)

    def _console(self, message) -> None:
        # Opened below its root, Streamlit first looks for its server beneath the page's own address: two harmless 404s.
        if message.type == "error" and "_stcore/" not in message.location.get("url", ""):
            self.found.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.found.append(f"asked for {request.url}")


def code_as(tab, name: str) -> None:
    """Choose a coder on the page, and wait until the server has given the tab that coder's seat."""
    before = tab.url
    field = tab.get_by_label("Coder", exact=True)
    field.fill(name)
    field.press("Enter")
    tab.wait_for_url(lambda url: "visit=" in url and url != before)
    field.blur()  # keys belong to the page again


@pytest.fixture
def page(browser, address):
    """The app's first page; afterwards nothing may have been complained about."""
    opened = browser.new_page()
    complaints = Complaints(opened)
    opened.goto(address)
    opened.locator("h1.page-title").wait_for()
    opened.wait_for_url("**visit=**")
    yield opened
    assert complaints.found == []
