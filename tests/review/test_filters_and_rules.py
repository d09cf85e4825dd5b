"""Which segments a coder goes through, and rules for many suggestions at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_builder import word_embeddings

from assistant.review import Filters, Ledger, Rule, Sitting, is_blind, matching, preview
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


def spoken(study):
    return segments(study, role=Role.PARTICIPANT)


def found(study, filters, *, coder="eve", share=0.0, silent=frozenset()):
    ledger, everything = Ledger(study), spoken(study)
    ledger.refresh()
    return matching(
        everything,
        filters,
        proposals=propose(study),
        codebook=current_codebook(study),
        attributes={i.label: i.attributes for i in interviews(study)},
        read=ledger.read(coder, everything),
        ledger=ledger,
        coder=coder,
        blind_share=share,
        silent=silent,
    )


def code(study, name):
    return current_codebook(study).find(name).guid


def test_without_filters_everything_passes(suggested):
    """And such filters are none."""
    assert not Filters()
    assert found(suggested, Filters()) == spoken(suggested)


def test_each_filter_keeps_what_it_says(suggested):
    """Unread, interview, speaker, words, attribute: alone and together."""
    first, *_ = everything = spoken(suggested)
    Sitting("eve").read(suggested, first)
    assert found(suggested, Filters(open_only=True)) == everything[1:]
    label = first.interview
    assert {s.interview for s in found(suggested, Filters(interviews=frozenset({label})))} == {label}
    speaker = frozenset({first.speaker})
    assert {s.speaker for s in found(suggested, Filters(speakers=speaker))} == {first.speaker}
    word = first.text.split()[-2].upper()
    assert first in found(suggested, Filters(words=word))
    assert found(suggested, Filters(words=f"{word} zyzzyva")) == ()
    name, value = next(iter(interviews(suggested)[0].attributes.items()))
    with_it = {i.label for i in interviews(suggested) if i.attributes.get(name) == value}
    kept = found(suggested, Filters(attributes=((name, frozenset({value})),)))
    assert {s.interview for s in kept} == with_it
    assert found(suggested, Filters(open_only=True, interviews=frozenset({label}), words=word)) == tuple(
        s for s in everything[1:] if s.interview == label and word.casefold() in s.text.casefold()
    )


def test_a_code_is_found_where_it_is_suggested_or_where_i_gave_it(suggested):
    """A theme stands for its children; what somebody else coded does not count."""
    proposals, queue = propose(suggested), code(suggested, "queue")
    by_machine = {s.id for s in spoken(suggested) if any(d.code == queue for d in proposals.by_segment.get(s.id, ()))}
    assert by_machine
    assert {s.id for s in found(suggested, Filters(codes=frozenset({queue})))} == by_machine
    other = next(s for s in spoken(suggested) if s.id not in by_machine)
    Sitting("ada").add(suggested, other, [queue])
    assert other not in found(suggested, Filters(codes=frozenset({queue})))
    Sitting("eve").add(suggested, other, [queue])
    assert other in found(suggested, Filters(codes=frozenset({queue})))
    theme = current_codebook(suggested).theme_of(current_codebook(suggested).find("queue"))
    assert set(found(suggested, Filters(codes=frozenset({theme.guid})))) >= set(
        found(suggested, Filters(codes=frozenset({queue})))
    )


def test_a_probability_is_one_of_a_shown_suggestion(suggested):
    """Both ends count; with codes, it is theirs."""
    drafts = [d for drafts in propose(suggested).by_segment.values() for d in drafts]
    middle = sorted(d.probability for d in drafts)[len(drafts) // 2]
    kept = found(suggested, Filters(probability=(middle, 1.0)))
    wanted = {d.segment_id for d in drafts if d.probability >= middle}
    assert {s.id for s in kept} == wanted
    assert found(suggested, Filters(probability=(0.0, 0.0))) == ()


def test_what_is_hidden_is_not_found_by_what_it_says(suggested):
    """Neither the unread blind sample nor a silent interview tells what is suggested there."""
    queue = Filters(codes=frozenset({code(suggested, "queue")}))
    everything = found(suggested, queue)
    assert everything
    assert found(suggested, queue, share=1.0) == ()
    Sitting("eve").read(suggested, everything[0])
    assert found(suggested, queue, share=1.0) == (everything[0],)
    assert found(suggested, queue, silent=frozenset(s.interview for s in everything)) == ()


@given(
    st.builds(
        Filters,
        open_only=st.booleans(),
        codes=st.frozensets(st.text(max_size=5)),
        probability=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
        speakers=st.frozensets(st.text(max_size=5)),
        attributes=st.lists(st.tuples(st.text(max_size=3), st.frozensets(st.text(max_size=3))), max_size=2).map(tuple),
        interviews=st.frozensets(st.text(max_size=5)),
        words=st.text(max_size=8),
    )
)
def test_filters_survive_the_address(filters):
    """What stands in the address comes back the same; nothing stands there where nothing is filtered."""
    assert Filters.from_query(filters.to_query()) == filters
    assert Filters().to_query() == ""


@pytest.mark.parametrize("text", ["x", "[]", "3", '{"p": 1}', '{"p": ["a"]}', '{"attributes": 3}', "[" * 10_000])
def test_an_address_that_says_nothing_sensible_filters_nothing(text):
    """Whatever somebody types there."""
    assert Filters.from_query(text) == Filters()


# ---- rules


def shown_by(study, rule, *, coder="eve", share=0.0, silent=frozenset()):
    ledger, everything = Ledger(study), spoken(study)
    ledger.refresh()
    return preview(
        rule,
        everything,
        propose(study),
        ledger=ledger,
        coder=coder,
        read=ledger.read(coder, everything),
        blind_share=share,
        silent=silent,
    )


def test_a_rule_shows_exactly_what_it_would_reject(suggested):
    """Below the bound, of the code, in the interview; what was answered is left out."""
    drafts = {(s.id, d.code): d for s in spoken(suggested) for d in propose(suggested).by_segment.get(s.id, ())}
    found = shown_by(suggested, Rule(None, 1.01))
    assert {(s.id, d.code) for s, d in found.pairs} == set(drafts)
    chances = [d.probability for _, d in found.pairs]
    assert chances == sorted(chances, reverse=True)
    assert sum(found.by_interview.values()) == len(drafts)
    bound = sorted(chances)[len(chances) // 2]
    assert all(d.probability < bound for _, d in shown_by(suggested, Rule(None, bound)).pairs)
    queue = code(suggested, "queue")
    assert {d.code for _, d in shown_by(suggested, Rule(queue, 1.01)).pairs} == {queue}
    label = spoken(suggested)[0].interview
    assert {s.interview for s, _ in shown_by(suggested, Rule(None, 1.01, frozenset({label}))).pairs} == {label}
    segment, draft = found.pairs[0]
    Sitting("eve").accept(suggested, segment, draft)
    assert (segment.id, draft.code) not in {(s.id, d.code) for s, d in shown_by(suggested, Rule(None, 1.01)).pairs}


def test_a_rule_reaches_nothing_that_is_hidden(suggested):
    """The blind sample stays blind, and so does a second coder."""
    blind = {s.id for s in spoken(suggested) if is_blind(s, propose(suggested), 0.5)}
    reached = {s.id for s, _ in shown_by(suggested, Rule(None, 1.01), share=0.5).pairs}
    assert reached
    assert not reached & blind
    everywhere = frozenset(s.interview for s in spoken(suggested))
    assert shown_by(suggested, Rule(None, 1.01), silent=everywhere).pairs == ()
