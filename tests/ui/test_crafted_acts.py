"""What a page sends is a wish: it names nobody, reveals nothing, and decides for nobody else."""

import pytest
from desk_page import DeskPage

from assistant.review import draw
from store.coders import add_coder, set_role
from store.config import keep_setting
from store.decisions import codings, decisions, keep_decisions
from store.memos import memos
from store.runs import suggestions
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Verdict


@pytest.fixture
def theirs(study):
    """A coding by Ana on the first answer, while Ben is to code that interview blind."""
    add_coder(study, "Ana", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    add_coder(study, "Ben", by="Ana")
    first = segments(study, "I1")[1]
    (made,) = keep_decisions(study, "Ana", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
    return made


def test_suggestions_that_are_hidden_cannot_be_answered_or_explained(page, study, monkeypatch):
    """On a segment of the blind sample no act that names a suggestion does anything, or writes that it was shown."""
    keep_setting(study.folder, "blind_share", 1.0)
    desk = DeskPage(page, monkeypatch)
    for kind, more in (("accept", {}), ("reject", {}), ("replace", {"by": "c2"}), ("why", {}), ("seen", {})):
        desk.act(kind, code="c1", **more)
        assert "not on the screen" in desk.state["problem"], kind
        assert desk.state["asked"] == desk.state["options"] == []
    assert not decisions(study)
    assert not suggestions(study)


def test_another_coders_work_is_not_to_be_touched(page, study, theirs, monkeypatch):
    """Ben can neither take Ana's coding back nor move it, though he knows its GUID."""
    desk = DeskPage(page, monkeypatch, "Ben")
    for kind, more in (("withdraw", {}), ("respan", {"span": [0, 3]})):
        desk.act(kind, decision=theirs.guid, **more)
        assert desk.state["problem"], kind
    assert [(c.coder, c.code) for c in codings(study)] == [("Ana", "c1")]


def test_who_codes_blind_writes_no_memo_on_what_is_hidden(page, study, theirs, monkeypatch):
    """Nor does anything of it come back."""
    draw(study, "Ana", "Round 1", "Ben", interviews=["I1"], seed=1)
    desk = DeskPage(page, monkeypatch, "Ben")
    desk.act("memo", decision=theirs.guid, text="So it was coded.")
    assert "hidden from you while you code blind" in desk.state["problem"]
    assert not memos(study)
    assert desk.state["others"] == []


@pytest.mark.parametrize("more", [{"coder": "Ana"}, {"sitting": "1"}, {"role": "lead"}, {"at": "2020-01-01"}])
def test_an_act_says_nothing_of_who_does_it(page, study, monkeypatch, more):
    """Whatever else stands in it is refused with the whole of it."""
    desk = DeskPage(page, monkeypatch, "Ben")
    desk.act("add", codes=["c1"], **more)
    assert not decisions(study)


def test_an_act_counts_for_what_is_on_the_screen_alone(page, study, monkeypatch):
    """One that names another segment, or a kind or code that there is not, decides nothing."""
    desk = DeskPage(page, monkeypatch, "Ben")
    desk.acts([{"kind": "add", "codes": ["c1"], "segment": 99}])
    desk.act("adjudicate", codes=["c1"])
    assert "unknown act" in desk.state["problem"]
    desk.act("add", codes=["no such code"])
    assert desk.state["problem"]
    assert not codings(study)
