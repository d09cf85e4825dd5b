"""The report of a study: estimates from the right counts, groups, then and now, meaning, and what does not hold."""

import numpy as np
import pytest
from four_talks import CLEANING, GARDEN, LABELS, POWER, QUEUE, code, read
from study_builder import add_talk

from assistant.codebook import DraftCode, add_code, retire_code, split_code
from assistant.review import Basis, Blindness, counted
from assistant.review.milestones import milestone_of
from assistant.saturation import grouped, report, since, tabulated
from assistant.saturation.chart import SELECTED, curve_figure, groups_figure, meaning_figure, rarefaction_figure
from assistant.saturation.meaning import first_quotes, meaning
from assistant.saturation.richness import richness
from assistant.saturation.words import NO_PROOF, answer, estimates, guest_rows, share, summary
from assistant.segment import segment_new
from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.errors import NotFoundError
from store.imports import READ_ON_IMPORT
from store.milestones import keep_milestone
from store.runs import begin_run, finish_run
from store.segments import segments
from store.values import DecisionDraft, Verdict
from store.vectors import keep_vectors

_TALKS = ((QUEUE, "queue"), (POWER, "cost"), (POWER, "queue"), (CLEANING, "cleaning"))


@pytest.fixture
def coded(talks):
    """All four interviews are read to the end; each has one coding: queue, cost, queue, cleaning."""
    for label, (text, name) in zip(LABELS, _TALKS, strict=True):
        read(talks, label)
        code(talks, label, text, name)
    return talks


def said(of):
    return " ".join(of.cautions)


def test_estimates_are_those_of_the_incidence_counts(coded):
    """Codes found in 2, 1 and 1 of four interviews: what the pure functions say of exactly that."""
    found = report(coded)
    assert found.richness == richness([2, 1, 1], 4)
    assert [point.interviews for point in found.rarefaction] == [1, 2, 3, 4]
    assert found.rarefaction[-1].codes == pytest.approx(3)
    assert {5, 7, 9} <= {point.interviews for point in found.extrapolation}
    assert [new.interviews for new in found.expected] == [1, 3, 5]
    assert found.band.high[-1] == found.table.cumulative_codes[-1] == 3


def test_the_answer_claims_no_proof(coded):
    """Numbers with intervals, the rule that cannot be applied yet, and never that saturation is proven or reached."""
    words = " ".join(answer(report(coded)))
    assert words.startswith("After 4 interviews, 3 codes were found. The next interview is expected to bring ")
    assert "cannot be applied to fewer than 6 interviews" in words
    assert words.endswith(NO_PROOF)
    assert "saturation is" not in words.lower()
    assert "saturation was reached" not in words.lower()


def test_nothing_read_is_told_and_nothing_estimated(talks):
    """A study in which nobody has read anything: no number is made up."""
    found = report(talks)
    assert answer(found) == ("No interview counts yet: none of those chosen has been read, as far as is known.",)
    assert (found.richness.chao2, found.expected, found.interviews_to_95, found.extrapolation) == (None, (), None, ())
    assert dict(summary(found))["Interviews that count"] == "0"
    assert "few" not in said(found)
    read(talks, "I1")
    assert "From a single interview nothing can be said" in said(report(talks))


def test_each_assumption_that_does_not_hold_is_a_sentence(coded):
    """Few interviews, a code not looked for everywhere, a growing codebook, several coders, codings of a gone code."""
    before = said(report(coded))
    assert "4 interviews are few" in before
    assert "still brought 1 new code." in before
    assert "random sample" in before
    for absent in ("not looked for everywhere", "codebook grew", "coders are put together", "Nothing is known of who"):
        assert absent not in before
    add_code(coded, "garden", parent=None, coder="ada")
    read(coded, "I4", GARDEN, coder="bob")
    code(coded, "I4", GARDEN, "garden", coder="bob")
    split_code(coded, "cleaning", [DraftCode("filtering"), DraftCode("washing")], coder="ada")
    after = said(report(coded))
    assert "not looked for everywhere (filtering, washing, garden; 11 of 24 cells)" in after
    assert "The codebook grew from 6 to 8 entries" in after
    assert "Codings of 2 coders are put together" in after
    assert "1 coding of codes that the codebook does not have any more" in after
    assert "coders are put together" not in said(report(coded, Basis(coder="eve")))


