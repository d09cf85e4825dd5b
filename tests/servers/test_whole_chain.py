"""The sample study by commands, each part on a server of its own; a worker and connections die on the way."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from servers.chroma import chroma_server, proxy_before
from servers.dask_cluster import dask_cluster, working
from servers.llama_server import llama_server
from servers.postgres import Cluster

from assistant.models import choose
from assistant.settings import load_settings
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings, decisions
from store.interviews import interviews
from store.segments import segments
from store.study import open_study

pytestmark = [pytest.mark.servers, pytest.mark.models]
ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
PLAN = yaml.safe_load((SAMPLES / "study.yaml").read_text(encoding="utf-8"))


class Typed:
    """Commands as they are typed, with where the servers are in the environment."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), **environment}

    def started(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "assistant", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        return subprocess.Popen(command, text=True, encoding="utf-8", env=self.environment, cwd=self._folder, **pipes)

    def done(self, *arguments: object) -> str:
        process = self.started(*arguments)
        said, complaint = process.communicate(timeout=600)
        assert process.returncode == 0, complaint
        return said


def until(is_so, seconds=240):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def busy(process: psutil.Process) -> float:
    """Seconds of the processor's that it used so far."""
    times = process.cpu_times()
    return times.user + times.system


def begun(server: Cluster, database: str, schema: str) -> bool:
    """Whether a run is under way: it is on record before its first passage is asked about."""
    return bool(server.execute(f'SELECT 1 FROM "{schema}".run LIMIT 1', database=database))  # noqa: S608 - ours


def figures(study):
    """What must be the same wherever the study is."""
    book = current_codebook(study)
    assert book is not None
    return (
        [(each.label, each.guid) for each in interviews(study)],
        [(each.interview, each.span, each.text_sha256) for each in segments(study)],
        [(each.guid, each.span, each.code, str(each.verdict)) for each in decisions(study)],
        sorted((each.code, each.span, each.coder) for each in codings(study)),
        book.sha256,
    )


def test_the_sample_study_on_servers(tmp_path, postgres_cluster):
    database = postgres_cluster.new_database()
    model = choose("llm", "smollm2-135m", load_settings()).path
    with (
        chroma_server(tmp_path / "chroma") as chroma,
        proxy_before(chroma) as index,
        llama_server(model, tmp_path / "llama.log", alias="served-135m") as served,
        dask_cluster(tmp_path / "dask", "w1", "w2", INTERVIEW_WHISPER="tiny.en") as workers,
    ):
        typed = Typed(
            tmp_path,
            {
                "INTERVIEW_DATABASE": database,
                "INTERVIEW_INDEX": index.url,
                "INTERVIEW_CHROMA_TOKEN": index.token,
                "INTERVIEW_ENDPOINT": "openai:served-135m",
                "INTERVIEW_ENDPOINT_URL": served.url,
                "INTERVIEW_WHISPER": "tiny.en",
                "INTERVIEW_SPEAKERS": "none",
            },
        )
        study = tmp_path / "study"
        _fill(typed, study)
        _transcribe(typed, study, workers)
        _suggest(typed, study, postgres_cluster, database.rsplit("/", 1)[1], workers.address)
        _decide(typed, study)
        assert any(asked.split(b"\n", 1)[0].endswith((b"/upsert", b"/add")) for asked in index.sent)
        before = _read(study)
        typed.done("migrate", study, "--to", "sqlite", "--drop")
        assert _read(study) == before
        typed.done("migrate", study, "--to", database)
        assert _read(study) == before


def _fill(typed: Typed, study: Path) -> None:
    typed.done("new", study, "--title", PLAN["title"])
    assert not (study / "study.db").exists()
    for entry in PLAN["interviews"]:
        typed.done("add", study, SAMPLES / entry["file"], "--label", entry["label"])
    typed.done("codebook", "import", study, SAMPLES / PLAN["codebook"])


def _transcribe(typed: Typed, study: Path, workers) -> None:
    """One worker is killed while it hears; its recording is heard by the other, or by it when it is there again."""
    running = typed.started("transcribe", study, "--scheduler", workers.address)
    process = working(workers.processes[1])
    at_rest = busy(process)
    until(lambda: busy(process) > at_rest + 1.0 or running.poll() is not None)
    assert running.poll() is None, running.communicate()
    workers.kill_worker(workers.processes[1])
    said, complaint = running.communicate(timeout=600)
    assert running.returncode == 0, said + complaint
    with open_study(study) as opened:
        assert all(each.transcribed for each in interviews(opened))


def _suggest(typed: Typed, study: Path, server: Cluster, database: str, scheduler: str) -> None:
    """All connections are cut while passages are scored: what is in stays, and the same command goes on.

    One interview is scored by the served model, the others by meaning alone, which the workers do.
    """
    with open_study(study) as opened:
        assert opened.place is not None
        schema = opened.place.schema
    running = typed.started("suggest", study, "--interview", "I2")
    until(lambda: running.poll() is not None or begun(server, database, schema))
    assert server.kill_connections() > 0
    _, complaint = running.communicate(timeout=600)
    if running.returncode != 0:
        assert running.returncode == 1, complaint
        assert "Traceback" not in complaint
        assert "run" in complaint or "again" in complaint
        typed.done("suggest", study, "--interview", "I2")
    typed.done("suggest", study, "--llm", "none", "--scheduler", scheduler)


def _decide(typed: Typed, study: Path) -> None:
    typed.done("decide", study, "--coder", PLAN["coder"], "--file", SAMPLES / PLAN["decisions"])
    assert json.loads(typed.done("quotes", study, "machines", "--json"))
    assert json.loads(typed.done("saturation", study, "--json"))
    project = study / "exports" / "study.qdpx"
    typed.done("export", study, project)
    assert project.stat().st_size > 0
    archive = study.parent / "whole.zip"
    typed.done("backup", study, archive)
    typed.done("restore", archive, study.parent / "restored")
    with open_study(study.parent / "restored") as restored:
        assert restored.place is None
        assert verify(restored).faults == ()


def _read(study: Path):
    with open_study(study) as opened:
        assert verify(opened).faults == ()
        return figures(opened)
