import contextlib
import io
import json

import pytest
from docx import Document
from small_study import build_study

from assistant.cli.app import app
from store.decisions import keep_decisions
from store.errors import ConflictError, InvalidInputError
from store.event_log import log
from store.segments import segments
from store.study import open_study
from store.values import DecisionDraft, Role, Verdict


def run(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app([str(each) for each in arguments], standalone_mode=False)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    """Ana coded both answers of I2, Ben the first one too."""
    with build_study(tmp_path) as study:
        first, second = (s for s in segments(study, "I2") if s.role is not Role.INTERVIEWER)
        for who, where, code in (("Ana", first, "c1"), ("Ana", second, "c3"), ("Ben", first, "c3")):
            keep_decisions(study, who, [DecisionDraft(where.transcript_id, where.span, Verdict.ADD, code)])
        return study.folder


def test_what_a_query_finds_is_written_as_a_document(folder, tmp_path):
    """In its order, under the themes, each code with its own coders, the query at the end; the log says so."""
    file = tmp_path / "quotes.docx"
    said = run("quotes", folder, "--state", "confirmed", "--export", file, "--headings", "theme")
    assert said == f"Wrote 2 quotes to {file}.\n"
    texts = [p.text for p in Document(str(file)).paragraphs]
    assert texts[2:5] == [
        "Machines (1)",
        "“I did, at night. Nobody asked.” (I2, 00:00:03)",
        "Ben · participant · Codes: Borrowed machines (Ana), Unseen work (Ben) · confirmed",
    ]
    assert texts[5] == "People (2)"
    assert json.loads(texts[-1].removeprefix("Query: ")) == {"state": "confirmed", "limit": None}
    with open_study(folder) as study:
        assert [event.type for event in log(study)][-1] == "quotes.exported"


def test_an_export_holds_everything_unless_a_limit_is_given(folder, tmp_path):
    """Also beside JSON on stdout; a file that is there stays, and one in another format is refused by a sentence."""
    found = json.loads(run("quotes", folder, "--export", tmp_path / "all.csv", "--limit", 1, "--json"))
    assert len(found) == 1
    with pytest.raises(ConflictError, match="is there already"):
        run("quotes", folder, "--export", tmp_path / "all.csv")
    run("quotes", folder, "--export", tmp_path / "all.csv", "--force")
    assert len((tmp_path / "all.csv").read_text(encoding="utf-8-sig").splitlines()) > 8
    with pytest.raises(InvalidInputError, match="choose one of docx, xlsx, csv, md"):
        run("quotes", folder, "--export", tmp_path / "all.pdf")
