"""The commands as a script sees them: JSON alone on stdout, sentences on stderr, and the exit status."""

import json
import shutil
import subprocess
import sys

import pytest
from study_builder import CODES, TALK

from assistant.cli.common import counted

CODEBOOK = "name,parent,definition,include,exclude,examples\n" + "".join(
    f"{name},{parent or ''},{text},,,\n" for name, parent, text in CODES
)


def interview_in(folder):
    """Runs `interview …` in a child process in that folder."""

    def run(*words, status=0):
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *map(str, words)],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if "--json" in words else done

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a study of one transcript and a codebook, made by commands."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "ada.txt").write_text("\n\n".join(f"{who}: {said}" for who, said in TALK), encoding="utf-8")
    (folder / "codes.csv").write_text(CODEBOOK, encoding="utf-8")
    interview = interview_in(folder)
    interview("new", "s", "--title", "Machines")
    interview("add", "s", "ada.txt", "--label", "I8")
    interview("codebook", "import", "s", "codes.csv")
    return folder


@pytest.fixture
def interview(made, tmp_path):
    """Runs commands on a copy of that study."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return interview_in(tmp_path)


@pytest.fixture
def study(interview):
    """The study's name, for a command that needs it."""
    return "s"


HOSTILE = "name,parent,definition\n[red]x[/red],,[/b] it\n[/nope],,closing\nback\\,,<script>\n"


def test_markup_in_names_is_shown_as_it_stands(interview, study, tmp_path):
    """Square brackets and backslashes in codes, labels and speakers are text in every table, never markup."""
    (tmp_path / "h.csv").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "h.txt").write_text("Interviewer: So?\n\n[/i]Eve: [bold]No[/nope] \\\n", encoding="utf-8")
    interview("codebook", "import", study, "h.csv")
    interview("add", study, "h.txt", "--label", "[/red]L")
    shown = interview("codebook", "show", study).stdout
    assert all(word in shown for word in ("[red]x[/red]", "[/b] it", "[/nope]", "back\\  <script>"))
    table = interview("saturation", study).stdout
    assert all(word in table for word in ("[red]x[/red]", "[/nope]", "Not read yet, so not counted: I8, [/red]L."))
    assert "[bold]No[/nope] \\" in interview("quotes", study).stdout
    assert "[/red]L" in interview("audit", "show", study).stdout


def test_a_slip_in_a_name_is_told(interview, study, tmp_path):
    """An unknown coder, a folder without files and a label of two lines are refused, not taken as they are."""
    for command in ("quotes", "saturation"):
        assert "no coder “nobody”" in interview(command, study, "--coder", "nobody", status=1).stderr
    (tmp_path / "empty").mkdir()
    assert "holds no recording and no transcript" in interview("add", study, "empty", status=1).stderr
    (tmp_path / "b.txt").write_text("A: One.\n\nB: Two.\n", encoding="utf-8")
    interview("add", study, "b.txt", "--label", "two\nlines", status=2)


def test_a_line_of_progress_is_said_once(capsys):
    """The end of the last piece is the end of the whole: one line, not the same one twice."""
    with counted("Suggesting", "segments") as progress:
        progress(1, 2, "I1")
        progress(2, 2, "I1")
        progress(2, 2, "I1")
    assert capsys.readouterr().err == "Suggesting I1: 2 of 2 segments\n"


def test_decide_quotes_and_saturation_work_on_each_other(interview, study, tmp_path):
    """A coding from a file comes back as a quote and in the saturation table."""
    segments = interview("quotes", study, "--json")
    (first,) = [q for q in segments if q["text"].startswith("We wait")]
    lines = [
        {"interview": "I8", "start": first["start"], "end": first["end"], "verdict": "add", "code": "queue"},
        {"interview": "I8", "start": first["start"], "end": first["end"], "verdict": "read"},
    ]
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    made = interview("decide", study, "--coder", "eve", "--file", "d.jsonl", "--json")
    assert [d["verdict"] for d in made["decisions"]] == ["add", "read"]
    (quote,) = interview("quotes", study, "--theme", "compute", "--json")
    assert (quote["codes"], quote["state"], quote["speaker"]) == (["queue"], "confirmed", "Ada")
    table = interview("saturation", study, "--json")
    assert (table["interviews"], table["new_codes"], table["cumulative_codes"]) == (["I8"], [1], [1])
    assert "queue" in interview("saturation", study).stdout
    assert "We wait" in interview("quotes", study, "--code", "queue").stdout
    assert interview("audit", "verify", study, "--json")["ok"] is True
    assert interview("audit", "show", study, "--json")[-1]["type"] == "decision.made"


def test_erase_takes_an_interview_out_and_the_chain_still_verifies(interview, study):
    """A participant withdraws."""
    assert "Erased I8" in interview("erase", study, "--interview", "I8").stdout
    assert interview("quotes", study, "--json") == []
    report = interview("audit", "verify", study, "--json")
    assert report["ok"]
    assert report["erased"] > 0


WRONG = [
    (("quotes", "nowhere"), 1, "holds no study"),
    (("new", "s"), 1, "already holds a study"),
    (("add", "s", "missing.txt"), 1, "no file missing.txt"),
    (("add", "s", "ada.txt"), 1, "in this study already"),
    (("quotes", "s", "--code", "nope"), 1, "no code “nope”"),
    (("quotes", "s", "--where", "nope"), 1, "key=value"),
    (("saturation", "s", "--plot", "x.bmp"), 1, "does not end in .png"),
    (("decide", "s", "--coder", "eve", "--file", "missing"), 1, "cannot be read"),
    (("erase", "s", "--interview", "I99"), 1, "There is no interview I99"),
    (("suggest", "s", "--llm", "nope"), 1, "nope"),
    (("suggest", "s", "--precision", "1.5"), 1, "1.5 is no expected precision; give a share between 0 and 1"),
    (("suggest", "s", "--precision", "0"), 1, "0 is no expected precision"),
    (("quotes", "s", "--limit", "0"), 2, "greater than or equal to 1"),
    (("saturation", "s", "--level", "nope"), 2, "nope"),
    (("no-such-command",), 2, "no-such-command"),
]


@pytest.mark.parametrize(("words", "status", "sentence"), WRONG, ids=[" ".join(words) for words, _, _ in WRONG])
def test_what_goes_wrong_is_a_sentence_and_a_status(made, words, status, sentence):
    """1 with a sentence on stderr, 2 for wrong usage; stdout stays empty, and the study as it was."""
    before = (made / "s" / "interview.toml").read_bytes()
    done = interview_in(made)(*words, status=status)
    assert (made / "s" / "interview.toml").read_bytes() == before
    assert sentence in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_every_command_explains_itself(interview):
    """Help has a sentence for each command, and each of them has help of its own."""
    shown = interview("--help").stdout
    for command in ("new", "add", "transcribe", "codebook", "suggest", "review", "decide", "quotes", "saturation"):
        assert command in shown
        assert "Usage" in interview(command, "--help").stdout


def test_a_record_changed_by_hand_is_found(interview, study, tmp_path):
    """The audit's exit status tells a script."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "s" / "study.db")) as connection:
        connection.execute("UPDATE code SET definition = 'something else'")
        connection.commit()
    done = interview("audit", "verify", study, status=1)
    assert "changed by hand" in done.stderr
