"""`interview relations`, as a script calls it."""

import json

import pytest
from four_talks import POWER, QUEUE, code, four_talks, read
from study_builder import add_talk, codebook_codes
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.segment import segment_new
from store.codebook import keep_codebook
from store.errors import StudyError
from store.study import create_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Queue and cost together in I1, cost alone in I2; nobody has read I3 and I4."""
    with four_talks(tmp_path_factory.mktemp("relations")) as study:
        for label in ("I1", "I2"):
            read(study, label)
        for label, text, name in (("I1", QUEUE, "queue"), ("I1", QUEUE, "cost"), ("I2", POWER, "cost")):
            code(study, label, text, name)
        return study.folder


def ran(folder, *options):
    done = CliRunner().invoke(app, ["relations", str(folder), *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(folder, *options):
    with pytest.raises(StudyError) as error:
        CliRunner().invoke(app, ["relations", str(folder), *options], catch_exceptions=False)
    return str(error.value)


def test_pairs_as_json(folder):
    """Codes, pairs, and the interviews that were read."""
    found = json.loads(ran(folder, "--json"))
    assert found["interviews"] == ["I1", "I2"]
    assert found["pairs"] == [{"codes": ["queue", "cost"], "count": 1, "jaccard": 0.5, "interviews": ["I1"]}]


def test_the_other_kinds_as_json(folder):
    """Each has its own keys, and none prints anything else."""
    table = json.loads(ran(folder, "--kind", "attribute", "--attribute", "region", "--json"))
    assert [each["value"] for each in table["values"]] == ["north", "south"]
    assert table["test"] is None
    assert table["note"].startswith("No test is shown")
    line = json.loads(ran(folder, "--kind", "timeline", "--interview", "I1", "--json"))
    assert [(m["code"], m["from"]) for m in line["marks"]] == [("queue", 10_000), ("cost", 10_000)]
    drawn = json.loads(ran(folder, "--kind", "map", "--level", "theme", "--within", "2", "--json"))
    assert [(n["code"], n["interviews"]) for n in drawn["nodes"]] == [("compute", 2)]


def test_the_basis_narrows_what_counts(folder):
    """Interviews by attribute and by label, and one coder."""
    assert json.loads(ran(folder, "--where", "region=south", "--json"))["pairs"] == []
    assert json.loads(ran(folder, "--interview", "I2", "--json"))["interviews"] == ["I2"]
    assert json.loads(ran(folder, "--coder", "eve", "--json"))["basis"].startswith("Confirmed codings of eve")
    assert "no coder “nobody”" in refused(folder, "--coder", "nobody")


def test_tables_for_people(folder, tmp_path):
    """Each kind prints a table with its caption, and draws a file where one is asked for."""
    picture = tmp_path / "pairs.png"
    shown = ran(folder, "--plot", str(picture))
    assert "queue" in shown
    assert "Not read yet, so not counted: I3, I4." in shown
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "No test is shown" in ran(folder, "--kind", "attribute", "--attribute", "region")
    assert "00:00:10" in ran(folder, "--kind", "timeline", "--interview", "I1")
    assert "stress" in ran(folder, "--kind", "map")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "attribute"), "there are: region"),
        (("--kind", "attribute", "--attribute", "age"), "there are: region"),
        (("--kind", "timeline"), "exactly one --interview"),
        (("--within", "sentence"), "within 0 to 1000 turns"),
        (("--where", "region"), "key=value"),
        (("--milestone", "interim"), "no milestone"),
        (("--plot", "pairs.bmp"), "does not end in"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(folder, options, words):
    """And says what to do."""
    assert words in refused(folder, *options)


def test_no_p_is_printed_as_0(tmp_path):
    """Eight interviews with a code in the north, eight without it in the south: p = 2 / C(16, 8), before and after."""
    labels = [f"T{number}" for number in range(16)]
    with create_study(tmp_path / "study", "Sixteen") as study:
        for number, label in enumerate(labels):
            add_talk(study, tmp_path, label, region="north" if number < 8 else "south")
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        segment_new(study)
        for label in labels:
            read(study, label)
        for label in labels[:8]:
            code(study, label, QUEUE, "queue")
        folder = study.folder
    (line,) = [
        line for line in ran(folder, "--kind", "attribute", "--attribute", "region").splitlines() if "8/8" in line
    ]
    assert line.count("<0.001") == 2
