import uuid
from dataclasses import replace

import numpy as np
import pytest
from filelock import FileLock
from study_builder import CODES, TALK, KeywordScorer, add_talk, codebook_codes, word_embeddings

from assistant.segment import segment_new
from assistant.suggest import Model, propose, show, suggest
from assistant.suggest.run import SHORTLIST
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings
from store.errors import ConflictError, InvalidInputError
from store.runs import load_scores, suggestions
from store.segments import segments
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.values import Code, NewTurn, Role


def run(study, scorer=None, **options):
    embeddings, _ = word_embeddings(study)
    model = None if scorer is None else Model("fake", "0" * 64, scorer)
    return suggest(study, embeddings, model, **options)


def named(study):
    return {code.guid: code.name for code in current_codebook(study).codes}


def test_a_segment_gets_the_code_whose_definition_it_speaks_of(machines):
    """The planted words lead to the planted codes, in every interview."""
    run(machines, KeywordScorer())
    names = named(machines)
    first = {s.text[:7]: propose(machines).by_segment.get(s.id, ()) for s in segments(machines, "I2")}
    assert names[first["We wait"][0].code] == "queue"
    assert names[first["The pow"][0].code] == "cost"
    assert names[first["Cleanin"][0].code] == "cleaning"


def test_only_participants_are_coded_and_themes_are_not_suggested(machines):
    """Interviewers' words are no data, and a theme is coded through its codes."""
    run(machines)
    proposals = propose(machines)
    interviewers = {s.id for s in segments(machines, role=Role.INTERVIEWER)}
    themes = {theme.guid for theme in current_codebook(machines).themes}
    assert not interviewers & proposals.by_segment.keys()
    assert not themes & {d.code for drafts in proposals.by_segment.values() for d in drafts}
    assert interviewers
    assert themes


def test_evidence_is_a_slice_of_the_segment(machines):
    """The sentence that carries a suggestion is pointed at, never typed."""
    run(machines)
    here = {s.id: s for s in segments(machines)}
    text = {label: transcript(machines, label).text for label in ("I1", "I2")}
    for segment_id, drafts in propose(machines).by_segment.items():
        segment = here[segment_id]
        for draft in drafts:
            (span,) = draft.evidence
            assert segment.span.start <= span.start < span.end <= segment.span.end
            assert span.of(text[segment.interview]) in segment.text
    queue = next(s for s in here.values() if s.text.startswith("We wait"))
    (span,) = propose(machines).by_segment[queue.id][0].evidence
    assert span.of(text[queue.interview]) == "We wait in a queue for machines."


def test_nothing_enters_the_codings_without_a_decision(machines):
    """A run proposes; even shown suggestions are no codings."""
    run(machines, KeywordScorer())
    show(machines, [d for drafts in propose(machines).by_segment.values() for d in drafts])
    assert suggestions(machines)
    assert codings(machines) == ()


def test_an_interrupted_run_goes_on_and_ends_like_an_undisturbed_one(machines, tmp_path):
    """No segment is scored twice and none is left out when the machine stops half-way."""
    add_talk(machines, tmp_path, "I3", TALK * 12)
    segment_new(machines)
    with pytest.raises(ConnectionResetError):
        run(machines, KeywordScorer(fail_at=5))
    rest = KeywordScorer()
    summary = run(machines, rest)
    whole = KeywordScorer()
    with create_study(tmp_path / "other") as other:
        for label, talk in (("I1", TALK), ("I2", TALK), ("I3", TALK * 12)):
            (tmp_path / "o").mkdir(exist_ok=True)
            add_talk(other, tmp_path / "o", label, talk)
        keep_codebook(other, codebook_codes(), coder="ada", reason="start")
        segment_new(other)
        undisturbed = run(other, whole)
        kept, expected = load_scores(machines, summary.run), load_scores(other, undisturbed.run)
    assert 0 < len(rest.asked) < len(whole.asked)
    assert 0 < summary.asked < undisturbed.asked
    assert all(m.complete for m in kept)
    assert (
        summary.segments
        == undisturbed.segments
        == len(segments(machines)) - len(segments(machines, role=Role.INTERVIEWER))
    )
    for mine, theirs in zip(kept, expected, strict=True):
        for name in ("retrieval", "llm", "sentence"):
            assert np.array_equal(mine.signals[name], theirs.signals[name], equal_nan=True)
    assert verify(machines).faults == ()


