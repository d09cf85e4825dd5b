"""Nothing of Python's sockets leads off this machine, however it is called; what a study allows gets through."""

import _socket
import asyncio
import os
import platform
import socket
import subprocess
import sys
import urllib.request

import httpx
import pytest

from assistant.llm.endpoints import chat_model
from assistant.privacy import LeavesMachineError, guard, guard_stands, sealed
from assistant.settings import load_settings
from store.errors import StudyError

ELSEWHERE = "192.0.2.7"  # kept for documentation: nobody answers there
NAME = "nobody.example"


def stream(family=socket.AF_INET):
    return socket.socket(family, socket.SOCK_STREAM)


def datagram():
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@pytest.fixture(autouse=True)
def as_in_a_program(monkeypatch):
    """Put the checks back in place that pytest-socket takes off before every test."""
    for method in ("bind", "connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, method, getattr(_socket.socket, method))
        guard._check_before(method)


WAYS_OUT = {
    "connect": lambda: stream().connect((ELSEWHERE, 80)),
    "connect, by name": lambda: stream().connect((NAME, 80)),
    "connect_ex": lambda: stream().connect_ex((ELSEWHERE, 80)),
    "connect, below Python's class": lambda: _socket.socket().connect((ELSEWHERE, 80)),
    "connect, version 6": lambda: stream(socket.AF_INET6).connect(("2001:db8::1", 80)),
    "connect, an address in another's clothes": lambda: stream(socket.AF_INET6).connect((f"::ffff:{ELSEWHERE}", 80)),
    "create_connection": lambda: socket.create_connection((NAME, 80)),
    "sendto": lambda: datagram().sendto(b"x", (ELSEWHERE, 53)),
    "sendto, with flags": lambda: datagram().sendto(b"x", 0, (NAME, 53)),
    "sendmsg": lambda: datagram().sendmsg([b"x"], [], 0, (ELSEWHERE, 53)),
    "getaddrinfo": lambda: socket.getaddrinfo(NAME, 80),
    "getaddrinfo, bytes": lambda: socket.getaddrinfo(NAME.encode(), 80),
    "gethostbyname": lambda: socket.gethostbyname(NAME),
    "gethostbyname_ex": lambda: socket.gethostbyname_ex(NAME),
    "gethostbyaddr": lambda: socket.gethostbyaddr(ELSEWHERE),
    "getnameinfo": lambda: socket.getnameinfo((ELSEWHERE, 80), 0),
    "listening on every network": lambda: stream().bind(("0.0.0.0", 0)),  # noqa: S104 - that is what is refused
    "listening on every network, unnamed": lambda: stream().bind(("", 0)),
    "urllib": lambda: urllib.request.urlopen(f"http://{NAME}/"),
    "httpx": lambda: httpx.get(f"http://{NAME}/"),
    "asyncio": lambda: asyncio.run(asyncio.open_connection(NAME, 80)),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_refused_with_a_sentence(way):
    """Sockets, look-ups and what libraries build on them: each raises before anything is sent."""
    with pytest.raises(LeavesMachineError, match=r"tried to reach .*; that was refused") as caught:
        WAYS_OUT[way]()
    assert isinstance(caught.value, StudyError)


def test_the_sentence_names_where_it_would_have_gone():
    """A person who reads it knows which machine some library wanted."""
    with pytest.raises(LeavesMachineError, match=rf"reach {ELSEWHERE}"):
        stream().connect((ELSEWHERE, 80))
    with pytest.raises(LeavesMachineError, match=rf"reach {NAME}"):
        socket.getaddrinfo(NAME.upper() + ".", 80)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_this_machine_is_open_to_itself(family):
    """Loopback by address and by name, and the look-ups that go with it."""
    home = "127.0.0.1" if family == socket.AF_INET else "::1"
    with stream(family) as listening:
        try:
            listening.bind((home, 0))
        except OSError:
            pytest.skip("this machine has no loopback of that family")
        listening.listen()
        with stream(family) as calling:
            calling.connect((home, listening.getsockname()[1]))
    assert socket.getaddrinfo("localhost", 80)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no such sockets")
def test_sockets_of_the_file_system_pass(tmp_path):
    """The language model's process is reached through one."""
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as calling:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        calling.connect(str(tmp_path / "s"))


@pytest.fixture
def nobody_allowed(monkeypatch):
    """What one test allows, none of the others has."""
    monkeypatch.setattr(guard, "_allowed_names", set())
    monkeypatch.setattr(guard, "_allowed_addresses", set())
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port: [(2, 1, 6, "", (ELSEWHERE, port))])


def test_only_the_host_that_a_study_allows_is_let_through(nobody_allowed):
    """By its name and by the addresses that it has, and nobody beside it."""
    guard.allow_host(f"{NAME}.")
    ((*_, end),) = socket.getaddrinfo(NAME, 0)
    with datagram() as calling:
        calling.connect(end)  # a datagram socket that connects sends nothing
    guard._check_host(NAME)
    for other in ("192.0.2.8", f"not-{NAME}"):
        with pytest.raises(LeavesMachineError):
            guard._check_host(other)


def test_a_look_up_of_another_name_opens_nothing(nobody_allowed):
    """An address is remembered only where the name was allowed."""
    guard.allow_host("somebody.example")
    socket.getaddrinfo(NAME, 0)
    with pytest.raises(LeavesMachineError):
        guard._check_host(ELSEWHERE)


@pytest.mark.parametrize(
    ("allowed", "hosts", "opened"), [(False, NAME, set()), (True, "other.example", set()), (True, NAME, {NAME})]
)
def test_an_endpoint_opens_the_guard_for_itself_alone(nobody_allowed, monkeypatch, allowed, hosts, opened):
    """And only with the study's permission and this machine's; whether its package is installed does not matter."""
    monkeypatch.setenv("INTERVIEW_ALLOWED_HOSTS", hosts)
    values = {"endpoint": "nonsense:x", "endpoint_url": f"https://{NAME}/v1", "allow_remote": allowed}
    with pytest.raises(StudyError):
        chat_model(load_settings(values), None)
    assert guard._allowed_names == opened


STANDS = "sys.exit(how_it_stands())"
UNGUARDED, GUARDED, SEALED_TOO = 3, 4, 5
HOW_IT_STANDS = """
import socket, sys
from assistant.privacy import guard_stands
def how_it_stands():
    if not guard_stands():
        return 3
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except PermissionError:
        return 5
    return 4
assert how_it_stands() == 3
"""
CAN_SEAL = sys.platform == "linux" and platform.machine() in sealed._NUMBERS
ENTRIES = {
    "a command": f"import assistant.cli as c; c.app = lambda: {STANDS}; sys.argv = ['interview', 'suggest']; c.main()",
    "the language model's process": (
        "import assistant.llm.worker as w; "
        "options = ['--state', 'x', '--model', 'x', '--kv-folder', 'x', '--context-tokens', '1', '--threads', '1',"
        f" '--idle-seconds', '1']; w.main(options, lambda _: {STANDS})"
    ),
    "the queue's keeper": (
        f"import assistant.transcribe.queue_worker as q; q.keep_alive = lambda *_: {STANDS};"
        " sys.argv = ['q', 'study']; q.main()"
    ),
    "the queue's worker": (
        f"import assistant.transcribe.queue_worker as q; q.open_study = lambda *_: {STANDS};"
        " sys.argv = ['q', 'study', q._CHILD]; q.main()"
    ),
    "a probe of the doctor": f"import assistant.doctor_probe as d; d.PROBES['x'] = lambda: {STANDS}; d.main('x')",
    "the app": (
        "import assistant.privacy.guarded as g; g.runpy.run_module = lambda *_, **__: "
        f"{STANDS}; sys.argv = ['g', 'streamlit', 'run']; g.main()"
    ),
}


def status_of(code: str) -> int:
    return subprocess.run([sys.executable, "-c", HOW_IT_STANDS + code], check=False, timeout=120).returncode


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_process_of_ours_stands_behind_the_guard(entry):
    """Each raises it before it touches a study, a model or a page; who needs no loopback gets no socket of a network.

    The latter holds for native libraries too, which no hook of Python sees.
    """
    assert status_of(ENTRIES[entry]) == (SEALED_TOO if CAN_SEAL and entry != "the app" else GUARDED)


SEALED = r"""
import ctypes, socket, subprocess, sys, threading
from assistant.privacy.sealed import seal
assert seal() and seal()
library = ctypes.CDLL(None, use_errno=True)
refused = [library.socket(family, kind, 0) for family in (2, 10, 17, 40) for kind in (1, 2, 3)]
assert refused == [-1] * 12 and ctypes.get_errno() == 13, refused
found = []
threading.Thread(target=lambda: found.append(library.socket(2, 1, 0))).start()
while not found: pass
assert found == [-1]
child = "import socket, sys\ntry: socket.socket()\nexcept PermissionError: sys.exit(5)"
assert subprocess.run([sys.executable, "-c", child]).returncode == 5
one, other = socket.socketpair()
one.sendall(b"x"); assert other.recv(1) == b"x"
socket.socket(socket.AF_UNIX).close()
"""


@pytest.mark.skipif(not CAN_SEAL, reason="only Linux has such a seal, and on the processors that we know")
def test_the_seal_holds_for_native_code_threads_and_children():
    """Called from C, from a thread begun later and in a child: no family but those that end in this machine."""
    assert subprocess.run([sys.executable, "-c", SEALED], check=False, timeout=60).returncode == 0


def test_where_the_system_cannot_seal_nothing_breaks(monkeypatch):
    """Another processor or system: the answer is no, and the guard stands alone."""
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    assert sealed.seal() is False


def test_a_pull_alone_is_let_out():
    """`interview models pull` opens no study and fetches what it is asked for."""
    pull = ENTRIES["a command"].replace("'suggest'", "'models', 'pull'")
    assert status_of(pull) == UNGUARDED


def test_the_app_is_started_behind_the_guard(tmp_path):
    """Streamlit itself runs behind it, not only our pages; its arguments arrive as they were given."""
    from assistant.cli.review import app_command

    command = app_command(tmp_path, 8501)
    assert command[1:5] == ["-m", "assistant.privacy.guarded", "streamlit", "run"]
    (tmp_path / "told.py").write_text(
        "import sys, socket\n"
        f"try:\n    socket.create_connection(({NAME!r}, 80))\n"
        "except Exception as error:\n    print(type(error).__name__, *sys.argv[1:])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "assistant.privacy.guarded", "told", "one", "--two"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["LeavesMachineError", "one", "--two"]


def test_no_event_loop_goes_past_the_guard():
    """One that opens sockets without Python's cannot be had where the guard stands."""
    code = "from assistant.privacy import go_offline; go_offline()\n"
    code += "try:\n    import uvloop\nexcept ImportError:\n    sys.exit(0)\nsys.exit(9)"
    assert status_of(code) == 0


def test_the_guard_cannot_be_raised_twice():
    """A page calls for it at every click; one hook is enough."""
    assert guard_stands()
    before = socket.socket.connect
    guard.raise_guard()
    assert socket.socket.connect is before


def test_hosts_that_the_environment_allows_are_let_through_and_no_others():
    """As a program starts, in a process of its own."""
    said = """
from assistant.privacy import guard
guard.raise_guard()
print([guard._is_here(host) for host in ("Db.example.org", "chroma.example.org.", "192.0.2.9", "other.example.org")])
"""
    allowed = {**os.environ, "INTERVIEW_ALLOWED_HOSTS": "db.example.org, chroma.example.org,192.0.2.9,"}
    done = subprocess.run([sys.executable, "-c", said], env=allowed, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, True, True, False]"
