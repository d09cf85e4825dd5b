"""`interview review`: the app, on this machine only."""

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from store.errors import ConflictError, StudyError
from store.study import open_study

HOST = "127.0.0.1"
FIRST_PORT = 8501
_PORTS = 100
_START_SECONDS = 120.0
_STOP_SECONDS = 10.0

OPTIONS: dict[str, str | list[str]] = {
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "viewer",
    "client.showErrorLinks": "false",
    "server.headless": "true",
    "server.address": HOST,
    "server.allowedHosts": [HOST, "localhost"],
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "200",
    "theme.light.primaryColor": "#1f5f8b",
    "theme.light.backgroundColor": "#fdfcfa",
    "theme.light.secondaryBackgroundColor": "#f3f1ec",
    "theme.light.textColor": "#24292f",
    "theme.light.linkColor": "#1f5f8b",
    "theme.light.borderColor": "#d5d1c8",
    "theme.dark.primaryColor": "#86c1ec",
    "theme.dark.backgroundColor": "#17191c",
    "theme.dark.secondaryBackgroundColor": "#282c31",
    "theme.dark.textColor": "#e7e6e2",
    "theme.dark.linkColor": "#86c1ec",
    "theme.dark.borderColor": "#45484d",
    "theme.font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    "theme.codeFont": "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
    "theme.baseRadius": "6px",
}
"""What `.streamlit/config.toml` says too, for an installed program, where that file is not there."""


def review_command(
    study: Annotated[Path, typer.Argument(help="The study's folder.")],
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port from 8501 on.", max=65535)] = 0,
) -> None:
    """Open the app in a browser of this machine; Ctrl+C ends it."""
    open_study(study).close()
    chosen = _port(port)
    app = subprocess.Popen(app_command(study, chosen), stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    before = signal.signal(signal.SIGTERM, _end)
    try:
        _wait_until_open(app, chosen)
        print(f"The study is open at http://{HOST}:{chosen} (Ctrl+C ends it).", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            webbrowser.open(f"http://{HOST}:{chosen}")
        status = app.wait()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
        _stop(app)
    if status:
        raise StudyError(f"The app ended by itself with status {status}; what it said stands above.")


def app_command(study: Path, port: int) -> list[str]:
    """The command line that runs the app on that port."""
    options = [part for name, value in OPTIONS.items() for item in _items(value) for part in (f"--{name}", item)]
    run = [sys.executable, "-m", "streamlit", "run", str(app_file()), *options, "--server.port", str(port)]
    return [*run, "--", str(study.resolve())]


def _items(value: str | list[str]) -> list[str]:
    """A list is given to Streamlit by naming its option once for each item."""
    return [value] if isinstance(value, str) else value


def app_file() -> Path:
    """The entry of the app: at the top of a checkout, or where an installed program keeps it."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "ui" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def _port(wanted: int) -> int:
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + _PORTS):
        with socket.socket() as probe:
            if os.name == "posix":  # elsewhere this option lets two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    taken = f"Port {wanted} is" if wanted else f"All ports from {FIRST_PORT} to {FIRST_PORT + _PORTS - 1} are"
    raise ConflictError(f"{taken} taken or forbidden on this machine; choose another one with --port.")


def _wait_until_open(app: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while app.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    if app.poll() is None:
        raise StudyError(f"The app could not be reached on port {port} within two minutes; try again.")


def _stop(app: subprocess.Popen[bytes]) -> None:
    if app.poll() is None:
        app.terminate()
    try:
        app.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        app.kill()
        app.wait()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Let a request to end this program end the app first."""
    raise KeyboardInterrupt
