"""`interview summary`: shows what is kept, writes where asked, says what is missing."""

import json
from contextlib import contextmanager

import pytest
from summary_study import FIRST, SummaryChat, code, embeddings, told_study, writer
from typer.testing import CliRunner

import assistant.segment
import assistant.suggest.writer
from assistant.cli.app import app
from store.errors import InvalidInputError, NotFoundError
from store.study import open_study
from store.summaries import summaries


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One study for all: each test asks on a basis of its own."""
    with told_study(tmp_path_factory.mktemp("told")) as study:
        return study.folder


@pytest.fixture
def model(monkeypatch):
    """A hand-written model in the place of the real one; returns what it was asked."""
    chat = SummaryChat()

    @contextmanager
    def opened_writer(wanted, settings):
        yield writer(chat)

    monkeypatch.setattr(assistant.suggest.writer, "opened_writer", opened_writer)
    monkeypatch.setattr(assistant.segment, "local_embedder", lambda settings: None)
    monkeypatch.setattr(assistant.segment, "StudyEmbeddings", lambda study, embedder: embeddings(study))
    return chat


def run(*arguments):
    done = CliRunner().invoke(app, ["summary", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_summary_is_written_once_and_shown_again(folder, model):
    """The second time nobody is asked; with --again the quotes of now are read."""
    first = run(folder, "--theme", "queue", "--asked-by", "Ana", "--json")
    assert json.loads(first)["sentences"][0]["quotes"][0]["citation"] == "(I1, 00:00:10)"
    assert run(folder, "--theme", "queue", "--json") == first
    assert len(model.asked) == 1
    with open_study(folder) as study:
        code(study, "Ana", "I1", "queue", "My garden is lovely")
    since = json.loads(run(folder, "--theme", "queue", "--json"))["since"]
    assert since == ["There were 3 quotes of this theme then, there are 4 now."]
    again = json.loads(run(folder, "--theme", "queue", "--asked-by", "Ana", "--again", "--json"))
    assert (again["quotes"], again["since"], len(model.asked)) == (4, [], 2)


def test_json_says_whose_words_these_are_and_what_they_rest_on(folder, model):
    """Every sentence with exact quotes and their places; model, prompt and options by hash."""
    found = json.loads(run(folder, "--theme", "cost", "--asked-by", "Ana", "--interview", "I1", "--json"))
    assert found["note"].startswith("A language model’s words")
    (said,) = found["sentences"]
    assert set(said) == {"text", "support", "weak", "quotes"}
    assert said["quotes"][0]["text"] == FIRST[2][1]
    assert (found["quotes_read"], found["quotes"], found["people_read"], found["people"]) == (1, 1, 1, 1)
    assert found["basis"] == {"interviews": ["I1"]}
    assert (found["model"], found["model_sha256"], found["asked_by"]) == ("fake", "f" * 64, "Ana")


def test_people_read_sentences_quotes_and_what_is_left_out(folder, model):
    """Plain text, the quotes beneath each sentence; then all summaries in one line each."""
    model._answer = "They wait a long time for machines [1].\nNobody knows why that is so [8]."
    text = run(folder, "--theme", "compute", "--asked-by", "Ana", "--coder", "Ana", "--limit", 2)
    assert "fake’s words, not a quote and not a finding" in text
    assert "They wait a long time for machines. [1]" in text
    assert f"1. “{FIRST[1][1]}” (I1, 00:00:10)" in text
    assert "Read: 2 of" in text
    assert "1 sentence of the model’s not shown (unknown number: 1)." in text
    assert "compute: " in run(folder)


def test_what_is_missing_is_said(folder, model):
    """Nobody who asks, no such theme, no such coder, no such milestone, half an attribute."""
    for arguments, error, said in [
        (["--theme", "data"], InvalidInputError, "add --asked-by NAME"),
        (["--theme", "nowhere"], NotFoundError, "There is no theme “nowhere”"),
        (["--theme", "compute", "--coder", "Nobody"], NotFoundError, "There is no coder “Nobody”"),
        (["--theme", "compute", "--milestone", "m"], NotFoundError, "There is no milestone “m”"),
        (["--theme", "compute", "--where", "region"], InvalidInputError, "key=value"),
    ]:
        with pytest.raises(error, match=said):
            run(folder, *arguments)
    assert model.asked == []


def test_a_theme_nobody_summed_up_lists_nothing_for_a_script(tmp_path, folder):
    """An empty list is JSON too."""
    with told_study(tmp_path) as study:
        assert summaries(study) == ()
    assert json.loads(run(study.folder, "--json")) == []
