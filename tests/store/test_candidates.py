"""Names of candidates, answers to them, and rationales, as the store keeps them."""

from dataclasses import replace

import pytest
from full_study import CODES, NAME, RATIONALE, rationale_draft

from store.audit import verify
from store.candidates import (
    AnswerDraft,
    answer_candidate,
    candidate_answers,
    candidate_names,
    keep_candidate_name,
    take_back,
)
from store.codebook import codebook_versions, current_codebook
from store.decisions import decisions
from store.errors import InvalidInputError, NotFoundError
from store.event_log import log
from store.rationales import find_rationale, keep_rationale, rationales
from store.runs import suggestions
from store.segments import segments
from store.values import CandidateVerdict, Code, DecisionDraft, Span, Verdict

NEW = Code("new", "wombats", CODES[0].guid, "Where wombats are.")


def accepting(study, **more):
    """An acceptance of `NEW` with a quote from each interview."""
    found = [segments(study, label)[2] for label in ("R1", "T1")]
    quotes = [DecisionDraft(s.transcript_id, s.span, Verdict.ADD, "new") for s in found]
    draft = AnswerDraft("x" * 64, CandidateVerdict.ACCEPT, {s.interview: [s.text_sha256] for s in found}, "new")
    return {"answer": draft, "new": NEW, "reason": "accepted", "quotes": quotes} | more


def test_an_acceptance_keeps_version_decisions_and_answer_together(full):
    """The new version holds the code at its end, and the decisions were made under it."""
    done = answer_candidate(full, "ada", **accepting(full))
    assert done.codebook == current_codebook(full)
    assert [code.guid for code in done.codebook.codes] == [*(code.guid for code in CODES), "new"]
    assert done.codebook.reason == "accepted"
    assert decisions(full)[-2:] == done.decisions
    assert {(d.code, d.coder, d.codebook_id) for d in done.decisions} == {("new", "ada", done.codebook.id)}
    answer = candidate_answers(full)[-1]
    assert (answer.act, answer.verdict, answer.code) == (done.act, CandidateVerdict.ACCEPT, "new")
    assert verify(full).faults == ()


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        ({"new": replace(NEW, name="Queue")}, InvalidInputError),
        ({"quotes": [DecisionDraft(1, Span(0, 99_999), Verdict.ADD, "new")]}, InvalidInputError),
        ({"quotes": [DecisionDraft(99, Span(0, 1), Verdict.ADD, "new")]}, NotFoundError),
        ({"answer": AnswerDraft("x", CandidateVerdict.ACCEPT, {"X9": ["a"]}, "new")}, NotFoundError),
        ({"new": None}, NotFoundError),
    ],
)
def test_what_cannot_be_kept_whole_is_not_kept_at_all(full, spoil, error):
    """A taken name, a span outside its text, an erased interview or a missing code leaves everything as it was."""
    before = verify(full)
    with pytest.raises(error):
        answer_candidate(full, "nobody yet", **accepting(full, **spoil))
    assert verify(full) == before
    assert len(codebook_versions(full)) == 1


def test_a_dismissal_is_taken_back_once(full):
    """What is taken back stands no more, by an event of its own; it cannot be taken back again."""
    first, second = candidate_answers(full)
    take_back(full, "ada", first.act)
    assert candidate_answers(full) == (second,)
    assert [event.coder for event in log(full, limit=2)] == ["ada", "ada"]
    with pytest.raises(NotFoundError, match="does not stand any more"):
        take_back(full, "ada", first.act)
    assert verify(full).faults == ()


def test_the_newest_name_counts_and_none_is_lost(full):
    """A candidate named again has the later name; both are in the log."""
    keep_candidate_name(full, replace(NAME, name="Antelopes and oxen"), ["T1"])
    assert candidate_names(full)[NAME.candidate].name == "Antelopes and oxen"
    assert sum(event.type == "candidate.named" for event in log(full)) == 3
    with pytest.raises(NotFoundError):
        keep_candidate_name(full, NAME, ["T1", "X9"])


def test_the_same_question_to_the_same_model_is_kept_once(full):
    """A rationale is found again by model, prompt, rendered text and options; any other is written beside it."""
    shown = suggestions(full)[0].guid
    (kept,) = rationales(full, shown)
    assert kept.text == f"{RATIONALE} R1"
    assert keep_rationale(full, rationale_draft(shown, "Something else.")) == kept
    assert find_rationale(full, rationale_draft(shown, "")) == kept
    for other in ({"rendered": "Another question?"}, {"options": {"seed": 2, "temperature": 0.0}}):
        assert find_rationale(full, rationale_draft(shown, "", **other)) is None
        keep_rationale(full, rationale_draft(shown, "Something else.", **other))
    assert [rationale.text for rationale in rationales(full, shown)] == [
        kept.text,
        "Something else.",
        "Something else.",
    ]
    with pytest.raises(NotFoundError, match="erased in the meantime"):
        keep_rationale(full, rationale_draft("no such suggestion"))
    assert verify(full).faults == ()
