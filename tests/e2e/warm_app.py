"""A process that has read the app's libraries once, and becomes the app as often as tests want one.

Each app is a process of its own, forked before anything of the app ran: reading the libraries takes seconds, and is the
same every time. How the app starts from nothing is shown by the test of `interview review`.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

POSSIBLE = hasattr(os, "fork")
READ = (
    *("streamlit.web.cli", "streamlit.web.bootstrap", "streamlit.web.server.server", "streamlit.components.v2"),
    *(
        "assistant.ui.navigation",
        "sklearn.linear_model",
        "scipy.optimize",
        "scipy.sparse",
        "altair",
        "pandas",
        "chromadb",
    ),
    *(
        "vl_convert",
        "openpyxl",
        "docx",
        "lxml.etree",
        "jinja2",
        "uvicorn",
        "alembic.command",
        "sqlalchemy.dialects.sqlite",
    ),
)


class WarmApps:
    """Starts apps by command lines of the form `python -m MODULE …`; `close` ends those that still run."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        assert self._ask() == {"ready": True}

    def start(self, command: list[str], place: Path, log: Path, environment: Mapping[str, str]) -> "WarmApp":
        """The app, in the folder `place`, its log written to `log`."""
        words = {"command": command, "place": str(place), "log": str(log), "environment": dict(environment)}
        return WarmApp(self, self._ask(words)["started"])

    def status(self, pid: int) -> int | None:
        """The exit status of an app that ended, None while it runs."""
        return self._ask({"status": pid})["status"]

    def close(self) -> None:
        """End the process and what it started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _ask(self, words: Mapping[str, Any] | None = None) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if words is not None:
            print(json.dumps(words), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


class WarmApp:
    """One app, used as a subprocess.Popen is."""

    def __init__(self, apps: WarmApps, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._apps = apps

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        if self.returncode is None:
            self.returncode = self._apps.status(self.pid)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout: float) -> int:
        """Wait until it ended; raises TimeoutError."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"app {self.pid} did not end")
            time.sleep(0.02)
        return status


def serve(asked: IO[str], answers: IO[str]) -> None:
    """Answer what is asked, a line of JSON each, until nobody asks any more."""
    running: dict[int, int | None] = {}

    def answer(words: Mapping[str, Any]) -> None:
        print(json.dumps(words), file=answers, flush=True)

    answer({"ready": True})
    for line in asked:
        words = json.loads(line)
        if "command" in words:
            pid = os.fork()
            if pid == 0:
                become(words)
            running[pid] = None
            answer({"started": pid})
        else:
            pid = words["status"]
            if running[pid] is None:
                done, status = os.waitpid(pid, os.WNOHANG)
                running[pid] = os.waitstatus_to_exitcode(status) if done else None
            answer({"status": running[pid]})
    for pid in [pid for pid, status in running.items() if status is None]:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def become(words: Mapping[str, Any]) -> None:
    """Be the program of a command line; does not return."""
    status = 1
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(words["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for number, file in enumerate((nothing, log, log)):
            os.dup2(file, number)
        os.chdir(words["place"])
        os.environ.clear()
        os.environ.update(words["environment"])
        at = words["command"].index("-m")
        sys.argv = words["command"][at + 1 :]
        sys.path.insert(0, words["place"])
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as done:
        status = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001 - it is this process's end, and the log tells of it
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints while it is read is no answer
    for name in READ:
        importlib.import_module(name)
    serve(sys.stdin, answers)
