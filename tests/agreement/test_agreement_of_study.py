"""Agreement in a study: whose work counts, as of when, what is pooled, and that nothing hidden is told."""

import doctest
from importlib import import_module

import pytest
from double_coded import code, give, read, spoken
from study_builder import add_talk, codebook_codes, create_study

from assistant.agreement import Asked, Unit, agreement, as_record, chart, differing_record
from assistant.agreement.chart import agreement_figure
from assistant.agreement.domains import within_theme
from assistant.agreement.elsewhere import elsewhere
from assistant.codebook import retire_code
from assistant.review import blindness, draw, finish, finished, verdict_on
from assistant.review.adjudication import compare
from assistant.segment import segment_new
from store.adjudications import adjudicate
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.imports import READ_ON_IMPORT
from store.placing import texts_of
from store.values import Code, DecisionDraft, Span, Verdict

PAIR = ("ada", "eve")
STATISTICS = ("percent", "kappa", "alpha", "ac1", "alpha_u")


def asked(**more):
    return Asked(PAIR, **{"draws": 0, **more})


def row(found, study, name):
    return found.row(code(study, name))


@pytest.fixture
def coded(machines):
    """Both read everything. Of eight segments, queue is given to three by both and to one by ada alone, cost by eve."""
    for who in PAIR:
        read(machines, who, spoken(machines))
    first, second, third, fourth, *_ = spoken(machines)
    for segment in (first, second, third):
        give(machines, "ada", segment, "queue")
        give(machines, "eve", segment, "queue")
    give(machines, "ada", fourth, "queue", memo="they wait")
    give(machines, "eve", fourth, "cost")
    return machines


def test_the_known_answer_of_a_small_table(coded):
    """Both 3, only the first 1, neither 4, of 8: po = 7/8, pe = 1/2, kappa = 3/4 by hand."""
    found = agreement(coded, asked())
    queue = row(found, coded, "queue")
    assert queue.found.table == (3, 1, 0, 4)
    assert queue.found.kappa == pytest.approx(0.75)
    assert queue.prevalence == {"ada": 0.5, "eve": 0.375}
    assert (queue.coded.n, queue.coded.table) == (4, (3, 1, 0, 0))
    pooled = found.codes.pooled
    assert pooled.found.table == (3, 1, 1, 11)
    assert found.codes.unused == ("licence", "cleaning")
    assert "Nobody gave any code to 50 % of what they read" in as_record(found)["summary"][2]


def test_the_figure_draws_the_lowest_and_its_data_holds_all(coded, monkeypatch):
    """What needs talking about stands on top; what is left out of the drawing is said."""
    found = agreement(coded, asked())
    whole = agreement_figure(found, ["kappa"])
    assert list(whole.data["code"]) == ["cost", "queue"]
    assert "Drawn are" not in whole.note
    monkeypatch.setattr(chart, "MOST", 1)
    short = agreement_figure(found, ["kappa"])
    assert list(short.data["code"]) == ["cost", "queue"]
    assert "Drawn are the 1 codes with the lowest" in short.note
    drawn = {row["code"] for rows in short.chart.to_dict()["datasets"].values() for row in rows if "code" in row}
    assert drawn == {"cost"}


def test_a_theme_has_what_any_code_below_it_has(coded):
    """On the fourth segment both gave something of the theme compute, if not the same code."""
    found = agreement(coded, asked(level="theme"))
    assert row(found, coded, "compute").found.table == (4, 0, 0, 4)
    assert found.shown is found.themes
    with pytest.raises(NotFoundError, match="no figures"):
        row(found, coded, "queue")


def test_the_disagreements_behind_a_figure(coded):
    """The text, who gave the code, and what they noted."""
    found = agreement(coded, asked())
    (case,) = found.differing(row(found, coded, "queue"))
    told = differing_record([case], texts_of(coded, [case.segment.transcript_id]))
    assert told == [
        {
            "interview": "I1",
            "start": case.span.start,
            "end": case.span.end,
            "start_ms": 50_000,
            "speaker": "Ada",
            "text": "My garden is lovely this year.",
            "gave": {"ada": True, "eve": False},
            "memos": {"ada": ["they wait"]},
            "chance": None,
        }
    ]