def test_a_retired_code_did_not_come_late(coded):
    """What was retired and is not looked for since is told as that: reading again would settle nothing."""
    retire_code(coded, current_codebook(coded).find("licence").guid, coder="ada")
    read(coded, "I4", QUEUE)
    assert "licence" not in said(report(coded))
    code(coded, "I1", GARDEN, "licence")
    code(coded, "I1", POWER, "cost", coder="bob")
    read(coded, "I1", coder="bob")
    words = said(report(coded, Basis(coder="bob")))
    assert "1 code is retired and was not looked for in interviews read since (licence)" in words
    assert "came into the codebook" not in words


def test_codes_that_all_came_again_prove_nothing(coded):
    """With no code found just once the estimators say that nothing is missing, and a sentence says why."""
    assert "Chance that the next interview brings any" in " ".join(name for name, _, _ in estimates(report(coded)))
    sentence = "Every code that was found was found in two interviews or more."
    assert sentence not in said(report(coded))
    code(coded, "I1", POWER, "cost")
    code(coded, "I1", CLEANING, "cleaning")
    found = report(coded)
    assert (found.richness.q1, found.richness.coverage) == (0, 1)
    names = [name for name, _, _ in estimates(found)]
    assert not [name for name in names if name.startswith("Chance")]
    assert "at most 0 %" not in " ".join(value for _, value, _ in estimates(found))
    assert sentence in said(found)


def test_a_share_is_100_per_cent_only_where_it_is_all():
    """What would be rounded to all is told as more than 99 %."""
    assert share(0.9987, (0.95, 1.0)) == ">99 (95–100) %"
    assert share(1.0, (0.996, 1.0)) == "100 (>99–100) %"
    assert share(None, None) == ""


def test_what_was_not_read_is_a_sentence(talks):
    """Unread and partly read interviews, and a study that knows of no readings."""
    code(talks, "I1", QUEUE, "queue")
    assert "Nothing is known of what some coders read" in said(report(talks))
    read(talks, "I1", QUEUE)
    words = said(report(talks))
    assert "Not read to the end, yet counted: I1." in words
    assert "Not read yet, so not counted: I2, I3, I4." in words
    assert "Nothing is known" not in words


def test_what_an_import_took_as_read_is_said(talks):
    """Its zeros are no more known than those of a study without readings."""
    code(talks, "I1", QUEUE, "queue")
    read(talks, "I2", QUEUE)
    at = next(found for found in segments(talks, "I1") if found.text.startswith(QUEUE))
    read_on_import = DecisionDraft(at.transcript_id, at.span, Verdict.READ, memo=READ_ON_IMPORT)
    keep_decisions(talks, "eve", [read_on_import])
    assert "Nothing is known of what some coders read, so interviews in which they coded (I1) count as read" in said(
        report(talks)
    )


def test_what_is_hidden_is_not_called_unread(coded):
    """Whoever codes I2 blind is told that it is hidden, not that nobody read it."""
    words = said(report(coded, hidden=Blindness("bob", frozenset({"I2"}))))
    assert "Hidden from you while you code blind, or not read by you, so not counted: I2." in words
    assert "Not read yet" not in words


def test_groups_stand_side_by_side(coded):
    """Each value of an attribute has a report of its own interviews; an unknown attribute is refused."""
    found = grouped(coded, Basis(), "region")
    assert [(g.value, g.report.table.interviews) for g in found.groups] == [
        ("north", ("I1", "I3")),
        ("south", ("I2", "I4")),
    ]
    assert [g.report.table.cumulative_codes for g in found.groups] == [(1, 1), (1, 2)]
    assert found.without == ()
    within = grouped(coded, Basis(where=(("region", "south"),)), "region")
    assert [group.value for group in within.groups] == ["south"]
    with pytest.raises(NotFoundError, match="“age”"):
        grouped(coded, Basis(), "age")


