"""The sample study over two worker processes: the same results as on one machine, also when a worker is killed."""

import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from servers.dask_cluster import DaskCluster, certificate, dask_cluster, wait_until

from assistant.fanout import asking_spread, cluster_at, embed_spread, transcribe_spread
from assistant.llm import LlmClient
from assistant.models import choose
from assistant.segment import StudyEmbeddings, local_embedder
from assistant.settings import load_settings
from assistant.suggest import Model, suggest
from assistant.transcribe import transcribe_all
from assistant.transcribe.audio import Recording
from assistant.transcribe.transcription import Wanted, waiting
from store.audit import verify
from store.codebook import keep_codebook
from store.interviews import add_interview
from store.records import Base
from store.runs import load_scores
from store.study import Study, create_study, open_study
from store.transcripts import transcript
from store.values import Code

pytestmark = [pytest.mark.servers, pytest.mark.models]
SAMPLES = Path(__file__).parents[2] / "samples"
TINY = Wanted(model="tiny.en")
CLIPS = [("I4", 0, 20_000), ("I5", 20_000, 20_000), ("I4", 90_000, 20_000), ("I5", 100_000, 20_000)]


@pytest.fixture(scope="module")
def workers(tmp_path_factory) -> Iterator[DaskCluster]:
    """A scheduler with two workers, each with a language model of its own that ends soon."""
    folder = tmp_path_factory.mktemp("dask")
    with dask_cluster(folder, "w1", "w2", INTERVIEW_LLM_IDLE_SECONDS="20") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list[Path]:
    """Four short recordings."""
    folder = tmp_path_factory.mktemp("clips")
    return [_clip(folder / f"C{n}.wav", *each) for n, each in enumerate(CLIPS, start=1)]


def _clip(path: Path, name: str, start_ms: int, length_ms: int) -> Path:
    with Recording(SAMPLES / "recordings" / f"{name}.mp3") as sound, wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((sound.read(start_ms, length_ms) * 32_000).astype(np.int16).tobytes())
    return path


def _study(folder: Path, clips: list[Path]) -> Study:
    study = create_study(folder, "Clips")
    for clip in clips:
        add_interview(study, clip, "recording", label=clip.stem)
    codes = [
        Code("0" * 35 + "1", "machines", None, "computers, queues for machines and what they cost"),
        Code("0" * 35 + "2", "texts", None, "texts, where they come from and how they are cleaned"),
        Code("0" * 35 + "3", "people", None, "colleagues, help and who does the work"),
    ]
    keep_codebook(study, codes, coder="ada", reason="start")
    return study


def _said(study: Study, label: str) -> list[tuple[object, ...]]:
    found = transcript(study, label)
    return [(t.speaker, t.role, t.span.of(found.text)) for t in found.turns]


def _times(study: Study, label: str) -> NDArray[np.int64]:
    """Where each word begins and ends; the model's arithmetic moves them by some hundredths of a second."""
    return np.array([(w.start_ms, w.end_ms) for turn in transcript(study, label).turns for w in turn.words])


def _model(client: LlmClient, name: str, sha256: str) -> Model:
    info = client.info()
    return Model(name, sha256, client, {key: info[key] for key in ("llama_cpp", "use_extra_bufts")})


def _suggested(study: Study, ask_of=None):
    settings = load_settings().model_copy(update={"llm_idle_seconds": 20.0, "threads": 1})
    chosen = choose("llm", "smollm2-135m", settings)
    embeddings = StudyEmbeddings(study, local_embedder(settings))
    with LlmClient(chosen.path, settings) as client:
        model = _model(client, chosen.name, chosen.sha256)
        options = {} if ask_of is None else {"ask": ask_of(embeddings, model, settings)}
        return suggest(study, embeddings, model, shortlist=2, context_tokens=settings.llm_context_tokens, **options)


