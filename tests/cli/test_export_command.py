import contextlib
import getpass
import io
import json

import openpyxl
import pytest
from docx import Document
from quoted_study import build

from assistant.cli.app import app
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.exports import exports
from store.study import open_study


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    with build(tmp_path) as study:
        return study.folder


def test_the_ending_says_what_is_written(folder, tmp_path):
    """Tables, one table, quotes, transcripts with comments, a report and Markdown, each recorded with who did it."""
    said = run("export", folder, tmp_path / "all.xlsx", "--coder", "eve", "--exported-by", "Ann")
    assert said == f"Wrote 3 interviews, 6 codings to {tmp_path / 'all.xlsx'}.\n"
    assert "Codings" in openpyxl.load_workbook(tmp_path / "all.xlsx").sheetnames
    run("export", folder, tmp_path / "matrix.csv", "--what", "matrix")
    assert (
        (tmp_path / "matrix.csv").read_text(encoding="utf-8-sig").startswith("code,theme,I1,I2,I3,codings,interviews")
    )
    run("export", folder, tmp_path / "quotes.docx")
    assert "compute (4)" in [p.text for p in Document(str(tmp_path / "quotes.docx")).paragraphs]
    run("export", folder, tmp_path / "two.docx", "--interview", "I2")
    assert len(Document(str(tmp_path / "two.docx")).comments) == 2
    run("export", folder, tmp_path / "every.docx", "--transcripts")
    assert len(Document(str(tmp_path / "every.docx")).comments) == 10
    run("export", folder, tmp_path / "report.HTML")
    assert (tmp_path / "report.HTML").read_text(encoding="utf-8").startswith("<!doctype html>")
    run("export", folder, tmp_path / "study.md", "--what", "codebook", "--what", "interviews")
    assert "## Codebook" in (tmp_path / "study.md").read_text(encoding="utf-8")
    with open_study(folder) as study:
        kept = exports(study)
    assert [each.kind for each in kept] == ["xlsx", "csv", "docx", "docx", "docx", "html", "md"]
    assert [each.coder for each in kept] == ["Ann", *[getpass.getuser()] * 6]
    assert kept[3].options == {"basis": {"interviews": ["I2"]}, "transcripts": ["I2"]}


def test_json_says_what_the_file_holds(folder, tmp_path):
    """Nothing else is on stdout."""
    record = json.loads(
        run("export", folder, tmp_path / "a.csv", "--what", "codings", "--where", "region=north", "--json")
    )
    assert record == {
        "file": str(tmp_path / "a.csv"),
        "basis": "Confirmed codings of all coders, in interviews whose region is north",
        "holds": {"interviews": 1, "codings": 6},
        "notes": [],
    }


def test_a_transcript_for_other_programs_is_recorded_too(folder, tmp_path):
    """Words alone leave the study as well."""
    run("export", folder, tmp_path / "one.txt", "--interview", "I1")
    with open_study(folder) as study:
        (kept,) = exports(study)
    assert (kept.kind, kept.options, kept.holds) == (
        "txt",
        {"transcripts": ["I1"], "revision": 1},
        {"interviews": 1, "turns": 6},
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.pdf"], r"a\.pdf was not written: its ending says what it is to hold"),
        (["a"], "choose one of"),
        (["a.csv"], "say which with --what"),
        (["a.vtt"], "say which with --interview LABEL, once"),
        (["a.txt", "--interview", "I1", "--interview", "I2"], "once"),
        (["a.md", "--transcripts"], "not as md"),
        (["a.html", "--what", "matrix"], "holds no single tables"),
    ],
)
def test_what_cannot_be_written_is_refused_by_a_sentence(folder, tmp_path, arguments, said):
    """And nothing is left behind, neither a file nor an event."""
    name, *rest = arguments
    with pytest.raises(InvalidInputError, match=said):
        run("export", folder, tmp_path / name, *rest)
    assert not (tmp_path / name).exists()
    with open_study(folder) as study:
        assert exports(study) == ()


def test_files_that_are_there_and_names_that_are_not(folder, tmp_path):
    """A file is replaced only when told so; unknown labels, coders and milestones are named."""
    run("export", folder, tmp_path / "a.md")
    with pytest.raises(ConflictError, match="give --force to replace it"):
        run("export", folder, tmp_path / "a.md")
    run("export", folder, tmp_path / "a.md", "--force")
    for option in (["--interview", "I9"], ["--coder", "zoe"], ["--milestone", "never"]):
        with pytest.raises(NotFoundError):
            run("export", folder, tmp_path / "b.md", *option)
