"""Relations of a study: who counts, where codes stand together, by attribute, and through an interview."""

import pytest
from four_talks import CLEANING, GARDEN, POWER, QUEUE, code, decide, four_talks, read
from study_builder import add_talk, codebook_codes

from assistant.relations import (
    attributes_of,
    cooccurrence,
    cooccurrence_record,
    crosstab,
    crosstab_record,
    pairs,
    read_within,
    theme_map,
    timeline,
)
from assistant.relations.testable import no_test
from assistant.review import Basis, Blindness, ground
from assistant.segment import segment_new
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.errors import InvalidInputError, NotFoundError
from store.segments import segments
from store.study import create_study
from store.transcripts import transcript
from store.values import Code, DecisionDraft, Interview, Role, Span, Verdict


def coded_in(talks):
    """Queue with cost twice in I1 and once in I2, cleaning after it; I1 to I3 are read, I4 is coded but not read."""
    for label in ("I1", "I2", "I3"):
        read(talks, label)
    for label, text, name in (
        ("I1", QUEUE, "queue"),
        ("I1", QUEUE, "cost"),
        ("I1", POWER, "queue"),
        ("I1", POWER, "cost"),
        ("I2", QUEUE, "queue"),
        ("I2", QUEUE, "cost"),
        ("I2", CLEANING, "cleaning"),
        ("I4", QUEUE, "licence"),
    ):
        code(talks, label, text, name)
    return talks


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """For tests that only look."""
    with four_talks(tmp_path_factory.mktemp("coded")) as study:
        yield coded_in(study)


@pytest.fixture
def changing(talks):
    """The same for tests that code on."""
    return coded_in(talks)


def together(study, level="code", within="segment", **basis):
    return cooccurrence(ground(study, Basis(**basis)), segments(study), level=level, within=within)


def listed(found):
    names = found.rows.names
    return {(names[p.a], names[p.b]): (p.count, round(p.jaccard, 3), p.interviews) for p in pairs(found)}


def test_codes_in_the_same_segment(coded):
    """Queue and cost share all three segments that have either; the unread interview does not count."""
    found = together(coded)
    assert listed(found) == {("queue", "cost"): (3, 1.0, ("I1", "I2"))}
    assert found.interviews == ("I1", "I2", "I3")


def test_codes_within_turns(coded):
    """In I2 cleaning comes three turns after the queue (an interviewer's turn between counts)."""
    assert ("queue", "cleaning") not in listed(together(coded, within=2))
    near = listed(together(coded, within=3))
    assert near["queue", "cleaning"] == (2, 0.5, ("I2",))  # the two turns of I2, of four with either


def test_codes_on_the_same_words(talks):
    """Overlap is by characters: ten of fifteen."""
    for label in ("I1",):
        read(talks, label)
    segment = next(s for s in segments(talks, "I1") if s.text.startswith(QUEUE))
    book = current_codebook(talks)
    spans = {
        "queue": Span(segment.span.start, segment.span.start + 10),
        "cost": Span(segment.span.start, segment.span.start + 15),
    }
    made = [DecisionDraft(segment.transcript_id, s, Verdict.ADD, book.find(n).guid) for n, s in spans.items()]
    keep_decisions(talks, "eve", made)
    assert listed(together(talks, within="overlap")) == {("queue", "cost"): (1, 0.667, ("I1",))}


def test_themes_stand_where_their_codes_do(coded):
    """Compute holds queue and cost: alone in I1; with data only within turns in I2."""
    assert listed(together(coded, level="theme")) == {}
    assert listed(together(coded, level="theme", within=3))["compute", "data"][2] == ("I2",)


def test_whose_codings_and_what_is_hidden(changing):
    """One coder alone, and a blind coder, see only what they may."""
    code(changing, "I3", GARDEN, "licence", coder="ada")
    code(changing, "I3", GARDEN, "cleaning", coder="ben")
    assert ("licence", "cleaning") in listed(together(changing))
    read(changing, "I3", coder="ada")
    assert listed(together(changing, coder="ada")) == {}
    on = ground(changing, Basis(), Blindness("ada", frozenset({"I3"})))
    assert ("licence", "cleaning") not in listed(cooccurrence(on, segments(changing)))


