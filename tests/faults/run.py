"""Hundreds of seeded faults, each followed by a look at what was promised: nothing shown as done is lost.

    python tests/faults/run.py              a fifth of them, as in CI
    python tests/faults/run.py --all        all (also where FAULTS=all is set)
    python tests/faults/run.py --seed 41    one, to see what it did; --keep leaves its place behind

The last line printed is `faults tried N, lost M`; the exit status is 1 where M is not 0.
"""

import argparse
import contextlib
import ctypes
import importlib
import json
import os
import pkgutil
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fault_place
import fault_trial as trial
from fault_broken import BROKEN
from fault_stages import SEALED, STAGES, Stage, stage_named, write_decisions
from fault_trial import Fault, Outcome

import store
from assistant.privacy import go_offline

FAULTS = 364
"""As many seeds there are; a fifth of them, every fifth, is what CI runs."""
_KINDS = {
    "killed": 5,
    "power cut": 6,
    "failing disk": 3,
    "no space left": 3,
    "torn": 3,
    "full disk": 2,
    "killed any time": 1,
    "index spoilt": 1,
    "settings spoilt": 1,
    "database rotten": 1,
}
_AT_REST = {"full disk", "killed any time", "index spoilt", "settings spoilt", "database rotten"}
_ERRORS = {"fsync": ("EIO", "ENOSPC"), "fdatasync": ("EIO", "ENOSPC")}
_ENCRYPTED = 0.12
_SELF_CHECKS = 6
_NEW_NAMESPACE = 0x00020000