def test_a_second_run_of_the_same_scores_nothing_again(machines, tmp_path):
    """The same study, codebook and model are one run; a new interview costs only itself."""
    first = run(machines, KeywordScorer())
    scorer = KeywordScorer()
    second = run(machines, scorer)
    assert (second.run.guid, second.scored_now) == (first.run.guid, 0)
    add_talk(machines, tmp_path, "I3", TALK)
    third = run(machines, KeywordScorer())
    assert third.run.guid == first.run.guid
    assert third.scored_now == 4


def test_another_codebook_version_is_another_run(machines):
    """Scores made for other definitions are never passed off as these."""
    first = run(machines, KeywordScorer())
    renamed = [*codebook_codes(), *codebook_codes((("garden", None, "gardens"),))]
    keep_codebook(machines, renamed, coder="ada", reason="new code")
    assert run(machines, KeywordScorer()).run.guid != first.run.guid


def test_a_passage_too_long_for_the_model_is_counted_not_cut(machines):
    """It is ranked by meaning alone, and the summary says how many there were; no other pair is lost."""
    whole = run(machines, KeywordScorer(), context_tokens=512)
    summary = run(machines, KeywordScorer(longest=215), context_tokens=280)
    assert 0 < summary.too_long < summary.segments
    for kept, all_asked in zip(load_scores(machines, summary.run), load_scores(machines, whole.run), strict=True):
        known = np.isfinite(kept.signals["llm"])
        assert known.any(axis=1).sum() > 0
        assert np.array_equal(kept.signals["llm"][known], all_asked.signals["llm"][known])


def test_a_run_of_one_interview_does_not_hide_the_others(machines):
    """After a change of the codebook, scoring I1 alone leaves the suggestions for I2 where they were."""
    run(machines)
    before = set(propose(machines).by_segment)
    codes = current_codebook(machines).codes
    keep_codebook(machines, [*codes, *codebook_codes((("garden", None, "gardens"),))], coder="ada", reason="one more")
    run(machines, interviews=["I1"])
    assert set(propose(machines).by_segment) == before
    whole = run(machines)
    assert propose(machines).run.guid == whole.run.guid


def test_an_interview_of_questions_alone_stops_nobody(machines, tmp_path):
    """Where a participant says nothing there is nothing to score, and the others are scored all the same."""
    add_talk(machines, tmp_path, "I0", [("Interviewer", "Is anybody there?")])
    segment_new(machines)
    assert run(machines, KeywordScorer()).segments == 8


def test_questions_alone_are_no_study(tmp_path):
    """Where every turn is taken as the interviewer's, a sentence says why nothing is suggested."""
    with create_study(tmp_path / "s") as study:
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        add_talk(study, tmp_path, "I1", [("Interviewer", "Is anybody there?")])
        with pytest.raises(InvalidInputError, match="the interviewer's"):
            run(study)


def test_with_many_codes_something_is_still_suggested(machines):
    """Each of eighty codes is rare; the best ones are offered all the same."""
    many = codebook_codes([*CODES, *((f"code{n:02}", None, f"unrelated topic{n:02}") for n in range(80))])
    keep_codebook(machines, many, coder="ada", reason="many")
    run(machines)
    queue = next(s for s in segments(machines, "I1") if s.text.startswith("We wait"))
    assert named(machines)[propose(machines).by_segment[queue.id][0].code] == "queue"


def asked_pairs(study, summary):
    matrices = load_scores(study, summary.run)
    return np.concatenate([np.isfinite(m.signals["llm"]) for m in matrices])


def many_codes(count, changed=()):
    rows = [(f"code{n:02}", None, f"word{n:02}{' anew' if n in changed else ''}") for n in range(count)]
    return [Code(str(uuid.UUID(int=n)), *row) for n, row in enumerate(rows)]


