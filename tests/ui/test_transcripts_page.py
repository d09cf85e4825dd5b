"""The transcripts page: what its reader is given, and what its acts leave on the disk."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.review import draw
from store.codebook import current_codebook, keep_codebook
from store.coders import set_role
from store.config import keep_setting
from store.decisions import codings, decisions, keep_decisions
from store.memos import memos
from store.runs import suggestions
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import Code, CoderRole, DecisionDraft, Span, Verdict


class ReaderPage:
    """The page and its reader; the browser's side is played by `act`."""

    def __init__(self, open_page: Callable[..., Any], monkeypatch, coder: str = "Ana") -> None:
        self.state: dict[str, Any] = {}
        self._heard: Callable[[object], None] = lambda _: None
        self.text: dict[str, Any] = {}
        monkeypatch.setattr("assistant.ui.transcripts_page.draw_reader", self._draw)
        monkeypatch.setattr("assistant.ui.transcripts_page.carry_text", self.text.update)
        self.app = open_page("transcripts", coder)
        assert not self.app.exception

    def _draw(self, state: dict[str, Any], heard: Callable[[object], None]) -> None:
        self.state, self._heard = state, heard

    def act(self, kind: str, **more: Any) -> "ReaderPage":
        """One act, and the page as it is drawn then."""
        return self.send([{"id": self.state["heard"] + 1, "segment": 0, "kind": kind, **more}])

    def send(self, acts: list[dict[str, Any]]) -> "ReaderPage":
        """What the browser sends, as it is."""
        self._heard(acts)
        return self.redraw()

    def redraw(self) -> "ReaderPage":
        """Draw the page again."""
        self.app.run()
        assert not self.app.exception
        return self

    def switch(self, key: str, on: bool) -> "ReaderPage":
        """Turn one of the switches."""
        self.app.toggle(key=f"transcript_{key}").set_value(on)
        return self.redraw()

    @property
    def marks(self) -> list[tuple[str, str, str]]:
        """What lies over the text, as (kind, code, coder)."""
        return sorted((mark["kind"], mark["code"], mark["coder"]) for mark in self.state["marks"])