class Plan:
    """What each seed does, given the calls that the stages make when nothing disturbs them."""

    def __init__(self, calls: dict[str, list[tuple[str, int, str]]], *, real_model: bool) -> None:
        self._calls, self._real = calls, real_model

    def fault(self, seed: int) -> Fault:
        """The fault of that seed."""
        lot = random.Random(f"fault {seed}")
        stage = STAGES[seed % len(STAGES)].name
        sealed = stage == SEALED or (stage != "encrypt" and lot.random() < _ENCRYPTED)
        kind = lot.choices([*_KINDS], [*_KINDS.values()])[0]
        if stage == "suggest" and lot.random() < 0.3:
            kind = lot.choice(("model dies", "model killed", "model killed (real)" if self._real else "model killed"))
        if kind in _AT_REST or kind.startswith("model"):
            return Fault(seed, stage, kind, sealed=sealed)
        calls = self._calls.get(stage)
        if not calls:  # nobody may watch processes here
            kind = "torn" if kind == "torn" else lot.choice(("killed any time", "full disk"))
            return Fault(seed, stage, kind, sealed=sealed)
        name, number, where = self._drawn(calls, lot, kind)
        error = lot.choice(_ERRORS.get(name, ("EIO", "ENOSPC", "ENOSPC"))) if kind == "failing disk" else ""
        return Fault(seed, stage, kind, name, number, where, error, sealed)

    def struck(self, seed: int, stage: str, kind: str) -> Fault:
        """A fault of that kind in the middle of what the stage writes to the log of the database."""
        calls = [call for call in self._calls[stage] if call[::2] == ("pwrite64", "study.db-wal")]
        return Fault(seed, stage, kind, *calls[len(calls) * (seed + 1) // (_SELF_CHECKS + 1)])

    def _drawn(self, calls: Sequence[tuple[str, int, str]], lot: random.Random, kind: str) -> tuple[str, int, str]:
        """Any call, or first a kind of call and then one of these, so that rare ones are struck too."""
        if kind == "no space left":
            calls = [call for call in calls if call[0] in trial.SPACE.split(",")]
        if lot.random() < 0.5:
            group = lot.choice(sorted({(name, where) for name, _, where in calls}))
            return lot.choice([call for call in calls if (call[0], call[2]) == group])
        truth = [call for call in calls if call[2] != "index"]
        return lot.choice(truth)


def observed(work: Path, *, watching: bool) -> dict[str, list[tuple[str, int, str]]]:
    """The calls of each stage when nothing disturbs it; what they import is imported here, once for all trials."""
    found = {}
    for module in pkgutil.iter_modules(store.__path__, "store."):
        importlib.import_module(module.name)
    for stage in STAGES:
        place = work / "place"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(work / ("sealed" if stage.name == SEALED else "template"), place)
        board, names = trial.Board(), work / "modules.json"

        def acted(stage: Stage = stage, place: Path = place, board: trial.Board = board, names: Path = names) -> None:
            known = set(sys.modules)
            trial.act(stage, place, board, lambda: None)
            names.write_text(json.dumps(sorted(set(sys.modules) - known)), encoding="utf-8")

        if watching:
            traced = trial.Traced(acted, ["-e", f"trace={trial.CHANGING}"], work / "record")
            status, child = traced.ended(), traced.child
            found[stage.name] = trial.strikable(work / "record", place, child)
        else:
            status = trial.ended(trial.forked(acted))
        if status or set(board.states(len(stage.steps))) != {trial.SHOWN}:
            sys.exit(f"The stage {stage.name} does not go through undisturbed: {board.text or status}")
        for name in json.loads(names.read_text(encoding="utf-8")):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    return found


def run(seeds: Sequence[int], jobs: int, options: argparse.Namespace) -> list[Outcome]:
    """Try the faults of these seeds, several at a time."""
    talkative = bool(options.seed or options.kind)
    with _workplace(keep=options.keep) as work:
        template, sealed = work / "template", work / "sealed"
        _end_well(trial.forked(lambda: _build(template, sealed)))
        if not (watching := not options.without_strace and trial.can_trace(work)):
            print("Processes cannot be watched here: faults strike at any time, not at a chosen call.", flush=True)
        plan = Plan(observed(work, watching=watching), real_model=_has_real_model())
        shares = [list(seeds[number::jobs]) for number in range(jobs)]
        children = []
        for number, share in enumerate(shares):
            mine = work / str(number)
            mine.mkdir()
            children.append(trial.forked_for_long(lambda s=share, m=mine: _share(plan, s, m, options.kind, talkative)))
        for child in children:
            _end_well(child)
        if options.self_check and watching:
            _end_well(trial.forked_for_long(lambda: _check_ourselves(plan, work)))
        return sorted((each for n in range(jobs) for each in _read(work / str(n))), key=lambda each: each.fault.seed)


def _build(template: Path, sealed: Path) -> None:
    fault_place.build(template)
    write_decisions(template)
    shutil.copytree(template, sealed)
    fault_place.seal(sealed)


def _share(plan: Plan, seeds: Sequence[int], work: Path, wanted: str | None, talkative: bool) -> None:
    with (work / "outcomes.jsonl").open("w", encoding="utf-8") as file:
        for fault in map(plan.fault, seeds):
            if wanted not in {None, fault.kind}:
                continue
            template = work.parent / ("sealed" if fault.sealed else "template")
            outcome = trial.tried(fault, stage_named(fault.stage), template, work)
            file.write(json.dumps(asdict(outcome)) + "\n")
            file.flush()
            if talkative or outcome.lost:
                print(told(outcome), flush=True)


def _check_ourselves(plan: Plan, work: Path) -> None:
    """Say how much is lost of broken stores by faults that a sound one survives."""
    for name, (break_it, kind) in BROKEN.items():
        faults = [plan.struck(seed, "decide", kind) for seed in range(_SELF_CHECKS)]
        stage, template = stage_named("decide"), work / "template"
        lost = [bool(trial.tried(fault, stage, template, work, break_it).lost) for fault in faults]
        print(f"a store that works “{name}” lost {sum(lost)} of {len(lost)}", flush=True)


def _read(work: Path) -> list[Outcome]:
    rows = map(json.loads, (work / "outcomes.jsonl").read_text(encoding="utf-8").splitlines())
    return [Outcome(**{**row, "fault": Fault(**row["fault"])}) for row in rows]


def told(outcome: Outcome) -> str:
    """An outcome in words, with what is needed to repeat it."""
    lines = [f"{outcome.fault}{'' if outcome.struck else ' (not reached)'}, {outcome.seconds:.1f} s"]
    lines += [f"    befell: {each}" for each in outcome.befell]
    lines += [f"    LOST: {each}" for each in outcome.lost]
    if outcome.untold:
        lines.append(f"    said with a traceback: {outcome.untold.strip().splitlines()[-1]}")
    return "\n".join(lines)


def _end_well(child: int) -> None:
    status = trial.ended(child)
    if status:
        sys.exit(f"A process of the harness ended with {status}.")


def _has_real_model() -> bool:
    from assistant.models import model_path
    from assistant.settings import load_settings
    from store.errors import StudyError

    if os.environ.get("FAULTS") != "all":
        return False
    try:
        return model_path("smollm2-135m", load_settings()).is_file()
    except StudyError:
        return False


@contextlib.contextmanager
def _workplace(*, keep: bool) -> Iterator[Path]:
    """A folder in memory where there is one: what a disk keeps is played, and flushing a real one costs minutes."""
    memory = Path("/dev/shm")  # noqa: S108
    work = Path(tempfile.mkdtemp(prefix="faults-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield work
    finally:
        if keep:
            print(f"kept {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)


def _own_mounts() -> None:
    """Where we may, keep the small disks that are mounted to this process and its children."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "unshare") and libc.unshare(_NEW_NAMESPACE) == 0:
        subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try faults, say what was lost, and end with the line that counts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--all", action="store_true", default=os.environ.get("FAULTS") == "all")
    parser.add_argument("--seed", type=int, nargs="*")
    parser.add_argument("--stage", help="only faults during this stage")
    parser.add_argument("--kind", help="only faults of this kind")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--self-check", action="store_true", help="also see that broken stores are found out")
    parser.add_argument("--without-strace", action="store_true", help="as on a machine that lets nobody watch")
    options = parser.parse_args(arguments)
    go_offline()
    _own_mounts()
    begun = time.monotonic()
    seeds = options.seed or list(range(0, FAULTS, 1 if options.all else 5))
    if options.stage:
        seeds = [seed for seed in seeds if STAGES[seed % len(STAGES)].name == options.stage]
    outcomes = run(seeds, min(options.jobs, len(seeds)), options)
    lost = [each for each in outcomes if each.lost]
    kinds = Counter(each.fault.kind for each in outcomes)
    print(", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
    print(
        f"{sum(not each.struck for each in outcomes)} struck nothing, {sum(bool(each.untold) for each in outcomes)} "
        f"were said with a traceback, {(time.monotonic() - begun) / 60:.1f} minutes"
    )
    for each in outcomes:
        if each.untold and not each.lost and options.seed is None:
            print(told(each))
    print(f"faults tried {len(outcomes)}, lost {len(lost)}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
