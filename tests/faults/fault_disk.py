"""What a disk does to files: what a power cut leaves of them, and files that were damaged while nobody looked.

A power cut is played after the process was killed, from the record of its calls: what was written to a file since that
file was last flushed may be there, be torn at any sector, or be missing; names that were made or changed since their
folder was last flushed may be as they were before. That is what POSIX promises and no more.
"""

import random
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(.*)$")
_RESULT = re.compile(r"= (-?\d+|\?)[^=]*$")
_PATHS = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OF_DESCRIPTOR = re.compile(r"(\d+)<([^>]*)>")
_LAST = re.compile(r", (\d+)\) += ")
_WAL_HEADER, _FRAME_HEADER = 32, 24


@dataclass(slots=True)
class Call:
    """A call of the system that changed, or flushed, something on the disk."""

    process: int
    name: str
    path: str
    other: str = ""
    offset: int | None = None
    length: int = 0
    made: bool = False
    emptied: bool = False


def calls(record: Path, root: Path) -> list[Call]:
    """The calls in a record of strace (-f -y) that concern files below `root`; those that failed are left out."""
    found: list[Call] = []
    begun: dict[int, str] = {}
    for line in record.read_text(encoding="utf-8", errors="replace").splitlines():
        process = int(line.split(" ", 1)[0])
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>").rstrip()
            continue
        if "<... " in line and "resumed>" in line:
            line = begun.pop(process, "") + line.split("resumed>", 1)[1]  # noqa: PLW2901
        call = _call(line, str(root))
        if call is not None:
            found.append(call)
    return found


def _call(line: str, root: str) -> Call | None:
    match, result = _LINE.match(line), _RESULT.search(line)
    if match is None or result is None or result[1] == "?" or int(result[1]) < 0:
        return None
    process, name, said, value = int(match[1]), match[2], match[3], int(result[1])
    if name == "openat":
        return _opened(process, said, root)
    if name in {"rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"}:
        paths = _named(said)
        if not paths or root not in paths[0]:
            return None
        return Call(process, name.removesuffix("at2").removesuffix("at"), *paths[:2])
    descriptor = _OF_DESCRIPTOR.search(said)
    if descriptor is None or not descriptor[2].startswith(root):
        return None
    path = descriptor[2].removesuffix(" (deleted)")
    last = _LAST.search(said)
    offset = int(last[1]) if last is not None and name in {"pwrite64", "ftruncate"} else None
    return Call(process, name, path, offset=offset, length=value)


def _opened(process: int, said: str, root: str) -> Call | None:
    path = _PATHS.search(said)
    if path is None or not path[1].startswith(root) or "O_CREAT" not in said:
        return None
    return Call(process, "openat", path[1], made=True, emptied="O_TRUNC" in said)


def _named(said: str) -> list[str]:
    """Paths of a call that takes names, each below the folder of its descriptor where it has one."""
    folders = [match[2] for match in _OF_DESCRIPTOR.finditer(said)]
    names = _PATHS.findall(said)
    return [
        name if name.startswith("/") or len(folders) <= number else f"{folders[number]}/{name}"
        for number, name in enumerate(names)
    ]


@dataclass(slots=True)
class _Written:
    """What of a file is not known to be on the disk."""

    ranges: list[tuple[int, int | None]] = field(default_factory=list)
    size: int = 0
    flushed: int = 0


@dataclass(slots=True)
class Unflushed:
    """What a power cut may take: stretches of files, and changes of names by folder, the newest last."""

    files: dict[str, _Written]
    names: dict[str, list[Call]]


