"""The probability of every segment and code, proposed or not."""

import pytest
from study_builder import word_embeddings

from assistant.suggest import propose, suggest
from store.codebook import current_codebook
from store.segments import segments
from store.values import Role


@pytest.fixture
def scored(machines):
    suggest(machines, word_embeddings(machines)[0], None)
    return machines


def test_everything_that_is_proposed_is_as_likely_as_said(scored):
    """What is drafted on demand is the very suggestion that would be shown."""
    proposals = propose(scored)
    shown = [draft for some in proposals.by_segment.values() for draft in some]
    assert {proposals.chances.of(d.segment_id, d.code) - d.probability for d in shown} == {0}
    assert proposals.chances.drafts([(d.segment_id, d.code) for d in shown]) == tuple(shown)
    assert proposals.chances.drafts([]) == ()


def test_what_is_less_likely_is_found_of_all_codes_or_of_some(scored):
    """Below the limit and not at it; codes that are not offered have no probability at all."""
    chances, book = propose(scored).chances, current_codebook(scored)
    spoken = [s.id for s in segments(scored, role=Role.PARTICIPANT)]
    offered = [c.guid for c in book.codes if c.guid not in {theme.guid for theme in book.themes}]
    known = {(key, code): chances.of(key, code) for key in spoken for code in offered}
    limit = sorted(known.values())[len(known) // 3]
    below = {(key, code) for key, codes in chances.below(limit).items() for code in codes}
    assert below == {pair for pair, chance in known.items() if chance < limit}
    one = {(key, code) for key, codes in chances.below(limit, offered[:1]).items() for code in codes}
    assert one == {pair for pair in below if pair[1] == offered[0]}
    assert {chances.of(spoken[0], theme.guid) for theme in book.themes} == {None}
    assert chances.of(10_000, offered[0]) is chances.of(spoken[0], "no such code") is None
    assert list(chances.below(1.0)) == spoken
