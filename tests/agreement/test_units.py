"""From codings to ratings: units, what counts as read, and what was not looked for."""

import numpy as np
import pytest
from double_coded import code, give, read, spoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_builder import add_talk, codebook_codes, create_study

from assistant.agreement.reading import read_by_coders
from assistant.agreement.units import Unit, units_of
from assistant.review import Ledger
from assistant.segment import segment_new
from store.codebook import codebook_versions, current_codebook, keep_codebook
from store.coders import coders
from store.decisions import keep_decisions
from store.values import Code, DecisionDraft, Span, Verdict


def units(study, kind=Unit.SEGMENT, pair=("ada", "eve"), sample=None):
    ledger = Ledger(study)
    ledger.refresh()
    found = read_by_coders(ledger, spoken(study), pair, codebook_versions(study), sample)
    return units_of(found, kind)


def row(found, study, name):
    """The ratings of one code, as lists by coder."""
    return found.ratings[found.codes.index(code(study, name))].tolist()


def both_read(study, some=None):
    for coder in ("ada", "eve"):
        read(study, coder, spoken(study) if some is None else some)


def test_what_was_read_and_left_uncoded_is_a_true_negative(machines):
    """Every segment that both read is a unit, coded or not; a coding that touches it is a yes."""
    both_read(machines)
    first, second, *_ = spoken(machines)
    give(machines, "ada", first, "queue")
    give(machines, "eve", first, "queue", 3, 9)
    give(machines, "eve", second, "queue")
    found = units(machines)
    assert len(found) == len(spoken(machines)) == 8
    assert row(found, machines, "queue") == [[1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0]]
    assert row(found, machines, "cost") == [[0] * 8] * 2


def test_what_one_of_them_did_not_read_is_left_out_whatever_they_coded(machines):
    """Unread is unknown: it is neither agreement nor disagreement."""
    first, second, third, *_ = spoken(machines)
    read(machines, "ada", [first, second, third])
    read(machines, "eve", [first])
    give(machines, "ada", second, "cost")
    found = units(machines)
    assert len(found) == 1
    assert found.span(0) == first.span
    assert found.passed == 2
    assert row(found, machines, "cost") == [[0], [0]]


def test_a_sample_limits_what_counts_as_read(machines):
    """As in a double coding, of which only the drawn segments were coded blind."""
    both_read(machines)
    assert len(units(machines, sample={spoken(machines)[0].id})) == 1


def test_in_an_imported_study_an_interview_with_codings_counts_as_read(machines):
    """No readings: the interviews in which both coded count, the others do not."""
    first = spoken(machines, "I1")[0]
    give(machines, "ada", first, "queue")
    give(machines, "eve", spoken(machines, "I1")[1], "queue")
    give(machines, "eve", spoken(machines, "I2")[0], "queue")
    found = units(machines)
    assert found.interviews == ("I1",)
    assert row(found, machines, "queue") == [[1, 0, 0, 0], [0, 1, 0, 0]]


def test_a_code_that_came_after_the_reading_was_not_looked_for(machines):
    """Its absence says nothing, unless it was read again; where it was given all the same, that is a yes."""
    both_read(machines)
    first, second, *_ = spoken(machines)
    book = current_codebook(machines)
    keep_codebook(machines, [*book.codes, Code("late", "late")], coder="ada", reason="new")
    give(machines, "ada", first, "late")
    assert row(units(machines), machines, "late") == [[1, *[-1] * 7], [-1] * 8]
    read(machines, "eve", [first, second])
    assert row(units(machines), machines, "late") == [[1, *[-1] * 7], [0, 0, *[-1] * 6]]


def test_a_renamed_code_was_looked_for_and_a_merged_one_counts_as_the_one_it_went_into(machines):
    """Readings under the version before the merge looked for the code by its old name."""
    both_read(machines)
    first = spoken(machines)[0]
    give(machines, "ada", first, "queue")
    give(machines, "eve", first, "cost")
    book = current_codebook(machines)
    kept = [c for c in book.codes if c.name not in ("queue", "cost")]
    old = tuple(code(machines, name) for name in ("queue", "cost"))
    parent = book.find("queue").parent
    merged = [*kept, Code("both", "waiting and paying", parent, origins=old)]
    keep_codebook(machines, merged, coder="ada", reason="merge")
    assert row(units(machines), machines, "waiting and paying") == [[1, *[0] * 7], [1, *[0] * 7]]


