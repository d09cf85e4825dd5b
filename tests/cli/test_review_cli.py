import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from small_study import build_study

from assistant.cli.review import OPTIONS, _environment, app_command, app_file, review_command
from assistant.privacy.app_key import KEY_VARIABLE, new_key, path_of
from store.errors import ConflictError, NotAStudyError

ROOT = Path(__file__).parents[2]


def _flat(tables, before=""):
    """Every option of nested tables as (dotted name, value)."""
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def test_options_are_those_of_the_config_file():
    """An installed program, which has no config file, runs and looks as a checkout does."""
    tables = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    said = {name: value if isinstance(value, str | list) else str(value).lower() for name, value in _flat(tables)}
    assert said == OPTIONS


def test_the_app_is_handed_its_key_and_no_options_of_other_apps(monkeypatch, tmp_path):
    """The key stands in the environment, which only this account can read; what else is set for Streamlit stays out."""
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "192.0.2.7")
    key = new_key()
    handed = _environment(tmp_path, key)
    own = {name: value for name, value in handed.items() if name.startswith("STREAMLIT_")}
    assert own == {"STREAMLIT_SERVER_BASE_URL_PATH": path_of(key)}
    assert handed[KEY_VARIABLE] == key
    assert not any(key in part or path_of(key) in part for part in app_command(tmp_path, 8600))


def test_a_missing_study_is_told_before_anything_starts(tmp_path):
    """The sentence comes from the store, and no server is started."""
    with pytest.raises(NotAStudyError, match="holds no study"):
        review_command(tmp_path)


def test_a_taken_port_is_told(tmp_path):
    """A port in use is refused with what to do about it."""
    with build_study(tmp_path) as study, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConflictError, match="choose another one with --port"):
            review_command(study.folder, taken.getsockname()[1])


def test_the_command_names_app_and_study(tmp_path):
    """The app is found, and the study stands after the two dashes."""
    assert app_file().is_file()
    assert app_command(tmp_path, 8600)[-2:] == ["--", str(tmp_path.resolve())]


@pytest.mark.skipif(os.name != "posix", reason="a console interrupt cannot be sent to one process on Windows")
def test_it_serves_on_loopback_and_ends_on_interrupt(tmp_path):
    """The address is printed when the app can be reached; Ctrl+C ends app and command without a traceback."""
    with build_study(tmp_path) as study:
        code = (
            f"from pathlib import Path; from assistant.cli.review import *; review_command(Path({str(study.folder)!r}))"
        )
        command = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert command.stderr is not None
        line = next(line for line in command.stderr if "http://" in line)
        address, _, rest = line.split("http://127.0.0.1:")[1].split()[0].partition("/")
        assert "/?key=" in rest, "only who has the whole address sees the study"
        socket.create_connection(("127.0.0.1", int(address)), timeout=5).close()
        command.send_signal(signal.SIGINT)
        assert command.wait(timeout=60) == 0
        assert "Traceback" not in command.stderr.read()
        with pytest.raises(OSError, match=r".*"):
            socket.create_connection(("127.0.0.1", int(address)), timeout=5)
