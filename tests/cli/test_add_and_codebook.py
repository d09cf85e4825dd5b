import json
import wave

import pytest
import typer
from typer.testing import CliRunner

from store.interviews import interviews
from store.segments import segments, unsegmented
from store.study import create_study, open_study
from store.transcripts import transcript

TALK = "I: [00:01] Why?\n\nP1: [00:04] Rain fell.\n\nI: [00:09] I see.\n"
BOOK = (
    "name,parent,definition,include,exclude,examples\nrain,weather,Wet.,,,it fell | it poured\nsnow,weather,White.,,,\n"
)


@pytest.fixture
def app():
    """The commands under test in an app of their own, so that no other stage has to be there."""
    from assistant.cli.add import add_command
    from assistant.cli.codebook import codebook_app

    app = typer.Typer()
    app.command("add")(add_command)
    app.add_typer(codebook_app, name="codebook")
    return app


@pytest.fixture
def folder(tmp_path):
    create_study(tmp_path / "study").close()
    return tmp_path / "study"


@pytest.fixture
def run(app):
    """Run a command; returns its exit status, its JSON or text from stdout, and stderr."""

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


def recorded(path):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(b"\x01\x00" * 16_000)
    return path


def test_add_keeps_transcripts_and_recordings(run, folder, tmp_path):
    """Each good file becomes an interview, transcripts with turns and segments, recordings with their length."""
    talk, sound = written(tmp_path / "talk.txt", TALK), recorded(tmp_path / "sound.wav")
    status, out, _ = run("add", folder, talk, sound, "--json")
    assert (status, out["refused"]) == (0, [])
    first, second = out["added"]
    assert first["report"].pop() == "Taken as interviewer (by name): I; as participants: P1."
    assert first == {
        "interview": "I1", "kind": "transcript", "file": str(talk), "turns": 3,
        "speakers": ["I", "P1"], "timestamps": 3, "characters": 22, "left_out": [], "duration_ms": 9000, "report": [],
        "instructions": [],
        "mapping": first["mapping"],
    }  # fmt: skip
    speakers = {"I": {"name": "I", "role": "interviewer"}, "P1": {"name": "P1", "role": "participant"}}
    assert first["mapping"]["speakers"] == speakers
    assert (second["interview"], second["kind"], second["duration_ms"]) == ("I2", "recording", 1000)
    with open_study(folder) as study:
        assert transcript(study, "I1").text == "Why?\nRain fell.\nI see."
        assert [segment.text for segment in segments(study)] == ["Why?", "Rain fell.", "I see."]
        assert unsegmented(study) == ()
        assert interviews(study)[1].media is not None


def test_bad_files_are_refused_one_by_one(run, folder, tmp_path):
    """What cannot be used gets a sentence and status 1; the good file beside it is added; nothing half is left."""
    good, empty = written(tmp_path / "good.txt", TALK), written(tmp_path / "empty.vtt", "")
    fake, odd = written(tmp_path / "fake.wav", "no sound"), written(tmp_path / "talk.pages", "x")
    again = written(tmp_path / "again.txt", TALK)
    status, out, err = run("add", folder, empty, fake, odd, good, again, tmp_path / "gone.txt", "--json")
    assert status == 1
    assert [added["file"] for added in out["added"]] == [str(good)]
    assert [refused["file"] for refused in out["refused"]] == [
        str(empty), str(fake), str(odd), str(again), str(tmp_path / "gone.txt"),
    ]  # fmt: skip
    assert "in this study already, as I1" in out["refused"][3]["why"]
    assert err.splitlines() == [refused["why"] for refused in out["refused"]]
    with open_study(folder) as study:
        assert [interview.label for interview in interviews(study)] == ["I1"]
        assert list(study.media.iterdir()) == []


def test_label_and_attributes(run, folder, tmp_path):
    """A label names the one file; attributes come from a table, later too, and labels not in the study are named."""
    talk = written(tmp_path / "talk.txt", TALK)
    cases = written(tmp_path / "cases.csv", "interview;region\nI8;north\nI9;south\n")
    _, out, _ = run("add", folder, talk, "--label", "I8", "--attributes", cases, "--json")
    assert out["attributes"] == {
        "set": ["I8"], "unknown": ["I9"], "without": [], "instructions": [], "tables": [str(cases)],
    }  # fmt: skip
    run("add", folder, "--attributes", written(cases, "interview,region,date\nI8,east,May\n"))
    with open_study(folder) as study:
        assert dict(interviews(study)[0].attributes) == {"region": "east", "date": "May"}


def test_wrong_usage_of_add(run, folder, tmp_path):
    """No file at all, or one label for two files, is wrong usage and adds nothing."""
    one, two = written(tmp_path / "one.txt", TALK), written(tmp_path / "two.txt", TALK + "P1: Yes.")
    assert run("add", folder)[0] == 2
    assert run("add", folder, one, two, "--label", "I8")[0] == 2
    with open_study(folder) as study:
        assert interviews(study) == ()


def test_codebook_commands(run, folder, tmp_path):
    """Import, show, export and history agree about the codes; importing the export again changes nothing."""
    book = written(tmp_path / "book.csv", BOOK)
    _, imported, _ = run("codebook", "import", folder, book, "--coder", "Ana", "--json")
    assert (imported["version"], imported["changed"], imported["coder"]) == (1, True, "Ana")
    assert [(code["name"], code["parent"]) for code in imported["codes"]] == [
        ("weather", None), ("rain", "weather"), ("snow", "weather"),
    ]  # fmt: skip
    _, shown, _ = run("codebook", "show", folder, "--json")
    assert shown["codes"] == imported["codes"]
    for ending in ("csv", "yaml"):
        out = tmp_path / f"out.{ending}"
        assert run("codebook", "export", folder, out, "--json")[1]["codes"] == 3
        assert run("codebook", "import", folder, out, "--coder", "Ana", "--json")[1]["changed"] is False
    run("codebook", "import", folder, written(book, "name,definition\nrain,Very wet.\n"), "--coder", "Bo")
    _, versions, _ = run("codebook", "history", folder, "--json")
    assert [(v["version"], v["coder"], len(v["changes"])) for v in versions] == [(1, "Ana", 3), (2, "Bo", 1)]
    assert versions[1]["changes"][0] == {
        "kind": "changed", "code": "rain", "field": "definition", "before": "Wet.", "after": "Very wet.",
    }  # fmt: skip
    assert run("codebook", "show", folder, "--version", "1", "--json")[1]["codes"] == imported["codes"]


def test_codebook_for_people(run, folder, tmp_path):
    """Without --json the tree and the history name every code, and square brackets in names do no harm."""
    book = written(tmp_path / "book.csv", "name,parent,definition\nrain [x],weather,Wet [/b].\n")
    assert "1 code in 1 theme." in run("codebook", "import", folder, book)[1]
    assert "rain [x]  Wet [/b]." in run("codebook", "show", folder)[1]
    assert "added “rain [x]” below “weather”" in run("codebook", "history", folder)[1]


def test_without_a_codebook_the_sentence_says_how_to_get_one(run, folder):
    """Reading commands end in a sentence where there is nothing to read."""
    from store.errors import NotFoundError

    for command in (("show",), ("history",), ("export", "x.csv")):
        with pytest.raises(NotFoundError, match="bring one with `interview codebook import"):
            run("codebook", command[0], folder, *command[1:])