def test_then_and_now(coded):
    """What was found since a milestone, and what was found then and is not any more."""
    keep_milestone(coded, "ada", "Half")
    then = report(coded, Basis(through=milestone_of(coded, "Half").through))
    code(coded, "I4", GARDEN, "licence")
    changed = since(coded, then)
    assert (changed.gained, changed.lost) == (("licence",), ())
    assert (changed.then.richness.observed, changed.now.richness.observed) == (3, 4)
    split_code(coded, "cleaning", [DraftCode("filtering"), DraftCode("washing")], coder="ada")
    assert since(coded, then).lost == ("cleaning",)


def test_the_rule_says_what_it_needs(coded):
    """With four interviews no setting can be applied: the table says how many each needs."""
    rows = guest_rows(report(coded))
    assert len(rows) == 12
    assert rows[0] == ("4", "2", "5 %", "needs 6 interviews", "", "")


def test_a_rule_that_no_order_meets_is_never_met(talks, tmp_path):
    """Six interviews in which nothing was found: what can be applied is never met, what cannot stays blank."""
    for label in ("I5", "I6"):
        add_talk(talks, tmp_path, label)
    segment_new(talks)
    for label in (*LABELS, "I5", "I6"):
        read(talks, label)
    rows = guest_rows(report(talks))
    assert rows[0] == ("4", "2", "5 %", "not reached", "never", "never")
    assert rows[-1] == ("6", "3", "0 %", "needs 9 interviews", "", "")


def test_figures_hold_their_data_and_their_query(coded):
    """Everything drawn is in the data beside it, with the basis; a click on a column selects its interview."""
    basis = Basis(coder="eve")
    found = report(coded, basis, level="theme")
    drawn = curve_figure(found)
    assert list(drawn.data["new"]) == list(found.table.new_codes)
    assert drawn.query == {"statistic": "saturation", "level": "theme", "coder": "eve"}
    assert SELECTED in {each["name"] for each in drawn.chart.to_dict()["params"]}
    curve = rarefaction_figure(found).data
    assert list(curve["kind"].unique()) == ["read", "expected"]
    assert curve["interviews"].max() == 2 * len(found.table.interviews) + 1
    groups = groups_figure(grouped(coded, basis, "region"), found)
    assert set(groups.data["group"]) == {"north", "south"}


@pytest.fixture
def embedded(coded):
    """Queue is found in I1 twice, I2, I3 and I4; its quotes in I3 and I4 lie elsewhere, one in I2 has no vector."""
    for label, text in (("I1", POWER), ("I2", QUEUE), ("I2", GARDEN), ("I3", GARDEN), ("I4", GARDEN)):
        code(coded, label, text, "queue")
    finish_run(coded, begin_run(coded, counted(coded).codebook.id, None, {"embedder": "by hand"}))
    return coded


def test_meaning_is_skipped_with_a_sentence_where_nothing_is_embedded(embedded):
    """Nothing is embedded for it: that is for another command."""
    of = counted(embedded)
    found = meaning(embedded, of, tabulated(embedded, of), "queue")
    assert found.facets is None
    assert "interview reindex" in found.note
    assert "no quote" in meaning(embedded, of, tabulated(embedded, of), "licence").note
    with pytest.raises(NotFoundError, match="“nope”"):
        meaning(embedded, of, tabulated(embedded, of), "nope")


def test_new_facets_of_a_code_by_interview(embedded):
    """Quotes of the same words share a vector: waiting, then the garden, are two facets, the second from I2 on."""
    vectors = {QUEUE: (1, 0), POWER: (1, 0), GARDEN: (0, 1)}
    kept = {
        s.text_sha256: np.array(vector, np.float32)
        for s in segments(embedded)
        for text, vector in vectors.items()
        if s.text.startswith(text)
    }
    keep_vectors(embedded, "by hand", kept)
    of = counted(embedded)
    table = tabulated(embedded, of)
    found = meaning(embedded, of, table, "queue")
    assert found.facets is not None
    assert (found.facets.new, found.facets.cumulative) == ((1, 1, 0, 0), (1, 2, 2, 2))
    assert [(n, size, label) for n, size, label, _ in first_quotes(found)] == [(1, 4, "I1"), (2, 3, "I2")]
    assert first_quotes(found)[1][3].startswith(GARDEN)
    assert list(meaning_figure(found, report(embedded)).data["new"]) == [1, 1, 0, 0]