def test_characters_that_differ_side_by_side_are_one_stretch(coded):
    """What another code begins or ends in between does not cut it."""
    first = spoken(coded, "I2")[3]
    give(coded, "ada", first, "licence", 3, 20)
    give(coded, "ada", first, "cleaning", 8, 11)
    found = agreement(coded, asked(unit=Unit.CHARACTER))
    (case,) = found.differing(row(found, coded, "licence"))
    assert (case.span.start, case.span.end) == (first.span.start + 3, first.span.start + 20)


def test_a_code_that_only_one_had_in_view_is_no_disagreement(coded):
    """Eve read before the code was made; what ada gives says nothing of their agreement until eve looks for it."""
    book = current_codebook(coded)
    keep_codebook(coded, [*book.codes, Code("late", "late", book.find("data").guid)], coder="ada", reason="new")
    first = spoken(coded)[0]
    read(coded, "ada", [first])
    give(coded, "ada", first, "late")
    found = agreement(coded, asked())
    assert found.codes.not_looked_for == ("late",)
    assert row(agreement(coded, asked(level="theme")), coded, "data").found.table == (0, 0, 0, 8)
    read(coded, "eve", [first])
    assert row(agreement(coded, asked()), coded, "late").found.table == (0, 1, 0, 0)


def test_a_code_that_was_retired_before_the_other_read_is_no_disagreement(machines):
    """Eve could not give what was retired before she read; when she read before, leaving it out says no."""
    read(machines, "ada", spoken(machines))
    give(machines, "ada", spoken(machines)[0], "queue")
    retire_code(machines, code(machines, "queue"), coder="ada")
    read(machines, "eve", spoken(machines))
    found = agreement(machines, asked())
    assert "queue" in found.codes.not_looked_for
    retire_code(machines, code(machines, "queue"), coder="ada", retired=False)
    read(machines, "eve", spoken(machines)[:1])
    assert row(agreement(machines, asked()), machines, "queue").found.table == (0, 1, 0, 0)


def blind_round(study, name="round 1"):
    """Ada codes I1, eve codes it blind, leaving out what ada gave; then eve finishes."""
    first, second, *_ = found = spoken(study, "I1")
    read(study, "ada", found)
    give(study, "ada", first, "queue")
    draw(study, "ada", name, "eve", interviews=["I1"])
    read(study, "eve", found)
    give(study, "eve", second, "queue")
    finish(study, "eve")
    return first, second


def test_blind_work_counts_as_it_stood_when_it_ended(machines):
    """What is decided or adjudicated afterwards changes nothing, and what was done outside of it is not asked."""
    first, second = blind_round(machines)
    before = as_record(agreement(machines, asked()))
    assert before["double_coding"] == "round 1"
    assert before["independent"]
    assert before["units"] == 4
    give(machines, "eve", first, "queue")
    give(machines, "ada", second, "queue")
    for who in PAIR:
        read(machines, who, spoken(machines, "I2"))
    drawn = finished(machines)
    differences = compare(machines, drawn).disagreements
    adjudicate(machines, "ada", [verdict_on(drawn, each, applies=True) for each in differences])
    assert as_record(agreement(machines, asked())) == before
    named = as_record(agreement(machines, asked(double_coding="round 1")))
    assert named["codes"] == before["codes"]


def test_everything_is_compared_only_where_it_is_asked_for_and_never_silently(machines):
    """With a sentence that says that they may have seen each other's work."""
    first, second = blind_round(machines)
    give(machines, "eve", first, "queue")
    give(machines, "ada", second, "queue")
    found = agreement(machines, asked(everything=True))
    assert row(found, machines, "queue").found.kappa == 1
    assert not as_record(found)["independent"]
    assert "may have seen each other’s codings" in found.said[0]


def test_without_blind_work_of_theirs_everything_is_compared(machines):
    """Another pair's double coding is not theirs."""
    blind_round(machines)
    read(machines, "cleo", spoken(machines, "I1"))
    found = agreement(machines, Asked(("ada", "cleo"), draws=0))
    assert found.work.drawn is None
    with pytest.raises(InvalidInputError, match="coded blind by eve, who is not among"):
        agreement(machines, Asked(("ada", "cleo"), double_coding="round 1", draws=0))


