"""Code by code: each code in the order of the codebook, the likeliest segment first, each once for each code."""

from dataclasses import replace

import pytest
from study_builder import word_embeddings

from assistant.review import Ledger, Read, Sitting, is_blind, next_by_code, stops_by_code
from assistant.review.by_code import tree_order
from assistant.suggest import propose, suggest
from store.codebook import current_codebook
from store.segments import segments
from store.values import Code, Role


@pytest.fixture
def suggested(machines):
    """A study in which suggestions wait."""
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def stops(study, proposals, *, codebook=None, read=(), share=0.0, silent=frozenset()):
    ledger = Ledger(study)
    ledger.refresh()
    return stops_by_code(
        segments(study, role=Role.PARTICIPANT),
        proposals,
        codebook or current_codebook(study),
        ledger=ledger,
        coder="eve",
        read_before=Read((s.transcript_id, s.span) for s in read),
        blind_share=share,
        silent=silent,
    )


def test_the_walk_meets_every_suggestion_once_code_by_code(suggested):
    """In the order of the codebook's tree; within a code the likeliest come first; a segment comes for each code."""
    proposals, book = propose(suggested), current_codebook(suggested)
    way, seen, code = stops(suggested, proposals), [], None
    while stop := next_by_code(way, book, code, {each.key for each in seen}):
        seen.append(stop)
        code = stop.code
    assert {stop.key for stop in seen} == {
        (d.segment_id, d.code) for some in proposals.by_segment.values() for d in some
    }
    assert len(seen) == len(proposals)
    place = [each.guid for each in tree_order(book)]
    keys = [(place.index(stop.code), -stop.probability) for stop in seen]
    assert keys == sorted(keys)
    assert len({stop.segment.id for stop in seen}) < len(seen)


def test_what_is_decided_or_hidden_is_no_stop(suggested):
    """A word on that code closes it for that code alone; what was read before, hidden or retired does not come."""
    proposals, book = propose(suggested), current_codebook(suggested)
    everything = stops(suggested, proposals)
    twice = next(s.segment for s in everything if sum(o.segment == s.segment for o in everything) > 1)
    first = next(draft for draft in proposals.by_segment[twice.id])
    Sitting("eve").reject(suggested, twice, first)
    Sitting("ada").accept(suggested, twice, proposals.by_segment[twice.id][1])
    left = {stop.key for stop in stops(suggested, proposals)}
    assert left == {stop.key for stop in everything} - {(twice.id, first.code)}
    assert all(stop.segment != twice for stop in stops(suggested, proposals, read=[twice]))
    assert {stop.segment.interview for stop in stops(suggested, proposals, silent=frozenset({"I1"}))} == {"I2"}
    blind = stops(suggested, proposals, share=0.5)
    assert blind
    assert not any(is_blind(stop.segment, proposals, 0.5) for stop in blind)
    retired = replace(book, codes=tuple(replace(code, retired=code.guid == first.code) for code in book.codes))
    assert first.code not in {stop.code for stop in stops(suggested, proposals, codebook=retired)}


def test_after_the_last_code_come_the_ones_before(suggested):
    """From a code whose stops are all decided the walk goes on with the next one, and in the end comes round."""
    proposals, book = propose(suggested), current_codebook(suggested)
    way = stops(suggested, proposals)
    codes = list(dict.fromkeys(stop.code for stop in way))
    assert len(codes) > 2
    without = [stop for stop in way if stop.code != codes[1]]
    assert next_by_code(without, book, codes[1], set()).code == codes[2]
    assert next_by_code(way, book, codes[-1], {s.key for s in way if s.code == codes[-1]}).code == codes[0]
    assert next_by_code(way, book, None, set()) == way[0]
    assert next_by_code(way, book, codes[0], {stop.key for stop in way}) is None


def test_a_theme_stands_before_its_codes(suggested):
    """Whatever their order in the file is."""
    codes = (Code("b", "B", "a"), Code("z", "Z"), Code("a", "A"), Code("c", "C", "b"), Code("d", "D", "a"))
    book = replace(current_codebook(suggested), codes=codes)
    assert [code.guid for code in tree_order(book)] == ["z", "a", "b", "c", "d"]