def unflushed(made: Iterable[Call], before: set[str], sizes: dict[str, int]) -> Unflushed:
    """What is not on the disk for certain after these calls; `before` are the paths there were, with their sizes."""
    files: dict[str, _Written] = {}
    names: dict[str, list[Call]] = {}
    there = set(before)
    for call in made:
        folder = call.path.rpartition("/")[0]
        if call.name == "openat":
            if call.path not in there:
                there.add(call.path)
                names.setdefault(folder, []).append(call)
                files[call.path] = _Written()
            elif call.emptied:
                files[call.path] = _Written()
        elif call.name in {"fsync", "fdatasync"}:
            _flush(call.path, files, names)
        elif call.name in {"pwrite64", "write", "sendfile", "copy_file_range", "ftruncate"}:
            file = files.setdefault(call.path, _Written(size=sizes.get(call.path, 0), flushed=sizes.get(call.path, 0)))
            _write(file, call)
        elif call.name == "rename":
            call.made = call.other not in there
            _rename(call, files, there)
            names.setdefault(call.other.rpartition("/")[0], []).append(call)
        else:
            there.discard(call.path)
            if call.name != "mkdir":
                files.pop(call.path, None)
            else:
                there.add(call.path)
            names.setdefault(folder, []).append(call)
    return Unflushed(files, names)


def _write(file: _Written, call: Call) -> None:
    if call.name == "ftruncate":
        file.size = call.offset or 0
        file.flushed = min(file.flushed, file.size)
    elif call.offset is not None:
        file.ranges.append((call.offset, call.offset + call.length))
        file.size = max(file.size, call.offset + call.length)
    else:
        file.ranges.append((file.flushed, None))
        file.size += call.length


def _rename(call: Call, files: dict[str, _Written], there: set[str]) -> None:
    for path in [p for p in there if p == call.path or p.startswith(f"{call.path}/")]:
        moved = call.other + path[len(call.path) :]
        there.discard(path)
        there.add(moved)
        if path in files:
            files[moved] = files.pop(path)
        elif moved in files:
            del files[moved]


def _flush(path: str, files: dict[str, _Written], names: dict[str, list[Call]]) -> None:
    names.pop(path, None)  # a folder: its names are on the disk
    if path in files:
        file = files[path]
        file.ranges.clear()
        file.flushed = file.size
        folder = path.rpartition("/")[0]
        names[folder] = [c for c in names.get(folder, ()) if path != (c.other or c.path)]


def cut_power(lost: Unflushed, lot: random.Random) -> list[str]:
    """Take from the disk what a power cut may take; returns what was done, for whoever repeats it."""
    done: list[str] = []
    for path, file in sorted(lost.files.items()):
        if file.ranges and Path(path).is_file() and not path.endswith("-shm"):
            done += _torn(Path(path), file, lot)
    for _folder, changes in sorted(lost.names.items()):
        for _ in range(lot.randint(0, len(changes))):
            said = _undone(changes.pop())
            if said is None:
                break
            done.append(said)
    return done


def _torn(path: Path, file: _Written, lot: random.Random) -> list[str]:
    how = lot.choice(("kept", "gone", "torn", "torn"))
    if how == "kept":
        return []
    content = bytearray(path.read_bytes())
    sector = lot.choice((512, 4096))
    for start, end in file.ranges:
        for at in range(start, len(content) if end is None else min(end, len(content)), sector):
            if how == "gone" or lot.random() < 0.5:
                stop = min(at + sector, len(content) if end is None else end)
                content[at:stop] = bytes(stop - at) if lot.random() < 0.5 else lot.randbytes(stop - at)
    if len(content) > file.flushed and (how == "gone" or lot.random() < 0.5):
        content = content[: file.flushed if how == "gone" else lot.randint(file.flushed, len(content))]
    path.write_bytes(content)
    return [f"{how}: {path.name}"]


def _undone(change: Call) -> str | None:
    """Undo a change of a name, or nothing where what was there before is not known."""
    if change.name == "openat":
        Path(change.path).unlink(missing_ok=True)
        return f"never made: {Path(change.path).name}"
    if change.name == "rename" and change.made:
        new, old = Path(change.other), Path(change.path)
        if not new.exists():
            return None
        if old.parent.is_dir():
            new.rename(old)
        elif new.is_dir():
            return None
        else:
            new.unlink()
        return f"never renamed: {new.name}"
    return None


# --- damage to files that nobody writes ---


