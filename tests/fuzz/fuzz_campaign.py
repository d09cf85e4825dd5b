"""Tries changed files on every reader, several processes side by side, and says what was found.

    python tests/fuzz/fuzz_campaign.py [--minutes 20] [--seed words] [--readers docx odt] [--keep FOLDER]

Without minutes, it tries the fixed files that the tests try, the same ones every time.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1]), str(HERE)]

SEED = "first of many"
_SILENCE = 600
"""Seconds without a new file after which a process counts as stuck, whether it computes or not."""
_AT_ONCE = 250


@dataclass
class Found:
    """How many files were tried, and a report for each that was not taken as it should be."""

    tried: int = 0
    readers: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"fuzzed {self.tried} inputs in {len(self.readers)} readers, {len(self.findings)} findings"


def short_run(keep: Path | None = None) -> Found:
    """Every reader with as many files as it says, which are the same ones every time."""
    from fuzz_readers import READERS

    return _together([(each.name, 0, each.tries) for each in READERS], SEED, 3_600, keep)


def long_run(minutes: float, seed: str, names: Sequence[str], keep: Path | None = None) -> Found:
    """All readers in turn, until the time is over."""
    ends, first, found = time.monotonic() + 60 * minutes, 0, Found()
    while (left := ends - time.monotonic()) > 1:
        more = _together([(name, first, _AT_ONCE) for name in names], seed, left, keep)
        found.tried += more.tried
        found.readers |= more.readers
        found.findings += more.findings
        first += _AT_ONCE
    return found


def _together(tasks: Sequence[tuple[str, int, int]], seed: str, seconds: float, keep: Path | None) -> Found:
    """The tasks shared among as many processes as there are cores."""
    found, processes = Found(), min(os.cpu_count() or 1, 4)
    shares = [list(tasks[at::processes]) for at in range(processes)]
    with ThreadPoolExecutor(processes) as pool:
        for part in pool.map(lambda share: _one(share, seed, seconds, keep), [each for each in shares if each]):
            found.tried += part.tried
            found.readers |= part.readers
            found.findings += part.findings
    return found


def _one(tasks: Sequence[tuple[str, int, int]], seed: str, seconds: float, keep: Path | None) -> Found:
    """One share; after a file that ends its process, a new process goes on behind it."""
    found, left, ends = Found(), list(tasks), time.monotonic() + seconds
    while left and (rest := ends - time.monotonic()) > 0:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
            folder = Path(place)
            ended = _ran(folder, seed, rest, left)
            entries = _journal(folder)
            tried = [entry["try"] for entry in entries if "try" in entry]
            found.tried += len(tried)
            found.readers |= {name for name, _ in tried}
            found.findings += [_told(folder, entry, keep) for entry in entries if "finding" in entry]
            if ended is None:
                return found
            if not tried:
                found.findings.append(f"The process did not even begin: {ended}")
                return found
            name, number = tried[-1]
            found.findings.append(_crashed(folder, name, number, ended, keep))
            left = _behind(left, name, number)
    return found


def _ran(folder: Path, seed: str, seconds: float, tasks: Sequence[tuple[str, int, int]]) -> str | None:
    """Run a process to its end; None where that was a good one, or else its last words."""
    words = [f"{name}:{first}:{count}" for name, first, count in tasks]
    command = [sys.executable, str(HERE / "fuzz_child.py"), str(folder), seed, str(seconds), *words]
    with (folder / "said").open("w+b") as said:
        running = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
        while running.poll() is None:
            time.sleep(0.2)
            journal = folder / "journal"
            if time.time() - (journal.stat() if journal.exists() else folder.stat()).st_mtime > _SILENCE:
                running.kill()
                running.wait()
                return f"no new file for {_SILENCE} seconds"
        said.seek(0)
        last = said.read().decode("utf-8", "replace")[-3_000:]
    return None if (folder / "done").exists() else f"exit {running.returncode}\n{last}"


def _journal(folder: Path) -> list[dict[str, object]]:
    journal = folder / "journal"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def _told(folder: Path, entry: dict[str, object], keep: Path | None) -> str:
    if keep is not None:
        shutil.copy(folder / str(entry["file"]), keep / str(entry["file"]))
    return f"{entry['finding']} {entry['number']}: {entry['why']}"


def _crashed(folder: Path, name: str, number: int, ended: str, keep: Path | None) -> str:
    if keep is not None and (folder / "last").exists():
        shutil.copy(folder / "last", keep / f"crash-{name}-{number}")
    return f"{name} {number}: the process ended, {ended}"


def _behind(tasks: Sequence[tuple[str, int, int]], name: str, number: int) -> list[tuple[str, int, int]]:
    """What is left to do after that file."""
    at = next(place for place, task in enumerate(tasks) if task[0] == name)
    _, first, count = tasks[at]
    rest = (name, number + 1, first + count - number - 1)
    return [rest, *tasks[at + 1 :]] if rest[2] > 0 else list(tasks[at + 1 :])


def main() -> None:
    """Print every finding, and one line in the end."""
    from fuzz_readers import READERS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", default="")
    parser.add_argument("--readers", nargs="*", default=[each.name for each in READERS])
    parser.add_argument("--keep", type=Path, help="a folder for the files that were not taken as they should be")
    options = parser.parse_args()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    seed = options.seed or secrets.token_hex(4)
    found = (
        long_run(options.minutes, seed, options.readers, options.keep) if options.minutes else short_run(options.keep)
    )
    for each in found.findings:
        print(each, end="\n\n")
    print(f"seed {seed if options.minutes else SEED}")
    print(found)
    sys.exit(bool(found.findings))


if __name__ == "__main__":
    main()
