"""The app as `interview serve` runs it, for tests in a browser."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_rest import PATIENCE_S, WATCH, settle
from conftest import chromium_process, free_port

COMMAND = [sys.executable, "-c", "from assistant.cli import main; main()", "serve"]


class Served:
    """Where it is, and what it has said on its error stream."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")


@contextlib.contextmanager
def served_app(folder: Path, place: Path, *options: str, port: int = 0) -> Iterator[Served]:
    """`interview serve` on a free port until the block ends; its log lies in `place`."""
    at = port or free_port()
    log = place / "served.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    with log.open("w", encoding="utf-8") as said:
        app = subprocess.Popen(
            [*COMMAND, str(folder), "--port", str(at), *options], cwd=place, env=environment, stderr=said
        )
    served = Served(f"http://127.0.0.1:{at}", log)
    try:
        for _ in range(1_200):
            if "is served at" in served.said:
                break
            assert app.poll() is None, served.said
            time.sleep(0.1)
        else:
            pytest.fail("the app could not be reached within two minutes")
        yield served
    finally:
        app.terminate()
        assert app.wait(timeout=60) in (0, 130, -15), served.said


@contextlib.contextmanager
def person(place: Path) -> Iterator[object]:
    """Somebody's own browser: cookies and pages apart from everybody else's."""
    with chromium_process(place) as process:
        context = process.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(1_000 * PATIENCE_S)
        context.add_init_script(WATCH)
        yield context
        context.close()


def sign_in(tab, address: str, name: str, password: str) -> None:
    """Fill in the form that stands before the page, and wait for the page."""
    tab.goto(address)
    tab.get_by_label("Name", exact=True).fill(name)
    tab.get_by_label("Password", exact=True).fill(password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(re.compile(r"visit="))
    tab.locator(".signed-in").wait_for()
    settle(tab)
