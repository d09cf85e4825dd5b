"""What a cell of the code × interview table says: found, looked for and not found, or not yet looked for."""

import pytest
from four_talks import CLEANING, GARDEN, POWER, QUEUE, code, read

from assistant.codebook import DraftCode, add_code, merge_codes, retire_code, split_code
from assistant.review import Basis, blindness, draw, finish
from assistant.review.milestones import milestone_of
from assistant.saturation import Kind, as_record, report, saturation
from store.adjudications import AdjudicationDraft, adjudicate
from store.codebook import current_codebook
from store.coders import add_coder, set_role
from store.decisions import keep_decisions
from store.errors import InvalidInputError, NotFoundError
from store.milestones import keep_milestone
from store.segments import segments
from store.values import CoderRole, DecisionDraft, Verdict


def kinds(result, name):
    """The row of a code as one letter per interview: its count, or `-` not found, `?` not looked for."""
    row = result.codes.index(name)
    signs = {Kind.NOT_FOUND: "-", Kind.NOT_LOOKED_FOR: "?"}
    cells = [(result.kind(row, column), int(result.matrix[row, column])) for column in range(len(result.interviews))]
    return "".join(signs.get(kind, str(count)) for kind, count in cells)


def test_a_code_added_after_an_interview_was_read_was_not_looked_for_there(talks):
    """The three kinds side by side: found, not found, and not yet looked for."""
    read(talks, "I1")
    code(talks, "I1", QUEUE, "queue")
    add_code(talks, "garden", parent=None, coder="ada")
    read(talks, "I2")
    code(talks, "I2", GARDEN, "garden")
    read(talks, "I3")
    result = saturation(talks)
    assert result.interviews == ("I1", "I2", "I3")
    assert kinds(result, "queue") == "1--"
    assert kinds(result, "garden") == "?1-"
    assert as_record(result)["kinds"][result.codes.index("garden")] == ["not looked for", "found", "not found"]


def test_the_last_reading_decides(talks):
    """Reading again under the newer codebook looks for the new code too: in part, until all was read again."""
    read(talks, "I1")
    add_code(talks, "garden", parent=None, coder="ada")
    assert kinds(saturation(talks), "garden") == "?"
    read(talks, "I1", GARDEN)
    found = saturation(talks)
    assert kinds(found, "garden") == "-"
    assert as_record(found)["looked_for_in_part"] == [["garden", "I1"]]
    assert "came while the interview was being read" in " ".join(report(talks).cautions)
    read(talks, "I1")
    assert not saturation(talks).in_part.any()


def test_a_coding_overrides_what_is_known_of_readings(talks):
    """Whoever codes an interview with a code has looked for it there, whenever the code came."""
    read(talks, "I1")
    add_code(talks, "garden", parent=None, coder="ada")
    code(talks, "I1", GARDEN, "garden")
    assert kinds(saturation(talks), "garden") == "1"


def test_a_reading_that_names_no_version_counts_for_the_newest_of_its_time(talks):
    """Readings from elsewhere may not say under which codebook they were made."""
    first = segments(talks, "I1")[1]
    keep_decisions(talks, "eve", [DecisionDraft(first.transcript_id, first.span, Verdict.READ)])
    add_code(talks, "garden", parent=None, coder="ada")
    second = segments(talks, "I2")[1]
    keep_decisions(talks, "eve", [DecisionDraft(second.transcript_id, second.span, Verdict.READ)])
    result = saturation(talks)
    assert (kinds(result, "garden"), kinds(result, "queue")) == ("?-", "--")


def test_an_imported_study_without_readings_looked_for_every_code(talks):
    """Nothing is known of who read what, so nothing can be called unread; the result says that this is assumed."""
    code(talks, "I2", POWER, "cost")
    add_code(talks, "garden", parent=None, coder="ada")
    result = saturation(talks)
    assert (result.interviews, result.unread, result.assumed) == (("I2",), ("I1", "I3", "I4"), ("I2",))
    assert (kinds(result, "cost"), kinds(result, "garden"), kinds(result, "queue")) == ("1", "-", "-")


def test_imported_interviews_go_on_counting_when_somebody_reads_another_one(talks):
    """Whoever coded them elsewhere has no reading here, and will never have; only readers are held to theirs."""
    code(talks, "I2", POWER, "cost", coder="importer")
    read(talks, "I1")
    code(talks, "I3", POWER, "cost")
    result = saturation(talks)
    assert (result.interviews, result.unread, result.assumed) == (("I1", "I2"), ("I3", "I4"), ("I2",))
    assert saturation(talks, coder="importer").interviews == ("I2",)
    add_code(talks, "garden", parent=None, coder="ada")
    assert kinds(saturation(talks), "garden") == "?-"


def test_a_merged_code_was_looked_for_where_one_of_its_origins_was(talks):
    """The new code took over what was looked for before; its codings count for it too."""
    read(talks, "I1")
    add_code(talks, "garden", parent=None, coder="ada")
    merge_codes(talks, "garden", ["cleaning"], coder="ada")
    read(talks, "I2")
    assert kinds(saturation(talks), "garden") == "--"


