"""The process in which files are tried, so that what crashes, hangs or swallows memory takes nothing else with it.

    python tests/fuzz/fuzz_child.py FOLDER SEED SECONDS READER:FIRST:COUNT…

It writes a line into FOLDER/journal before each file, and a line for each finding. Time is that of the processor, so
that a busy machine makes no findings; the system ends the process where a file takes too long, and its last words say
where.
"""

import faulthandler
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path
from typing import Any, TextIO

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1]), str(HERE)]

SECONDS = 10
"""Of the processor, for one file."""
MEMORY = 1_000_000_000
"""Bytes that one file may take."""
_LARGEST_FILE = 300_000_000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_CHANGES = frozenset((
    "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link", "os.truncate", "os.chmod", "os.chown",
    "shutil.rmtree", "shutil.move", "shutil.copyfile",
))  # fmt: skip
_ONTO = ("shutil.copyfile", "os.symlink", "os.link")
"""These leave what they are named first as it is."""
_NEVER = frozenset((
    "socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec",
    "os.posix_spawn", "os.fork", "pickle.find_class", "webbrowser.open", "urllib.Request",
))  # fmt: skip


class ForbiddenError(BaseException):
    """A reader did what no file may make it do; not an Exception, so that no reader takes it for one of its own."""


class Watch:
    """An audit hook that lets only `allowed` folders be changed, while it is on."""

    def __init__(self) -> None:
        self.allowed: tuple[str, ...] | None = None
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if self.allowed is None:
            return
        if event in _NEVER:
            self._forbid(event, args)
        if event == "open":
            path, _, flags = args
            if isinstance(path, str | bytes | os.PathLike) and isinstance(flags, int) and flags & _WRITES:
                self._only_inside(event, path)
        elif event in _CHANGES and not any(isinstance(each, int) and each >= 0 for each in args[1:]):
            # with the number of an open folder among them, it is one that was looked at already
            for each in args[1:] if event in _ONTO else args:
                if isinstance(each, str | bytes | os.PathLike):
                    self._only_inside(event, each)

    def _only_inside(self, event: str, path: Any) -> None:
        assert self.allowed is not None
        where = os.path.realpath(os.fsdecode(path))
        if where != os.devnull and not where.startswith(self.allowed) and not where.endswith(".pyc"):
            self._forbid(event, (where,))

    def _forbid(self, event: str, args: tuple[Any, ...]) -> None:
        allowed, self.allowed = self.allowed, None
        try:
            msg = f"{event} {args!r}"[:300]
            raise ForbiddenError(msg)
        finally:
            self.allowed = allowed


class Child:
    """Tries files, one after the other, each in the same place."""

    def __init__(self, folder: Path, seed: str, ends: float) -> None:
        from fuzz_studies import restored

        self._folder, self._seed, self._ends = folder, seed, ends
        self._journal: TextIO = (folder / "journal").open("a", encoding="utf-8")
        self._study = restored(folder)
        self._watch = Watch()

    def run(self, name: str, first: int, count: int) -> None:
        """Try so many files of a reader, from that number on."""
        from fuzz_readers import READERS

        reader = next(each for each in READERS if each.name == name)
        seeds = [(path.suffix, path.read_bytes()) for path in reader.files()]
        for number in range(first, first + count):
            if time.monotonic() > self._ends:
                return
            choose = random.Random(f"{self._seed}:{name}:{number}")
            ending, data = choose.choice(seeds)
            others = [each for known, each in seeds if known == ending]
            made = reader.changed(data, ending, choose, others)
            self._say({"try": [name, number]})
            self.one(reader, ending, made, use=choose.randrange(100) < reader.uses, number=number)

    def one(self, reader: Any, ending: str, data: bytes, *, use: bool, number: int) -> None:
        """Try one file, and keep it where something is wrong."""
        place = self._folder / "here"
        shutil.rmtree(place, ignore_errors=True)
        into = place / "into"
        into.mkdir(parents=True)
        path = place / f"{reader.stem}{ending}"
        path.write_bytes(data)
        shutil.copyfile(path, self._folder / "last")
        wrong = self._tried(reader, path, into, use=use)
        if wrong is None and {each.name for each in place.iterdir()} - {path.name, "into", "study", ".interview.lock"}:
            wrong = f"left {sorted(each.name for each in place.iterdir())} beside the file"
        if wrong is not None:
            kept = self._folder / f"finding-{reader.name}-{number}{ending}"
            kept.write_bytes(data)
            self._say({"finding": reader.name, "number": number, "file": kept.name, "why": wrong})

    def _tried(self, reader: Any, path: Path, into: Path, *, use: bool) -> str | None:
        from fuzz_checks import sentence

        from store.errors import StudyError

        study = path.parent / "study"
        if use and reader.use is not None:
            shutil.copytree(self._study, study)
        self._watch.allowed = (str(into), str(study), *_own_places(path))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            with _limited_memory():
                read = reader.read(path, into)
                reader.check(read)
                if use and reader.use is not None:
                    reader.use(study, path, into, read)
        except StudyError as error:
            wrong = sentence(error, path)
            return wrong and f"{type(error).__name__} that {wrong}: {str(error)[:400]!r}"
        except (Exception, ForbiddenError) as error:  # noqa: BLE001 - every other one is a finding
            lines = traceback.format_exception(error)
            return f"{type(error).__name__}: {str(error)[:300]}\n{''.join(lines[-8:])[-2500:]}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._watch.allowed = None
        return None

    def _say(self, what: dict[str, Any]) -> None:
        self._journal.write(json.dumps(what) + "\n")
        self._journal.flush()


def _own_places(path: Path) -> tuple[str, ...]:
    """Where a reader may leave something: a lock beside settings, and what is remembered of a model."""
    own = {"interview": ".interview.lock", "installed": "installed.json"}.get(path.stem)
    return () if own is None else (str(path.parent / own),)


class _limited_memory:  # noqa: N801 - reads as what it is
    """Allocations beyond the bound fail, which is a finding."""

    def __enter__(self) -> None:
        with Path("/proc/self/statm").open() as facts:
            held = int(facts.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, resource.RLIM_INFINITY))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def main() -> None:
    """Try what the command line says."""
    folder, seed, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    warnings.simplefilter("ignore")
    faulthandler.enable()
    faulthandler.register(signal.SIGPROF, chain=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    child = Child(folder, seed, time.monotonic() + seconds)
    for task in sys.argv[4:]:
        name, first, count = task.split(":")
        child.run(name, int(first), int(count))
    (folder / "done").touch()


if __name__ == "__main__":
    main()