def test_what_is_coded_blind_now_is_hidden_from_everybody(machines):
    """From whoever codes blind, and from the others as long as it is not finished."""
    for who in PAIR:
        read(machines, who, spoken(machines))
    draw(machines, "ada", "round 1", "eve", interviews=["I1"])
    found = agreement(machines, asked())
    assert found.units.interviews == ("I2",)
    assert "I1" in found.said[-1]
    read(machines, "cleo", spoken(machines))
    others = Asked(("ada", "cleo"), draws=0)
    assert agreement(machines, others).units.interviews == ("I1", "I2")
    assert agreement(machines, others, hidden=blindness(machines, "eve")).units.interviews == ("I2",)
    with pytest.raises(ConflictError, match="not finished"):
        agreement(machines, asked(double_coding="round 1"))


def test_imported_codings_without_readings_are_compared(machines):
    """Where both coded an interview, all of it counts as read; nothing is known of how they worked."""
    give(machines, "ada", spoken(machines, "I1")[0], "queue")
    give(machines, "eve", spoken(machines, "I1")[0], "queue")
    found = agreement(machines, asked())
    assert found.units.interviews == ("I1",)
    assert row(found, machines, "queue").found.table == (1, 0, 0, 3)


def test_three_coders_are_compared_pair_by_pair_too(coded):
    """The rows hold them together, the pairs one by one; order and names change nothing."""
    read(coded, "cleo", spoken(coded))
    give(coded, "cleo", spoken(coded)[0], "queue")
    found = agreement(coded, Asked(("ada", "eve", "cleo"), draws=0))
    assert [names for names, _ in found.of_pairs] == [("ada", "eve"), ("ada", "cleo"), ("eve", "cleo")]
    alone = agreement(coded, asked()).codes
    assert dict(found.of_pairs)["ada", "eve"].table == alone.pooled.found.table
    turned = agreement(coded, Asked(("cleo", "ada", "eve"), draws=0))
    assert turned.codes.pooled.found.kappa == pytest.approx(found.codes.pooled.found.kappa)


def test_of_three_coders_a_unit_counts_once(coded):
    """Four of eight segments got queue from any of three: their twelve pairs of coders are no twelve segments."""
    read(coded, "cleo", spoken(coded))
    for segment in spoken(coded)[:4]:
        give(coded, "cleo", segment, "queue")
    found = agreement(coded, Asked(("ada", "eve", "cleo"), draws=0))
    (few,) = [c.sentence for c in row(found, coded, "queue").cautions if c.kind == "few units"]
    assert few.startswith("Only 4 segments got the code from any coder")
    (pooled,) = [c.sentence for c in found.codes.pooled.cautions if c.kind == "few units"]
    assert pooled.startswith("Only 5 decisions got a code from any coder")
    assert {told["uncoded_text"] for told in as_record(found)["codes"]} == {None}


def test_unitizing_alpha_passes_over_what_the_interviewer_said(coded):
    """Ends that differ by a few characters cost little, though every answer stands between two questions."""
    found = agreement(coded, asked())
    assert row(found, coded, "queue").alpha_u > 0.5
    assert row(found, coded, "cost").alpha_u < 0.5


def test_the_record_holds_what_was_promised(coded):
    """Per code, theme and pooled; intervals by statistic, of interviews where there are enough."""
    told = as_record(agreement(coded, asked(draws=50)))
    for each in (*told["codes"], *told["themes"], told["pooled"]):
        assert each["unit"] == "segment"
        assert set(STATISTICS) <= set(each)
        assert set(each["ci"]) == set(STATISTICS)
    low, high = told["pooled"]["ci"]["percent"]
    assert low <= told["pooled"]["percent"] <= high
    assert told["asked"]["seed"] == asked().seed


def test_other_tools_figures_stand_beside_ours(coded):
    """NVivo and ATLAS.ti agree with ours on characters, QualCoder leaves out what nobody coded."""
    found = agreement(coded, asked(unit=Unit.CHARACTER))
    queue = row(found, coded, "queue")
    by_tool = {each.tool: each.value for each in elsewhere(found, queue)}
    assert by_tool["NVivo"] == pytest.approx(queue.found.kappa)
    assert by_tool["ATLAS.ti"] == pytest.approx(queue.found.alpha)
    assert by_tool["QualCoder"] < by_tool["NVivo"]


