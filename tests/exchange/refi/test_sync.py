"""Times of turns and words as sync points, and back."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.exchange.refi.layout import laid_out, taken_apart
from assistant.exchange.refi.project import SyncPoint
from assistant.exchange.refi.sync import spoken_at, sync_points
from store.turns import joined
from store.values import NewTurn, Role, Span, Word

TRANSCRIPT = "6d6f1a7e-7d0f-4c3b-9d2a-0e9f4c1b2a33"
MS = st.integers(0, 100_000)


@st.composite
def timed_turns(draw):
    """Turns of which some, and some of whose words, have times; words may touch each other."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        tokens = draw(st.lists(st.sampled_from(["so", "😀", "Ana:", "e\u0301t", "日本"]), min_size=1, max_size=5))
        text, words = " ".join(tokens), []
        at = 0
        for token in tokens:
            pieces = [(at, at + len(token))]
            if len(token) > 1 and draw(st.booleans()):
                pieces = [(at, at + 1), (at + 1, at + len(token))]
            words += [Word(a, b, draw(MS), draw(MS), 1.0) for a, b in pieces if draw(st.integers(0, 3))]
            at += len(token) + 1
        begin, end = draw(st.none() | MS), draw(st.none() | MS)
        found.append(
            NewTurn(text, draw(st.sampled_from([None, "Ana", "B:C"])), Role.PARTICIPANT, begin, end, tuple(words))
        )
    return found


@settings(max_examples=300, deadline=None)
@given(timed_turns(), st.data())
def test_times_come_back_and_every_selection_has_its_edges(turns, data):
    text, laid = joined(turns), laid_out(turns)
    spans = []
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(text) - 1))
        spans.append(laid.span(Span(start, data.draw(st.integers(start + 1, len(text))))))
    edges = sync_points(TRANSCRIPT, turns, laid, spans)
    assert all(edges.starts[span.start].position == span.start for span in spans)
    assert all(edges.ends[span.end].position == span.end for span in spans)
    assert {edges.starts[span.start] for span in spans} | {edges.ends[span.end] for span in spans} <= set(edges.points)
    assert len({point.guid for point in edges.points}) == len(edges.points)
    assert all(a.position <= b.position for a, b in pairwise(edges.points))
    taken = taken_apart(laid.text, laid.description)
    timed = any(turn.start_ms is not None or turn.end_ms is not None or turn.words for turn in turns)
    assert spoken_at(taken, TRANSCRIPT, edges.points) == (tuple(turns) if timed else None)


def test_an_edge_within_a_word_is_timed_by_its_place():
    """A selection of “borr” of the word “borrowed”, which takes 800 ms, ends after half of them."""
    turns = [NewTurn("We borrowed it.", "Ana", start_ms=1000, end_ms=3000, words=(Word(3, 11, 1600, 2400, 0.9),))]
    laid = laid_out(turns)
    edges = sync_points(TRANSCRIPT, turns, laid, [laid.span(Span(3, 7))])
    assert edges.starts[8].time_ms == 1600
    assert edges.ends[12].time_ms == 2000
    assert [(point.position, point.time_ms) for point in edges.points] == [
        (5, 1000),
        (8, 1600),
        (12, 2000),
        (16, 2400),
        (20, 3000),
    ]


def test_where_nothing_is_timed_edges_have_places_alone():
    turns = [NewTurn("We borrowed it.")]
    laid = laid_out(turns)
    edges = sync_points(TRANSCRIPT, turns, laid, [Span(3, 11)])
    assert [(point.position, point.time_ms) for point in edges.points] == [(3, None), (11, None)]


def test_points_of_another_program_are_not_taken_for_ours():
    taken = taken_apart("Ana: One.", "Speakers: Ana (participant)")
    assert spoken_at(taken, TRANSCRIPT, [SyncPoint("0e9f4c1b-7d0f-4c3b-9d2a-6d6f1a7e2a33", 5, 1000)]) is None
