import numpy as np
import pytest
from study_builder import KeywordScorer, word_embeddings

from assistant.review.decide import DecisionLine, decide
from assistant.suggest import Model, propose, study_pool, suggest
from store.codebook import current_codebook, keep_codebook
from store.segments import segments
from store.values import Code, Role, Verdict


@pytest.fixture
def scored(machines):
    embeddings, _ = word_embeddings(machines)
    suggest(machines, embeddings, Model("fake", "0" * 64, KeywordScorer()))
    return machines


def spoken(study, label="I1"):
    return [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]


def code(study, name, segment, *, read=True):
    place = {"interview": segment.interview, "start": segment.span.start, "end": segment.span.end}
    lines = [DecisionLine(**place, verdict=Verdict.ADD, code=name)]
    lines += [DecisionLine(**place, verdict=Verdict.READ)] if read else []
    decide(study, "ada", list(enumerate(lines, start=1)))


def proposed(study, **options):
    return {d.code for drafts in propose(study, **options).by_segment.values() for d in drafts}


def test_a_theme_is_proposed_once_somebody_coded_with_it(scored):
    """Themes are left to people until one of them uses a theme as a code."""
    theme = current_codebook(scored).themes[0]
    assert theme.guid not in proposed(scored, most=20)
    for segment in spoken(scored):
        code(scored, theme.name, segment)
    assert theme.guid in proposed(scored, most=20)


def test_a_code_that_the_run_did_not_know_is_learned_all_the_same(scored):
    """A code added after the run has no similarity to anything, but confirmed quotes are enough."""
    book = current_codebook(scored)
    keep_codebook(scored, [*book.codes, Code("new-guid", "gardening")], coder="ada", reason="added")
    garden = next(s for s in spoken(scored) if "garden" in s.text)
    same = next(s for s in spoken(scored, "I2") if s.text == garden.text)
    before = study_pool(scored)
    assert "new-guid" in before.pool.codes
    code(scored, "gardening", garden)
    for segment in spoken(scored):
        if segment.id != garden.id:
            code(scored, "queue", segment)
    drafts = propose(scored).by_segment[same.id]
    assert "new-guid" in {draft.code for draft in drafts}


def test_where_everything_is_decided_a_second_coder_still_gets_suggestions(scored):
    """With a wish for precision too, the threshold comes from the segments that there are."""
    for segment in [*spoken(scored, "I1"), *spoken(scored, "I2")]:
        code(scored, "queue", segment)
    proposals = propose(scored, precision=0.5)
    assert proposals.outlook.decided == proposals.outlook.segments
    assert len(proposals) >= proposals.outlook.segments


def test_the_more_precision_is_asked_for_the_less_is_shown(scored):
    """Higher wishes show fewer suggestions that are expected to be right more often; too high a wish shows none."""
    loose, strict, never = (propose(scored, precision=p) for p in (0.2, 0.4, 1.0))
    assert len(loose) > len(strict) > len(never) == 0
    assert loose.outlook.precision >= 0.2
    assert strict.outlook.precision >= 0.4
    assert strict.outlook.coverage < loose.outlook.coverage <= 1
    assert never.outlook.silent == never.outlook.segments
    likeliest = min(d.probability for drafts in strict.by_segment.values() for d in drafts)
    assert likeliest >= strict.outlook.threshold - 1e-6


def test_the_outlook_is_about_what_is_undecided(scored):
    """Decided segments are counted apart."""
    code(scored, "queue", spoken(scored)[0])
    outlook = propose(scored).outlook
    assert outlook.decided == 1
    assert outlook.segments == len(spoken(scored)) + len(spoken(scored, "I2"))
    undecided = {s.id for s in (*spoken(scored), *spoken(scored, "I2"))} - {spoken(scored)[0].id}
    assert outlook.shown == sum(len(d) for key, d in propose(scored).by_segment.items() if key in undecided)


def test_a_draft_tells_what_spoke_for_it_and_what_the_learner_knew(scored):
    """Raw scores, the voices' log-odds and the number of the last decision are with every draft."""
    code(scored, "queue", spoken(scored)[0])
    draft = next(iter(propose(scored).by_segment.values()))[0]
    assert {"retrieval", "sentence", "decisions"} <= set(draft.scores)
    assert any(name.startswith("voice: ") for name in draft.scores)
    assert draft.scores["decisions"] > 0
    assert all(np.isfinite(value) for value in draft.scores.values())


def test_the_same_study_gives_the_same_drafts_and_another_decision_another_state(scored):
    """Nothing but the study's state decides."""
    first, again = propose(scored), propose(scored)
    assert first.by_segment == again.by_segment
    code(scored, "queue", spoken(scored)[0])
    states = {d.learner for drafts in propose(scored).by_segment.values() for d in drafts}
    assert states.isdisjoint({d.learner for drafts in first.by_segment.values() for d in drafts})


def test_one_rejection_does_not_silence_the_machine(scored):
    """After a single no as the only decision, most of what was proposed still is."""
    before = propose(scored)
    draft = next(iter(before.by_segment.values()))[0]
    segment = next(s for s in segments(scored) if s.id == draft.segment_id)
    place = {"interview": segment.interview, "start": segment.span.start, "end": segment.span.end}
    name = next(code.name for code in current_codebook(scored).codes if code.guid == draft.code)
    decide(scored, "ada", [(1, DecisionLine(**place, verdict=Verdict.REJECT, code=name))])
    after = propose(scored)
    assert len(after) > 0.6 * len(before)
    assert 0.5 < sum(after.best.values()) / sum(before.best.values()) < 1.1
