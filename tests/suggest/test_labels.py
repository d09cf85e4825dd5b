from dataclasses import replace

import numpy as np
import pytest

from assistant.suggest.labels import labels_of
from store.canonical import sha256_text
from store.values import Code, Role, Segment, Span, Stance, Verdict

CODES = (Code("a", "A"), Code("b", "B"), Code("c", "C"))
BOOKS = {1: frozenset("ab"), 2: frozenset("abc")}


def segment(number, start, end, transcript_id=1):
    text = "x" * (end - start)
    return Segment(
        number, "I1", transcript_id, 1, number, number, Span(start, end), text, sha256_text(text), "P",
        Role.PARTICIPANT, None, None,
    )  # fmt: skip


SEGMENTS = (segment(1, 0, 100), segment(2, 101, 200), segment(3, 0, 50, transcript_id=2))


def stance(verdict, code, start, end, *, transcript_id=1, book=2, event=1, coder="ada"):
    return Stance(event, transcript_id, Span(start, end), Verdict(verdict), code, coder, book)


def told(*stances, codes=CODES, before=None):
    """Known truths as {(segment, code): truth}."""
    labels = labels_of(SEGMENTS, codes, stances, BOOKS, before)
    places = np.argwhere(labels.known).tolist()
    return {(SEGMENTS[r].id, codes[c].guid): float(labels.truth[r, c]) for r, c in places}


def test_nothing_decided_is_nothing_known():
    """Without decisions every pair is unknown."""
    assert told() == {}


def test_a_coding_is_a_yes_and_reading_makes_the_rest_a_no():
    """What was read and left uncoded is known not to carry the code; what was not read stays unknown."""
    assert told(stance("add", "a", 0, 100)) == {(1, "a"): 1}
    found = told(stance("add", "a", 0, 100), stance("read", None, 0, 100))
    assert found == {(1, "a"): 1, (1, "b"): 0, (1, "c"): 0}


def test_a_code_that_was_not_in_the_codebook_yet_is_unknown_where_was_read():
    """Reading under an older version says nothing of codes added since."""
    assert told(stance("read", None, 0, 100, book=1)) == {(1, "a"): 0, (1, "b"): 0}
    assert len(told(stance("read", None, 0, 100, book=None))) == 3


def test_a_rejection_is_a_no_outright():
    """Rejected is marked as such, and another coder's coding wins over it."""
    labels = labels_of(SEGMENTS, CODES, [stance("reject", "b", 0, 100)], BOOKS)
    assert labels.rejected[0, 1]
    assert labels.known.sum() == 1
    both = labels_of(SEGMENTS, CODES, [stance("reject", "b", 0, 100), stance("add", "b", 0, 100, coder="ben")], BOOKS)
    assert both.truth[0, 1] == 1
    assert not both.rejected.any()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 100, {(1, "a"): 1}),
        (80, 100, {(1, "a"): 1}),
        (90, 100, {(1, "a"): 1}),
        (95, 160, {(2, "a"): 1}),
        (0, 200, {(1, "a"): 1, (2, "a"): 1}),
    ],
)
def test_a_coding_counts_for_segments_that_it_covers_or_lies_in(start, end, expected):
    """A fifth of a segment is enough, and so is lying mostly inside it; a touch alone is not."""
    assert told(stance("add", "a", start, end)) == expected


def test_a_touch_makes_a_read_segment_unclear_not_uncoded():
    """Where a coding reaches a little into a segment that was read, nothing is said of that code there."""
    found = told(stance("add", "a", 95, 160), stance("read", None, 0, 200))
    assert (1, "a") not in found
    assert found[1, "b"] == 0


def test_half_a_reading_is_no_reading():
    """A segment counts as read where most of it was."""
    assert told(stance("read", None, 0, 60)) == {}


def test_interviews_are_kept_apart():
    """The same offsets in another transcript are another place."""
    assert told(stance("add", "a", 0, 50, transcript_id=2)) == {(3, "a"): 1}


def test_a_renamed_code_keeps_its_learning():
    """What counts is the code's identity, not its name."""
    renamed = (replace(CODES[0], name="Other"), *CODES[1:])
    assert told(stance("add", "a", 0, 100), codes=renamed) == {(1, "a"): 1}


def test_a_split_code_shares_its_learning():
    """Both parts take over the old code's codings in half shares and its absences whole; own decisions count first."""
    parts = (Code("a1", "A1", origins=("a",)), Code("a2", "A2", origins=("a",)), CODES[1])
    decisions = [stance("add", "a", 0, 100), stance("read", None, 0, 100), stance("read", None, 101, 200)]
    found = told(*decisions, codes=parts)
    assert (found[1, "a1"], found[1, "a2"], found[2, "a1"], found[2, "a2"]) == (0.5, 0.5, 0, 0)
    found = told(*decisions, stance("add", "a1", 0, 100), codes=parts)
    assert (found[1, "a1"], found[1, "a2"]) == (1, 0.5)


def test_a_merged_code_takes_over_the_codings_of_both():
    """A code made of two carries the codings of either in full."""
    merged = (replace(CODES[0], origins=("b",)), CODES[2])
    assert told(stance("add", "b", 0, 100), codes=merged) == {(1, "a"): 1}


@pytest.mark.parametrize("merged", [replace(CODES[0], origins=("b",)), Code("n", "N", origins=("a", "b"))])
def test_a_merged_code_is_there_where_either_was_though_the_segment_was_read(merged):
    """That the other one was not there when the segment was read takes nothing away; a reading since then does."""
    decisions = [stance("add", "b", 0, 100), stance("read", None, 0, 100)]
    assert told(*decisions, codes=(merged, CODES[2])) == {(1, merged.guid): 1, (1, "c"): 0}
    since = {**BOOKS, 3: frozenset({merged.guid, "c"})}
    labels = labels_of(SEGMENTS, (merged,), [*decisions, stance("read", None, 0, 100, book=3)], since)
    assert (labels.known[0, 0], labels.truth[0, 0]) == (True, 0)


def test_only_what_came_before_an_event_counts_where_that_is_asked():
    """Decisions made after suggestions were shown are left out of the blind sample."""
    decisions = [stance("add", "a", 0, 100, event=5), stance("read", None, 0, 100, event=9)]
    assert told(*decisions, before={1: 7}) == {(1, "a"): 1}
    assert told(*decisions, before={1: 5}) == {}
    assert len(told(*decisions, before={2: 1})) == 3
