"""One trial: a copy of the place, a process that acts and meets a fault, and another that opens the study and looks."""

import json
import mmap
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fault_disk as disk
import fault_stages as stages
from fault_place import environment
from fault_stages import ABSENT, DONE, Stage
from filelock import Timeout

from assistant.segment import segment_new
from store.audit import verify
from store.backups import newest_good
from store.decisions import keep_decisions
from store.errors import StudyError
from store.event_log import last_event
from store.index import VectorIndex
from store.interviews import interviews
from store.segments import unsegmented
from store.study import Study, open_study
from store.transcripts import transcript
from store.values import DecisionDraft, Span, Verdict

CHANGING = (
    "pwrite64,write,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,mkdir,rmdir,"
    "sendfile,copy_file_range"
)
RECORDED = f"{CHANGING},openat"
SPACE = "pwrite64,write,sendfile,copy_file_range,ftruncate,mkdir"
UNTRIED, TRYING, SHOWN, REFUSED, CRASHED = range(5)
_PATIENCE_S = 180
_BROKEN = 70
"""The exit status of a process of ours that met a fault of our own."""
_TEXT_AT, _BOARD_SIZE = 128, 1 << 16


class Board:
    """Memory that outlives its writer: what was shown as done, by step; writing to it is no call of the system."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _BOARD_SIZE)

    def put(self, step: int, state: int) -> None:
        self._memory[step] = state

    def states(self, count: int) -> list[int]:
        return list(self._memory[:count])

    @property
    def number(self) -> int:
        return int.from_bytes(self._memory[64:72], "big")

    @number.setter
    def number(self, value: int) -> None:
        self._memory[64:72] = value.to_bytes(8, "big")

    @property
    def worker(self) -> int:
        return int.from_bytes(self._memory[72:80], "big")

    @worker.setter
    def worker(self, value: int) -> None:
        self._memory[72:80] = value.to_bytes(8, "big")

    @property
    def text(self) -> str:
        return bytes(self._memory[_TEXT_AT:]).rstrip(b"\0").decode("utf-8", "replace")

    @text.setter
    def text(self, value: str) -> None:
        data = value.encode()[: _BOARD_SIZE - _TEXT_AT]
        self._memory[_TEXT_AT : _TEXT_AT + len(data)] = data


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens: `kind`, and for one that strikes at a call, which call (name, how many before it) and how."""

    seed: int
    stage: str
    kind: str
    call: str = ""
    number: int = 0
    where: str = ""
    error: str = ""
    sealed: bool = False

    def __str__(self) -> str:
        at = f" at {self.call} number {self.number} ({self.where})" if self.call else ""
        how = f"{self.kind} {self.error}".strip()
        return f"seed {self.seed}: {how}{at} during {self.stage}{', encrypted' if self.sealed else ''}"


@dataclass(slots=True)
class Outcome:
    """What became of a trial: promises that were broken, what befell the files, and what was not said in a sentence."""

    fault: Fault
    lost: list[str] = field(default_factory=list)
    befell: list[str] = field(default_factory=list)
    untold: str = ""
    struck: bool = True
    seconds: float = 0.0


# --- the process that acts ---


def act(stage: Stage, place: Path, board: Board, prepare: Callable[[], None]) -> None:
    """Go through the steps as a person does, also past one that was refused."""
    environment(place)
    stages.said = lambda number: setattr(board, "number", number)
    prepare()
    for number, step in enumerate(stage.steps):
        board.put(number, TRYING)
        try:
            step.do(place)
        except (StudyError, SystemExit, Timeout):
            board.put(number, REFUSED)
        except Exception:  # noqa: BLE001 - what a person would see as a traceback
            board.put(number, CRASHED)
            board.text = traceback.format_exc()
        else:
            board.put(number, SHOWN)


def forked_for_long(work: Callable[[], None]) -> int:
    """The same without an end to our patience."""
    return forked(work, patience_s=0)


def forked(work: Callable[[], None], *, patience_s: int = _PATIENCE_S) -> int:
    """A child process that does this; returns its id. It is ended when our patience is."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        signal.alarm(patience_s)
        work()
        stages.leave(0)
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        stages.leave(_BROKEN)
    return 0


def ended(child: int) -> int:
    """How it ended: its exit status, or minus the signal that killed it."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


