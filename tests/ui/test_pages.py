import sys

import pytest
from streamlit.testing.v1 import AppTest

from assistant.ui import transcripts_page
from assistant.ui.navigation import PLACES
from store.config import keep_setting
from store.decisions import codings, decisions, keep_decisions
from store.event_log import log
from store.memos import memos
from store.runs import suggestions
from store.segments import segments
from store.study import create_study
from store.values import DecisionDraft, Span, Verdict


def shown(app: AppTest) -> str:
    """Everything that the page wrote as HTML."""
    return "\n".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def coded(study):
    """The first answer of I1 is read and coded by Ben with Borrowed machines."""
    first = segments(study, "I1")[1]
    made = [
        DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1"),
        DecisionDraft(first.transcript_id, first.span, Verdict.READ),
    ]
    return keep_decisions(study, "Ben", made)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.address)
def test_every_page_opens(page, coded, place):
    """No page raises on a study with codings and suggestions."""
    app = page(place.address)
    assert not app.exception
    assert 'role="alert"' not in shown(app)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.address)
def test_every_page_opens_on_an_empty_study(page, monkeypatch, tmp_path, place):
    """A study without interviews and codebook is told in sentences, never as an exception."""
    with create_study(tmp_path / "empty") as empty:
        monkeypatch.setattr(sys, "argv", ["app.py", str(empty.folder)])
        assert not page(place.address).exception


def test_the_entry_file_runs(study, monkeypatch):
    """The entry draws the study page with its navigation, the study taken from the environment."""
    monkeypatch.setattr(sys, "argv", ["app.py"])
    monkeypatch.setenv("INTERVIEW_STUDY", str(study.folder))
    app = AppTest.from_file("../../assistant/ui/entry.py", default_timeout=60).run()
    assert not app.exception
    assert "A small **study**" in shown(app)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.address)
@pytest.mark.parametrize("allowed", [True, False])
def test_every_page_says_when_text_may_leave_the_machine(page, study, place, allowed):
    """A study that allows a remote endpoint says so wherever one looks; any other says nothing of it."""
    keep_setting(study.folder, "endpoint", "openai:some-model")
    keep_setting(study.folder, "allow_remote", allowed)
    assert ("Text may leave this machine" in shown(page(place.address))) is allowed


@pytest.mark.parametrize("content", [None, b"", b"this is no database, " * 400])
def test_a_missing_or_damaged_study_is_one_sentence(page, monkeypatch, tmp_path, content):
    """A folder without a study, or with a broken one, gives a sentence on every page and no traceback."""
    folder = tmp_path / "broken"
    folder.mkdir()
    if content is not None:
        (folder / "study.db").write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["app.py", str(folder)])
    app = page("review")
    assert not app.exception
    assert 'role="alert"' in shown(app)


def test_what_others_wrote_is_shown_as_text(page, coded):
    """Mark-up in a speaker's name, a title or a code is escaped on the pages that draw HTML themselves.

    What the transcript and the tree draw, they draw in the browser as text; tests/e2e looks at them there.
    """
    for address in [place.address for place in PLACES]:
        text = shown(page(address))
        assert "<script>" not in text
        assert "<b>noticed" not in text
        assert "<b>tag" not in text


@pytest.fixture
def reader(page, monkeypatch):
    """Opens the transcripts page; returns the page and a function that gives the marks of its reader by kind."""
    drawn = {}
    monkeypatch.setattr(transcripts_page, "draw_reader", lambda state, heard: drawn.update(state, heard=heard))

    def opened(coder="Ana"):
        app = page("transcripts", coder)
        assert not app.exception
        return app, drawn

    return opened


def marks(drawn):
    return {(mark["kind"], mark["code"], mark["coder"]) for mark in drawn["marks"]}


def test_transcripts_show_codings_and_only_on_request_suggestions(reader, study, coded):
    """Suggestions stay hidden, and unwritten, until somebody asks to see them; what is confirmed is none any more."""
    app, drawn = reader()
    assert marks(drawn) == {("other", "c1", "Ben")}
    assert not suggestions(study)
    app.toggle(key="transcript_suggestions").set_value(True).run()
    assert marks(drawn) == {("other", "c1", "Ben"), ("machine", "c3", ""), ("machine", "c2", "")}
    assert {(s.interview, s.code) for s in suggestions(study)} == {("I1", "c2"), ("I1", "c3")}
    app.toggle(key="transcript_others").set_value(False).run()
    assert marks(drawn) == {("machine", "c3", ""), ("machine", "c2", "")}


def test_a_selected_stretch_of_a_transcript_is_coded_moved_and_withdrawn(reader, study):
    """Exactly that stretch, under the coder’s name; a memo on it too; another’s coding cannot be touched."""
    app, drawn = reader()
    drawn["heard"]([{"id": 1, "kind": "add", "segment": 0, "codes": ["c1", "c2"], "span": [30, 41]}])
    assert {(c.code, c.span, c.coder) for c in codings(study)} == {
        ("c1", Span(30, 41), "Ana"),
        ("c2", Span(30, 41), "Ana"),
    }
    first = next(c for c in codings(study) if c.code == "c1")
    drawn["heard"]([{"id": 2, "kind": "respan", "segment": 0, "decision": first.decision, "span": [33, 41]}])
    drawn["heard"]([{"id": 2, "kind": "respan", "segment": 0, "decision": first.decision, "span": [33, 41]}])
    moved = next(c for c in codings(study) if c.code == "c1")
    assert moved.span == Span(33, 41)
    drawn["heard"]([{"id": 3, "kind": "memo", "segment": 0, "text": "Odd.", "span": [33, 41]}])
    assert [m.text for m in memos(study)] == ["Odd."]
    app, drawn = reader("Ben")
    drawn["heard"]([{"id": 1, "kind": "withdraw", "segment": 0, "decision": moved.decision}])
    app.run()
    assert "is not yours" in drawn["problem"]
    app, drawn = reader("Ana")
    drawn["heard"]([{"id": 1, "kind": "withdraw", "segment": 0, "decision": moved.decision}])
    assert {c.code for c in codings(study)} == {"c2"}
    drawn["heard"]([{"id": 2, "kind": "add", "segment": 0, "codes": ["c1"], "span": [30, 100_000]}])
    app.run()
    assert "reaches past the end" in drawn["problem"]


def test_saturation_counts_read_interviews_only(page, coded):
    """I1 was read and brings one code; I2 is named as not counted."""
    text = shown(page("saturation"))
    assert "Not read yet, so not counted: I2." in text
    assert "<td>Borrowed machines</td>" in text


def test_audit_lists_events_and_verifies(page, study, coded):
    """The newest event is first, and the button says that the record is whole."""
    app = page("audit")
    newest = log(study)[-1]
    assert shown(app).index(f">{newest.id}<") < shown(app).index(">1<")
    app.button(key="verify").click().run()
    assert "The record is whole" in shown(app)


def test_the_study_page_counts(page, coded, study):
    """I1 has three answers, of which one is read and coded; decisions are only counted, never made."""
    before = len(decisions(study))
    row = shown(page("study")).split("<td>I1</td>")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split('class="number">')[1:]] == ["", "3", "1", "1"]
    assert len(decisions(study)) == before
