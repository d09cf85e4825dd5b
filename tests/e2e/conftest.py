import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_study import build_study

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
    with (place / "app.log").open("w", encoding="utf-8") as log:
        app = subprocess.Popen(app_command(folder, port), cwd=place, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(port, app)
            yield f"http://127.0.0.1:{port}"
        finally:
            app.terminate()
            app.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, app: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert app.poll() is None, "the app ended before it could be reached"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    pytest.fail("the app could not be reached within a minute")


@pytest.fixture
def browser(tmp_path):
    """A fresh headless Chromium window of 1280 by 800 pixels."""
    with chromium(tmp_path) as context:
        yield context


@contextlib.contextmanager
def chromium(place: Path):
    """A headless Chromium of 1280 by 800 pixels, its profile in `place`."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = CHROMIUM if Path(CHROMIUM).is_file() else shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium at /usr/bin/chromium or in PATH")
    size = {"width": 1280, "height": 800}
    environment = {**os.environ, "HOME": str(place)}
    with sync_api.sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            str(place / "profile"), executable_path=path, args=list(QUIET), viewport=size, env=environment
        )
        context.set_default_timeout(30_000)
        yield context
        context.close()


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


@pytest.fixture
def page(browser, address):
    """The app's first page; afterwards nothing may have been complained about."""
    opened = browser.new_page()
    complaints = Complaints(opened)
    opened.goto(address)
    opened.locator("h1.page-title").wait_for()
    coder = opened.get_by_label("Coder", exact=True)
    coder.fill("Ana")
    coder.press("Enter")
    opened.wait_for_url("**coder=Ana**")
    yield opened
    assert complaints.found == []