def test_workers_find_what_one_machine_finds_also_when_one_is_killed(workers, clips, tmp_path):
    """Same words, speakers and scores, the same runs by fingerprint; a killed worker's piece is done by another."""
    killed = []

    def kill_once(_label, _done_ms, _total_ms):
        if not killed:
            killed.append(workers.kill_worker(workers.processes[-1]))

    settings, notes = load_settings().model_copy(update={"threads": 1}), []
    with _study(tmp_path / "here", clips) as here, _study(tmp_path / "spread", clips) as spread:
        outcome = transcribe_all(here, settings, model=TINY.model)
        with cluster_at(workers.address, settings, notes.append) as cluster:
            came = transcribe_spread(spread, settings, cluster, wanted=TINY, progress=kill_once)
            labels = [clip.stem for clip in clips]
            assert killed
            assert came.failed == outcome.failed == ()
            assert sorted(each.transcript.interview for each in came.done) == labels
            for label in labels:
                assert _said(spread, label) == _said(here, label)
                assert np.abs(_times(spread, label) - _times(here, label)).max() <= 200
            assert _heard(spread) == _heard(here)
            assert transcribe_spread(spread, settings, cluster, wanted=TINY).done == ()

            killed.clear()

            def ask_of(embeddings, model, settings):
                assert embed_spread(spread, embeddings, cluster, lambda done, _of: kill_once("", done, 0)) > 0
                return asking_spread(spread, model, settings, cluster)

            by_workers = _suggested(spread, ask_of)
        by_one = _suggested(here)
        assert killed
        assert (by_workers.asked, by_workers.segments) == (by_one.asked, by_one.segments)
        assert by_one.asked > 0
        assert by_workers.run.settings == by_one.run.settings
        for mine, theirs in zip(load_scores(spread, by_workers.run), load_scores(here, by_one.run), strict=True):
            assert mine.complete
            for signal in ("retrieval", "sentence", "llm"):
                assert np.allclose(mine.signals[signal], theirs.signals[signal], atol=2e-3, equal_nan=True)
        assert verify(spread).faults == ()
    assert notes == []


def _heard(study: Study) -> list[str]:
    """Every row of what was heard; each recording once."""
    with study.read() as session:
        rows = session.execute(Base.metadata.tables["utterance"].select()).all()
    return sorted(row.text for row in rows)


def test_an_encrypted_way_is_used_where_dask_is_told_to(tmp_path):
    """Certificates come from Dask's own settings; the guard stands in our worker and in one that Dask started."""
    settings = certificate(tmp_path)
    with dask_cluster(tmp_path, "sealed", protocol="tls", **settings) as cluster:
        cluster.start_plain_worker("plain", **settings)
        program = f"""
import sys
from assistant.privacy import go_offline
from assistant.privacy.guard import guard_stands
if __name__ == "__main__":
    go_offline()
    from assistant.fanout import cluster_at
    from assistant.fanout.spread import Piece, Spread
    from assistant.settings import load_settings
    with cluster_at({cluster.address!r}, load_settings(), print) as found:
        found.client.wait_for_workers(2, timeout=120)
        for came in Spread(found).over([Piece(f"I{{n}}", n, "odd", {{}}) for n in range(8)]):
            print(came.why)
        print(sorted(found.client.run(guard_stands).values()))
"""
        done = _run(program, **settings)
        assert done.stderr == ""
        *pieces, stands = done.stdout.splitlines()
        assert stands == "[True, True]"
        assert len(pieces) == 8
        assert {each.split(" worker ")[1].split()[0] for each in pieces} == {"sealed", "plain"}
        refused = _run(program.replace("tls://", "tcp://"), **settings)
        assert "No scheduler answers" in refused.stderr


def _run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Dask's settings are read once, so each way of connecting is a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
        env={**os.environ, **environment, "PYTHONPATH": str(SAMPLES.parent)},
    )


def test_a_scheduler_that_dies_and_a_person_who_stops_lose_nothing(clips, tmp_path):
    """What came in stays, each in a sentence; the same command goes on, and pieces that are called back end."""
    with _study(tmp_path / "study", clips) as study:
        folder = study.folder
    with dask_cluster(tmp_path / "dask", "w1") as cluster:
        command = [sys.executable, "-m", "assistant", "transcribe", str(folder), "--model", "tiny.en"]
        command += ["--scheduler", cluster.address, "--json"]
        stopped = cluster.start("stopped", command)
        wait_until(lambda: "%" in cluster.said("stopped"), stopped, lambda: cluster.said("stopped"))
        stopped.send_signal(signal.SIGINT)
        assert stopped.wait(timeout=120) == 130, cluster.said("stopped")
        lost = cluster.start("lost", command)
        wait_until(lambda: "%" in cluster.said("lost"), lost, lambda: cluster.said("lost"))
        cluster.processes[0].kill()
        assert lost.wait(timeout=120) == 1, cluster.said("lost")
        assert "went away; what came in is kept" in cluster.said("lost")
        gone = cluster.processes[1]
        assert gone.wait(timeout=60) == 1
        assert "went away, and this worker with it" in cluster.said("w1")
        cluster.start_scheduler()
        cluster.start_worker("w2")
        done = subprocess.run(command, capture_output=True, check=True, cwd=SAMPLES.parent, timeout=300)
        heard = [each["interview"] for each in json.loads(done.stdout)["interviews"]]
    assert 0 < len(heard) <= 2
    with open_study(folder) as study:
        assert waiting(study) == ()
        assert verify(study).faults == ()
