"""How quotes are ranked, and how they are chosen for a paper: known ranks, known vectors, and what always holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from quoted_study import build, proposed
from study_builder import word_embeddings

from assistant.quotes import Quote, QuoteQuery, Shelf, as_record, citation, find, per_interviewee, quotes
from assistant.quotes.choosing import differing, in_order, typicality
from assistant.quotes.duplicates import Twins, repeated, similarity
from assistant.quotes.ranking import best_first, fused
from assistant.segment import embed_new
from store.values import State


def test_reciprocal_rank_fusion_on_known_ranks():
    """Worked by hand after Cormack, Clarke & Büttcher 2009: A is 1st and 3rd, B 2nd and 1st, C 3rd, D 2nd elsewhere."""
    a, b, c, d = range(4)
    scores = fused([[a, b, c], [b, d, a]], 4)
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63, 1 / 62]
    assert np.allclose(scores, expected, atol=0)
    assert best_first(scores).tolist() == [b, a, d, c]


def test_ties_go_to_what_comes_first_in_the_study():
    """Equal ranks in two rankings tie; nothing found ties at 0."""
    assert best_first(fused([[1, 0], [0, 1]], 4)).tolist() == [0, 1, 2, 3]


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_fusion_does_not_depend_on_which_ranking_comes_first(one, other):
    """Symmetric, and what is first in both is first of all."""
    assert np.allclose(fused([one, other], 8), fused([other, one], 8))
    if one[0] == other[0]:
        assert best_first(fused([one, other], 8))[0] == one[0]


POINTS = np.array([[1, 0], [0.96, 0.28], [0.8, 0.6], [0, 1], [0, 0]], np.float32)


def test_the_most_typical_is_nearest_to_the_centroid():
    """By hand: the mean of four points of length one is (0.69, 0.47), whose direction is (0.826, 0.563)."""
    cosines = typicality(POINTS)
    assert np.allclose(cosines[:4], [0.826, 0.951, 0.999, 0.563], atol=1e-3)
    assert np.isnan(cosines[4])
    assert in_order(cosines).tolist() == [2, 1, 0, 3, 4]
    assert in_order(-cosines).tolist() == [3, 0, 1, 2, 4]


def test_the_most_different_is_farthest_from_what_was_picked():
    """By hand: from (1, 0) the farthest is (0, 1); then (0.8, 0.6), at 1 - 0.8 from the first; then what is left."""
    order, far = differing(POINTS, POINTS[:1], 5)
    assert order.tolist() == [3, 2, 1, 0, 4]
    assert np.allclose(far[[3, 2, 1, 0]], [1, 0.2, 0.04, 0], atol=1e-6)
    assert np.isnan(far[4])


def test_with_nothing_picked_the_most_typical_comes_first():
    """Then what is farthest from it, and so on."""
    order, far = differing(POINTS, POINTS[:0], 5)
    assert order.tolist()[:2] == [2, 3]
    assert far[2] == 0
    assert differing(POINTS[4:], POINTS[:0], 3)[0].tolist() == [0]
    assert differing(POINTS[:0], POINTS[:0], 3)[0].tolist() == []


UNITS = arrays(np.float32, st.tuples(st.integers(1, 20), st.just(4)), elements=st.floats(-1, 1, width=16)).map(
    lambda rows: rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6) * rows.any(axis=1, keepdims=True)
)


@settings(max_examples=80, deadline=None)
@given(UNITS, st.integers(0, 3), st.integers(1, 25))
def test_each_pick_is_as_far_as_can_be_from_all_before(rows, picked, count):
    """Against the plain definition of farthest-point traversal; every place comes once."""
    already = rows[:picked][rows[:picked].any(axis=1)]
    order, _ = differing(rows, already, count)
    assert sorted(order.tolist()) == list(range(len(rows)))
    before = [*already] or [rows[order[0]]]
    there = int(rows.any(axis=1).sum())
    for number, place in enumerate(order[: min(count, there)].tolist()):
        if len(already) or number:
            far = 1 - (rows @ np.array(before).T).max(axis=1)
            left = [other for other in order[number:].tolist() if rows[other].any()]
            assert far[place] >= max(far[left]) - 1e-4
        before.append(rows[place])


@settings(max_examples=60, deadline=None)
@given(UNITS)
def test_typicality_is_a_cosine_whatever_the_order(rows):
    """Between -1 and 1, and a row keeps its value wherever it stands."""
    cosines = typicality(rows)
    known = cosines[~np.isnan(cosines)]
    assert ((known >= -1.001) & (known <= 1.001)).all()
    assert np.allclose(typicality(rows[::-1])[::-1], cosines, atol=2e-3, equal_nan=True) or not known.any()


WORDS = st.lists(st.sampled_from([f"word{n}" for n in range(14)]), min_size=8, max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=12), st.randoms(use_true_random=False))
def test_duplicates_are_all_pairs_that_are_similar_enough(texts, chance):
    """No pair is lost, in whatever order and portions the texts come, nor where very many are looked at at once."""
    said = [f" {' '.join(words)} " for words in texts]
    chance.shuffle(said)
    twins = Twins()
    at = chance.randint(0, len(said))
    twins.add(said[:at])
    twins.add(said[at:] + said[:1])
    for text in said:
        words = frozenset(text.split())
        plain = {o for o in said if o != text and similarity(words, frozenset(o.split())) >= 0.9}
        assert twins.of(text) == plain
    same, near = repeated(said, said.__getitem__)
    firsts = {text: said.index(text) for text in said}
    assert same == {
        first: rows
        for text, first in firsts.items()
        if len(rows := [row for row, other in enumerate(said) if other == text]) > 1
    }
    assert near == {
        first: others for text, first in firsts.items() if (others := sorted(firsts[o] for o in twins.of(text)))
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with build(tmp_path_factory.mktemp("ranked")) as study:
        embeddings, _ = word_embeddings(study)
        embed_new(study, embeddings)
        yield study, Shelf(study), embeddings, proposed(study)


def asked(kept, **what):
    study, shelf, embeddings, waiting = kept
    query = QuoteQuery(**({"fold": False} | what))
    return quotes(study, query, shelf=shelf, embeddings=embeddings, proposals=waiting)


def test_meaning_and_words_together_decide_what_is_relevant(kept):
    """What is nearest in meaning and has the rare word is first; scores fall, and the cosine is told."""
    found = asked(kept, meaning="the lovely garden", order="relevance")
    assert found[0].text.startswith("My garden")
    scores = [q.score for q in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == round(2 / 61, 6)
    assert found[0].nearness == max(q.nearness for q in found)


def test_words_alone_rank_without_embeddings(kept):
    """BM25 is enough where only words are asked for; coded stretches rank by their own words."""
    study, shelf, _, waiting = kept
    query = QuoteQuery(words="queue OR letters", order="relevance", state=State.CONFIRMED, fold=False)
    found = quotes(study, query, shelf=shelf, proposals=waiting)
    assert found[0].text.startswith("Licences")
    assert len(found) == 5


def test_a_meaning_asks_for_the_nearest_and_the_order_arranges_them(kept):
    """The two most relevant, but as they come in the study."""
    best = asked(kept, meaning="dull power bill", order="relevance", limit=2)
    listed = asked(kept, meaning="dull power bill", limit=2)
    assert {q.place for q in best} == {q.place for q in listed}
    assert [q.interview for q in listed] == ["I1", "I3"]


def test_quotes_for_a_paper(kept):
    """Typical and extreme are each other's reverse where all differ; what was picked comes last of all."""
    typical, extreme = (asked(kept, order=order, limit=None) for order in ("typical", "extreme"))
    assert [q.score for q in typical] == sorted((q.score for q in typical), reverse=True)
    assert [q.score for q in extreme] == [q.score for q in typical][::-1]
    study, shelf, embeddings, waiting = kept
    query = QuoteQuery(order="different", limit=None, fold=False)
    picked = typical[0]
    found = quotes(study, query, shelf=shelf, embeddings=embeddings, proposals=waiting, already=[picked.place])
    assert found[0].place != picked.place
    assert (found[-1].score, found[0].score) == (0.0, max(q.score for q in found))
    first = quotes(study, query, shelf=shelf, embeddings=embeddings, proposals=waiting)
    assert first[0].place == picked.place
    gone = [("I9", 0, 4), ("I1", 10**6, 10**6 + 4), ("I1", 5, 5)]
    assert quotes(study, query, shelf=shelf, embeddings=embeddings, proposals=waiting, already=gone) == first


