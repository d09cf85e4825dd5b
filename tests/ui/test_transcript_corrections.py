"""Corrections on the transcripts page: what its acts leave on the disk, and what the page says of them."""

import pytest
from test_transcripts_page import ReaderPage

from assistant.correction import correct, edit_text
from assistant.review import draw
from store.coders import add_coder, set_role
from store.decisions import codings, decisions, keep_decisions
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import CoderRole, DecisionDraft, Role, Span, Verdict


@pytest.fixture
def reader(page, study, monkeypatch) -> ReaderPage:
    return ReaderPage(page, monkeypatch)


def said(study: Study) -> list[str]:
    """The turns of I1 on the disk."""
    found = transcript(study, "I1")
    return [turn.span.of(found.text) for turn in found.turns]


def code(study: Study, words: str, coder: str = "Ana", name: str = "c1") -> str:
    """Put a code on exactly these words of I1; returns the decision's GUID."""
    found = transcript(study, "I1")
    at = found.text.index(words)
    draft = DecisionDraft(found.id, Span(at, at + len(words)), Verdict.ADD, name)
    return keep_decisions(study, coder, [draft])[0].guid


def place(study: Study, words: str) -> list[int]:
    """Where these words stand now."""
    at = transcript(study, "I1").text.index(words)
    return [at, at + len(words)]