def test_a_coder_without_any_reading_is_taken_to_have_read_where_they_coded(changing):
    """As coders of an imported study are, whatever others have read since; nobody else's interviews are theirs."""
    code(changing, "I1", GARDEN, "licence", coder="ben")
    on = ground(changing, Basis(coder="ben"))
    assert ([i.label for i in on.read], on.assumed) == (["I1"], {"I1"})


def test_without_readings_interviews_with_codings_count(talks):
    """As in imported studies; every code counts as looked for."""
    code(talks, "I2", QUEUE, "queue")
    on = ground(talks)
    assert ([i.label for i in on.read], on.assumed, on.unread) == (["I2"], {"I2"}, ("I1", "I3", "I4"))


@pytest.mark.parametrize(("said", "meant"), [("segment", "segment"), (" Overlap ", "overlap"), ("3", 3), ("0", 0)])
def test_ways_of_being_together(said, meant):
    """As a person writes them."""
    assert read_within(said) == meant


@pytest.mark.parametrize("said", ["", "-1", "turns", "1001", "2.5"])
def test_other_ways_are_refused(said):
    """One sentence with what is possible."""
    with pytest.raises(InvalidInputError, match="within 0 to 1000 turns"):
        read_within(said)


def test_the_table_by_attribute(coded):
    """North is I1 and I3, of the south only I2 was read."""
    table = crosstab(ground(coded), "REGION")
    row = table.rows.names.index("queue")
    assert (table.attribute, table.values, table.interviews) == ("region", ("north", "south"), (("I1", "I3"), ("I2",)))
    assert (table.found[row].tolist(), table.looked[row].tolist(), table.codings[row].tolist()) == (
        [1, 1],
        [2, 1],
        [2, 1],
    )
    assert (table.share(row, 0), table.share(row, 1)) == (0.5, 1.0)
    assert table.tests == {}
    assert table.note == (
        "No test is shown: it needs at least 5 interviews that were read for each value, and north has 2."
    )


def test_a_code_that_came_later_was_not_looked_for(changing):
    """An interview read before the code was there is no interview without the code."""
    book = current_codebook(changing)
    keep_codebook(changing, [*book.codes, Code("late", "late")], coder="ada", reason="found in I3")
    read(changing, "I3")
    table = crosstab(ground(changing), "region")
    row = table.rows.names.index("late")
    assert (table.found[row].tolist(), table.looked[row].tolist()) == ([0, 0], [1, 0])
    assert table.share(row, 1) is None


def test_an_unknown_attribute_is_one_sentence(coded):
    """And the known ones are named."""
    assert attributes_of(ground(coded)) == ("region",)
    with pytest.raises(NotFoundError, match="there are: region"):
        crosstab(ground(coded), "age")


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """Six interviews of the north, five of the south, one of nowhere: queue in all of the north and in one other."""
    folder = tmp_path_factory.mktemp("twelve")
    study = create_study(folder / "study")
    book = keep_codebook(study, codebook_codes(), coder="ada", reason="start")
    for number in range(1, 13):
        add_talk(study, folder, f"I{number}", region="north" if number < 7 else "South" if number < 12 else " ")
    segment_new(study)
    drafts = []
    for part in (s for s in segments(study) if s.text.startswith(QUEUE)):
        drafts.append(DecisionDraft(part.transcript_id, part.span, Verdict.READ, codebook_id=book.id))
        names = ["queue"] * (int(part.interview[1:]) < 8) + ["cost"] * (part.interview == "I1")
        drafts += [DecisionDraft(part.transcript_id, part.span, Verdict.ADD, book.find(name).guid) for name in names]
    keep_decisions(study, "eve", drafts)
    with study:
        yield study


