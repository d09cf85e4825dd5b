"""`interview add` with folders, case tables and mappings."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from store.event_log import LogFilter, log
from store.interviews import interviews
from store.segments import segments
from store.study import create_study, open_study
from store.transcripts import transcript

TALK = "I: [00:01] Why?\n\nP1: [00:04] Rain fell in {place}.\n\nI: [00:09] I see.\n"


@pytest.fixture
def folder(tmp_path):
    create_study(tmp_path / "study").close()
    return tmp_path / "study"


@pytest.fixture
def files(tmp_path):
    made = tmp_path / "interviews"
    made.mkdir()
    for name in ("I2.txt", "I10.txt", "talk.txt"):
        (made / name).write_text(TALK.format(place=name), encoding="utf-8")
    return made


@pytest.fixture
def run():
    """Run the command; returns its exit status, its JSON or text from stdout, and stderr."""
    from assistant.cli.add import add_command

    app = typer.Typer()
    app.command("add")(add_command)

    def run_command(*words):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        out = json.loads(result.stdout) if "--json" in words and result.stdout else result.stdout
        return result.exit_code, out, result.stderr

    return run_command


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_added_in_natural_order(run, folder, files):
    """I2 before I10, each under the label that its name is; what cannot be read is skipped, not refused."""
    written(files / "notes.pages", "x")
    written(files / ".DS_Store", "x")
    status, out, err = run(folder, files, "--json")
    assert status == 0
    assert [(a["interview"], Path(a["file"]).name) for a in out["added"]] == [
        ("I2", "I2.txt"), ("I10", "I10.txt"), ("I3", "talk.txt"),
    ]  # fmt: skip
    assert [Path(each["file"]).name for each in out["skipped"]] == ["notes.pages"]
    assert "notes.pages was skipped: files ending in .pages cannot be read" in err
    with open_study(folder) as study:
        assert len(segments(study)) == 9


def test_the_same_folder_again_is_refused_file_by_file(run, folder, files):
    """By content, whatever the names are now; what is new is added."""
    run(folder, files)
    (files / "talk.txt").rename(files / "renamed.txt")
    written(files / "new.txt", TALK.format(place="new"))
    status, out, _ = run(folder, files, "--json")
    assert status == 1
    assert [Path(a["file"]).name for a in out["added"]] == ["new.txt"]
    assert all("is in this study already, as " in each["why"] for each in out["refused"])
    assert len(out["refused"]) == 3


def test_json_that_is_no_transcript_is_skipped_in_a_folder_and_refused_by_name(run, folder, files):
    """As old Word files; a folder of interviews often holds some."""
    other = written(files / "manifest.json", "[]")
    old = files / "old.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    status, out, _ = run(folder, files, "--json")
    assert status == 0
    assert (len(out["added"]), out["refused"]) == (3, [])
    assert [each["file"] for each in out["skipped"]] == [str(other), str(old)]
    status, out, _ = run(folder, other, old, "--json")
    assert status == 1
    assert len(out["refused"]) == 2


def test_an_empty_folder_is_refused_with_a_sentence(run, folder, tmp_path):
    """Nothing to add is said."""
    (tmp_path / "empty").mkdir()
    status, out, err = run(folder, tmp_path / "empty", "--json")
    assert status == 1
    assert "holds no recording and no transcript" in out["refused"][0]["why"]
    assert "holds no recording and no transcript" in err


def test_a_case_table_in_the_folder_is_used_and_said_so(run, folder, files):
    """It names files by stem; it is no transcript; its rows without file and the file without row are listed."""
    table = written(files / "cases.csv", "who;Region;Größe\nI2;Süd;12\nTALK.TXT;Nord;\nI9;West;1\n")
    status, out, err = run(folder, files, "--json")
    assert status == 0
    assert [a["interview"] for a in out["added"]] == ["I2", "I10", "I3"]
    assert out["attributes"] == {
        "set": ["I2", "I3"], "unknown": ["I9"], "without": ["I10"], "instructions": [], "tables": [str(table)],
    }  # fmt: skip
    assert f"{table} was used as a case table" in err
    with open_study(folder) as study:
        found = {each.label: dict(each.attributes) for each in interviews(study)}
        assert found == {"I2": {"Region": "Süd", "Größe": "12"}, "I10": {}, "I3": {"Region": "Nord"}}


def test_a_broken_case_table_is_no_transcript(run, folder, files):
    """One row twice: it is refused with the line, not added as a talk; the interviews beside it are added."""
    written(files / "cases.csv", "interview,region\nI2,south\ntalk,north\nI2,east\n")
    status, out, err = run(folder, files, "--json")
    assert status == 1
    assert len(out["added"]) == 3
    assert "cases.csv names I2 a second time at line 4" in err
    assert [Path(each["file"]).name for each in out["refused"]] == ["cases.csv"]


def test_an_excel_table_gives_labels_beside_files(run, folder, files, tmp_path):
    """The label column names the interview on import; a table outside the folder works the same."""
    book = openpyxl.Workbook()
    for row in (["file", "label", "age"], ["talk", "P7", 41.0], ["I10.txt", "P8", None]):
        book.active.append(row)
    book.save(tmp_path / "cases.xlsx")
    status, out, _ = run(folder, files, "--attributes", tmp_path / "cases.xlsx", "--json")
    assert status == 0
    assert [a["interview"] for a in out["added"]] == ["I2", "P8", "P7"]
    with open_study(folder) as study:
        assert {each.label: dict(each.attributes) for each in interviews(study)}["P7"] == {"age": "41"}


def test_a_table_again_changes_nothing(run, folder, files):
    """Attributes that are there already make no event."""
    table = written(files / "cases.csv", "interview,region\nI2,south\n")
    run(folder, files)
    with open_study(folder) as study:
        before = len(log(study, wanted=LogFilter()))
    _, out, _ = run(folder, "--attributes", table, "--json")
    assert out["attributes"]["set"] == ["I2"]
    with open_study(folder) as study:
        assert len(log(study, wanted=LogFilter())) == before


def test_a_mapping_overrides_the_guess(run, folder, files, tmp_path):
    """Of the file that it names, other files are guessed; what was taken how stands in the record."""
    mapping = written(
        tmp_path / "m.yaml",
        "files: {I2.txt: {speakers: {I: {name: Ana, role: participant}, P1: {role: interviewer}}}}",
    )
    status, out, _ = run(folder, files, "--mapping", mapping, "--json")
    assert status == 0
    assert [a["speakers"] for a in out["added"]] == [["Ana", "P1"], ["I", "P1"], ["I", "P1"]]
    with open_study(folder) as study:
        roles = [str(turn.role) for turn in transcript(study, "I2").turns]
        assert roles == ["participant", "interviewer", "participant"]
        event = log(study, wanted=LogFilter(types=("transcript.revised",)))[0]
        details = json.loads(event.payload)["details"] if isinstance(event.payload, str) else event.payload["details"]
    assert details["mapping"]["speakers"]["I"] == {"name": "Ana", "role": "participant"}
    assert details["left_out"] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("files: {I9.txt: {}}", "speaks of I9.txt, not among the files"),
        ("sheat: x", "says “sheat”, which is not known"),
    ],
)
def test_a_wrong_mapping_adds_nothing(folder, files, tmp_path, text, sentence):
    """A slip in it is said before anything is kept, for what is added cannot be added again."""
    mapping = written(tmp_path / "m.yaml", text)
    command = [sys.executable, "-m", "assistant", "add", folder, files, "--mapping", mapping]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
    with open_study(folder) as study:
        assert interviews(study) == ()


def test_a_preview_shows_and_adds_nothing(run, files, tmp_path):
    """Guess, first turns and mapping; what it prints as the mapping is one."""
    status, out, _ = run("--preview", files / "I2.txt")
    assert status == 0
    assert "I2.txt would be added as a transcript, 00:00:09; nothing was added." in out
    assert "[00:00:04] P1 (participant): Rain fell in I2.txt." in out
    printed = written(tmp_path / "m.yaml", out.partition("--mapping):\n\n")[2].replace("name: P1", "name: Bo"))
    _, again, _ = run("--preview", files / "I2.txt", "--mapping", printed, "--json")
    assert again["speakers"] == ["I", "Bo"]
    assert again["first_turns"][1] == {
        "speaker": "Bo", "role": "participant", "start_ms": 4000, "text": "Rain fell in I2.txt.",
    }  # fmt: skip


def test_a_preview_of_a_recording_is_its_length(run, tmp_path):
    """There is no text yet."""
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\x01\x00" * 32_000)
    assert run("--preview", tmp_path / "a.wav")[1] == (
        "a.wav would be added as a recording, 00:00:02; nothing was added.\n"
    )


def test_wrong_usage(run, folder, files):
    """A label for a folder, no study, and a preview beside files."""
    assert run(folder, files, "--label", "I8")[0] == 2
    assert run()[0] == 2
    assert run(folder, files / "I2.txt", "--preview", files / "I2.txt")[0] == 2


def test_a_link_in_a_circle_is_refused_and_the_rest_added(run, folder, files, tmp_path):
    """A link to itself, named beside a mapping, costs a sentence and not the other files."""
    circle = tmp_path / "circle.txt"
    circle.symlink_to(circle)
    mapping = written(tmp_path / "mapping.yaml", "encoding: utf-8\n")
    status, out, err = run(folder, circle, files / "I2.txt", "--mapping", mapping, "--json")
    assert status == 1
    assert [added["interview"] for added in out["added"]] == ["I2"]
    assert [each["file"] for each in out["refused"]] == [str(circle)]
    assert "There is no file" in err