def test_rejected_and_withdrawn_codings_are_no_codings(machines):
    """Only what stands counts."""
    both_read(machines)
    first = spoken(machines)[0]
    made = give(machines, "ada", first, "queue")
    gone = DecisionDraft(made.transcript_id, made.span, Verdict.WITHDRAW, made.code)
    keep_decisions(machines, "ada", [gone])
    assert not (units(machines).ratings == 1).any()


@pytest.fixture
def long_turns(tmp_path):
    """One turn cut into several segments, and a short one."""
    long = " ".join(f"This is sentence number {n} of a very long answer that goes on and on." for n in range(40))
    with create_study(tmp_path / "study", "Long") as study:
        add_talk(study, tmp_path, "I1", [("Ada", long), ("Ada", "Short.")])
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        segment_new(study)
        yield study


def test_a_turn_counts_once_and_only_where_all_of_it_was_read(long_turns):
    """A code anywhere in the turn is a code of the turn; a turn read in part is said to be so."""
    *parts, short = spoken(long_turns)
    assert len(parts) > 2
    both_read(long_turns)
    give(long_turns, "ada", parts[0], "queue")
    give(long_turns, "eve", parts[1], "queue")
    found = units(long_turns, Unit.TURN)
    assert row(found, long_turns, "queue") == [[1, 0], [1, 0]]
    assert found.span(0).end == parts[-1].span.end
    assert (len(found), found.torn) == (2, 0)
    part = units(long_turns, Unit.TURN, sample={parts[0].id, short.id})
    assert (len(part), part.torn) == (1, 1)
    assert part.span(0) == short.span


def test_characters_are_those_of_read_segments_and_every_one_counts(machines):
    """METHODS' example in small: ten characters, of which the two share five."""
    first, second, *_ = spoken(machines)
    both_read(machines, [first, second])
    give(machines, "ada", first, "queue", 0, 10)
    give(machines, "eve", first, "queue", 5, 15)
    found = units(machines, Unit.CHARACTER)
    assert len(found) == len(first.text) + len(second.text)
    ada, eve = np.array(row(found, machines, "queue"))
    assert found.size[(ada == 1) & (eve == 1)].sum() == 5
    assert found.size[ada == 1].sum() == found.size[eve == 1].sum() == 10
    assert found.size[(ada == 0) & (eve == 0)].sum() == len(found) - 15


STRETCHES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 20), st.integers(1, 60)), max_size=8
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STRETCHES)
def test_stretches_of_characters_say_the_same_as_character_by_character(machines, made):
    """Against arrays with one place per character, overlapping codings of one coder and codings across segments too."""
    pair = tuple(f"{who} {len(coders(machines))}" for who in ("ada", "eve"))
    segments, queue = spoken(machines, "I1"), code(machines, "queue")
    wanted = np.zeros((2, segments[-1].span.end), bool)
    for who, number, start, size in made:
        at = segments[number].span.start + start
        if at + size <= wanted.shape[1]:
            draft = DecisionDraft(segments[0].transcript_id, Span(at, at + size), Verdict.ADD, queue)
            keep_decisions(machines, pair[who], [draft])
            wanted[who, at : at + size] = True
    for who in pair:
        read(machines, who, segments[:3])
    found = units(machines, Unit.CHARACTER, pair)
    ratings = np.array(row(found, machines, "queue")) == 1
    kept = np.concatenate([np.arange(s.span.start, s.span.end) for s in segments[:3]])
    told = np.concatenate([np.arange(a, b) for a, b in zip(found.start, found.end, strict=True)])
    assert told.tolist() == kept.tolist()
    assert np.repeat(ratings, found.size, axis=1).tolist() == wanted[:, kept].tolist()