def test_the_model_is_asked_about_a_short_list_of_each_segment(machines):
    """With many codes, each segment is asked about a few, among them the one that its words lead to."""
    rows = [*CODES, *((f"code{n:02}", None, f"unrelated topic{n:02}") for n in range(60))]
    keep_codebook(machines, codebook_codes(rows), coder="ada", reason="many")
    summary = run(machines, KeywordScorer())
    assert (asked_pairs(machines, summary).sum(axis=1) == SHORTLIST).all()
    assert summary.asked == SHORTLIST * summary.segments
    queue = next(s for s in segments(machines, "I1") if s.text.startswith("We wait"))
    matrix = load_scores(machines, summary.run)[0]
    codes = {named(machines)[guid]: column for column, guid in enumerate(matrix.codes)}
    llm = matrix.signals["llm"][matrix.segments.index(queue.id)]
    assert np.nanargmax(llm) == codes["queue"]


def test_a_short_list_of_none_asks_about_all_codes(machines):
    """Whoever has the time may have every pair of segment and code judged."""
    keep_codebook(machines, many_codes(30), coder="ada", reason="many")
    summary = run(machines, KeywordScorer(), shortlist=0)
    assert asked_pairs(machines, summary).all()
    assert summary.asked == 30 * summary.segments
    assert run(machines, KeywordScorer(), shortlist=2).run.guid != summary.run.guid


def test_an_edited_code_is_asked_about_again_and_no_other(machines):
    """A new definition costs one column; all other answers are taken over, and all are as if asked afresh."""
    keep_codebook(machines, many_codes(8), coder="ada", reason="start")
    first = run(machines, KeywordScorer(), shortlist=0)
    keep_codebook(machines, many_codes(8, changed=[3]), coder="ada", reason="sharper")
    scorer = KeywordScorer()
    second = run(machines, scorer, shortlist=0)
    assert second.run.guid != first.run.guid
    assert scorer.codes == {"code03"}
    assert (second.asked, second.reused) == (second.segments, 7 * second.segments)
    afresh = run(machines, KeywordScorer(), shortlist=0, context_tokens=1)
    assert (afresh.asked, afresh.reused) == (8 * afresh.segments, 0)
    for mine, theirs in zip(load_scores(machines, second.run), load_scores(machines, afresh.run), strict=True):
        assert np.array_equal(mine.signals["llm"], theirs.signals["llm"])


def test_a_renamed_theme_is_asked_about_again_with_its_codes(machines):
    """The model reads the theme's name with each code in it, so these columns are new and others are not."""
    codes = current_codebook(machines).codes
    run(machines, KeywordScorer(), shortlist=0)
    renamed = [replace(c, name="texts") if c.name == "data" else c for c in codes]
    keep_codebook(machines, renamed, coder="ada", reason="another word")
    scorer = KeywordScorer()
    run(machines, scorer, shortlist=0)
    assert {"licence", "cleaning"} <= scorer.codes
    assert not {"queue", "cost"} & scorer.codes


def test_a_removed_code_costs_nothing_and_a_new_one_only_itself(machines):
    """What is left of a codebook keeps its answers; they stay good also after a version without the code."""
    keep_codebook(machines, many_codes(5), coder="ada", reason="start")
    first = run(machines, KeywordScorer(), shortlist=0)
    keep_codebook(machines, many_codes(4), coder="ada", reason="one less")
    fewer = run(machines, KeywordScorer(), shortlist=0)
    assert (fewer.asked, fewer.reused) == (0, 4 * first.segments)
    keep_codebook(machines, [*many_codes(5), many_codes(6)[-1]], coder="ada", reason="back, and one more")
    more = run(machines, KeywordScorer(), shortlist=0)
    assert (more.asked, more.reused) == (first.segments, 5 * first.segments)


def test_another_model_is_not_given_the_first_ones_answers(machines):
    """Answers are taken over from the same weights alone."""
    run(machines, KeywordScorer(), shortlist=0)
    embeddings, _ = word_embeddings(machines)
    other = suggest(machines, embeddings, Model("other", "1" * 64, KeywordScorer()), shortlist=0)
    assert other.reused == 0
    assert other.asked > 0


