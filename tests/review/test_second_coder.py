"""Blind double coding, adjudication and open review: what is drawn, hidden, compared and said."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.review import (
    Talk,
    assignment,
    blindness,
    compare,
    draw,
    finish,
    finished,
    left_open,
    reviewed_codings,
    verdict_on,
)
from assistant.review.adjudication import Difference
from assistant.review.adjudication_file import adjudicate_from
from assistant.review.double_coding import sample
from store.adjudications import adjudicate, adjudications
from store.codebook import current_codebook, edit_codebook
from store.decisions import decisions, keep_decisions
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.remarks import keep_remark
from store.segments import segments
from store.values import DecisionDraft, RemarkKind, Role, Span, Verdict


def spoken(study):
    return segments(study, role=Role.PARTICIPANT)


def code(study, name):
    return current_codebook(study).find(name).guid


def say(study, coder, segment, *names, span=None, memo=""):
    """Read a segment and add these codes to it."""
    made = [DecisionDraft(segment.transcript_id, segment.span, Verdict.READ)]
    for name in names:
        where = span or segment.span
        made.append(DecisionDraft(segment.transcript_id, where, Verdict.ADD, code(study, name), memo=memo))
    return keep_decisions(study, coder, made)


def compared(study):
    return compare(study, finished(study))


# ---- drawing


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**31 - 1), st.floats(0.05, 1.0), st.randoms())
def test_the_draw_depends_on_the_seed_and_not_on_the_order_of_rows(machines, seed, share, random):
    """The same seed gives the same segments; every interview gives its share, one at least."""
    everything = list(spoken(machines))
    first = sample(everything, seed, share=share)
    random.shuffle(everything)
    assert {s.id for s in sample(everything, seed, share=share)} == {s.id for s in first}
    for label in {s.interview for s in everything}:
        here = [s for s in everything if s.interview == label]
        drawn = [s for s in first if s.interview == label]
        assert abs(len(drawn) - share * len(here)) <= 0.5 or len(drawn) == 1


def test_another_seed_draws_other_segments_and_whole_interviews_need_none(machines):
    """With a share chance decides; without one, all segments of the interviews named are in."""
    draws = {tuple(s.id for s in sample(spoken(machines), seed, share=0.3)) for seed in range(20)}
    assert len(draws) > 1
    label = spoken(machines)[0].interview
    assert {s.interview for s in sample(spoken(machines), 1, interviews=[label])} == {label}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"share": 0.0}, "share of 0 cannot be drawn"),
        ({"share": 1.5}, "share of 1.5 cannot be drawn"),
        ({"interviews": ["I99"]}, "I99 is not among the interviews"),
    ],
)
def test_what_cannot_be_drawn_is_refused(machines, more, why):
    """One sentence, and nothing is kept."""
    with pytest.raises(InvalidInputError, match=why):
        draw(machines, "ada", "round 1", "ben", **more)
    with pytest.raises(InvalidInputError, match="who is not the one that draws it"):
        draw(machines, "ada", "round 1", " ada ", share=0.5)
    assert assignment(machines, "ben") is None


# ---- blind until finished


def test_a_second_coder_is_blind_in_the_interviews_of_the_sample_until_they_finish(machines):
    """Others’ work is hidden from the second coder alone; what they read counts, and unread ones hold up finishing."""
    label = spoken(machines)[0].interview
    draw(machines, "ada", "round 1", "ben", interviews=[label], seed=3)
    assert blindness(machines, "ben").interviews == {label}
    assert blindness(machines, "ben").hides(label, "ada")
    assert not blindness(machines, "ben").hides(label, "ben")
    assert not blindness(machines, "ada").interviews
    mine = assignment(machines, "ben")
    assert (mine.left, mine.read) == (len(mine.segments), 0)
    with pytest.raises(ConflictError, match="segments are still unread"):
        finish(machines, "ben")
    for segment in mine.segments:
        say(machines, "ben", segment)
    finish(machines, "ben")
    assert not blindness(machines, "ben").interviews
    with pytest.raises(NotFoundError, match="has no blind double coding"):
        finish(machines, "ben")


# ---- comparing and adjudicating


@pytest.fixture
def disagreed(machines):
    """Both agree on the first segment, differ on the second and on the extent of the third; a fourth is Ben’s alone."""
    first, second, third, fourth, *_ = spoken(machines)
    say(machines, "ada", first, "queue")
    say(machines, "ada", second, "queue", memo="waiting")
    say(machines, "ada", third, "licence")
    draw(machines, "ada", "round 1", "ben", interviews=[first.interview], seed=3)
    mine = assignment(machines, "ben").segments
    for segment in mine:
        names = {first.id: ["queue"], second.id: ["licence"], third.id: ["licence"], fourth.id: ["queue"]}
        short = Span(third.span.start, third.span.end - 1) if segment.id == third.id else None
        say(machines, "ben", segment, *names.get(segment.id, ()), span=short)
    finish(machines, "ben")
    return machines


def test_disagreements_are_told_with_both_sides(disagreed):
    """One has it and the other read it and left it out; the same code on another stretch; agreement is counted."""
    first, second, third, *_ = spoken(disagreed)
    found = compared(disagreed)
    queue, licence = code(disagreed, "queue"), code(disagreed, "licence")
    assert found.agreed == 1
    assert [(d.segment.id, d.code, d.difference) for d in found.disagreements] == [
        (second.id, queue, Difference.PRESENCE),
        (second.id, licence, Difference.PRESENCE),
        (third.id, licence, Difference.EXTENT),
    ]
    sides = found.disagreements[0].sides
    assert [(side.coder, side.coding is not None) for side in sides] == [("ada", True), ("ben", False)]
    assert sides[0].coding.memo == "waiting"
    assert found.disagreements[2].span == third.span
    assert found.alone == len(assigned(disagreed)) - 3, "what Ada did not read is compared with nothing"
    assert first.id not in {d.segment.id for d in found.disagreements}


def assigned(study):
    from assistant.review.double_coding import assigned_segments

    return assigned_segments(study, finished(study))


def test_what_is_decided_after_finishing_was_not_decided_independently(disagreed):
    """Whoever copies the other’s codes afterwards changes no comparison."""
    before = compared(disagreed)
    for each in before.disagreements:
        keep_decisions(
            disagreed, "ben", [DecisionDraft(each.segment.transcript_id, each.segment.span, Verdict.ADD, each.code)]
        )
    after = compared(disagreed)
    assert (after.agreed, after.disagreements) == (before.agreed, before.disagreements)


def test_adjudicating_resolves_and_changes_no_decision(disagreed):
    """What was decided stays; said anew, the last word counts."""
    before, found = decisions(disagreed), compared(disagreed)
    drawn, one = found.double_coding, found.open[0]
    adjudicate(disagreed, "ada", [verdict_on(drawn, one, applies=True, memo="clear")])
    again = compared(disagreed)
    assert len(again.open) == len(found.open) - 1
    assert (again.disagreements[0].resolved.applies, again.disagreements[0].resolved.memo) == (True, "clear")
    adjudicate(disagreed, "ada", [verdict_on(drawn, one, applies=False)])
    assert not compared(disagreed).disagreements[0].resolved.applies
    assert decisions(disagreed) == before
    assert adjudications(disagreed)[0].resolves == one.decisions


def test_a_merge_after_coding_settles_what_differed_by_name_alone(disagreed):
    """Codings count as the code of now, so that two codes that became one agree."""
    from assistant.codebook import merge_codes

    merge_codes(disagreed, "queue", ["licence"], coder="ada")
    assert [d.difference for d in compared(disagreed).disagreements] == [Difference.EXTENT]


def test_adjudications_from_a_file_are_kept_whole_or_not_at_all(disagreed, tmp_path):
    """Each line must match a disagreement."""
    case = compared(disagreed).disagreements[0]
    line = f'{{"interview": "{case.segment.interview}", "start": {case.span.start}, "end": {case.span.end}'
    good, bad = line + ', "code": "queue", "applies": true}', line + ', "code": "cleaning", "applies": true}'
    file = tmp_path / "a.jsonl"
    file.write_text(f"{good}\n{bad}\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"Line 2 of a\.jsonl matches no disagreement"):
        adjudicate_from(disagreed, "ada", file)
    file.write_text("[1]\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"Line 1 of a\.jsonl is no adjudication"):
        adjudicate_from(disagreed, "ada", file)
    assert adjudications(disagreed) == ()
    file.write_text(f"\n{good}\n", encoding="utf-8")
    assert adjudicate_from(disagreed, "ada", file) == 1


def test_what_is_not_finished_is_not_compared(machines):
    """Its codings are hidden until it is."""
    with pytest.raises(NotFoundError, match="no finished double coding"):
        finished(machines)
    draw(machines, "ada", "round 1", "ben", share=0.5)
    with pytest.raises(ConflictError, match="“round 1” is not finished"):
        finished(machines, "round 1")


# ---- open review


def test_an_open_review_goes_from_challenge_to_outcome(disagreed):
    """Where the talk stands is a fold over what was said; codings stay as they are."""
    before = decisions(disagreed)

    def talks():
        return [each.talk for each in reviewed_codings(disagreed, coder="ada")]

    assert talks() == [Talk.NONE] * 3
    first, second, third = reviewed_codings(disagreed, coder="ada")
    keep_remark(disagreed, "ben", first.coding.decision, RemarkKind.AGREE)
    keep_remark(disagreed, "ben", second.coding.decision, RemarkKind.CHALLENGE, "Not waiting.")
    keep_remark(disagreed, "ben", third.coding.decision, RemarkKind.COMMENT, "Hm.")
    assert talks() == [Talk.AGREED, Talk.CHALLENGED, Talk.COMMENTED]
    assert [each.coding for each in left_open(reviewed_codings(disagreed))] == [second.coding]
    keep_remark(disagreed, "ben", second.coding.decision, RemarkKind.OUTCOME, outcome="kept")
    assert talks()[1] is Talk.SETTLED
    keep_remark(disagreed, "ben", second.coding.decision, RemarkKind.CHALLENGE, "Still not.")
    assert talks()[1] is Talk.CHALLENGED
    assert decisions(disagreed) == before
    assert compared(disagreed).agreed == 1, "what is said openly never enters agreement"


def test_nobody_reviews_openly_what_they_code_blind(disagreed):
    """Interviews that are hidden from a second coder are left out."""
    label = spoken(disagreed)[0].interview
    assert reviewed_codings(disagreed, hidden=[label]) == ()


def test_a_code_that_was_taken_out_is_compared_no_more(disagreed):
    """Its codings wait under the former code."""
    queue = code(disagreed, "queue")
    edit_codebook(disagreed, lambda book: [c for c in book.codes if c.guid != queue], coder="ada", reason="out")
    assert queue not in {d.code for d in compared(disagreed).disagreements}
