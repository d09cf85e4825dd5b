"""The whole chain where there is no network: what it does, which addresses the system saw, and what it unpickled.

In a network namespace that has loopback alone, from recording to backup, then every page in a browser. A trace of the
system calls shows native libraries too. INTERVIEW_ADDRESSES names a file to write the addresses into.
"""

import functools
import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.models

DRIVER = Path(__file__).with_name("offline_chain.py")
NAMESPACES = (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net"))
TRACED = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network")

RECORDER = '''"""In every Python process of the chain: keeps what is unpickled, and what the network is asked."""
import json, os, sys
_WATCHED = ("pickle.find_class", "socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind",
            "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
def _heard(event, arguments):
    if event not in _WATCHED:
        return
    said = [str(a) for a in (arguments if event.startswith(("pickle", "socket.get")) else arguments[1:])]
    frame, files = sys._getframe(1), []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    line = json.dumps({"event": event, "said": said, "files": files[:12]}) + "\\n"
    with open(os.environ["HEARD_BY_PYTHON"], "a", encoding="utf-8") as log:
        log.write(line)
sys.addaudithook(_heard)
from assistant.privacy import offline
offline.seal = lambda: False  # or the system would refuse, and the trace not show, what a native library tries
'''

_AN_ADDRESS = re.compile(
    r"\b(?P<call>connect|bind|sendto|sendmsg|sendmmsg|recvfrom|accept4?|getpeername|getsockname)\("
    r".*?sa_family=(?P<family>AF_\w+)(?P<rest>[^}]*)"
)
_INET = re.compile(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
_DNS = 53


@functools.cache
def namespace() -> tuple[str, ...]:
    """How a process gets a network of its own on this machine; skips where it cannot."""
    for tool in ("unshare", "strace"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (apt-get install util-linux strace)")
    for command in NAMESPACES:
        if subprocess.run([*command, *TRACED[:1], "-qq", "true"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("this machine lets nobody make a network namespace, or trace in it")


def run(part: str, folder: Path, *before: str) -> subprocess.CompletedProcess[str]:
    """One part of the driver in its own network, with every Python process in it recorded."""
    recorder = folder / "recorder"
    recorder.mkdir(exist_ok=True)
    (recorder / "sitecustomize.py").write_text(RECORDER, encoding="utf-8")
    top = str(DRIVER.parents[2])
    return subprocess.run(
        [*namespace(), *before, sys.executable, str(DRIVER), part, str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(recorder), top]),
            "HEARD_BY_PYTHON": str(folder / "heard.jsonl"),
            "INTERVIEW_LLM": "smollm2-135m",
            "INTERVIEW_PASSPHRASE": "a passphrase for a test",
            "INTERVIEW_LLM_IDLE_SECONDS": "5",
            "INTERVIEW_RUNTIME_DIR": str(folder / "run"),
        },
    )


def seen(trace: Path) -> Counter[tuple[str, str]]:
    """Each call with the address that the system saw, and how often: ("connect", "127.0.0.1:8501")."""
    found: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        for each in _AN_ADDRESS.finditer(line):
            found[each["call"], _told(each["family"], each["rest"])] += 1
    return found


def _told(family: str, rest: str) -> str:
    inet = _INET.search(rest)
    return f"{inet[2] or inet[3]}:{inet[1]}" if inet else family


def stays_here(address: str) -> bool:
    """Whether an address is of this machine; a question to a name server is not, wherever that one runs."""
    if address in ("AF_UNIX", "AF_NETLINK", "AF_UNSPEC"):
        return True
    host, _, port = address.rpartition(":")
    try:
        return ipaddress.ip_address(host).is_loopback and int(port) != _DNS
    except ValueError:
        return False


@pytest.fixture(scope="module")
def worked(tmp_path_factory) -> Path:
    """The folder in which the chain has run."""
    folder = tmp_path_factory.mktemp("offline")
    done = run("commands", folder, *TRACED, "-o", str(folder / "commands.trace"))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return folder


def test_the_trace_sees_what_goes_past_python(tmp_path):
    """A connection made in C, as a native library would, is in the trace and is told from those that stay here."""
    done = run("reaching", tmp_path, *TRACED, "-o", str(tmp_path / "t"))
    assert done.returncode == 0, done.stderr
    assert [address for _, address in seen(tmp_path / "t") if not stays_here(address)] == ["192.0.2.7:80"]
    for leaving in ("127.0.0.53:53", "10.0.0.1:80", "AF_VSOCK", "AF_PACKET", "0.0.0.0:80"):
        assert not stays_here(leaving)


def test_no_command_reaches_another_machine(worked):
    """From recording to backup: the system saw loopback and sockets of the file system alone, and bound no other."""
    found = seen(worked / "commands.trace")
    assert any(call == "connect" for call, _ in found), "the language model's process was never reached"
    assert [each for each in found if not stays_here(each[1])] == []
    keep_addresses("commands", found)


def test_no_library_even_tries(worked):
    """Python heard nobody ask for a name or an address elsewhere: the guard had nothing to refuse."""
    tried = [e for e in heard(worked) if e["event"].startswith("socket.") and not asked_for_here(e)]
    assert tried == []


def heard(folder: Path) -> list[dict[str, list[str]]]:
    return [json.loads(line) for line in (folder / "heard.jsonl").read_text(encoding="utf-8").splitlines()]


def asked_for_here(event) -> bool:
    """Whether what was said names this machine: a path of a socket, or a loopback address in any form."""
    said = event["said"][0]
    return said.startswith(("/", "(0, 0)", "\x00")) or any(home in said for home in ("127.0.0.1", "localhost", "::1"))


MAY_UNPICKLE: frozenset[str] = frozenset()


def test_nothing_is_unpickled_by_name(worked):
    """No process of the chain had a pickle name a class or a function."""
    named = Counter(f"{e['said'][0]}.{e['said'][1]}" for e in heard(worked) if e["event"] == "pickle.find_class")
    assert named.keys() <= MAY_UNPICKLE, named


class Loads(HTMLParser):
    """What a page loads by itself; a link that a person may follow is not loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in LOADING and tag != "a" and value]

    def handle_data(self, data):
        self.found += re.findall(r"(?:url\(|@import|importScripts\(|fetch\()[\s\"']*([^\s\"')]+)", data)


LOADING = ("src", "href", "srcset", "poster", "data", "action", "background")


def test_files_that_go_out_load_nothing(worked):
    """The report in HTML opens without asking any server; documents and tables hold no outside parts."""
    report = Loads()
    report.feed((worked / "report.html").read_text(encoding="utf-8"))
    assert [each for each in report.found if not each.startswith(("#", "data:"))] == []
    for name in ("quotes.docx", "methods.docx", "all.xlsx"):
        with zipfile.ZipFile(worked / name) as package:
            parts = [package.read(part).decode() for part in package.namelist() if part.endswith(".rels")]
        assert parts
        assert not [part for part in parts if 'TargetMode="External"' in part and "/hyperlink" not in part], name


def test_what_counts_as_loaded():
    """The look at the report sees what a page may load, and lets links be."""
    report = Loads()
    report.feed('<a href="https://x.example"></a><script src="//x.example/v.js"></script><style>a{src:url(y)}</style>')
    assert report.found == ["//x.example/v.js", "y"]


@pytest.mark.browser
def test_no_page_asks_for_anything_elsewhere(worked):
    """All pages in a browser: every address asked for is the app's own, and the app reaches nobody either."""
    from assistant.ui.navigation import PLACES

    done = run("pages", worked)
    assert done.returncode == 0, done.stderr
    asked = json.loads(done.stdout.splitlines()[-1])
    assert asked.keys() == {place.title for place in PLACES}
    assert all(asked.values())
    own = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:http://127.0.0.1:")
    assert {url for urls in asked.values() for url in urls if not url.startswith(own)} == set()
    found = seen(worked / "app.trace")
    assert any(call == "bind" and address.startswith("127.0.0.1:") for call, address in found)
    assert [each for each in found if not stays_here(each[1])] == []
    keep_addresses("app", found)


def keep_addresses(part: str, found: Counter[tuple[str, str]]) -> None:
    """Add the addresses to the file that INTERVIEW_ADDRESSES names, ports of passing sockets left out."""
    path = os.environ.get("INTERVIEW_ADDRESSES")
    if path is None:
        return
    lines: Counter[str] = Counter()
    for (call, address), number in found.items():
        host, colon, _ = address.rpartition(":")
        lines[f"{part:10} {call:12} {host if colon else address}"] += number
    with Path(path).open("a", encoding="utf-8") as file:
        file.writelines(f"{line:50} {number}\n" for line, number in sorted(lines.items()))
