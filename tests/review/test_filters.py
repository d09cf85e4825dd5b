"""Filters of the review: what passes, what may never be found, their words and the address that keeps them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_builder import word_embeddings

from assistant.review import Filters, Ledger, Sitting, is_blind, matching
from assistant.suggest import propose, suggest
from store.codebook import current_codebook
from store.interviews import interviews
from store.segments import segments
from store.values import Role


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def found(study, filters, *, proposals=None, share=0.0, silent=frozenset()):
    ledger, spoken = Ledger(study), segments(study, role=Role.PARTICIPANT)
    ledger.refresh()
    return matching(
        spoken,
        filters,
        proposals=proposals or propose(study),
        codebook=current_codebook(study),
        attributes={interview.label: interview.attributes for interview in interviews(study)},
        read=ledger.read("eve", spoken),
        ledger=ledger,
        coder="eve",
        blind_share=share,
        silent=silent,
    )


def spoken_in(study):
    return segments(study, role=Role.PARTICIPANT)


def guid(study, name):
    return current_codebook(study).find(name).guid


def test_nothing_filters_nothing(suggested):
    """Without a filter everything passes, in study order."""
    assert found(suggested, Filters()) == spoken_in(suggested)
    assert not Filters()
    assert Filters(open_only=True)


def test_each_filter_keeps_what_it_says(suggested):
    """Interview, attribute, speaker, words in any case, and what is unread; together they all hold."""
    everything = spoken_in(suggested)
    assert {s.interview for s in found(suggested, Filters(interviews=frozenset({"I2"})))} == {"I2"}
    north = Filters(attributes=(("region", frozenset({"north", "east"})),))
    assert {s.interview for s in found(suggested, north)} == {"I1"}
    assert found(suggested, Filters(attributes=(("shoe size", frozenset({"9"})),))) == ()
    assert found(suggested, Filters(speakers=frozenset({"Ada"}))) == everything
    assert found(suggested, Filters(speakers=frozenset({"Ben"}))) == ()
    texts = [s.text for s in found(suggested, Filters(words="MACHINES  queue"))]
    assert texts
    assert all("queue" in text and "machines" in text for text in texts)
    Sitting("eve").read(suggested, everything[0])
    assert found(suggested, Filters(open_only=True)) == everything[1:]
    both = Filters(words="queue", interviews=frozenset({"I2"}))
    assert [s.interview for s in found(suggested, both)] == ["I2"]


def test_a_code_is_found_where_it_is_suggested_and_where_the_coder_used_it(suggested):
    """A theme stands for its children; a rejection is no coding; what another coder coded does not count."""
    proposals, queue = propose(suggested), guid(suggested, "queue")
    there = {key for key, drafts in proposals.by_segment.items() if queue in {d.code for d in drafts}}
    by_code = Filters(codes=frozenset({queue}))
    assert {s.id for s in found(suggested, by_code, proposals=proposals)} == there
    theme = Filters(codes=frozenset({guid(suggested, "compute")}))
    assert {s.id for s in found(suggested, theme, proposals=proposals)} >= there
    elsewhere = next(s for s in spoken_in(suggested) if s.id not in there)
    Sitting("ada").add(suggested, elsewhere, [queue])
    assert {s.id for s in found(suggested, by_code, proposals=proposals)} == there
    sitting = Sitting("eve")
    (made,) = sitting.add(suggested, elsewhere, [queue])
    assert {s.id for s in found(suggested, by_code, proposals=proposals)} == {*there, elsewhere.id}
    sitting.withdraw(suggested, elsewhere, made)
    assert {s.id for s in found(suggested, by_code, proposals=proposals)} == there


def test_a_probability_is_one_of_the_codes_asked_for(suggested):
    """With codes the suggestion of one of them must be as likely; a coding without suggestion does not count then."""
    proposals = propose(suggested)
    drafts = [draft for some in proposals.by_segment.values() for draft in some]
    one = drafts[len(drafts) // 2]
    exact = (one.probability, one.probability)
    expected = {d.segment_id for d in drafts if d.probability == one.probability}
    assert {s.id for s in found(suggested, Filters(probability=exact), proposals=proposals)} == expected
    same = {d.segment_id for d in drafts if d.probability == one.probability and d.code == one.code}
    both = Filters(probability=exact, codes=frozenset({one.code}))
    assert {s.id for s in found(suggested, both, proposals=proposals)} == same
    other = next(s for s in spoken_in(suggested) if s.id not in same)
    Sitting("eve").add(suggested, other, [one.code])
    assert {s.id for s in found(suggested, both, proposals=proposals)} == same


@given(st.booleans(), st.booleans())
def test_what_is_hidden_is_not_found_by_its_suggestions(blind_study, by_code, by_chance):
    """An unread segment of the blind sample, or of a double coding, is left out whatever would be suggested there."""
    study, proposals = blind_study
    codes = frozenset(code.guid for code in current_codebook(study).codes) if by_code else frozenset()
    filters = Filters(codes=codes, probability=(0.0, 1.0) if by_chance else None)
    if not filters:
        return
    drawn = {s.id for s in spoken_in(study) if is_blind(s, proposals, 0.5)}
    shown = {s.id for s in found(study, filters, proposals=proposals, share=0.5)}
    assert shown
    assert not shown & drawn
    none_there = replace(
        proposals, by_segment={key: some for key, some in proposals.by_segment.items() if key not in drawn}
    )
    assert {s.id for s in found(study, filters, proposals=none_there, share=0.5)} == shown
    assert {s.interview for s in found(study, filters, proposals=proposals, silent=frozenset({"I1"}))} == {"I2"}


@pytest.fixture(scope="module")
def blind_study(tmp_path_factory):
    """A study that the property above only reads, and its proposals."""
    from study_builder import built_study

    with built_study(tmp_path_factory.mktemp("blind")) as study:
        suggest(study, word_embeddings(study)[0], None)
        yield study, propose(study)


def test_a_blind_segment_is_found_by_what_its_coder_said(suggested):
    """Their own coding tells them nothing new; once read, the suggestions are known and may be asked for."""
    proposals = propose(suggested)
    hidden = next(s for s in spoken_in(suggested) if is_blind(s, proposals, 0.5) and proposals.by_segment.get(s.id))
    code = proposals.by_segment[hidden.id][0].code
    by_code = Filters(codes=frozenset({code}))
    assert hidden not in found(suggested, by_code, proposals=proposals, share=0.5)
    sitting = Sitting("eve")
    sitting.add(suggested, hidden, [code])
    assert hidden in found(suggested, by_code, proposals=proposals, share=0.5)
    sitting.undo(suggested)
    sitting.read(suggested, hidden)
    assert hidden in found(suggested, by_code, proposals=proposals, share=0.5)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = st.frozensets(TEXT, max_size=3)
CHANCE = st.floats(0, 1)
FILTERS = st.builds(
    Filters,
    open_only=st.booleans(),
    codes=NAMES,
    probability=st.none() | st.tuples(CHANCE, CHANCE).map(lambda two: (min(two), max(two))),
    speakers=NAMES,
    attributes=st.lists(st.tuples(TEXT, st.frozensets(TEXT, min_size=1, max_size=2)), max_size=2).map(tuple),
    interviews=NAMES,
    words=TEXT,
)


@given(FILTERS)
def test_the_address_keeps_the_filters(filters):
    """What is written into the address is read back from it; nothing needs no address; they can be put in a set."""
    assert Filters.from_query(filters.to_query()) == filters
    assert bool(filters.to_query()) == bool(filters)
    assert hash(Filters.from_query(filters.to_query())) == hash(filters)


NONSENSE = [
    "",
    "{",
    "[]",
    "7",
    "null",
    '{"p":[0.5]}',
    '{"p":"ab"}',
    '{"p":[0.5,NaN]}',
    '{"p":[0.9,0.1]}',
    '{"p":[1' + "0" * 400 + ",1]}",
    '{"attributes":[1]}',
    '{"codes":"abc"}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", NONSENSE, ids=[text[:20] for text in NONSENSE])
def test_nonsense_in_the_address_filters_nothing(text):
    """An address is typed by anybody: what cannot be understood is left away."""
    assert Filters.from_query(text) == Filters()


def test_half_a_character_in_the_address_is_dropped():
    """No page could show it."""
    assert Filters.from_query('{"words":"a\\ud800b"}').words == "ab"


def test_a_sentence_says_what_is_filtered(suggested):
    """In plain words, with the names of codes as they are."""
    book = current_codebook(suggested)
    assert Filters().sentence(book) == ""
    everything = Filters(
        True,
        frozenset({guid(suggested, "queue"), guid(suggested, "cost"), "gone"}),
        (0.1, 0.605),
        frozenset({"Ada"}),
        (("region", frozenset({"north"})),),
        frozenset({"I1", "I2", "I3"}),
        "power bill",
    )
    assert everything.sentence(book) == (
        "Passages that you have not read, where “cost” or “queue” is suggested at 10 to 60.5 %, said by Ada,"
        " in I1, I2 or I3, from interviews whose region is north, with the words “power bill”."
    )
    coded = Filters(codes=frozenset({guid(suggested, "queue")})).sentence(book)
    assert coded == "Passages, where “queue” is suggested, or coded by you."
    assert Filters(probability=(0, 1)).sentence(book) == "Passages, with a suggestion at 0 to 100 %."
    assert Filters(codes=frozenset({"gone"})).sentence(book).startswith("Passages, where a code that is gone is")
