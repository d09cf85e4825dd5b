"""`interview queue`: everything the page does, from a script."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_study import silence
from typer.testing import CliRunner

from assistant.cli.app import app
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import add_interview
from store.job_steps import fail_job, keep_progress, take_next
from store.jobs import jobs, queue_job
from store.study import create_study, open_study


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        for number in (1, 2, 3):
            sound = silence(tmp_path / f"{number}.wav", 10 + number)
            add_interview(made, sound, "recording", label=f"I{number}", duration_ms=1_000 * (10 + number))
        yield made


def run(study, *options: str):
    return CliRunner().invoke(app, ["queue", str(study.folder), *options], catch_exceptions=True)


def states(study) -> dict[str, str]:
    return {job.interview: str(job.state) for job in jobs(study)}


def test_an_empty_queue_says_how_to_fill_it(study):
    """Status 0; JSON is an object with an empty list."""
    done = run(study)
    assert done.exit_code == 0
    assert "The queue is empty; `interview queue STUDY --add`" in done.stdout
    assert json.loads(run(study, "--json").stdout) == {"works": False, "left_seconds": None, "jobs": []}


def test_the_queue_is_changed_and_shown(study):
    """Pause, resume and cancel by label, several at once; what is shown is how it stands afterwards."""
    for label in ("I1", "I2", "I3"):
        queue_job(study, label)
    done = run(study, "--pause", "I1", "--pause", "I2", "--cancel", "I3", "--json")
    found = {job["interview"]: job["state"] for job in json.loads(done.stdout)["jobs"]}
    assert found == states(study) == {"I1": "paused", "I2": "paused", "I3": "cancelled"}
    assert run(study, "--resume", "I2", "--resume", "I3").exit_code == 0
    assert states(study) == {"I1": "paused", "I2": "waiting", "I3": "waiting"}
    assert isinstance(run(study, "--pause", "I9").exception, NotFoundError)


def test_json_holds_what_a_script_needs(study):
    """How far, how fast, how long still, and why something failed."""
    queue_job(study, "I1")
    queue_job(study, "I2")
    fail_job(study, take_next(study).id, "It broke.")
    job = take_next(study)
    keep_progress(study, job.id, 6_000, 12_000, begun_ms=0, seconds=0.5)
    done = run(study, "--json")
    running, failed = json.loads(done.stdout)["jobs"]
    assert {key: running[key] for key in ("interview", "file", "state", "done_ms", "total_ms", "speed", "model")} == {
        "interview": "I2",
        "file": "2.wav",
        "state": "running",
        "done_ms": 6_000,
        "total_ms": 12_000,
        "speed": 12.0,
        "model": "auto",
    }
    assert 0 <= running["left_seconds"] <= 0.5
    assert (failed["state"], failed["why"]) == ("failed", "It broke.")
    lines = run(study).stdout.splitlines()
    assert lines[0].startswith("I2  interrupted  50 %  12.0 times as fast")
    assert lines[1] == "I1  failed  It broke."
    assert "Nobody works it off" in run(study).stderr


@pytest.mark.parametrize(
    "options", [("--first",), ("--model", "base"), ("--interview", "I1"), ("--start", "--run"), ("--speakers", "2")]
)
def test_wrong_usage_is_status_2(options, study):
    """What would be ignored in silence is refused, and nothing changes."""
    assert run(study, *options).exit_code == 2
    assert jobs(study) == ()


def test_without_a_model_nothing_is_queued(study, tmp_path, monkeypatch):
    """The sentence says how to get one."""
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(tmp_path / "none"))
    done = run(study, "--add")
    assert isinstance(done.exception, NotFoundError)
    assert jobs(study) == ()


@pytest.mark.models
def test_recordings_are_added_in_an_order(study):
    """All without a name, then one more first is refused as senseless where it runs otherwise."""
    done = run(study, "--add", "--model", "tiny.en", "--language", "en", "--speakers", "none")
    assert "Queued: I1, I2, I3." in done.stderr
    assert run(study, "--add", "--interview", "I3", "--first", "--model", "tiny.en").exit_code == 0
    assert [job.interview for job in jobs(study)] == ["I3", "I1", "I2"]
    assert "Nothing is left to queue." in run(study, "--add").stderr
    take_next(study)
    refused = run(study, "--add", "--interview", "I3", "--model", "tiny.en", "--speakers", "3")
    assert isinstance(refused.exception, ConflictError)
    assert isinstance(run(study, "--add", "--language", "klingon").exception, InvalidInputError)


@pytest.mark.models
def test_the_whole_chain_from_a_script(study, tmp_path):
    """Queued and worked off in the foreground: speech has its transcript and segments, silence fails, status 1."""
    sample = Path(__file__).parents[2] / "samples" / "recordings" / "I4.mp3"
    add_interview(study, sample, "recording", label="I4")
    command = [sys.executable, "-m", "assistant", "queue", str(study.folder)]
    options = ["--add", "--interview", "I4", "--interview", "I1", "--model", "tiny.en", "--run", "--json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, encoding="utf-8", check=False, env=dict(os.environ)
    )
    found = {job["interview"]: job for job in json.loads(done.stdout)["jobs"]}
    assert (found["I4"]["state"], found["I1"]["state"], done.returncode) == ("done", "failed", 1)
    assert "No speech was found in I1 (1.wav)" in done.stderr
    assert found["I4"]["speed"] > 0
    from store.segments import segments

    with open_study(study.folder) as again:
        assert len(segments(again, "I4")) > 5


def test_nothing_is_started_where_nothing_waits(study):
    """It says so, and no process is left behind."""
    done = run(study, "--start")
    assert (done.exit_code, "Nothing waits" in done.stderr) == (0, True)
    assert not (study.folder / "queue.log").exists()
