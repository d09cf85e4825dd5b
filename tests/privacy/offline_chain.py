"""Run inside a network that has nothing but loopback: `python offline_chain.py commands|pages|reaching FOLDER`.

The wrapper, `test_whole_chain_offline.py`, traces this process and its children.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
SAMPLES = TOP / "samples"
HEARD_BYTES = 45_000  # fifteen seconds of the recording
LOOPBACK_UP = 0x8914, struct.pack("16sh", b"lo", 0x41)  # SIOCSIFFLAGS; up and running
TRACED = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network")
EXPORTS = (
    *("all.xlsx", "codings.csv", "quotes.docx", "report.html", "tables.md", "project.qdpx", "codes.qdc"),
    *("I4.vtt", "I4.srt", "I4.txt"),
)
OPTIONS = {"codings.csv": ("--what", "codings")}


def main() -> None:
    """Do one part of the work; what goes wrong is said on stderr, with status 1."""
    part, folder = sys.argv[1], Path(sys.argv[2])
    raise_loopback()
    os.chdir(folder)
    {"commands": commands, "pages": pages, "reaching": reaching}[part](folder)


def raise_loopback() -> None:
    """A new network namespace has its loopback down, and only loopback."""
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, *LOOPBACK_UP)


def reaching(_: Path) -> None:
    """Go past Python as a native library may, to see that the trace notices."""
    library = ctypes.CDLL(None)
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(80), socket.inet_aton("192.0.2.7"))
    library.connect(library.socket(socket.AF_INET, socket.SOCK_STREAM, 0), address, len(address))


def commands(folder: Path) -> None:
    """From a recording and a transcript to every export and a backup, by the commands alone."""
    (folder / "I4.mp3").write_bytes((SAMPLES / "recordings" / "I4.mp3").read_bytes()[:HEARD_BYTES])
    lines = [json.loads(line) for line in (SAMPLES / "decisions.jsonl").read_text(encoding="utf-8").splitlines()]
    of_one = [line for line in lines if line["interview"] == "I1"]
    for coder, step in (("ana", 1), ("ben", 2)):
        coded = [line for n, line in enumerate(of_one) if line["verdict"] == "read" or n % step == 0]
        (folder / f"{coder}.jsonl").write_text("\n".join(map(json.dumps, coded)), encoding="utf-8")
    interview("new", "s", "--title", "Offline")
    interview("add", "s", "I4.mp3", "--label", "I4")
    interview("add", "s", str(SAMPLES / "transcripts" / "I1.txt"), "--label", "I1")
    interview("transcribe", "s")
    interview("codebook", "import", "s", str(SAMPLES / "codebook.csv"))
    interview("suggest", "s", "--interview", "I4")
    for coder in ("ana", "ben"):
        interview("decide", "s", "--coder", coder, "--file", f"{coder}.jsonl")
    interview("quotes", "s", "who pays for the machines")
    interview("saturation", "s", "--plot", "curve.png")
    interview("agreement", "s", "--coders", "ana", "ben", "--plot", "agreement.png", "--draws", "50")
    interview("pseudonyms", "new", "s")
    interview("pseudonyms", "find", "s")
    interview("methods", "s", "methods.docx")
    for name in EXPORTS:
        one = (
            ("--interview", "I4") if name.startswith("I4.") else ("--what", "codings") if name == "codings.csv" else ()
        )
        interview("export", "s", name, *one)
    interview("backup", "s", "backup.zip")
    interview("restore", "backup.zip", "restored")
    interview("reindex", "s")
    interview("audit", "verify", "s")
    interview("models", "list")
    interview("sbom")
    for name in (*EXPORTS, "curve.png", "agreement.png", "methods.docx", "backup.zip"):
        assert Path(name).stat().st_size > 0, name


def interview(*words: str) -> None:
    """One command, as its own program would run it."""
    from assistant.cli import main as command

    print("interview", *words, file=sys.stderr, flush=True)
    sys.argv = ["interview", *words]
    try:
        command()
    except SystemExit as ended:
        if ended.code:
            raise


def pages(folder: Path) -> None:
    """Every page of the app in a browser: prints what each one asked for; the app is traced, not the browser."""
    sys.path[:0] = [str(TOP / "tests" / "e2e"), str(TOP / "tests"), str(TOP)]
    from at_rest import settle
    from conftest import chromium, free_port, wait_for

    from assistant.cli.review import app_command
    from assistant.ui.navigation import PLACES

    port = free_port()
    with (folder / "app.log").open("w", encoding="utf-8") as log:
        app = subprocess.Popen(
            [*TRACED, "-o", str(folder / "app.trace"), *app_command(folder / "s", port)],
            cwd=folder,
            env={**os.environ, "LOGNAME": "ana"},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    asked: dict[str, list[str]] = {}
    try:
        wait_for(port, app)
        with chromium(folder) as window:
            tab = window.new_page()
            here: list[str] = []
            tab.on("request", lambda request: here.append(request.url))
            tab.on("websocket", lambda opened: here.append(opened.url))
            for place in PLACES:
                here.clear()
                tab.goto(f"http://127.0.0.1:{port}/{'' if place is PLACES[0] else place.address}")
                tab.locator("h1.page-title").wait_for()
                settle(tab)
                asked[place.title] = sorted(set(here))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(app.pid, 15)
        app.wait(30)
    print(json.dumps(asked))


if __name__ == "__main__":
    main()
