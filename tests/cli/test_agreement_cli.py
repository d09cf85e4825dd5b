"""`interview agreement`: several coders after one option, JSON and nothing else, figures as files."""

import json

import pytest
from double_coded import give, read, spoken
from typer.testing import CliRunner

from assistant.cli.app import app

PROMISED = {"unit", "n", "percent", "kappa", "alpha", "ac1", "alpha_u", "ci"}


@pytest.fixture
def folder(machines):
    for who in ("ada", "eve"):
        read(machines, who, spoken(machines))
        give(machines, who, spoken(machines)[0], "queue")
    give(machines, "ada", spoken(machines)[1], "queue")
    return str(machines.folder)


def run(*words):
    return CliRunner().invoke(app, ["agreement", *words])


@pytest.mark.parametrize(
    "words",
    [
        ("STUDY", "--coders", "ada", "eve", "--json"),
        ("STUDY", "--json", "--coders", "ada", "--coders", "eve"),
        ("--coders", "ada", "eve", "--json", "STUDY"),
        ("--json", "--coders", "ada", "eve", "STUDY"),
        ("--coders=ada", "--coders=eve", "STUDY", "--json"),
    ],
)
def test_coders_are_named_in_any_usual_way(folder, words):
    """After one option, or each after its own; the study may stand before or behind."""
    done = run(*(folder if word == "STUDY" else word for word in words))
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["coders"] == ["ada", "eve"]
    for each in (*told["codes"], *told["themes"], told["pooled"]):
        assert set(each) >= PROMISED


def test_it_prints_figures_and_disagreements(folder):
    """What is known of the work stands above the table."""
    done = run(folder, "--coders", "ada", "eve", "--code", "queue", "--level", "code")
    assert done.exit_code == 0, done.output
    assert "may have seen each other" in done.output
    assert "The power bill is what it is" in done.output
    assert "ada: yes, eve: no" in done.output


def test_a_figure_is_written(folder, tmp_path):
    """The ending decides; data go with it."""
    done = run(folder, "--coders", "ada", "eve", "--plot", str(tmp_path / "agreement.csv"))
    assert done.exit_code == 0, done.output
    assert "Cohen’s kappa" in (tmp_path / "agreement.csv").read_text(encoding="utf-8")
