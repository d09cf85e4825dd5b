"""Nothing leaves the study that a participant's consent does not cover, whatever kind of file it is asked for as."""

import contextlib
import io
import json
import zipfile

import pytest
from consented_study import CANARY, SHORT, consented_study

from assistant.cli.app import app
from assistant.exchange.consent_gate import gate_of
from store.consent import EVERYTHING, ConsentChange, ConsentState, Covers, record_consent
from store.errors import NotAllowedError
from store.exports import exports
from store.study import open_study


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


def texts(path):
    """All that a file holds, unpacked, without the tags of its markup."""
    if not zipfile.is_zipfile(path):
        return path.read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(path) as zipped:
        return "\n".join(zipped.read(name).decode("utf-8", "replace") for name in zipped.namelist())


@pytest.fixture
def folder(tmp_path):
    with consented_study(tmp_path) as study:
        return study.folder


def consent(folder, label, *covers):
    with open_study(folder) as study:
        record_consent(study, label, ConsentChange(ConsentState.GIVEN, frozenset(covers)), coder="ada")


EVERY = [
    ("export", "all.xlsx"),
    *(
        ("export", f"{what}.csv", "--what", what)
        for what in ("codings", "codebook", "matrix", "decisions", "interviews")
    ),
    ("export", "quotes.docx"),
    ("export", "transcripts.docx", "--transcripts"),
    ("export", "report.html"),
    ("export", "study.md"),
    ("export", "decisions.md", "--what", "decisions"),
    ("export", "project.qdpx", "--machine"),
    ("export", "codes.qdc"),
    ("quotes", "--export", "found.docx"),
    ("quotes", "--export", "found.xlsx", "--code", "queue"),
    ("quotes", "--export", "found.csv"),
    ("quotes", "--export", "found.md", "--headings", "code"),
    ("codebook", "export", "book.csv"),
    ("codebook", "export", "book.yaml"),
    ("methods", "methods.docx"),
    ("methods", "methods.md"),
    ("methods", "methods.json"),
    ("bundle", "make", "bundle.zip", "--memos"),
    ("relations", "--kind", "timeline", "--interview", "I4", "--plot", "line.json"),
    ("relations", "--plot", "together.csv"),
    ("saturation", "--plot", "curve.json"),
]


def made(command, folder, place):
    """The file that a command of the table writes."""
    words = list(command)
    at = next(number for number, word in enumerate(words) if "." in word)
    file = place / words[at]
    words[at] = file
    words.insert(2 if words[0] in ("codebook", "bundle") else 1, folder)
    run(*words)
    return file


def test_no_file_of_any_kind_holds_a_word_of_an_interview_that_is_for_the_analysis_alone(folder, tmp_path):
    """With consent to everything the words are in the files; with consent to the analysis they are in none."""
    consent(folder, "I4", *EVERYTHING)
    open_place, closed = tmp_path / "open", tmp_path / "closed"
    open_place.mkdir()
    closed.mkdir()
    for command in (*EVERY[:2], *(each for each in EVERY if each[1] in ("report.html", "codes.qdc", "found.csv"))):
        assert CANARY in texts(made(command, folder, open_place)), command
    consent(folder, "I4", Covers.ANALYSIS)
    for command in EVERY:
        said = texts(made(command, folder, closed)).casefold()
        assert CANARY.casefold() not in said, command
        assert SHORT not in said, command
    with zipfile.ZipFile(closed / "project.qdpx") as zipped:
        assert [name for name in zipped.namelist() if name.endswith(".wav")] == []
    assert "I4" in texts(closed / "matrix.csv")


def test_what_is_left_out_is_counted_named_and_kept_in_the_log(folder, tmp_path):
    """The report of the command and the log both say of which interview how much stayed in the study."""
    consent(folder, "I4")
    for label in ("I1", "I2"):
        consent(folder, label, *EVERYTHING)
    notes = json.loads(run("export", folder, tmp_path / "a.csv", "--what", "codings", "--json"))["notes"]
    assert notes[0] == "2 coded passages are left out: the consent to I4 does not cover quotes."
    assert "cut, for repeating an interview whose consent does not cover quotes" in notes[1]
    assert notes[2] == "No consent is recorded for I3; what is of it was let through."
    whole = json.loads(run("export", folder, tmp_path / "t.docx", "--transcripts", "--json"))
    assert "1 transcript is left out: the consent to I4 does not cover giving the whole" in whole["notes"][0]
    refi = json.loads(run("export", folder, tmp_path / "p.qdpx", "--json"))["notes"]
    assert any("does not cover giving the whole transcript to others (I4)" in each for each in refi)
    with open_study(folder) as study:
        assert [each.options["without consent"] for each in exports(study)] == [
            {"I4": 2},
            {"I4": "transcript"},
            {"I4": "interview"},
        ]


@pytest.mark.parametrize(
    "command",
    [
        ("export", "one.txt", "--interview", "I4"),
        ("export", "one.vtt", "--interview", "I4"),
        ("export", "one.docx", "--interview", "I4"),
        ("export", "one.qdpx", "--interview", "I4"),
        ("quotes", "--export", "one.csv", "--interview", "I4"),
    ],
)
def test_asked_for_alone_it_is_refused_by_name_and_nothing_is_written(folder, tmp_path, command):
    """A file that would be empty without it is not made."""
    consent(folder, "I4", Covers.RECORDING)
    with pytest.raises(NotAllowedError, match="consent to I4 does not cover"):
        made(command, folder, tmp_path)
    assert not list(tmp_path.glob("one.*"))


def test_each_word_of_a_consent_opens_what_it_says_and_nothing_else(folder, tmp_path):
    """Quotes without sharing, sharing without the recording, and both."""
    consent(folder, "I4", Covers.QUOTES)
    assert CANARY in texts(made(("export", "q.md"), folder, tmp_path))
    with pytest.raises(NotAllowedError):
        made(("export", "t.txt", "--interview", "I4"), folder, tmp_path)
    consent(folder, "I4", Covers.QUOTES, Covers.SHARING)
    assert CANARY in texts(made(("export", "u.txt", "--interview", "I4"), folder, tmp_path))
    with zipfile.ZipFile(made(("export", "v.qdpx", "--interview", "I4"), folder, tmp_path)) as zipped:
        assert not any(name.endswith(".wav") for name in zipped.namelist())
    consent(folder, "I4", *EVERYTHING)
    with zipfile.ZipFile(made(("export", "w.qdpx", "--interview", "I4"), folder, tmp_path)) as zipped:
        assert any(name.endswith(".wav") for name in zipped.namelist())


def test_a_study_without_any_consent_recorded_is_as_it_always_was(folder, tmp_path, capsys):
    """Unknown lets everything through, and whoever exports is told that nothing was checked."""
    assert CANARY in texts(made(("export", "all.md"), folder, tmp_path))
    assert "No consent is recorded in this study" in capsys.readouterr().err
    with open_study(folder) as study:
        gate = gate_of(study)
    assert (gate.unchecked, gate.cut, gate.screen) == ((), (), None)
    assert (gate.unknown, gate.is_used) == (("I1", "I2", "I3", "I4"), False)
    assert gate.held_back(gate.recorded, *EVERYTHING) == ()
