import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fake_recogniser import FakeRecogniser, loud_stretches

from assistant.settings import Settings
from assistant.transcribe import transcribe
from store.interviews import add_interview
from store.study import Study, open_study

ROOT = Path(__file__).parents[2]
BEEPS = [(second, second + 2) for second in range(5, 1_200, 10)]
PATIENCE_S = 60

CHILD = """
import sys
from pathlib import Path
from fake_recogniser import FakeRecogniser, loud_stretches
from assistant.settings import Settings
from assistant.transcribe import transcribe
from store.study import open_study

with open_study(Path(sys.argv[1])) as study:
    slow = FakeRecogniser(log=Path(sys.argv[2]), seconds=0.3)
    transcribe(study, "I1", Settings(), speakers="none", recogniser=slow, find=loud_stretches)
"""


def logged(log: Path) -> list[list[int]]:
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines]


def kill_half_way(folder: Path, log: Path) -> None:
    """Start a slow run in a process of its own and kill it, unasked, when it hears its fourth window."""
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    command = [sys.executable, "-c", CHILD, str(folder), str(log)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}) as child:
        give_up = time.monotonic() + PATIENCE_S
        while len(logged(log)) < 4 and child.poll() is None and time.monotonic() < give_up:
            time.sleep(0.02)
        assert child.poll() is None, "the child ended before it could be killed"
        child.kill()


def test_a_killed_run_goes_on_without_hearing_again_what_was_committed(
    study: Study, speech_wav: Callable[..., Path], tmp_path: Path
) -> None:
    """SIGKILL in the middle costs at most the window being heard; the transcript is whole and nothing is doubled."""
    add_interview(study, speech_wav("long.wav", 1_205, *BEEPS), "recording", label="I1")
    log = tmp_path / "heard.jsonl"
    kill_half_way(study.folder, log)
    before = logged(log)
    with open_study(study.folder) as again:
        rest = FakeRecogniser(log=log)
        found = transcribe(again, "I1", Settings(), speakers="none", recogniser=rest, find=loud_stretches)
    after = logged(log)[len(before) :]
    committed = after[0][0]
    assert committed >= before[2][1], "the three windows before the one that was killed are committed"
    assert committed in {before[-1][0], before[-1][1]}
    assert [start for start, _ in after] == sorted({start for start, _ in after})
    assert after[-1][1] == 1_205_000
    assert len(after) > 1
    assert [t.span.of(found.text) for t in found.turns] == [f"beep{start}" for start, _ in BEEPS]
