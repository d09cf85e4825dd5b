"""The app as a process of its own: its command line, its port, and its beginning and end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from assistant.cli.common import note
from assistant.privacy.serving import SERVED, SERVING
from store.errors import ConflictError, DamagedError, StudyError
from store.keys import environment_with_key
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
    "global.developmentMode": "false",
    "server.headless": "true",
    "server.address": HOST,
    "server.allowedHosts": [HOST, "localhost"],
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.enableAgentApi": "false",
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


def run_app(command: list[str], environment: dict[str, str], host: str, port: int, opened: Callable[[], None]) -> None:
    """Run the app until it ends or this program is told to; `opened` is called once it can be reached.

    Raises StudyError where it ends by itself, or cannot be reached.
    """
    app = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)  # noqa: S603 - our own program
    before = signal.signal(signal.SIGTERM, _end)
    try:
        _wait_until_open(app, host, port)
        opened()
        status = app.wait()
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)
        _stop(app)
    if status:
        raise StudyError(f"The app ended by itself with status {status}; what it said stands above.")


def mended(study: Path) -> list[str]:
    """What opening the study mended, which the app says too; of a damaged one it offers the newest good copy."""
    try:
        with open_study(study) as opened:
            found = list(opened.repairs)
    except DamagedError as error:
        found = []
        note(str(error))
    for sentence in found:
        note(sentence)
    return found


def app_command(study: Path, port: int, changed: dict[str, str | list[str]] | None = None) -> list[str]:
    """The command line that runs the app on that port, with options that are changed from the usual ones."""
    named = {**OPTIONS, **(changed or {})}
    options = [part for name, value in named.items() for item in _items(value) for part in (f"--{name}", item)]
    streamlit = [sys.executable, "-m", "assistant.privacy.guarded", "streamlit"]
    run = [*streamlit, "run", str(app_file()), *options, "--server.port", str(port)]
    return [*run, "--", str(study.resolve())]


def app_environment(study: Path) -> dict[str, str]:
    """What the app gets to know, without any option of Streamlit or its server that is set for other apps."""
    found = environment_with_key(study)
    others = ("FORWARDED_ALLOW_IPS", SERVED, SERVING)
    return {name: value for name, value in found.items() if not name.startswith("STREAMLIT_") and name not in others}


def _items(value: str | list[str]) -> list[str]:
    """A list is given to Streamlit by naming its option once for each item."""
    return [value] if isinstance(value, str) else value


def app_file() -> Path:
    """The entry of the app: at the top of a checkout, or where an installed program keeps it."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "ui" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"


def free_port(wanted: int, host: str = HOST) -> int:
    """That port, or for 0 the first free one from 8501 on; raises ConflictError where it cannot be listened at."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + _PORTS):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            if os.name == "posix":  # elsewhere this option lets two programs share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    taken = f"Port {wanted} is" if wanted else f"All ports from {FIRST_PORT} to {FIRST_PORT + _PORTS - 1} are"
    raise ConflictError(f"{taken} taken or forbidden on this machine; choose another one with --port.")


def _wait_until_open(app: subprocess.Popen[bytes], host: str, port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while app.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((host, port), timeout=1).close()
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
