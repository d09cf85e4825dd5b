"""The same promises for whoever scores: the process of this machine, a stand-in, and served models of several kinds."""

import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from servers.fake_endpoint import fake_endpoint
from study_builder import word_embeddings

from assistant.llm import LlmClient
from assistant.llm.errors import EndpointError
from assistant.llm.served import ServedLlm
from assistant.settings import load_settings
from assistant.suggest import Model, suggest
from assistant.suggest.run import SHORTLIST
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.runs import load_scores
from store.segments import segments
from store.values import Role

FAKE_WORKER = Path(__file__).parents[1] / "llm" / "fake_worker.py"
SERVED = [f"served: {kind}" for kind in ("vllm", "llama-server", "ollama", "words alone")]


class Counting:
    """Passes on what is asked and counts the pairs; may stop after so many segments, as a scorer that dies does."""

    def __init__(self, scorer, most=None):
        self.scorer, self.most, self.pairs = scorer, most, 0

    def score_branches(self, prompt, forks):
        if self.most is not None and self.pairs >= self.most:
            raise EndpointError("The scorer is gone; what was done is kept.")
        self.pairs += sum(len(fork.branches) for fork in forks)
        return self.scorer.score_branches(prompt, forks)


@contextmanager
def stand_in(tmp_path):
    model = tmp_path / "stand-in.gguf"
    model.write_bytes(b"GGUF")
    plan = tmp_path / "plan"
    plan.mkdir()
    client = LlmClient(model, load_settings(), command=(sys.executable, str(FAKE_WORKER), str(plan)))
    yield client, "a" * 64, {}
    client.shutdown()


@contextmanager
def of_this_machine(_tmp_path):
    from assistant.models import model_path

    settings = load_settings()
    with LlmClient(model_path("smollm2-135m", settings), settings) as client:
        yield client, "b" * 64, {}


@contextmanager
def behind_a_server(kind):
    with fake_endpoint(kind) as fake, ServedLlm(load_settings(fake.settings())) as served:
        yield served, "", served.details


@pytest.fixture(scope="module")
def real_server(tmp_path_factory):
    """The server of llama-cpp-python with the small model, for all tests of this module."""
    from servers.llama_server import llama_server

    from assistant.models import model_path

    log = tmp_path_factory.mktemp("served") / "server.log"
    with llama_server(model_path("smollm2-135m", load_settings()), log) as server:
        yield server


@contextmanager
def behind_the_real_server(server):
    with ServedLlm(load_settings({"endpoint": "openai:served", "endpoint_url": server.url})) as served:
        yield served, "", served.details


REAL = [
    pytest.param("this machine", marks=pytest.mark.models),
    pytest.param("served: llama-cpp-python", marks=[pytest.mark.models, pytest.mark.servers]),
]


@pytest.fixture(params=["stand-in", *SERVED, *REAL])
def scorer(request, tmp_path):
    """A scorer, its weight hash, and what else decides its numbers."""
    name = request.param
    if name == "stand-in":
        made = stand_in(tmp_path)
    elif name == "this machine":
        made = of_this_machine(tmp_path)
    elif name == "served: llama-cpp-python":
        made = behind_the_real_server(request.getfixturevalue("real_server"))
    else:
        made = behind_a_server(name.removeprefix("served: "))
    with made as given:
        yield given


def run(study, scorer, **options):
    asked, sha256, details = scorer
    return suggest(study, word_embeddings(study)[0], Model("the model", sha256, asked, details), seed=1, **options)


def scored(study, summary):
    return [matrix.signals["llm"] for matrix in load_scores(study, summary.run)]


def spoken(study):
    return len(segments(study)) - len(segments(study, role=Role.INTERVIEWER))


def test_every_pair_of_the_short_lists_is_scored(machines, scorer):
    """Each segment has a finite score for so many codes, different ones; the run says who was asked."""
    summary = run(machines, scorer)
    tables = scored(machines, summary)
    assert [int(n) for table in tables for n in np.isfinite(table).sum(axis=1)] == [SHORTLIST] * spoken(machines)
    assert len(np.unique(np.concatenate([table[np.isfinite(table)] for table in tables]))) > SHORTLIST
    assert (summary.too_long, summary.asked) == (0, SHORTLIST * spoken(machines))
    assert summary.run.settings["llm_details"] == scorer[2]
    assert verify(machines).faults == ()


def test_a_run_that_broke_off_goes_on_without_asking_again(machines, scorer):
    """A scorer that dies costs what it had not answered; the same command goes on in the same run."""
    asked, sha256, details = scorer
    dying = Counting(asked, most=SHORTLIST)
    with pytest.raises(EndpointError, match="what was done is kept"):
        run(machines, (dying, sha256, details))
    rest = Counting(asked)
    summary = run(machines, (rest, sha256, details))
    assert dying.pairs > 0
    assert dying.pairs + rest.pairs == SHORTLIST * spoken(machines)
    assert all(np.isfinite(table).sum(axis=1).min() == SHORTLIST for table in scored(machines, summary))
    again = Counting(asked)
    assert run(machines, (again, sha256, details)).run.guid == summary.run.guid
    assert again.pairs == 0


def test_a_code_that_was_edited_is_the_only_one_asked_about_again(machines, scorer):
    """Scores are kept by what the model reads of a code, whoever the model is."""
    asked, sha256, details = scorer
    run(machines, scorer)
    book = current_codebook(machines)
    first = book.active[0]
    edited = [replace(code, definition=f"{code.definition} Or rain.") if code is first else code for code in book.codes]
    keep_codebook(machines, edited, coder="ada", reason="sharper")
    counting = Counting(asked)
    summary = run(machines, (counting, sha256, details))
    assert 0 < counting.pairs <= spoken(machines)
    assert summary.reused > 0
