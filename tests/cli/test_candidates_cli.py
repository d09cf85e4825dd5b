import json

import pytest
from planted import FakeChat, planted_embeddings, planted_study
from typer.testing import CliRunner

import assistant.segment
import assistant.suggest.writer
from assistant.cli.app import app
from store.candidates import candidate_names
from store.study import open_study


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The planted study's folder, with hand-written models in the place of the real ones."""
    monkeypatch.setattr(assistant.segment, "local_embedder", lambda settings: None)
    monkeypatch.setattr(assistant.segment, "StudyEmbeddings", lambda study, embedder: planted_embeddings(study))
    with planted_study(tmp_path) as study:
        return study.folder


def run(*arguments):
    done = CliRunner().invoke(app, ["candidates", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_candidates_are_printed_for_people_and_for_scripts(folder):
    """Groups named after their own words, with exact slices; JSON holds nothing but JSON."""
    text = run(folder, "--llm", "none")
    assert "1. otter" in text
    assert "5 passages from I1, I2" in text
    found = json.loads(run(folder, "--llm", "none", "--json"))
    assert [len(each["members"]) for each in found] == [5, 4]
    assert {(each["named_by"], each["definition"]) for each in found} == {(None, "")}
    assert all("otter" in member["text"] for member in found[0]["members"])


def test_a_model_names_each_candidate_once(folder, monkeypatch):
    """Names are kept: the second time nobody is asked."""
    chat = FakeChat()

    class Client:
        def __init__(self, path, settings):
            pass

        def __enter__(self):
            return chat

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(assistant.suggest.writer, "LlmClient", Client)
    chosen = type("Chosen", (), {"name": "fake", "sha256": "f" * 64, "path": folder})
    monkeypatch.setattr(assistant.suggest.writer, "choose", lambda *_: chosen)
    monkeypatch.setattr("assistant.models.choose", lambda *_: chosen)
    for _ in range(2):
        found = json.loads(run(folder, "--json"))
        assert [each["title"] for each in found] == ["Seen: otter", "Seen: heron"]
        assert {each["named_by"] for each in found} == {"fake"}
    assert len(chat.asked) == 2
    with open_study(folder) as study:
        assert len(candidate_names(study)) == 2