@pytest.fixture
def coded(study):
    """The first answer of I1 is coded by Ben with Borrowed machines, and by Ana with Failed runs."""
    first = segments(study, "I1")[1]
    keep_decisions(study, "Ben", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
    keep_decisions(study, "Ana", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c2")])
    return first


@pytest.fixture
def reader(page, study, coded, monkeypatch) -> ReaderPage:
    return ReaderPage(page, monkeypatch)


def words(study: Study) -> list[tuple[str, str]]:
    """Ana's codings as (code, exact words)."""
    text = transcript(study, "I1").text
    return [(c.code, c.span.of(text)) for c in codings(study, interview="I1", coder="Ana")]


def test_codings_of_all_and_only_on_request_suggestions(reader, study):
    """Suggestions stay hidden, and unwritten, until somebody asks to see them; each switch shows its kind."""
    assert reader.marks == [("human", "c2", "Ana"), ("other", "c1", "Ben")]
    assert not suggestions(study)
    reader.switch("suggestions", True)
    machine = [code for kind, code, _ in reader.marks if kind == "machine"]
    assert machine == ["c2", "c3"], "c1 is coded in its segment, and not suggested there any more"
    assert {(s.interview, s.code) for s in suggestions(study)} == {("I1", "c2"), ("I1", "c3")}
    reader.switch("suggestions", False).switch("mine", False)
    assert reader.marks == [("other", "c1", "Ben")]
    reader.switch("mine", True).switch("others", False)
    assert reader.marks == [("human", "c2", "Ana")]


def test_the_blind_sample_keeps_its_suggestions(reader, study, coded):
    """Where everything is drawn for the blind sample, a coder sees suggestions only of what they have read."""
    keep_setting(study.folder, "blind_share", 1.0)
    reader.switch("suggestions", True)
    assert [kind for kind, _, _ in reader.marks] == ["human", "other"]
    assert not suggestions(study)
    keep_decisions(study, "Ana", [DecisionDraft(coded.transcript_id, coded.span, Verdict.READ)])
    reader.redraw()
    assert [(kind, code) for kind, code, _ in reader.marks if kind == "machine"] == [("machine", "c3")]


def test_a_blind_second_coder_sees_nothing_of_others(page, study, coded, monkeypatch):
    """While Cleo codes I1 blind, the page gives her neither codings of others nor suggestions, and says why."""
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    draw(study, "Ana", "agreement", "Cleo", interviews=["I1"])
    reader = ReaderPage(page, monkeypatch, "Cleo").switch("suggestions", True).switch("rejected", True)
    assert reader.marks == []
    assert not suggestions(study)
    assert "coding blind" in "".join(block.proto.body for block in reader.app.get("html"))
    reader.act("add", span=[coded.span.start, coded.span.start + 2], codes=["c3"])
    assert reader.marks == [("human", "c3", "Cleo")]


def test_acts_are_on_disk_once_and_exactly(reader, study, coded):
    """Coding, re-spanning, a memo and withdrawing; an act that is sent again does nothing."""
    start = coded.span.start
    reader.act("add", span=[start, start + 11], codes=["c3", "c1"])
    assert words(study)[1:] == [("c3", "We borrowed"), ("c1", "We borrowed")]
    again = {"id": reader.state["heard"], "segment": 0, "kind": "add", "span": [start, start + 11], "codes": ["c3"]}
    before = len(decisions(study))
    reader.send([again])
    assert len(decisions(study)) == before
    reader.act("add", span=[start, start + 11], codes=["c3"])
    assert len(decisions(study)) == before, "it stands already"
    assert reader.state["said"] == "You have coded exactly that already."

    first = next(mark for mark in reader.state["marks"] if mark["code"] == "c3")
    reader.act("respan", decision=first["id"], span=[start + 3, start + 16])
    assert ("c3", "borrowed them") in words(study)
    assert ("c3", "We borrowed") not in words(study)
    assert decisions(study)[-1].replaces == first["id"]
    reader.act("memo", span=[start + 3, start + 11], text="Really?")
    (memo,) = memos(study, interview="I1")
    assert (memo.text, memo.target.span) == ("Really?", Span(start + 3, start + 11))
    moved = next(mark for mark in reader.state["marks"] if mark["code"] == "c3")
    reader.act("withdraw", decision=moved["id"])
    assert [code for code, _ in words(study)] == ["c2", "c1"]
    assert {d.codebook_id for d in decisions(study, coder="Ana")[1:]} == {1}


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ({"kind": "withdraw", "decision": "ben"}, "is not yours"),
        ({"kind": "respan", "decision": "ben", "span": [40, 44]}, "is not yours"),
        ({"kind": "add", "codes": ["c3"]}, "Nothing was selected"),
        ({"kind": "add", "codes": ["c3"], "span": [9_000, 9_005]}, "no such stretch"),
        ({"kind": "dance"}, "unknown act"),
        ({"kind": "add", "span": [5, 5]}, "cannot be understood"),
        ({"kind": "memo", "span": [0, 5], "text": ""}, "needs a text"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(reader, study, act, said):
    """Another coder's coding, no stretch, one outside of the text, nonsense: a sentence, and nothing on the disk."""
    before = decisions(study)
    if act.get("decision") == "ben":
        act = {**act, "decision": next(mark["id"] for mark in reader.state["marks"] if mark["coder"] == "Ben")}
    reader.act(**act)
    assert said in reader.state["problem"]
    assert decisions(study) == before
    assert not memos(study)


def test_without_a_name_nothing_is_kept(page, study, coded, monkeypatch):
    """Whoever has not written their name reads, but cannot code."""
    reader = ReaderPage(page, monkeypatch, " ")
    reader.act("add", span=[40, 44], codes=["c3"])
    assert "Write your name" in reader.state["problem"]
    assert len(decisions(study)) == 2


def test_a_merged_code_is_drawn_as_what_it_went_into(reader, study):
    """The coding stays as it was made; it is shown under the code that took the old one in."""
    old = current_codebook(study)
    assert old is not None
    kept = [code for code in old.codes if code.guid != "c1"]
    keep_codebook(study, [*kept, Code("new", "Shared machines", "t1", origins=("c1",))], coder="lead", reason="merged")
    assert ("other", "new", "Ben") in reader.redraw().marks
    assert [c.code for c in codings(study, coder="Ben")] in (["c1"], ["new"])


def test_the_address_leads_to_a_place_once(reader):
    """`?interview=I2&at=30` chooses the interview and the place, and is taken out; the next act reads on from there."""
    reader.app.query_params["interview"] = "I2"
    reader.app.query_params["at"] = "30"
    reader.redraw()
    assert (reader.state["interview"], reader.state["at"]) == ("I2", 30)
    assert "interview" not in reader.app.query_params
    reader.app.selectbox(key="transcript_interview").set_value("I1")
    assert reader.redraw().state["at"] is None
