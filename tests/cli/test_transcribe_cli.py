"""`interview transcribe`: options that are refused before anything is heard."""

import sys

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli import main
from store.study import create_study


@pytest.fixture
def run(tmp_path):
    """Run the command on a study without recordings; returns its exit status, stdout and stderr."""
    from assistant.cli.transcribe import transcribe_command

    create_study(tmp_path / "study").close()
    app = typer.Typer()
    app.command("transcribe")(transcribe_command)

    def run_command(*words):
        result = CliRunner().invoke(app, [str(tmp_path / "study"), *words])
        return result.exit_code, result.stdout, result.stderr

    return run_command


@pytest.mark.parametrize("speakers", ["0", "-1", "1.5", "many", "", "21", "5000", "1" * 5000])
def test_speakers_are_a_number_that_the_queue_takes_too(run, speakers):
    """What is no count of people, or more than are told apart, is an error of usage."""
    status, out, err = run("--speakers", speakers)
    assert (status, out) == (2, "")
    assert "from 1 to 20" in " ".join(err.replace("│", " ").split())


@pytest.mark.parametrize("speakers", ["auto", "none", "1", "20"])
def test_speakers_that_are_understood(run, speakers):
    """The words, and each number of people that can be told apart."""
    status, out, _ = run("--speakers", speakers)
    assert (status, out) == (0, "Every recording of this study has its transcript.\n")


def test_an_empty_path_is_not_the_present_folder(tmp_path, monkeypatch, capsys):
    """A variable that is not set adds nothing; an option may well be empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["interview", "add", str(tmp_path / "study"), ""])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "empty" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["interview", "add", str(tmp_path / "study"), "x.txt", "--label", ""])
    with pytest.raises(SystemExit):
        main()
    assert "One of the paths is empty" not in capsys.readouterr().err
