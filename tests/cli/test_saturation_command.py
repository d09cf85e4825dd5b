"""`interview saturation`: the keys that scripts rely on, and what each option asks for."""

import json

import pytest
import typer
from four_talks import CLEANING, LABELS, POWER, QUEUE, code, four_talks, read
from typer.testing import CliRunner

from assistant.cli.saturation import saturation_command
from assistant.codebook import add_code
from store.errors import StudyError
from store.milestones import keep_milestone

app = typer.Typer()
app.command()(saturation_command)

ISSUED = {
    *("interviews", "codes", "order", "new_codes", "cumulative_codes", "guest", "rarefaction", "extrapolation"),
    *("chao2", "chao2_se", "chao2_ci", "chao2_bc", "jack1", "jack2", "coverage", "interviews_to_95"),
}
BEFORE = {"level", "unread", "partly_read", "matrix"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four interviews, one coding in each of the first three; a milestone after I1, then a code that nobody found."""
    with four_talks(tmp_path_factory.mktemp("talks")) as study:
        read(study, "I1")
        code(study, "I1", QUEUE, "queue")
        keep_milestone(study, "ada", "After I1")
        add_code(study, "[b]garden", parent=None, coder="ada")
        for label in LABELS[1:]:
            read(study, label)
        code(study, "I2", POWER, "cost")
        code(study, "I3", CLEANING, "cleaning", coder="bob")
        return study.folder


def asked(folder, *options):
    done = CliRunner().invoke(app, [str(folder), *options, "--json"], catch_exceptions=False)
    return json.loads(done.stdout)


def test_what_was_looked_for_in_a_part_only_is_marked(tmp_path):
    """A code that came while an interview was being read: neither plainly absent nor not looked for."""
    with four_talks(tmp_path) as study:
        read(study, "I1", QUEUE, POWER)
        code(study, "I1", QUEUE, "queue")
        add_code(study, "garden", parent=None, coder="ada")
        read(study, "I1", CLEANING)
    printed = CliRunner().invoke(app, [str(study.folder)], catch_exceptions=False).stdout
    (line,) = [line for line in printed.splitlines() if "garden" in line and "│" in line]
    assert "(·)" in line
    assert "(·) looked for in a part only" in printed


def test_every_key_is_at_the_top(folder):
    """Those of before and the new ones; the stopping rule is reported as its authors do, all else as numbers."""
    found = asked(folder)
    assert set(found) >= ISSUED | BEFORE
    assert found["codes"] == ["queue", "cost", "licence", "cleaning", "[b]garden"]
    assert (found["new_codes"], found["cumulative_codes"]) == ([1, 1, 1, 0], [1, 2, 3, 3])
    assert {(g["base"], g["run"], g["threshold"]) for g in found["guest"]} == {
        (base, run, threshold) for base in (4, 5, 6) for run in (2, 3) for threshold in (0.05, 0.0)
    }
    assert {g["result"] for g in found["guest"]} == {None}
    assert found["kinds"][-1] == ["not looked for", "not found", "not found", "not found"]
    assert (found["jack1"], found["q1"]) == (pytest.approx(3 + 3 / 4 * 3), 3)
    assert found["rarefaction"][-1]["codes"] == pytest.approx(3)
    assert found["extrapolation"][0]["interviews"] == 5
    assert "proves saturation" in found["summary"][-1]
    assert any("not looked for everywhere ([b]garden" in sentence for sentence in found["cautions"])


def test_each_choice_counts_what_it_names(folder):
    """One coder, sub-groups by attribute, a milestone beside now, a codebook version, a code's meaning."""
    assert asked(folder, "--coder", "bob")["interviews"] == ["I3"]
    assert asked(folder, "--adjudicated")["cumulative_codes"] == [1, 2, 3, 3]
    assert asked(folder, "--where", "region=North")["interviews"] == ["I1", "I3"]
    assert asked(folder, "--where", "region=north", "--where", "region=south")["interviews"] == list(LABELS)
    groups = asked(folder, "--by", "region")["groups"]
    assert [(g["value"], g["cumulative_codes"]) for g in groups["groups"]] == [("north", [1, 2]), ("south", [1, 1])]
    then = asked(folder, "--milestone", "After I1")
    assert (then["interviews"], then["cumulative_codes"]) == (["I1"], [1])
    assert (then["now"]["cumulative_codes"], then["gained"]) == ([1, 2, 3, 3], ["cost", "cleaning"])
    assert asked(folder, "--version", "1")["codes"] == ["queue", "cost", "licence", "cleaning"]
    meaning = asked(folder, "--code", "queue", "--level", "theme")["meaning"]
    assert meaning["exploratory"].startswith("Exploratory")
    assert "reindex" in meaning["note"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--where", "region"), "key=value"),
        (("--by", "age"), "“age”"),
        (("--milestone", "never"), "no milestone “never”"),
        (("--version", "9"), "no version 9"),
        (("--code", "nope"), "no code “nope”"),
        (("--coder", "bob", "--adjudicated"), "not for both"),
        (("--milestone", "After I1", "--version", "1"), "not for both"),
    ],
)
def test_what_cannot_be_counted_is_a_sentence(folder, options, sentence):
    """Slips in names and choices that contradict each other."""
    with pytest.raises(StudyError, match=sentence):
        asked(folder, *options)


def test_the_terminal_shows_the_same(folder, tmp_path):
    """The answer in words, the matrix with its three kinds, the rule, groups, and a figure in a file; no mark-up."""
    plot = tmp_path / "curve.svg"
    options = [str(folder), "--by", "region", "--milestone", "After I1", "--plot", str(plot)]
    shown = CliRunner().invoke(app, [str(folder), "--by", "region", "--code", "queue", "--plot", str(plot)]).stdout
    for words in ("After 4 interviews, 3 codes were found.", "[b]garden", "?", "needs 6 interviews", "By region"):
        assert words in shown
    assert "None of this proves saturation" in shown
    assert "Exploratory" in shown
    assert plot.read_text(encoding="utf-8").startswith("<svg")
    then = CliRunner().invoke(app, options).stdout
    assert "Then and now" in then
    assert "Found since: cost, cleaning." in then