def test_each_correction_is_one_revision_of_what_was_on_the_screen(reader, study):
    """Every act names its revision; offsets are into the interview's text."""
    reader.act("edit", turn=4, text="Nothing  more\nto add.", revision=1)
    assert (said(study)[4], reader.state["said"], reader.text["revision"]) == ("Nothing more to add.", "Corrected.", 2)
    reader.act("split", place=place(study, "The owner")[0], revision=2)
    assert said(study)[1:3] == ["We borrowed them.", "The owner wanted a logo. I wrote to him every week."]
    reader.act("join", turn=1, revision=3)
    reader.act("unintelligible", span=place(study, "every week"), revision=4)
    assert said(study)[1].endswith("I wrote to him [unintelligible] .")
    reader.act("rename", old="Ana", new="Ada", revision=5).act("role", old="Ada", new="interviewer", revision=6)
    reader.act("assign", turn=0, new="Ada", revision=7)
    found = transcript(study, "I1")
    assert [(turn.speaker, turn.role) for turn in found.turns[:2]] == [("Ada", Role.INTERVIEWER)] * 2
    for _ in range(7):
        reader.act("undo", revision=transcript(study, "I1").revision)
        assert not reader.state["problem"]
    assert said(study) == [turn.span.of(transcript(study, "I1", 1).text) for turn in transcript(study, "I1", 1).turns]
    history = reader.state["history"]
    assert (history["back"], history["forth"], history["count"]) == (False, True, 15)
    reader.act("redo", revision=15).act("restore", steps=3, revision=16)
    assert len(said(study)) == 6
    assert reader.state["history"]["made"][0][2:] == ["Ana", "Restored: as in revision 3"]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ({"kind": "edit", "turn": 1, "text": "Mine.", "revision": 1}, "corrected by somebody else meanwhile"),
        ({"kind": "split", "place": 40, "revision": 1}, "corrected by somebody else meanwhile"),
        ({"kind": "find", "old": "a", "revision": 1}, "corrected by somebody else meanwhile"),
        ({"kind": "undo", "revision": 1}, "corrected by somebody else meanwhile"),
        ({"kind": "edit", "turn": 99, "text": "Mine.", "revision": 2}, "There is no turn 100; the transcript has 5"),
        ({"kind": "split", "place": 0, "revision": 2}, "cannot be split there"),
        ({"kind": "split", "place": 999_999, "revision": 2}, "does not lie in one turn"),
        ({"kind": "unintelligible", "span": [0, 60], "revision": 2}, "select words of one turn"),
        ({"kind": "unintelligible", "revision": 2}, "Nothing was selected"),
        ({"kind": "role", "old": "Ana", "new": "boss", "revision": 2}, "“boss” is no role"),
        ({"kind": "rename", "old": "Nobody", "new": "B", "revision": 2}, "No speaker is named “Nobody” here"),
        ({"kind": "replace", "old": "absent", "new": "B", "revision": 2}, "“absent” stands nowhere"),
        ({"kind": "restore", "steps": 9, "revision": 2}, "no transcript in revision 9"),
        ({"kind": "redo", "revision": 2}, "no correction of I1 to do again"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(reader, study, act, sentence):
    """Where Ben was quicker, or the page asks for what is not there."""
    correct(study, "I1", edit_text(2, "And after that?"), coder="Ben")
    before = said(study)
    reader.act(**act)
    assert sentence in reader.state["problem"]
    assert said(study) == before
    assert transcript(study, "I1").revision == 2


def test_corrections_are_made_under_a_name(page, study, monkeypatch):
    """Looking for words needs none."""
    reader = ReaderPage(page, monkeypatch, "")
    reader.act("edit", turn=1, text="Mine.", revision=1)
    assert "every correction is kept under a name" in reader.state["problem"]
    reader.act("find", old="logo", revision=1)
    assert reader.state["found"]["count"] == 1
    assert transcript(study, "I1").revision == 1


def test_hits_are_listed_until_the_text_changes(reader, study):
    """With their places in the interview; one that was left out stays."""
    reader.act("find", old="WE", revision=1)
    found, text = reader.state["found"], transcript(study, "I1").text
    assert [text[start:end] for _, _, start, end, *_ in found["hits"]] == ["We", "we", "we", "We"]
    assert found["count"] == 4
    reader.act("replace", old="WE", new="they", without=[hit[:2] for hit in found["hits"][1:3]], revision=1)
    assert reader.state["found"] is None
    assert "they borrowed them. The owner wanted a logo. I wrote to him every week." in said(study)


def test_a_coding_to_look_at_is_confirmed_respanned_or_withdrawn(reader, study):
    """Made before the correction, it comes to the text of now, and answers for it."""
    inside, edge, gone = (
        code(study, "We borrowed them."),
        code(study, "owner wanted"),
        code(study, "I wrote", name="c2"),
    )
    reader.act("edit", turn=1, text="We have borrowed them. The owners wanted a logo. Every week.", revision=1)
    looks = {look["id"]: look for look in reader.state["looks"]}
    assert looks.keys() == {inside, edge, gone}
    assert (looks[inside]["before"], looks[inside]["after"]) == ("We borrowed them.", "We have borrowed them.")
    assert (looks[edge]["before"], looks[gone]["before"]) == ("owner wanted", "I wrote")
    reader.act("fits", decision=inside, span=[looks[inside]["start"], looks[inside]["end"]])
    reader.act("respan", decision=edge, span=place(study, "owners wanted"))
    reader.act("withdraw", decision=gone)
    assert reader.state["looks"] == []
    text = transcript(study, "I1").text
    mine = [(c.span.of(text), c.code, c.needs_look) for c in codings(study, interview="I1", coder="Ana")]
    assert mine == [("We have borrowed them.", "c1", False), ("owners wanted", "c1", False)]
    chain = {d.replaces for d in decisions(study, coder="Ana") if d.replaces}
    assert chain == {inside, edge}
    assert sorted(mark["needs_look"] for mark in reader.state["marks"]) == [False, False]


def test_only_ones_own_codings_can_be_answered_for(reader, study):
    """Those of others are listed after one's own, for them to look at."""
    theirs, mine = code(study, "borrowed", "Ben"), code(study, "borrowed")
    reader.act("edit", turn=1, text="We lent them.", revision=1)
    assert [(look["id"], look["mine"]) for look in reader.state["looks"]] == [(mine, True), (theirs, False)]
    reader.act("withdraw", decision=theirs)
    assert "not yours" in reader.state["problem"]
    reader.switch("others", False)
    assert len(reader.state["looks"]) == 2


def test_a_blind_coder_does_not_learn_what_others_coded(page, study, monkeypatch):
    """Not by a coding that needs a look either."""
    code(study, "borrowed", "Ben")
    add_coder(study, "Ana", by="Ana")
    set_role(study, "Ana", CoderRole.LEAD, by="Ana")
    draw(study, "Ana", "agreement", "Cleo", interviews=["I1"])
    correct(study, "I1", edit_text(1, "We lent them."), coder="Ana")
    reader = ReaderPage(page, monkeypatch, "Cleo")
    assert reader.state["looks"] == []


def test_scores_and_segments_come_along(reader, study):
    """Suggestions of passages that were not touched are still there after a correction."""
    reader.switch("suggestions", True)
    before = [code for kind, code, _ in reader.marks if kind == "machine"]
    reader.act("edit", turn=4, text="Nothing at all to add here.", revision=1)
    assert [code for kind, code, _ in reader.marks if kind == "machine"] == before
    assert [s.text for s in segments(study, "I1")][4] == "Nothing at all to add here."


def test_the_review_page_goes_on_after_a_correction(page, study):
    """Passages that were changed are still there to be answered, before anything is computed again."""
    assert not page("review").exception
    correct(study, "I1", edit_text(1, "We borrowed many of them. The owner wanted a logo."), coder="Ben")
    assert not page("review").exception
    for other in ("quotes", "memos", "audit", "study", "saturation"):
        assert not page(other).exception