def test_a_run_that_was_given_up_still_spares_the_next_one(machines, tmp_path):
    """Answers got before the codebook was edited in the middle of a run are not asked for again."""
    add_talk(machines, tmp_path, "I3", TALK * 12)
    segment_new(machines)
    keep_codebook(machines, many_codes(8), coder="ada", reason="start")
    with pytest.raises(ConnectionResetError):
        run(machines, KeywordScorer(fail_at=5), shortlist=0)
    keep_codebook(machines, many_codes(8, changed=[3]), coder="ada", reason="sharper")
    summary = run(machines, KeywordScorer(), shortlist=0)
    assert summary.reused > 0
    assert summary.asked + summary.reused == 8 * summary.segments


def test_showing_twice_writes_once(machines):
    """A suggestion row is written when it is first shown, and never again in the same state."""
    run(machines)
    drafts = [d for drafts in propose(machines).by_segment.values() for d in drafts]
    first = show(machines, drafts)
    assert [s.guid for s in show(machines, drafts)] == [s.guid for s in first]
    assert len(suggestions(machines)) == len(drafts) > 0


@pytest.mark.parametrize("missing", ["codebook", "interviews"])
def test_nothing_to_suggest_is_a_sentence(tmp_path, missing):
    """A study without codes or without interviews says so and what to do."""
    with create_study(tmp_path / "s") as study:
        if missing == "codebook":
            add_talk(study, tmp_path, "I1")
        else:
            keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        with pytest.raises(
            InvalidInputError, match="codebook import" if missing == "codebook" else "add or transcribe"
        ):
            run(study)


def test_two_runs_at_once_are_refused(machines):
    """A second process is told to wait instead of writing over the first one's scores."""
    with FileLock(machines.folder / ".suggest.lock"), pytest.raises(ConflictError, match="another process"):
        run(machines)


def test_going_back_to_an_earlier_configuration_brings_its_suggestions_back(machines):
    """The run that was completed last counts, not the one that was begun last."""
    alone = run(machines)
    before = propose(machines)
    run(machines, KeywordScorer())
    assert propose(machines).run.guid != alone.run.guid
    again = run(machines)
    assert (again.run.guid, again.scored_now) == (alone.run.guid, 0)
    assert propose(machines) == before


def test_while_a_run_is_under_way_the_suggestions_of_the_last_one_stay(machines):
    """A reviewer at work does not see half of a new run."""
    first = run(machines)
    with pytest.raises(ConnectionResetError):
        run(machines, KeywordScorer(fail_at=2))
    assert propose(machines).run.guid == first.run.guid


class Correcting(KeywordScorer):
    """Somebody corrects the second interview while the model is asked for the first time."""

    def __init__(self, study):
        super().__init__()
        self._study = study

    def score_branches(self, prompt, forks):
        if not self.calls:
            turns = [NewTurn(t.span.of(transcript(self._study, "I2").text), t.speaker, t.role) for t in self._turns()]
            changed = replace(turns[-1], text="Power costs more than we thought.")
            revise_transcript(self._study, "I2", [*turns[:-1], changed], coder="ada")
            segment_new(self._study)
        return super().score_branches(prompt, forks)

    def _turns(self):
        return transcript(self._study, "I2").turns


@pytest.mark.parametrize("killed", [False, True])
def test_an_interview_that_is_corrected_meanwhile_is_scored_as_it_stands(machines, killed):
    """By this run, or by the next where its words were read already; old words' answers are never taken for new."""
    if killed:
        with pytest.raises(ConnectionResetError):
            run(machines, KeywordScorer(fail_at=2))
    scorer = Correcting(machines)
    run(machines, scorer)
    again = KeywordScorer()
    done = run(machines, again)
    now = [s.id for s in segments(machines, "I2") if s.role is not Role.INTERVIEWER]
    (matrix,) = load_scores(machines, done.run, [transcript(machines, "I2").id])
    assert list(matrix.segments) == now
    assert any("Power costs more than we thought." in stem for stem, _ in scorer.asked + again.asked)
    assert np.isfinite(matrix.signals["llm"]).any(axis=1).all()
    assert verify(machines).faults == ()
