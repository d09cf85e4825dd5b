"""`interview consent` and `interview withdraw`, as they are typed."""

import contextlib
import io
import json

import pytest
from consented_study import consented_study
from quoted_study import SOUTH

from assistant.cli.app import app
from store.audit import verify
from store.codebook import current_codebook
from store.errors import InvalidInputError, NotFoundError
from store.event_log import log
from store.interviews import interview, interviews
from store.study import open_study


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


def found_in(folder, text):
    """The files of the study's folder in which a text stands."""
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


@pytest.fixture
def folder(tmp_path):
    """I1 to I3 are transcripts, I4 is a recording."""
    with consented_study(tmp_path) as study:
        return study.folder


def test_consent_is_set_and_shown(folder):
    """What is not named stays; the list says of every interview what counts."""
    words = ("--covers", "quotes,recording", "--keep-until", "2999-12-31", "--note", "form")
    run("consent", "set", folder, "--interview", "I4", "--state", "given", *words)
    run("consent", "set", folder, "--interview", "I4", "--keep-recording-until", "2998-01-01", "--coder", "ada")
    assert run("consent", "show", folder).splitlines() == [
        *(f"{label}: unknown" for label in ("I1", "I2", "I3")),
        "I4: given; covers analysis, quotes, recording; recording until 2998-01-01; everything until 2999-12-31; form",
    ]
    second, *_, first = json.loads(run("consent", "show", folder, "--json"))
    assert (first["covers"], first["keep_until"], first["coder"]) == (
        ["analysis", "quotes", "recording"],
        "2999-12-31",
        "ada",
    )
    assert (second["state"], second["at"]) == ("unknown", None)


def test_a_table_of_consents_is_taken_whole_or_not_at_all(folder, tmp_path, capsys):
    """Rows name interviews as case tables do; a slip in one row names its line, and nothing is recorded."""
    table = tmp_path / "consent.csv"
    table.write_text(
        "interview,Consent,covers,keep_until,region\n"
        "I4,given,quotes; sharing,2999-01-01,north\nI2,,,,\nX9,given,all,,\n"
    )
    record = json.loads(run("consent", "import", folder, table, "--json"))
    assert [(each["interview"], each["state"], each["covers"]) for each in record] == [
        ("I4", "given", ["analysis", "quotes", "sharing"]),
        ("I2", "unknown", ["analysis", "quotes", "recording", "sharing"]),
    ]
    assert "names X9, which is no interview" in capsys.readouterr().err
    table.write_text("interview,consent,covers\nI2,given,all\nI4,given,everyone\n")
    with pytest.raises(InvalidInputError, match=r"consent\.csv, line 3: “everyone” is nothing"):
        run("consent", "import", folder, table)
    table.write_text("interview,region\nI2,north\n")
    with pytest.raises(InvalidInputError, match="says nothing of consent"):
        run("consent", "import", folder, table)
    assert run("consent", "show", folder).splitlines()[1] == "I2: unknown"


def test_what_is_due_is_shown_and_erased_when_asked_for(folder):
    """The recording of the one and all of the other go by one act, and the log says why."""
    run("consent", "set", folder, "--interview", "I4", "--keep-recording-until", "2020-01-01")
    run("consent", "set", folder, "--interview", "I2", "--keep-until", "2020-01-01")
    assert json.loads(run("consent", "due", folder, "--json")) == [
        {"interview": "I2", "what": "interview", "since": "2020-01-01"},
        {"interview": "I4", "what": "recording", "since": "2020-01-01"},
    ]
    said = run("consent", "due", folder, "--erase", "--coder", "ada")
    assert "The recording of I4 is erased" in said
    assert said.splitlines()[-1] == "Nothing is due."
    with open_study(folder) as study:
        assert [(each.label, each.media) for each in interviews(study)] == [("I1", None), ("I3", None), ("I4", None)]
        (event,) = [event for event in log(study) if event.type == "interview.erased"]
        assert json.loads(event.payload)["why"] == "expired"
        assert found_in(folder, SOUTH[2][1]) == []
        assert verify(study).faults == ()


def test_a_withdrawal_erases_files_in_exports_and_tells_what_only_a_person_can_reach(folder):
    """One act: records, examples and exports are free of it; a memo that repeats it and files given out are named."""
    exports = folder / "exports"
    for name in ("all.xlsx", "deep.qdpx", "report.html", "one.txt"):
        more = ("--interview", "I4") if name.endswith(".txt") else ()
        run("export", folder, exports / name, *more)
    run("export", folder, exports / "other.txt", "--interview", "I2")
    done = json.loads(run("withdraw", folder, "--interview", "I4", "--delete-exports", "--coder", "ada", "--json"))
    assert done["exports_deleted"] == [
        f"exports/{name}" for name in ("all.xlsx", "deep.qdpx", "one.txt", "report.html")
    ]
    assert (done["examples"], done["exports_left"]) == (["animals"], [])
    assert done["quoting"] == [
        "the code “animals”",
        "the memo “Of animals”",
        "the memo “She said: a pangolin sleeps under the th”",
    ]
    assert done["given_out"] == ["all.xlsx", "deep.qdpx", "report.html", "one.txt"]
    with open_study(folder) as study:
        assert [code.examples for code in current_codebook(study).codes if code.name == "animals"] == [()]
        assert [path.name for path in exports.iterdir()] == ["other.txt"]
        assert verify(study).faults == ()


def test_part_of_a_consent_is_taken_back(folder):
    """The recording alone goes; then no quotes any more: the interview is still analysed."""
    run("consent", "set", folder, "--interview", "I4", "--state", "given", "--covers", "all")
    assert run("withdraw", folder, "--interview", "I4", "--only", "recording") == (
        "The recording of I4 is erased; its transcript stays.\n"
    )
    said = run("withdraw", folder, "--interview", "I4", "--only", "quotes")
    assert said.startswith("I4 is quoted no more")
    assert run("consent", "show", folder).splitlines()[3] == "I4: restricted; covers analysis"
    with open_study(folder) as study:
        assert interview(study, "I4").media is None
    with pytest.raises(NotFoundError):
        run("withdraw", folder, "--interview", "X9")