class Traced:
    """A child of ours under strace, which records its calls or strikes at one of them; it waits until it is watched."""

    def __init__(self, work: Callable[[], None], options: Sequence[str], record: Path) -> None:
        gate, opened = os.pipe()

        def work_when_watched() -> None:
            os.close(opened)
            os.read(gate, 1)
            work()

        self.child = forked(work_when_watched)
        os.close(gate)
        command = ["strace", "-f", "-y", "-s", "0", "-o", str(record), *options, "-p", str(self.child)]
        self._strace = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.watched = "attached" in self._strace.stderr.readline()
        os.write(opened, b".")
        os.close(opened)

    def ended(self) -> int:
        status = ended(self.child)
        self._strace.communicate()
        return status


def can_trace(folder: Path) -> bool:
    """Whether this machine has strace and lets us use it."""
    if shutil.which("strace") is None:
        return False
    traced = Traced(lambda: None, ["-e", "trace=fsync"], folder / "can")
    traced.ended()
    return traced.watched


# --- what there is to strike at ---


def strikable(record: Path, place: Path, child: int) -> list[tuple[str, int, str]]:
    """The calls of an undisturbed run that change its place: name, its number among those of that name, and where."""
    counts: dict[str, int] = {}
    found = []
    for line in record.read_text(encoding="utf-8", errors="replace").splitlines():
        match = re.match(rf"{child} +(\w+)\(", line)
        if match is None or match[1] == "openat":
            continue
        counts[match[1]] = counts.get(match[1], 0) + 1
        if str(place) in line:
            found.append((match[1], counts[match[1]], _kind_of_place(line)))
    return found


def _kind_of_place(line: str) -> str:
    for name in ("index", ".room-", "interview.toml", "study.db-wal", "study.db-shm", "study.db", "media", "backups"):
        if name in line:
            return name
    return "elsewhere"


# --- the trial ---


def tried(
    fault: Fault, stage: Stage, template: Path, work: Path, break_it: Callable[[], None] = lambda: None
) -> Outcome:
    """Run a trial in a fresh copy of the place; `break_it` makes the store that acts break its promise."""
    begun = time.monotonic()
    place = work / "place"
    shutil.rmtree(place, ignore_errors=True)
    lot = random.Random(f"after {fault.seed}")
    outcome = Outcome(fault)
    with _room(fault, template, place, work, lot) as place:
        board = Board()
        _strike(fault, stage, place, board, work, lot, outcome, break_it)
        _befall(fault, place, work, lot, outcome)
        if board.worker:
            _end(board.worker)
        states = board.states(len(stage.steps))
        if CRASHED in states:
            outcome.untold = board.text
        _look(fault, stage, place, board, outcome, work)
    outcome.seconds = time.monotonic() - begun
    return outcome


