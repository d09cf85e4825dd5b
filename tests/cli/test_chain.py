"""The whole chain with real models: from recordings to a saturation table, and through crashes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from assistant.llm import LlmClient
from assistant.models import model_path
from assistant.segment import StudyEmbeddings, local_embedder
from assistant.settings import load_settings
from assistant.suggest import Model, propose, suggest
from store.audit import verify
from store.runs import load_scores

pytestmark = pytest.mark.models

CODEBOOK = """name,parent,definition,include,exclude,examples
country,,What a person owes to a nation,asking what one can do,,
effort,,Work that is done twice,feedback on a specification,,
filler,,Words without meaning,,,
"""


@pytest.fixture
def interview(tmp_path):
    """Runs `interview … --json` in a child process with the small model."""

    def run(*words):
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *map(str, words), "--json"],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "INTERVIEW_LLM": "smollm2-135m", "INTERVIEW_LLM_IDLE_SECONDS": "20"},
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_two_recordings_and_a_transcript_become_quotes_and_a_table(interview, shared_data, tmp_path):
    """The commands one after another on real input, each on what the one before left."""
    (tmp_path / "codes.csv").write_text(CODEBOOK, encoding="utf-8")
    audio, texts = shared_data / "audio", shared_data / "transcripts"
    interview("new", "s")
    added = interview("add", "s", audio / "jfk.flac", audio / "trn00.wav", texts / "zoom_cloud_example.vtt")
    assert [a["kind"] for a in added["added"]] == ["recording", "recording", "transcript"]
    heard = interview("transcribe", "s")
    assert [t["interview"] for t in heard["interviews"]] == ["I1", "I2"]
    assert heard["interviews"][0]["words"] >= 20
    interview("codebook", "import", "s", "codes.csv")
    summary = interview("suggest", "s", "--precision", "0.2")
    assert summary["llm"] == "smollm2-135m"
    assert summary["suggestions"] == summary["outlook"]["shown"] > 0
    assert summary["outlook"]["precision"] >= 0.2
    assert "expected_precision = 0.2" in (tmp_path / "s" / "interview.toml").read_text(encoding="utf-8")
    assert interview("suggest", "s")["expected_precision"] == 0.2
    waiting = interview("quotes", "s", "--state", "suggested")
    assert {q["interview"] for q in waiting} == {"I1", "I2", "I3"}
    first = waiting[0]
    place = {"interview": first["interview"], "start": first["start"], "end": first["end"]}
    lines = [{**place, "verdict": "accept", "code": first["codes"][0]}, {**place, "verdict": "read"}]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    interview("decide", "s", "--coder", "eve", "--file", "d.jsonl")
    (quote,) = interview("quotes", "s", "--code", first["codes"][0])
    assert quote["text"] == first["text"]
    assert quote["start_ms"] < quote["end_ms"]
    assert "country" in interview("quotes", "s", "what can you do for your country")[0]["text"]
    table = interview("saturation", "s")
    assert (table["interviews"], table["cumulative_codes"]) == (["I1"], [1])
    assert interview("audit", "verify", "s")["ok"]


class KilledOnce:
    """Scores with the real process, and kills it while it works on the first request of several segments."""

    def __init__(self, client: LlmClient, pid: int) -> None:
        self._client = client
        self._pid = pid
        self.killed = False

    def score_branches(self, prompt, forks):
        if len(forks) < 3 or self.killed:
            return self._client.score_branches(prompt, forks)
        self.killed = True
        killer = threading.Timer(0.3, psutil.Process(self._pid).kill)
        killer.start()
        try:
            return self._client.score_branches(prompt, forks)
        finally:
            killer.join()
            assert not psutil.pid_exists(self._pid) or psutil.Process(self._pid).status() == psutil.STATUS_ZOMBIE


def test_killing_the_language_model_in_the_middle_loses_and_doubles_nothing(machines):
    """The process dies by SIGKILL while it scores; the run ends as if nothing had happened."""
    settings = load_settings({"llm": "smollm2-135m"})
    embeddings = StudyEmbeddings(machines, local_embedder(settings))
    with LlmClient(model_path("smollm2-135m", settings), settings) as client:
        victim = int(client.info()["pid"])
        scorer = KilledOnce(client, victim)
        summary = suggest(machines, embeddings, Model("smollm2-135m", "a" * 64, scorer))
        assert scorer.killed
        assert int(client.info()["pid"]) != victim
        matrices = load_scores(machines, summary.run)
        first = [d for drafts in propose(machines).by_segment.values() for d in drafts]
        undisturbed = suggest(machines, embeddings, Model("smollm2-135m", "b" * 64, client))
        again = [d for drafts in propose(machines).by_segment.values() for d in drafts]
    assert all(m.complete for m in matrices)
    assert undisturbed.run.guid != summary.run.guid
    assert [(d.segment_id, d.code) for d in first] == [(d.segment_id, d.code) for d in again]
    assert len({(d.segment_id, d.code) for d in first}) == len(first) == summary.suggestions
    assert verify(machines).faults == ()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there on Windows")
def test_killing_suggest_itself_keeps_what_was_scored(machines, tmp_path):
    """SIGKILL on the whole command: the next one goes on, and ends with every segment scored once."""
    command = [sys.executable, "-m", "assistant", "suggest", str(machines.folder), "--json"]
    environment = {**os.environ, "INTERVIEW_LLM": "smollm2-135m", "INTERVIEW_LLM_IDLE_SECONDS": "20"}
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr, env=environment)
        _wait_for_scores(machines.folder / "study.db", child)
        child.send_signal(signal.SIGKILL)
        child.wait()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=environment)
    summary = json.loads(done.stdout)
    assert summary["segments"] == 8
    assert summary["scored_now"] < 8
    assert verify(machines).faults == ()


def _wait_for_scores(database: Path, child: "subprocess.Popen[bytes]") -> None:
    import sqlite3
    from contextlib import closing

    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and child.poll() is None:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT count(*) FROM scores").fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("nothing was scored in two minutes")