def test_fishers_test_where_it_holds(twelve):
    """Queue in 6 of 6 and 1 of 5: p = 5/330 alone, for no other table is as unlikely; cost could never reach 0.05."""
    table = crosstab(ground(twelve), "region")
    queue = table.rows.names.index("queue")
    assert list(table.tests) == [queue]
    assert table.tests[queue].p == table.tests[queue].adjusted == pytest.approx(5 / 330)
    assert table.tests[queue].odds.estimate == float("inf")
    for words in ("Holm", "Tarone 1990", "1 of 4 rows", "not drawn at random", "two-sided"):
        assert words in table.note
    record = next(row for row in crosstab_record(table)["codes"] if row["code"] == "queue")
    assert record["odds_ratio"] is None
    assert record["odds_ratio_ci"][1] is None
    assert record["p_holm"] == pytest.approx(5 / 330)


def test_interviews_without_a_value_are_left_out(twelve):
    """They are named, and in no column; a value is written as it was first."""
    table = crosstab(ground(twelve), "region")
    assert table.without == ("I12",)
    assert (table.values, [len(labels) for labels in table.interviews]) == (("north", "South"), [6, 5])


def test_groups_chosen_by_looking_are_not_tested(twelve):
    """Hand-picked interviews, or values picked out of an attribute."""
    picked = Basis(interviews=tuple(f"I{n}" for n in range(1, 12)))
    assert "picked one by one" in crosstab(ground(twelve, picked), "region").note
    values = Basis(where=(("region", "north"), ("region", "South")))
    assert "values of region were picked out" in crosstab(ground(twelve, values), "region").note


def interview(number, **attributes):
    return Interview(
        number, str(number), f"I{number}", number, "transcript", "", "", None, None, None, attributes, True
    )


def said(*groups, **more):
    """Why there is no test, of groups given as (region, how many)."""
    regions = [region for region, count in groups for _ in range(count)]
    found = [interview(n, region=r, **{k: v[n] for k, v in more.items()}) for n, r in enumerate(regions)]
    return no_test(Basis(), "region", tuple(dict.fromkeys(regions)), found)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([("north", 5), ("south", 4)], "at least 5 interviews that were read for each value, and south has 4"),
        ([("north", 5), ("south", 5), ("west", 5)], "region has 3 values"),
        ([("north", 6)], "only one value of region"),
        ([], "nobody has a region"),
    ],
)
def test_where_the_test_does_not_hold(groups, words):
    """Too few, more than two groups, nothing to compare: a sentence."""
    assert said(*groups).startswith("No test is shown: ")
    assert words in said(*groups)


def test_two_groups_of_five_may_be_tested():
    """The bound itself is enough."""
    assert said(("north", 5), ("south", 5)) == ""


@pytest.mark.parametrize("key", ["participant", "Person_ID"])
def test_two_interviews_of_one_person_are_not_independent(key):
    """Said with the interviews that share the person; several without a name are no person."""
    names = [*"abcdefgh", "B", ""]
    assert f"I1 and I8 have the same {key}" in said(("north", 5), ("south", 5), **{key: names})
    assert said(("north", 5), ("south", 5), **{key: [*"abcdefg", "", "", ""]}) == ""


def test_the_timeline_by_time(coded):
    """Turns of ten seconds, nine of them spoken: the queue in the second turn, the power bill in the third."""
    found = timeline(ground(coded), transcript(coded, "I1"))
    names = found.rows.names
    assert found.by == "time"
    assert [(names[m.row], m.first, m.last, m.role) for m in found.marks] == [
        ("queue", 10_000, 19_000, Role.PARTICIPANT),
        ("cost", 10_000, 19_000, Role.PARTICIPANT),
        ("queue", 20_000, 29_000, Role.PARTICIPANT),
        ("cost", 20_000, 29_000, Role.PARTICIPANT),
    ]
    assert [(t.role, t.first, t.last) for t in found.talk][:2] == [
        (Role.INTERVIEWER, 0, 9_000),
        (Role.PARTICIPANT, 10_000, 29_000),
    ]


