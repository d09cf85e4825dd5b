"""`interview bundle`, as a script calls it."""

import json

import pytest
from double_coded import give, read, spoken
from study_builder import add_talk, built_study
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.segment import segment_new
from store.double_coding import DoubleCodingDraft, keep_double_coding
from store.errors import InvalidInputError, NotAllowedError
from store.study import create_study, open_study


@pytest.fixture
def folder(tmp_path):
    """A study with two codings and what was read, and beside it one that has the transcript of I1 alone."""
    with built_study(tmp_path) as study:
        first, second, *_ = spoken(study)
        read(study, "ada", [first, second])
        give(study, "ada", first, "queue")
        give(study, "ada", spoken(study, "I2")[0], "queue")
    with create_study(tmp_path / "elsewhere") as study:
        (tmp_path / "x").mkdir()
        add_talk(study, tmp_path / "x", "Talk 1")
        segment_new(study)
    return tmp_path


def ran(*words):
    done = CliRunner().invoke(app, ["bundle", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_there_and_back(folder):
    """Both as JSON alone; I1 and I2 have the same text, so that one of them has no place there."""
    made = json.loads(ran("make", folder / "study", folder / "b.zip", "--coder", "ada", "--json").stdout)
    assert (made["counts"]["decision"], made["counts"]["codebook"]) == (4, 1)
    assert made["holds"] == {"labels": True, "names": True, "memos": False, "attributes": False}
    done = json.loads(ran("apply", folder / "elsewhere", folder / "b.zip", "--coder", "zoe", "--json").stdout)
    assert done["interviews"] == {"Talk 1": "I1"}
    assert (done["taken"]["decision"], done["found"]["decision"], done["same"]) == (3, 4, True)
    assert done["findings"] == [
        "I2: no interview here has the same text (257 characters); 1 decision or sample was left out."
    ]


def test_sentences(folder):
    """What it says to a person: results on stdout, what is missing on stderr."""
    made = ran("make", folder / "study", folder / "b.zip", "--no-names")
    assert "Wrote 4 decisions and 1 version of the codebook to" in made.stdout
    done = ran("apply", folder / "elsewhere", folder / "b.zip")
    assert "Took 3 decisions and 1 version of the codebook for 1 interview." in done.stdout
    assert "The codings that stand there are the same as where the bundle was made." in done.stdout
    assert "I2: no interview here has the same text" in done.stderr


def test_whoever_codes_blind_makes_no_bundle(folder):
    """It holds what others did in the very interviews that they code."""
    with open_study(folder / "study") as study:
        first = spoken(study)[0]
        sample = {"I1": ((first.transcript_id, first.span),)}
        keep_double_coding(study, "ada", DoubleCodingDraft("round", "ben", 7, None, sample))
    with pytest.raises(NotAllowedError, match="finish your double coding"):
        ran("make", folder / "study", folder / "b.zip", "--coder", "ben")
    assert not (folder / "b.zip").exists()
    ran("make", folder / "study", folder / "b.zip", "--coder", "ada")


@pytest.mark.parametrize("name", [" \n ", "x" * 201])
def test_who_does_it_has_a_name(folder, name):
    """Nothing is written under a name that no coder could have."""
    with pytest.raises(InvalidInputError, match="needs a name"):
        ran("make", folder / "study", folder / "b.zip", "--coder", name)
    assert not (folder / "b.zip").exists()