def test_what_has_no_vector_yet_is_listed_last(tmp_path):
    """New segments are found by their words and never count as extreme; they get their vectors when they have them."""
    with build(tmp_path) as study:
        embeddings, _ = word_embeddings(study)
        shelf, query = Shelf(study), QuoteQuery(order="extreme", limit=None, fold=False)
        from store.segments import segments

        some = [s.text for s in segments(study) if s.interview != "I3"]
        embeddings.matrix(some)
        found = find(study, query, shelf=shelf, embeddings=embeddings).quotes
        assert {q.interview for q in found[-2:]} == {"I3"}
        assert [q.score for q in found[-2:]] == [None, None]
        embed_new(study, embeddings)
        assert None not in [q.score for q in find(study, query, shelf=shelf, embeddings=embeddings).quotes]


def quote(label="I8", speaker="Ana", role="participant", start_ms=751_900, text="We said “wait”."):
    return Quote(label, speaker, role, 4, 4 + len(text), start_ms, None, text, (), (), State.CONFIRMED)


def test_a_citation_keeps_the_words_and_says_where():
    """Quotation marks inside stay; the time is left out where there is none."""
    assert citation(quote()) == "“We said “wait”.” (I8, 00:12:31)"
    assert citation(quote(start_ms=None)) == "“We said “wait”.” (I8)"
    assert citation(quote(start_ms=36_000_000)) == "“We said “wait”.” (I8, 10:00:00)"
    record = as_record(quote())
    assert (record["citation"], record["start_ms"], record["state"]) == (citation(quote()), 751_900, "confirmed")


def test_who_is_quoted_too_often_is_told():
    """Shares are of what interviewees said; one quote is never too many, and interviewers do not count."""
    some = [quote()] * 3 + [quote("I9")] + [quote("I1", "Int", "interviewer")] * 5 + [quote("I8", "Ben")]
    shares = per_interviewee(some, most=0.5)
    assert [(s.interview, s.speaker, s.count, s.too_many) for s in shares] == [
        ("I8", "Ana", 3, True),
        ("I8", "Ben", 1, False),
        ("I9", "Ana", 1, False),
    ]
    assert sum(s.share for s in shares) == pytest.approx(1)
    assert not any(s.too_many for s in per_interviewee(some, most=0.6))
    assert not per_interviewee([quote()])[0].too_many
    assert per_interviewee([]) == ()