def test_a_code_split_off_was_not_looked_for_before(talks):
    """Whoever looked for the whole did not tell the parts apart; its codings are counted as homeless, not lost."""
    read(talks, "I1")
    code(talks, "I1", CLEANING, "cleaning")
    split_code(talks, "cleaning", [DraftCode("filtering"), DraftCode("washing")], coder="ada")
    read(talks, "I2")
    result = saturation(talks)
    assert (kinds(result, "filtering"), kinds(result, "washing")) == ("?-", "?-")
    assert result.homeless == 1


def test_a_code_retired_before_the_reading_was_not_looked_for(talks):
    """It was not offered any more; where it was read before, it was."""
    read(talks, "I1")
    book = current_codebook(talks)
    retire_code(talks, book.find("queue").guid, retired=True, coder="ada")
    read(talks, "I2")
    assert kinds(saturation(talks), "queue") == "-?"


def test_a_theme_was_looked_for_where_any_of_its_codes_was(talks):
    """A theme made later of codes that were there is not new to the interviews read before."""
    read(talks, "I1")
    parent = current_codebook(talks).find("data").guid
    add_code(talks, "garden", parent=parent, coder="ada")
    read(talks, "I2")
    result = saturation(talks, level="theme")
    assert (kinds(result, "data"), kinds(result, "compute")) == ("--", "--")


def test_one_coder_looked_for_what_they_read(talks):
    """Of eve alone, only her readings and codings count; bob read I1 again when the code was there."""
    read(talks, "I1", coder="eve")
    add_code(talks, "garden", parent=None, coder="ada")
    read(talks, "I1", coder="bob")
    code(talks, "I1", GARDEN, "queue", coder="bob")
    assert kinds(saturation(talks, Basis(coder="eve")), "garden") == "?"
    assert kinds(saturation(talks), "garden") == "-"
    assert kinds(saturation(talks, coder="eve"), "queue") == "-"


def test_as_it_stood_at_a_milestone_and_under_a_version(talks):
    """Codes, readings and codings of then: what was added since is not there."""
    read(talks, "I1")
    code(talks, "I1", QUEUE, "queue")
    keep_milestone(talks, "ada", "After I1")
    add_code(talks, "garden", parent=None, coder="ada")
    read(talks, "I2")
    code(talks, "I2", GARDEN, "garden")
    then = saturation(talks, Basis(through=milestone_of(talks, "After I1").through))
    assert (then.interviews, then.cumulative_codes) == (("I1",), (1,))
    assert "garden" not in then.codes
    under = saturation(talks, Basis(version=1))
    assert (under.interviews, under.codes, under.cumulative_codes) == (
        then.interviews,
        then.codes,
        then.cumulative_codes,
    )
    assert saturation(talks, Basis(version=2)).cumulative_codes == saturation(talks).cumulative_codes == (1, 2)


def test_a_sub_group_of_interviews(talks):
    """Only interviews with the attribute count, in study order; an unknown attribute is a sentence."""
    for label in ("I1", "I2", "I3"):
        read(talks, label)
    code(talks, "I2", QUEUE, "queue")
    code(talks, "I3", POWER, "cost")
    north = saturation(talks, Basis(where=(("region", "North"),)))
    assert (north.interviews, north.new_codes) == (("I1", "I3"), (0, 1))
    with pytest.raises(NotFoundError, match="no-such"):
        saturation(talks, Basis(where=(("no-such", "x"),)))


def test_what_was_adjudicated_counts_as_it_was_settled(talks):
    """A disputed coding that does not apply is out; without adjudication it counts."""
    for name, role in (("ada", CoderRole.LEAD), ("bob", CoderRole.SECOND)):
        add_coder(talks, name, by="ada")
        set_role(talks, name, role, by="ada")
    read(talks, "I1", coder="ada")
    code(talks, "I1", QUEUE, "queue", coder="ada")
    drawn = draw(talks, "ada", "First", "bob", interviews=["I1"], seed=1)
    read(talks, "I1", coder="bob")
    hidden = blindness(talks, "bob")
    assert kinds(saturation(talks, hidden=hidden), "queue") == "-"
    assert kinds(saturation(talks), "queue") == "1"
    finish(talks, "bob", anyway=True)
    segment = segments(talks, "I1")[1]
    queue = current_codebook(talks).find("queue").guid
    adjudicate(
        talks,
        "ada",
        [AdjudicationDraft(drawn.guid, segment.transcript_id, segment.span, queue, applies=False)],
    )
    assert kinds(saturation(talks, Basis(adjudicated=True)), "queue") == "-"
    assert kinds(saturation(talks), "queue") == "1"
    code(talks, "I1", POWER, "cost", coder="ada")
    assert "put together" not in " ".join(report(talks, Basis(adjudicated=True)).cautions)
    code(talks, "I1", GARDEN, "licence", coder="bob")
    assert "Where nothing was adjudicated, the codings of 2 coders" in " ".join(
        report(talks, Basis(adjudicated=True)).cautions
    )
    with pytest.raises(InvalidInputError, match="not for both"):
        saturation(talks, Basis(coder="ada", adjudicated=True))


def test_which_codes_an_interview_brought(talks):
    """The rows that an interview is the first to show, as behind a bar of the curve."""
    for label in ("I1", "I2"):
        read(talks, label)
        code(talks, label, QUEUE, "queue")
    code(talks, "I2", CLEANING, "cleaning")
    result = saturation(talks)
    assert [result.codes[row] for row in result.new_in(0)] == ["queue"]
    assert [result.codes[row] for row in result.new_in(1)] == ["cleaning"]
