"""`interview models endpoint`, and what `suggest` and `candidates` say where a served model is asked."""

import json

import pytest
from servers.fake_endpoint import fake_endpoint
from study_builder import built_study, word_embeddings
from typer.testing import CliRunner

import assistant.segment
from assistant.cli.app import app
from store.errors import InvalidInputError
from store.study import open_study


@pytest.fixture
def fake(monkeypatch):
    """A stand-in that the environment names as the endpoint."""
    with fake_endpoint("vllm") as running:
        monkeypatch.setenv("INTERVIEW_ENDPOINT", "openai:stand-in")
        monkeypatch.setenv("INTERVIEW_ENDPOINT_URL", running.url)
        yield running


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study whose words are embedded without a model."""
    monkeypatch.setattr(assistant.segment, "local_embedder", lambda settings: None)
    monkeypatch.setattr(
        assistant.segment, "StudyEmbeddings", lambda study, embedder, report=None: word_embeddings(study)[0]
    )
    with built_study(tmp_path) as study:
        return study.folder


def run(*arguments):
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_the_endpoint_says_what_it_can(fake):
    """Reachable, named, scored by log-probabilities, on this machine: for people and for programs."""
    told = json.loads(run("models", "endpoint", "--json").stdout)
    assert (told["model"], told["logprobs"], told["leaves_machine"], told["sha256"]) == ("stand-in", True, False, None)
    said = run("models", "endpoint")
    assert "log-probabilities: yes" in said.stdout
    assert "text leaves this machine: no" in said.stdout
    assert "text stays on this machine" in said.stderr
    assert fake.questions() == []


def test_an_endpoint_that_names_its_model_strangely_steers_no_screen(fake):
    """Such a name is none: it would go into records and onto screens."""
    listed = {"data": [{"id": "\x1b[31mred\x1b[0m<b>"}]}
    fake.models = lambda: (200, {"content-type": "application/json"}, json.dumps(listed).encode())
    said = run("models", "endpoint")
    assert "it does not say" in said.stdout
    assert "\x1b" not in said.output


def test_without_an_endpoint_there_is_a_sentence(monkeypatch):
    """It says how one is set."""
    monkeypatch.delenv("INTERVIEW_ENDPOINT", raising=False)
    with pytest.raises(InvalidInputError, match="INTERVIEW_ENDPOINT_URL"):
        run("models", "endpoint")


def test_suggest_says_that_it_asks_the_endpoint_and_what_came_of_it(fake, folder):
    """Whereto text goes before it goes; the counts afterwards; the run knows who was asked, and no hash."""
    done = run("suggest", folder, "--json")
    assert "The served model openai:stand-in" in done.stderr
    served = json.loads(done.stdout)["served"]
    assert served["endpoint_url"] == fake.url
    assert served["asked"] == len(fake.questions()) > 0
    assert (served["refused"], served["bounded"]) == (0, 0)
    with open_study(folder) as study:
        from store.runs import runs

        (made,) = runs(study)
    assert (made.llm, made.settings["llm_sha256"]) == ("openai:stand-in", "")
    assert made.settings["llm_details"]["scored_by"] == "logprobs of the 20 likeliest tokens"


def test_without_a_language_model_no_endpoint_is_asked(fake, folder):
    """`--llm none` means none, and a model by name means this machine's."""
    done = run("suggest", folder, "--llm", "none", "--json")
    assert json.loads(done.stdout)["served"] is None
    assert fake.asked == []
    assert "served model" not in done.stderr
