import numpy as np
import pytest
from filelock import FileLock
from study_builder import CODES, TALK, KeywordScorer, add_talk, codebook_codes, word_embeddings

from assistant.segment import segment_new
from assistant.suggest import Model, propose, show, suggest
from store.audit import verify
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings
from store.errors import ConflictError, InvalidInputError
from store.runs import load_scores, suggestions
from store.segments import segments
from store.study import create_study
from store.transcripts import transcript
from store.values import Role


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
    assert 0 < len(rest.scored) < len(whole.scored)
    assert all(m.complete for m in kept)
    assert (
        summary.segments
        == undisturbed.segments
        == len(segments(machines)) - len(segments(machines, role=Role.INTERVIEWER))
    )
    for mine, theirs in zip(kept, expected, strict=True):
        for name in ("retrieval", "llm", "carrier"):
            assert np.array_equal(mine.signals[name], theirs.signals[name])
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
    """It is ranked by meaning alone, and the summary says how many there were."""
    summary = run(machines, KeywordScorer(longest=90))
    assert summary.too_long == sum(_too_long(s.text) for s in segments(machines, role=Role.PARTICIPANT))
    assert summary.too_long > 0
    assert all(len(m.segments) == 4 for m in load_scores(machines, summary.run))


def _too_long(text):
    from assistant.llm import load_prompt

    codes = [{"letter": "A", "name": "x", "theme": "", "definition": "x", "include": "", "exclude": ""}]
    prompt = load_prompt("score_labels.v1")
    question = "How do you get machines?" if not text.startswith(("Cleaning", "My garden")) else "And the texts?"
    return len(prompt.render(codes=codes, none_letter="B", question=question, segment=text).suffix) > 90


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


def test_a_codebook_too_large_for_the_window_is_asked_about_in_parts(machines):
    """Every code gets a score from every segment, however small the window is."""
    summary = run(machines, KeywordScorer(most_labels=3))
    for m in load_scores(machines, summary.run):
        assert m.signals["llm"].shape[1] == len(CODES) - 2
        assert np.isfinite(m.signals["llm"]).all()


def test_sixty_codes_are_scored_in_groups(machines):
    """Letters run out at 26; codes do not."""
    many = codebook_codes([(f"code{n:02}", None, f"word{n:02}") for n in range(60)])
    keep_codebook(machines, many, coder="ada", reason="many")
    scorer = KeywordScorer()
    summary = run(machines, scorer)
    assert load_scores(machines, summary.run)[0].signals["llm"].shape[1] == 60


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
        run(machines, KeywordScorer(fail_at=3))
    assert propose(machines).run.guid == first.run.guid
