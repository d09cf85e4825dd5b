"""Co-occurrence against hand-counted tables, against counting one by one, and by its properties."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.relations.cooccurrence import Stretches, Units, together_by_overlap, together_in_units

CODES, TURN, TURNS, INTERVIEWS = 4, 10, 6, 3


def stretches(rows):
    return Stretches(*np.array(rows, np.int64).reshape(-1, 4).T)


def units(interviews=INTERVIEWS, turns=TURNS):
    """In each interview, turns of nine characters and a break."""
    rows = [(i, t * TURN, t * TURN + TURN - 1, t) for i in range(interviews) for t in range(turns)]
    return Units(*np.array(rows, np.int64).T)


spans = st.builds(
    lambda interview, code, start, length: (interview, code, start, min(start + length, TURNS * TURN)),
    st.integers(0, INTERVIEWS - 1),
    st.integers(0, CODES - 1),
    st.integers(0, TURNS * TURN - 2),
    st.integers(1, 25),
)
some = st.lists(spans, max_size=14)
ways = st.sampled_from(["segment", 1, 2, 5, "overlap"])


def found(rows, way, codes=CODES):
    if way == "overlap":
        return together_by_overlap(stretches(rows), codes)
    return together_in_units(stretches(rows), units(), codes, 0 if way == "segment" else way)


def test_a_table_counted_by_hand():
    """A in turns 0, 1, 4 and B in turns 1, 2 of one interview: once together, 1 of 4 turns."""
    rows = [(0, 0, 0, 9), (0, 0, 10, 19), (0, 0, 40, 49), (0, 1, 10, 19), (0, 1, 20, 29)]
    same = found(rows, "segment")
    assert (same.count[0, 1], same.jaccard[0, 1], same.interviews[0, 1]) == (1, 0.25, 1)
    assert same.count.diagonal().tolist() == [3, 2, 0, 0]
    near = found(rows, 1)
    assert near.count[0, 1] == 3  # turns 0, 1 and 2; A in turn 4 has no B near
    assert near.jaccard[0, 1] == 0.75
    assert found(rows, 2).jaccard[0, 1] == 1.0


def test_overlap_counted_by_hand():
    """A on 0–20 and 30–40, B on 10–35: two stretches with both, of 15 characters among 40."""
    together = found([(0, 0, 0, 20), (0, 0, 30, 40), (0, 1, 10, 35)], "overlap")
    assert together.count[0, 1] == 2
    assert together.jaccard[0, 1] == 15 / 40
    assert together.count[0, 0] == 2


def test_touching_spans_do_not_overlap():
    """Ends are exclusive."""
    together = found([(0, 0, 0, 10), (0, 1, 10, 20)], "overlap")
    assert together.count[0, 1] == 0
    assert together.jaccard[0, 1] == 0


def test_two_coders_on_one_stretch_count_once():
    """The same code twice on the same words is one place."""
    once, twice = [(0, 0, 0, 9), (0, 1, 3, 7)], [(0, 0, 0, 9), (0, 0, 0, 9), (0, 1, 3, 7), (0, 1, 4, 6)]
    for way in ("segment", 2, "overlap"):
        assert np.array_equal(found(once, way).count, found(twice, way).count)


def test_neighbours_in_another_interview_are_not_near():
    """The last turn of an interview and the first of the next one are no neighbours."""
    together = found([(0, 0, 50, 59), (1, 1, 0, 9)], 5)
    assert together.count[0, 1] == 0


def test_the_interviews_of_a_pair():
    """Only those in which both stand together."""
    together = found([(0, 0, 0, 5), (2, 0, 0, 5), (2, 1, 0, 5), (1, 1, 0, 5)], "segment")
    assert together.interviews_of(0, 1) == together.interviews_of(1, 0) == (2,)
    assert together.interviews_of(0, 0) == (0, 2)


def test_nothing_coded_gives_an_empty_table():
    """No division by nothing."""
    for way in ("segment", 1, "overlap"):
        together = found([], way)
        assert not together.count.any()
        assert not together.jaccard.any()


def naive_units(rows, reach):
    places = [set() for _ in range(CODES)]
    for interview, code, start, end in rows:
        places[code] |= {(interview, t) for t in range(TURNS) if start < t * TURN + TURN - 1 and t * TURN < end}
    near = [
        [{p for p in a if any((p[0], p[1] + d) in b for d in range(-reach, reach + 1))} for b in places] for a in places
    ]
    return np.array([[len(near[a][b] | near[b][a]) for b in range(CODES)] for a in range(CODES)]), places


def naive_overlap(rows):
    chars = [{(i, at) for i, c, start, end in rows if c == code for at in range(start, end)} for code in range(CODES)]
    return chars, np.array([[len([1 for i, at in a & b if (i, at - 1) not in a & b]) for b in chars] for a in chars])


@given(some, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_units_as_counted_one_by_one(rows, reach):
    """Matrix products give what sets of turns give."""
    together = together_in_units(stretches(rows), units(), CODES, reach)
    count, places = naive_units(rows, reach)
    assert np.array_equal(together.count, count)
    for a in range(CODES):
        for b in range(CODES):
            either = len(places[a] | places[b])
            assert together.jaccard[a, b] == pytest.approx(count[a, b] / either if either else 0)


@given(some)
@settings(max_examples=60, deadline=None)
def test_overlap_as_counted_one_by_one(rows):
    """Interval arithmetic gives what sets of characters give."""
    together = found(rows, "overlap")
    chars, count = naive_overlap(rows)
    assert np.array_equal(together.count, count)
    for a in range(CODES):
        for b in range(CODES):
            either = len(chars[a] | chars[b])
            assert together.jaccard[a, b] == pytest.approx(len(chars[a] & chars[b]) / either if either else 0)


@given(some, ways)
@settings(max_examples=60, deadline=None)
def test_symmetric_and_between_nothing_and_one(rows, way):
    """A with B is B with A, Jaccard lies in 0..1, a code is wholly together with itself."""
    together = found(rows, way)
    for matrix in (together.count, together.jaccard, together.interviews):
        assert np.array_equal(matrix, matrix.T)
    assert (together.jaccard >= 0).all()
    assert (together.jaccard <= 1 + 1e-12).all()
    assert set(together.jaccard.diagonal()) <= {0.0, 1.0}
    assert (together.interviews <= INTERVIEWS).all()
    assert ((together.interviews > 0) == (together.count > 0)).all()


@given(some, ways, st.permutations(range(CODES)), st.permutations(range(INTERVIEWS)), st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_and_names_do_not_matter(rows, way, codes, labels, chance):
    """Codes and interviews under other numbers, codings in another order: the same table."""
    before = found(rows, way)
    moved = [(labels[i], codes[c], start, end) for i, c, start, end in rows]
    chance.shuffle(moved)
    after = found(moved, way)
    assert np.array_equal(before.count, after.count[np.ix_(codes, codes)])
    assert np.allclose(before.jaccard, after.jaccard[np.ix_(codes, codes)])
    assert np.array_equal(before.interviews, after.interviews[np.ix_(codes, codes)])


@given(some)
@settings(max_examples=40, deadline=None)
def test_more_turns_never_give_less(rows):
    """What is together within N turns is so within N + 1."""
    tables = [found(rows, reach) for reach in (0, 1, 2, 3, 6)]
    for near, far in itertools.pairwise(tables):
        assert (near.count <= far.count).all()
        assert (near.jaccard <= far.jaccard + 1e-12).all()
        assert (near.interviews <= far.interviews).all()


def test_a_large_study_is_quick():
    """1,000 interviews × 300 codes with 100 codings each: well below the seconds that a slow machine gets here."""
    rng = np.random.default_rng(6)
    interview, code = rng.integers(0, 1000, 100_000), rng.zipf(1.3, 100_000) % 300
    start = rng.integers(0, 23_000, 100_000)
    coded = Stretches(interview, code, start, start + rng.integers(20, 400, 100_000))
    turns = np.tile(np.arange(120), 1000)
    parts = Units(np.repeat(np.arange(1000), 120), turns * 200, turns * 200 + 199, turns)
    began = time.process_time()
    together_in_units(coded, parts, 300, 3)
    together_by_overlap(coded, 300)
    assert time.process_time() - began < 8
