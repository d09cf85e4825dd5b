"""`interview methods`: Markdown on stdout, files with a record of them, JSON alone, and sentences where it cannot."""

import json
from hashlib import sha256

import pytest
import typer
from methods_study import MILESTONE, methods_study
from typer.testing import CliRunner

from assistant.cli.methods import methods_command
from store.audit import verify
from store.errors import StudyError
from store.exports import exports
from store.study import open_study

app = typer.Typer()
app.command()(methods_command)


@pytest.fixture
def folder(tmp_path):
    with methods_study(tmp_path) as study:
        return study.folder


def asked(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_without_a_file_the_text_is_printed_and_nothing_is_recorded(folder):
    """Reading leaves no trace in the log."""
    with open_study(folder) as study:
        before = verify(study).events
    done = asked(folder)
    assert done.stdout.startswith("# How the study “A small \\*\\*study\\*\\*” was done")
    with open_study(folder) as study:
        assert verify(study).events == before


def test_a_file_is_written_and_its_export_recorded(folder, tmp_path):
    """Name, hash and the state that it tells of; the log stays whole."""
    path = tmp_path / "methods.docx"
    done = asked(folder, path, "--coder", "Ana")
    assert "Wrote" in done.stdout
    assert "COREQ: 21 items left open" in done.stdout
    with open_study(folder) as study:
        kept = exports(study)[-1]
        assert (kept.name, kept.kind, kept.coder) == ("methods.docx", "methods appendix", "Ana")
        assert kept.sha256 == sha256(path.read_bytes()).hexdigest()
        assert kept.options["through"] == kept.events
        assert verify(study).faults == ()


def test_json_is_json_alone_in_every_state(folder, tmp_path):
    """With a file too, and at a milestone."""
    found = json.loads(asked(folder, tmp_path / "methods.tex", "--milestone", MILESTONE, "--json").stdout)
    assert found["facts"]["study"]["milestone"] == MILESTONE
    assert (tmp_path / "methods.tex").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--milestone", "gone"), "no milestone"),
        (("--through", "9999"), "the newest is"),
        (("--through", "3", "--milestone", MILESTONE), "not for both"),
        (("methods.pdf",), "cannot be written as “.pdf”"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(folder, arguments, said, tmp_path, monkeypatch):
    """And nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError, match=said):
        asked(folder, *arguments)
    assert not list(tmp_path.glob("methods*"))
