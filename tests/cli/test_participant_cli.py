import contextlib
import io
import json

import pytest
from docx import Document
from participants_study import QUEUE, coded, participants_study

from assistant.cli.app import app
from assistant.exchange.participants import TITLES
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.memos import memos
from store.study import open_study


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    with participants_study(tmp_path) as study:
        return study.folder


def test_a_pack_goes_out_and_its_comments_come_back(folder, tmp_path, capsys):
    """Written, listed, filled and taken in again; a second time nothing is doubled."""
    file = tmp_path / "pack.docx"
    said = run("participant", "pack", folder, file, "--interview", "I1", "--coder", "Ana")
    assert said == f"Wrote 3 passages of I1 to {file}.\n"
    told = capsys.readouterr().err
    assert "Left out: the definition of “Cost”, which tells of somebody else." in told
    assert "Read it before you send it: what people said may name others." in told
    (listed,) = json.loads(run("participant", "packs", folder, "--json"))
    assert (listed["interviews"], listed["passages"], listed["coder"]) == (["I1"], 3, "Ana")
    assert run("participant", "packs", folder).startswith(listed["pack"])
    document = Document(str(file))
    document.add_comment(document.tables[0].rows[1].cells[1].paragraphs[0].runs[0], text="Months.", author="x")
    document.save(str(file))
    found = json.loads(run("participant", "comments", folder, file, "--coder", "Ben", "--json"))
    assert (found["pack"], found["known"], found["notes"]) == (listed["pack"], 0, [])
    assert [(m["title"], m["text"], m["target"]) for m in found["kept"]] == [
        (TITLES[0], f"On “{QUEUE}”: Months.", "passage")
    ]
    assert run("participant", "comments", folder, file) == "Kept 0 memos on I1, 1 were there already.\n"
    with open_study(folder) as study:
        assert [m.coder for m in memos(study) if m.title in TITLES] == ["Ben"]


def test_whose_pack_it_is_and_what_stands_in_it(folder, tmp_path):
    """Two interviews by an attribute, one of two voices by name, the researcher's own text at the beginning."""
    text = tmp_path / "letter.txt"
    text.write_text("Hello again!\n\nRead on.", encoding="utf-8")
    file = tmp_path / "pack.html"
    options = ("--where", "participant=P1", "--text", text, "--context", 0, "--no-summaries", "--adjudicated")
    found = json.loads(run("participant", "pack", folder, file, *options, "--json"))
    assert (found["interviews"], found["passages"]) == (["I1", "I4"], 4)
    assert [theme["name"] for theme in found["themes"]] == ["Machines", "Life"]
    page = file.read_text(encoding="utf-8")
    assert "<p>Hello again!</p>\n<p>Read on.</p>" in page
    assert "How do you get machines?" not in page
    with pytest.raises(ConflictError, match="is there already"):
        run("participant", "pack", folder, file, "--interview", "I1")
    with open_study(folder) as study:
        coded(study, "W-77", "c1", "Thank you.")
    found = run("participant", "pack", folder, file, "--interview", "W-77", "--speaker", "Benedikta", "--force")
    assert found == f"Wrote 2 passages of W-77 to {file}.\n"


def test_what_cannot_be_done_is_said(folder, tmp_path):
    """Nobody named, several who may be others, another format, a file that is not there."""
    assert run("participant", "packs", folder) == "No pack was given out yet.\n"
    file = tmp_path / "pack.docx"
    for options, error, why in (
        ((), InvalidInputError, "Say whose pack it is"),
        (("--interview", "I1", "--interview", "W-88"), InvalidInputError, "with one person"),
        (("--interview", "W-77"), InvalidInputError, "2 speakers who are no interviewers"),
        (("--interview", "I1", "--text", tmp_path / "none.txt"), InvalidInputError, "none.txt"),
        (("--interview", "I9"), NotFoundError, "no interview I9"),
    ):
        with pytest.raises(error, match=why):
            run("participant", "pack", folder, file, *options)
    with pytest.raises(InvalidInputError, match="choose one of docx, html"):
        run("participant", "pack", folder, tmp_path / "pack.odt", "--interview", "I1")
    with pytest.raises(InvalidInputError, match=r"back\.docx"):
        run("participant", "comments", folder, tmp_path / "back.docx")
    assert not file.exists()
