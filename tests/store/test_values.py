"""What the value types promise."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.codebook import codebook_versions, current_codebook, keep_codebook
from store.errors import InvalidInputError
from store.values import Code, Codebook, Span

TOP, MID, LEAF, OTHER = (
    Code("AAAA", "Compute"), Code("bbbb", " Queue ", "AAAA"), Code("cccc", "Weeks", "bbbb"), Code("dddd", "ÉTAT")
)  # fmt: skip
BOOK = Codebook(1, 1, "", (TOP, MID, LEAF, OTHER), datetime(2025, 1, 1, tzinfo=UTC), "ada", "start")


@given(st.integers(-3, 9), st.integers(-3, 9))
def test_a_span_holds_at_least_one_character(start, end):
    """A span exists just where 0 <= start < end."""
    if 0 <= start < end:
        assert len(Span(start, end).of("0123456789")) == end - start
    else:
        with pytest.raises(ValueError, match="0 <= start < end"):
            Span(start, end)


@given(st.tuples(*[st.integers(0, 6)] * 2), st.tuples(*[st.integers(0, 6)] * 2))
def test_spans_overlap_where_they_share_a_character(one, two):
    """Overlap is what sets of characters say it is, and both ways the same."""
    a, b = Span(one[0], one[0] + one[1] + 1), Span(two[0], two[0] + two[1] + 1)
    shared = set(range(a.start, a.end)) & set(range(b.start, b.end))
    assert a.overlaps(b) == b.overlaps(a) == bool(shared)


@pytest.mark.parametrize(("wanted", "code"), [
    ("compute", TOP), ("  COMPUTE ", TOP), ("aaaa", TOP), ("AAAA", TOP), ("queue", MID), ("état", OTHER),
    ("DDDD", OTHER),    ("no such", None), ("", None),
])  # fmt: skip
def test_codes_are_found_by_name_or_guid(wanted, code):
    """Case and white space around do not matter."""
    assert BOOK.find(wanted) == code


def test_the_tree_of_codes():
    """Families, themes, leaves and parents are what the parents' GUIDs say, over more than two levels."""
    assert BOOK.family("AAAA") == {"AAAA", "bbbb", "cccc"}
    assert BOOK.family("cccc") == {"cccc"}
    assert BOOK.themes == (TOP, MID)
    assert [BOOK.theme_of(code) for code in BOOK.codes] == [None, TOP, MID, None]
    assert BOOK.children("AAAA") == (MID,)


def test_codebook_versions_are_kept_apart_and_in_order(blank):
    """Every edit makes a version, older ones read as they were, and the order of the codes is kept."""
    assert current_codebook(blank) is None
    first = keep_codebook(blank, [OTHER, TOP], coder="ada", reason="start")
    second = keep_codebook(blank, [Code("AAAA", "Machines"), OTHER], coder="ben", reason="renamed")
    assert codebook_versions(blank) == (first, second)
    assert current_codebook(blank) == second
    assert (first.version, first.codes, second.version) == (1, (OTHER, TOP), 2)
    assert first.sha256 != second.sha256


@pytest.mark.parametrize(("codes", "words"), [
    ([Code("a", "One"), Code("b", " one ")], "twice"),
    ([Code("a", "  ")], "without a name"),
    ([Code("a", "One", "z")], "not in the codebook"),
    ([Code("a", "One"), Code("a", "Two")], "same GUID"),
    ([Code("a", "One", "a")], "below itself"),
    ([Code("a", "One", "b"), Code("b", "Two", "c"), Code("c", "Three", "a")], "below itself"),
    ([Code("a", "One", "b"), Code("b", "Two", "c"), Code("c", "Three", "b")], "below itself"),
])  # fmt: skip
def test_broken_codebooks_are_refused(blank, codes, words):
    """Doubles, orphans and circles are refused with a sentence, and no version is made."""
    with pytest.raises(InvalidInputError, match=words):
        keep_codebook(blank, codes, coder="ada", reason="x")
    assert current_codebook(blank) is None