def garble_tail(study: Path, lot: random.Random) -> str:
    """Garble what follows the last commit in the write-ahead log, as a write that was torn would leave it."""
    wal = study / "study.db-wal"
    content = bytearray(wal.read_bytes()) if wal.is_file() else bytearray()
    if len(content) < _WAL_HEADER:
        return "no log to tear"
    page = struct.unpack(">I", content[8:12])[0]
    salts, frame, end = bytes(content[16:24]), page + _FRAME_HEADER, _WAL_HEADER
    for at in range(_WAL_HEADER, len(content) - frame + 1, frame):
        if bytes(content[at + 8 : at + 16]) != salts:
            break
        if struct.unpack(">I", content[at + 4 : at + 8])[0]:
            end = at + frame
    tail = len(content) - end
    cut = end + lot.randint(0, tail)
    content[end:] = content[end:cut] if lot.random() < 0.5 else lot.randbytes(cut - end)
    content += lot.randbytes(lot.choice((0, 7, 512, frame, 3 * frame + 100)))
    wal.write_bytes(content)
    return f"{len(content) - end} bytes of garbage after {end} of the log"


def tear_page(study: Path, lot: random.Random) -> str:
    """Garble half of a page of the database which the log still holds, as a checkpoint cut short would leave it."""
    wal, path = study / "study.db-wal", study / "study.db"
    content = wal.read_bytes() if wal.is_file() else b""
    if len(content) < _WAL_HEADER:
        return "no log, so no checkpoint to tear"
    page = struct.unpack(">I", content[8:12])[0]
    salts, frame, held, commit = content[16:24], page + _FRAME_HEADER, [], 0
    for at in range(_WAL_HEADER, len(content) - frame + 1, frame):
        if content[at + 8 : at + 16] != salts:
            break
        held.append(struct.unpack(">I", content[at : at + 4])[0])
        if struct.unpack(">I", content[at + 4 : at + 8])[0]:
            commit = len(held)
    if not commit:
        return "no commit in the log"
    number = lot.choice(held[:commit])
    with path.open("r+b") as file:
        if file.seek(0, 2) < number * page:
            return "the page is only in the log"
        file.seek((number - 1) * page + lot.choice((0, page // 2)))
        file.write(lot.randbytes(page // 2))
    return f"half of page {number} garbled"


def spoil_index(study: Path, lot: random.Random) -> str:
    """Remove, empty, cut or garble a file of the index, or all of it."""
    files = sorted(p for p in (study / "index").rglob("*") if p.is_file())
    if not files or lot.random() < 0.15:
        for path in files:
            path.unlink()
        return "the index is gone"
    path = lot.choice(files)
    return _spoilt(path, lot)


def spoil_settings(study: Path, lot: random.Random) -> str:
    """The same for `interview.toml`."""
    path = study / "interview.toml"
    return _spoilt(path, lot) if path.is_file() else "no settings to spoil"


def _spoilt(path: Path, lot: random.Random) -> str:
    content = path.read_bytes()
    how = lot.choice(("removed", "emptied", "cut", "garbled"))
    if how == "removed":
        path.unlink()
        return f"{path.name} removed"
    garbled = bytearray(content)
    at = lot.randrange(max(1, len(content)))
    garbled[at : at + 64] = lot.randbytes(len(garbled[at : at + 64]))
    path.write_bytes({"emptied": b"", "cut": content[:at], "garbled": bytes(garbled)}[how])
    return f"{path.name} {how}"


def rot(study: Path, lot: random.Random) -> str:
    """Garble or empty a stretch of the database itself, as a failing disk does; cut it off; or overwrite its head."""
    path = study / "study.db"
    content = bytearray(path.read_bytes())
    how = lot.choice(("page", "page", "page", "cut", "head"))
    page = 4096
    at = {"page": page * lot.randrange(len(content) // page), "cut": lot.randrange(len(content)), "head": 0}[how]
    if how == "cut":
        del content[at:]
    else:
        size = page if how == "page" else 100
        content[at : at + size] = bytes(size) if lot.random() < 0.5 else lot.randbytes(size)
    path.write_bytes(content)
    return f"{how} of study.db at byte {at}"