REFUSED = (
    (Asked(("ada",)), InvalidInputError, "two coders or more"),
    (Asked(("ada", "ada")), InvalidInputError, "named twice"),
    (Asked(("ada", "nobody")), NotFoundError, "no coder “nobody”"),
    (Asked(PAIR, double_coding="none"), NotFoundError, "no double coding “none”"),
    (Asked(PAIR, machine=True, unit=Unit.TURN), InvalidInputError, "by segment, not by turn"),
    (Asked(PAIR, machine=True, threshold=2), InvalidInputError, "no threshold"),
    (Asked(PAIR, machine=True), ConflictError, "cannot be reconstructed"),
)


def test_what_makes_no_sense_is_refused_with_a_sentence(coded):
    """And nothing else happens."""
    for wrong, kind, why in REFUSED:
        with pytest.raises(kind, match=why):
            agreement(coded, wrong, blind_share=0.2)


def test_the_published_answer_of_two_stretches(tmp_path):
    """100 characters, one coder marks 0 to 10, the other 5 to 15: kappa 4/9, alpha .447222, AC1 .878049.

    Computed by hand from the 2 × 2 table (5, 5, 5, 85), as Cohen (1960), Krippendorff (2004) and Gwet (2008) define
    them; what QualCoder makes of it (.2987) is computed as its source does.
    """
    with create_study(tmp_path / "study", "Stretches") as study:
        add_talk(study, tmp_path, "I1", [("Ada", "x" * 100)])
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        segment_new(study)
        (segment,) = spoken(study)
        for who, start in (("ada", 0), ("eve", 5)):
            read(study, who, [segment])
            give(study, who, segment, "queue", start, start + 10)
        found = agreement(study, asked(unit=Unit.CHARACTER))
        queue = row(found, study, "queue")
        by_tool = {each.tool: each.value for each in elsewhere(found, queue)}
    assert queue.found.n == 100
    assert queue.found.kappa == pytest.approx(4 / 9)
    assert queue.found.alpha == pytest.approx(0.447222, abs=1e-6)
    assert queue.found.ac1 == pytest.approx(0.878049, abs=1e-6)
    assert by_tool["QualCoder"] == pytest.approx(0.2987, abs=1e-4)


def test_which_code_of_a_theme_is_asked_on_text_that_both_marked(coded):
    """Both marked the same four segments with some code of compute, three of them with the same one."""
    found = agreement(coded, asked(level="theme"))
    of_theme = within_theme(found, row(found, coded, "compute"))
    assert of_theme.binary == pytest.approx(1)
    assert of_theme.cu < 1
    assert of_theme.overlapping == 0
    give(coded, "eve", spoken(coded)[3], "queue")
    of_theme = within_theme(agreement(coded, asked(level="theme")), row(found, coded, "compute"))
    assert (of_theme.overlapping > 0, of_theme.cu) == (True, None)


def test_where_nothing_was_read_by_both_nothing_is_said(machines):
    """No figures, no crash, a sentence."""
    read(machines, "ada", spoken(machines, "I1"))
    read(machines, "eve", spoken(machines, "I2"))
    for unit in Unit:
        told = as_record(agreement(machines, asked(unit=unit, draws=20)))
        assert told["units"] == 0
        assert told["pooled"]["kappa"] is None
        assert "nothing can be compared" in told["summary"][0]


@pytest.mark.parametrize("name", ["elsewhere", "record"])
def test_the_worked_examples_hold(name):
    """Those in the docstrings."""
    assert doctest.testmod(import_module(f"assistant.agreement.{name}")).failed == 0


def test_what_is_not_known_to_have_been_read_is_said(machines):
    """An import took a whole interview as read, or there are codings without any reading; not what was recorded."""
    first, *_ = here = spoken(machines, "I1")
    read(machines, "ada", here)
    give(machines, "ada", first, "queue")
    give(machines, "eve", first, "queue")
    sentence = "Nothing is known of what eve read in 1 interview,"
    assert [said.startswith(sentence) for said in agreement(machines, asked()).said] == [False, True]
    book = current_codebook(machines).id
    whole = Span(0, here[-1].span.end)
    taken = DecisionDraft(first.transcript_id, whole, Verdict.READ, codebook_id=book, memo=READ_ON_IMPORT)
    keep_decisions(machines, "eve", [taken])
    assert [said.startswith(sentence) for said in agreement(machines, asked()).said] == [False, True]
    read(machines, "eve", here)
    assert not [said for said in agreement(machines, asked()).said if "Nothing is known" in said]