def test_a_mark_is_cut_where_the_role_changes(changing):
    """A coding over an answer, a question and an answer has three marks, and one theme over it is one coding."""
    parts = segments(changing, "I1")
    whole = Span(parts[2].span.start, parts[4].span.end)
    guid = current_codebook(changing).find("licence").guid
    for coder in ("ada", "eve"):
        keep_decisions(changing, coder, [DecisionDraft(parts[2].transcript_id, whole, Verdict.ADD, guid)])
    found = timeline(ground(changing), transcript(changing, "I1"), level="theme")
    marks = [m for m in found.marks if found.rows.names[m.row] == "data"]
    assert [m.role for m in marks] == [Role.PARTICIPANT, Role.INTERVIEWER, Role.PARTICIPANT]
    assert {m.coders for m in marks} == {("ada", "eve")}
    assert {m.whole for m in marks} == {whole}


def test_the_timeline_by_share_of_the_text(tmp_path):
    """Where a turn has no time, places are shares of the text."""
    from store.interviews import add_interview
    from store.transcripts import add_transcript
    from store.values import NewTurn

    with create_study(tmp_path / "s") as study:
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        source = tmp_path / "one.txt"
        source.write_text("one")
        add_interview(study, source, "transcript", label="I1")
        add_transcript(study, "I1", [NewTurn("a" * 49), NewTurn("b" * 50)], origin="import")
        segment_new(study)
        code(study, "I1", "bb", "queue")
        found = timeline(ground(study), transcript(study, "I1"))
    assert found.by == "text"
    assert [(m.first, m.last) for m in found.marks] == [(0.5, 1.0)]


def test_an_interview_outside_the_basis_has_no_timeline(coded):
    """One sentence."""
    with pytest.raises(NotFoundError, match="not among the interviews"):
        timeline(ground(coded, Basis(where=(("region", "south"),))), transcript(coded, "I1"))


def test_the_map_holds_what_was_found(coded):
    """A node for each code found anywhere, its interviews, and the links."""
    drawn = theme_map(together(coded, within=3))
    names = drawn.found.rows.names
    assert {names[n.row]: n.interviews for n in drawn.nodes} == {"queue": 2, "cost": 2, "cleaning": 1}
    assert len(drawn.links) == drawn.all_links == 3
    assert "stress" in drawn.note
    again = theme_map(together(coded, within=3))
    assert (drawn.nodes, drawn.links, drawn.stress) == (again.nodes, again.links, again.stress)


def test_the_record_names_every_interview_of_a_pair(coded):
    """JSON values with counts beside the pairs."""
    record = cooccurrence_record(together(coded))
    assert record["pairs"] == [{"codes": ["queue", "cost"], "count": 3, "jaccard": 1.0, "interviews": ["I1", "I2"]}]
    assert {each["code"]: (each["places"], each["interviews"]) for each in record["codes"]}["queue"] == (3, 2)


def test_a_coding_without_a_place_is_left_out_and_counted(coded, monkeypatch):
    """A correction tore it apart: it stands in an older revision."""
    from dataclasses import replace

    on = ground(coded)
    torn = replace(on.counted.codings[0], transcript_id=10**6)
    on = replace(on, counted=replace(on.counted, codings=(torn, *on.counted.codings[1:])))
    found = cooccurrence(on, segments(coded))
    assert found.unplaced == 1
    assert listed(found)["queue", "cost"][0] == 2
    assert timeline(on, transcript(coded, "I1")).unplaced == 1


def test_withdrawn_codings_are_gone(changing):
    """Relations follow what stands."""
    decide(changing, "I2", [QUEUE], Verdict.WITHDRAW, "cost")
    assert listed(together(changing))["queue", "cost"][2] == ("I1",)
