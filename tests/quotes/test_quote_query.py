"""A query of quotes as a value: it goes into an address or a file and comes back the same, or is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.quotes.asked import QuoteQuery
from store.errors import InvalidInputError
from store.values import Role, State

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
QUERIES = st.builds(
    QuoteQuery,
    meaning=TEXT,
    words=TEXT,
    codes=st.lists(TEXT, max_size=3).map(tuple),
    match=st.sampled_from(["any", "all", "near"]),
    within=st.integers(0, 50),
    theme=st.none() | TEXT,
    interviews=st.lists(TEXT, max_size=3).map(tuple),
    roles=st.lists(st.sampled_from(Role), max_size=2).map(tuple),
    where=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    coder=st.none() | TEXT,
    adjudicated=st.booleans(),
    decided_from=st.none() | st.dates(),
    decided_to=st.none() | st.dates(),
    probability_from=st.none() | st.floats(0, 1),
    state=st.none() | st.sampled_from(State),
    order=st.sampled_from(["study", "relevance", "typical", "extreme"]),
    fold=st.booleans(),
    limit=st.none() | st.integers(0, 1000),
)


@given(QUERIES)
def test_a_query_comes_back_as_it_was(query):
    """Through JSON and through an address."""
    assert QuoteQuery.from_json(query.to_json()) == query
    assert QuoteQuery.from_address(query.to_address()) == query


def test_what_is_not_asked_does_not_stand_in_the_address():
    """Short addresses for short queries."""
    assert QuoteQuery().to_address() == ""
    asked = QuoteQuery(codes=("queue",), decided_to=date(2026, 3, 1), roles=(Role.PARTICIPANT,))
    assert asked.to_address() == '{"codes":["queue"],"roles":["participant"],"decided_to":"2026-03-01"}'


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("{", "cannot be understood"),
        ("[" * 100_000, "cannot be understood"),
        ("[]", "set of named values"),
        ('{"colour":"red"}', "asks for “colour”"),
        ('{"codes":"queue"}', "codes must be a list"),
        ('{"codes":[1]}', "codes must be text"),
        ('{"where":[["a"]]}', "pairs of an attribute and its value"),
        ('{"where":["ab"]}', "pairs of an attribute and its value"),
        ('{"limit":true}', "limit must be a number"),
        ('{"limit":-1}', "limit must be a number from 0"),
        ('{"within":"3"}', "within must be a number"),
        ('{"probability_from":NaN}', "between 0 and 1"),
        ('{"probability_to":2}', "between 0 and 1"),
        ('{"state":"sure"}', "sure"),
        ('{"order":"best"}', "order must be one of study, relevance"),
        ('{"fold":"yes"}', "fold must be yes or no"),
        ('{"decided_from":"yesterday"}', "yesterday"),
        ('{"meaning":"' + "x" * 2001 + '"}', "longer than 2000"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_in_a_sentence(address, says):
    """Whoever shortened or changed it by hand is told, and nothing is asked by accident."""
    with pytest.raises(InvalidInputError, match=says):
        QuoteQuery.from_address(address)


def test_half_a_character_is_dropped():
    """An address can hold what no page can show."""
    assert QuoteQuery.from_address('{"words":"a\\ud83d"}').words == "a"