class _room:  # noqa: N801 - reads as a function where it is used
    """The place: in a folder, or on a small disk of its own where the fault is that it fills up."""

    def __init__(self, fault: Fault, template: Path, place: Path, work: Path, lot: random.Random) -> None:
        self._template, self._place = template, place
        self._small = work / "disk" if fault.kind == "full disk" and can_mount(work) else None
        used = sum(-(-p.stat().st_size // 4096) * 4 + 4 for p in template.rglob("*"))
        self._size = used + lot.randint(60, 900)

    def __enter__(self) -> Path:
        if self._small is None:
            shutil.copytree(self._template, self._place)
            return self._place
        self._small.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self._size}k", "none", str(self._small)], check=True)
        shutil.copytree(self._template, self._small / "place")
        return self._small / "place"

    def __exit__(self, *_: object) -> None:
        if self._small is None:
            shutil.rmtree(self._place, ignore_errors=True)
        else:
            subprocess.run(["umount", "-l", str(self._small)], check=True)


_MOUNTS: list[bool] = []


def can_mount(work: Path) -> bool:
    """Whether we may mount a small disk; asked once."""
    if not _MOUNTS:
        folder = work / "trymount"
        folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
        done = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0
        if done:
            subprocess.run(["umount", str(folder)], check=True)
        _MOUNTS.append(bool(done))
    return _MOUNTS[0]


def _grow(place: Path) -> None:
    """Somebody makes room on the disk."""
    if os.path.ismount(place.parent):
        subprocess.run(["mount", "-o", "remount,size=500m", str(place.parent)], check=True)


def _strike(
    fault: Fault,
    stage: Stage,
    place: Path,
    board: Board,
    work: Path,
    lot: random.Random,
    outcome: Outcome,
    break_it: Callable[[], None],
) -> None:
    def work_on() -> None:
        break_it()
        act(stage, place, board, lambda: _prepare(fault, place, board, lot))

    if not fault.call:
        child = forked(work_on)
        if fault.kind == "killed any time":
            time.sleep(lot.random() * lot.choice((0.1, 0.5, 1.2)))
            os.kill(child, signal.SIGKILL)
        status = ended(child)
        _refuse_broken(status)
        outcome.struck = fault.kind != "killed any time" or status == -signal.SIGKILL
        return
    strikes = {
        "killed": f"inject={fault.call}:signal=KILL:when={fault.number}",
        "torn": f"inject={fault.call}:signal=KILL:when={fault.number}",
        "power cut": f"inject={fault.call}:signal=KILL:when={fault.number}",
        "failing disk": f"inject={fault.call}:error={fault.error}:when={fault.number}",
        "no space left": f"inject={SPACE}:error=ENOSPC:when={fault.number}+",
    }
    trace = RECORDED if fault.kind == "power cut" else SPACE if fault.kind == "no space left" else fault.call
    there, sizes = _listed(place)
    traced = Traced(work_on, ["-e", f"trace={trace}", "-e", strikes[fault.kind]], work / "record")
    status = traced.ended()
    _refuse_broken(status)
    if fault.kind in {"killed", "torn", "power cut"}:
        outcome.struck = status == -signal.SIGKILL
    else:
        outcome.struck = "(INJECTED)" in (work / "record").read_text(encoding="utf-8", errors="replace")
    if fault.kind == "power cut":
        lost = disk.unflushed(disk.calls(work / "record", place), there, sizes)
        outcome.befell += disk.cut_power(lost, lot)


def _refuse_broken(status: int) -> None:
    if status == _BROKEN:
        msg = "the process that acts broke before it acted"
        raise RuntimeError(msg)


def _listed(place: Path) -> tuple[set[str], dict[str, int]]:
    paths = list(place.rglob("*"))
    return {str(p) for p in paths}, {str(p): p.stat().st_size for p in paths}


def _prepare(fault: Fault, place: Path, board: Board, lot: random.Random) -> None:
    if fault.kind == "full disk" and not os.path.ismount(place.parent):
        import resource

        size = (place / "study" / "study.db").stat().st_size
        limit = lot.randint(10_000, size)  # of any file: a log that grows past it, an archive, a recording
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    if fault.kind.startswith("model"):
        from fault_model import killed_model

        killed_model(fault, place, board, lot)


def _befall(fault: Fault, place: Path, work: Path, lot: random.Random, outcome: Outcome) -> None:
    study = place / "study"
    _grow(place)
    if fault.kind == "torn":
        outcome.befell.append(disk.garble_tail(study, lot))
        outcome.befell.append(disk.tear_page(study, lot))
    elif fault.kind == "index spoilt":
        outcome.befell.append(disk.spoil_index(study, lot))
    elif fault.kind == "settings spoilt":
        outcome.befell.append(disk.spoil_settings(study, lot))
    elif fault.kind == "database rotten":
        outcome.befell.append(disk.rot(study, lot))


def _end(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


# --- the next opening ---


def _look(fault: Fault, stage: Stage, place: Path, board: Board, outcome: Outcome, work: Path) -> None:
    answer = work / "answer.json"
    answer.unlink(missing_ok=True)

    def looked() -> None:
        environment(place)
        try:
            found = looked_at(fault, stage, place, board)
        except StudyError as error:
            rotten = fault.kind == "database rotten"
            found = put_back(place) if rotten else [f"the study does not open: {error}"]
        except BaseException:  # noqa: BLE001
            found = [f"opening ends in a traceback: {traceback.format_exc()}"]
        answer.write_text(json.dumps(found), encoding="utf-8")

    status = ended(forked(looked))
    if answer.is_file():
        outcome.lost += json.loads(answer.read_text(encoding="utf-8"))
    else:
        outcome.lost.append(f"whoever looked at the study ended with {status}")


def looked_at(fault: Fault, stage: Stage, place: Path, board: Board) -> list[str]:
    """Open the study as a command does, and say which promises are broken."""
    folder = place / "study"
    found: list[str] = []
    broken_off = _broken_off(folder)
    with _opened(fault, folder, found) as study:
        gone = [name for name in broken_off if not (folder / name).exists()]
        if gone and not study.repairs:
            found.append(f"nobody was told that {', '.join(gone)} was cleared away")
        if unsegmented(study):
            segment_new(study)
        faults = list(verify(study).faults)
        told = fault.kind == "database rotten" and bool(faults)
        if told:
            study.close()
            return put_back(place)
        found += [f"the audit says: {sentence}" for sentence in faults]
        found += _steps(stage, place, study, board)
        if fault.kind == "index spoilt":
            _mend_index(study)
        found += stage.after(place, study)
        if stage.name == "transcribe":
            found += stages.heard_on(place, study, board.number)
    with open_study(folder) as study:
        found += _left_over(study)
        found += _goes_on(study)
    return found


def put_back(place: Path) -> list[str]:
    """Do what a person is told to do about a damaged database; which promises about copies are broken."""
    folder = place / "study"
    good = newest_good(folder)
    if good is None:
        return ["the database is damaged, and no good copy of it is known"]
    try:
        stages.command(place, "restore", "STUDY", "--from-backups", "newest")
    except StudyError as error:
        return [f"the good copy is not put back: {error}"]
    with open_study(folder) as study:
        found = [f"after restoring, the audit says: {sentence}" for sentence in verify(study).faults]
        if last_event(study) < good.head.count:
            found.append(f"the copy held {good.head.count} events, and {last_event(study)} are there")
        return [*found, *_left_over(study), *_goes_on(study)]


def _broken_off(folder: Path) -> list[str]:
    """Files of acts that broke off, whose clearing away a person is to be told of."""
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    return [name for name in names if re.search(r"\.partial$|/\.room-|^\.room-[^.]*$", name) and ".toml." not in name]


def _opened(fault: Fault, folder: Path, found: list[str]) -> Study:
    from assistant.settings import load_settings

    try:
        study = open_study(folder)
        load_settings(study.settings())
        with study.write():
            pass
    except StudyError as error:
        if fault.kind != "settings spoilt":
            raise
        if "interview.toml" not in str(error):
            found.append(f"spoilt settings are not named: {error}")
        (folder / "interview.toml").unlink(missing_ok=True)
        study = open_study(folder)
    return study


def _steps(stage: Stage, place: Path, study: Study, board: Board) -> list[str]:
    found = []
    for step, shown in zip(stage.steps, board.states(len(stage.steps)), strict=True):
        state = step.state(place, study)
        if state not in {DONE, ABSENT}:
            found.append(f"“{step.name}” is half applied: {state}")
        elif state == ABSENT and shown == SHOWN:
            found.append(f"“{step.name}” was shown as done and is not there")
        elif state == DONE and shown == UNTRIED and not _doubled(stage, step.name):
            found.append(f"“{step.name}” is there, though nobody had asked for it")
    return found


def _doubled(stage: Stage, name: str) -> bool:
    return sum(step.name == name for step in stage.steps) > 1


def _mend_index(study: Study) -> None:
    with VectorIndex(study, "words@test"):
        pass


_LEFT = re.compile(r"\.partial|\.room-|\.tmp$|-journal$")
_KNOWN = re.compile(
    # the files of a study, its locks, and what it sets aside
    r"study\.(key|db|db-wal|db-shm)|interview\.toml|\.checked|\.[\w.-]+\.lock|[\w.-]+\.lock|(media|exports|index|backups|damaged)(/.*)?"
)


def _left_over(study: Study) -> list[str]:
    found = []
    known = {each.media for each in interviews(study) if each.media is not None}
    for path in sorted(study.folder.rglob("*")):
        name = path.relative_to(study.folder).as_posix()
        if _LEFT.search(name) or not _KNOWN.fullmatch(name):
            found.append(f"{name} is left over")
        elif re.fullmatch(r"media/[^/]+\.\w+", name) and name not in known:
            found.append(f"{name} belongs to no interview")
    return found


def _goes_on(study: Study) -> list[str]:
    text = transcript(study, "I1")
    draft = DecisionDraft(text.id, Span(0, 4), Verdict.READ, memo="one more")
    kept = keep_decisions(study, "ada", [draft])
    return [f"after one more decision the audit says: {s}" for s in verify(study).faults] if kept else ["no decision"]
