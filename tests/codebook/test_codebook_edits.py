"""Edits of the codebook: what each does to codes and to what is coded, and what is refused."""

import pytest

from assistant.codebook import (
    DraftCode,
    add_code,
    change_code,
    differences,
    former_codes,
    merge_codes,
    move_code,
    restore_version,
    retire_code,
    sort_codings,
    split_code,
)
from assistant.codebook.impact import (
    effect_of_change,
    effect_of_merge,
    effect_of_move,
    effect_of_restoring,
    effect_of_retiring,
    effect_of_split,
    use_of,
)
from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings, decisions, keep_decisions
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.segments import segments
from store.study import create_study
from store.values import DecisionDraft, Role, Verdict


def code(study, name):
    return current_codebook(study).find(name)


def names(study):
    return [c.name for c in current_codebook(study).codes]


@pytest.fixture
def coded(machines):
    """Ada and Ben coded the first segment with “queue”, Ada the second one with “queue” and “licence”."""
    first, second, *_ = segments(machines, role=Role.PARTICIPANT)
    queue, licence = code(machines, "queue").guid, code(machines, "licence").guid

    def add(segment, guid, memo=""):
        return DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, guid, memo=memo)

    keep_decisions(machines, "ada", [add(first, queue, "why"), add(second, queue), add(second, licence)])
    keep_decisions(machines, "ben", [add(first, queue)])
    return machines


def counted(study):
    used = use_of(codings(study))
    known = {c.guid: c.name for book in codebook_versions(study) for c in book.codes}
    return {known[guid]: count for guid, count in used.items()}


def test_fields_are_changed_and_others_stay(coded):
    """A change makes a version that says what; the codings keep standing."""
    queue = code(coded, "queue")
    before = counted(coded)
    book = change_code(
        coded,
        queue.guid,
        {"definition": " Waiting.\r\n", "examples": ["We wait.", " "], "colour": "#1a2b3c"},
        coder="ada",
        seen=1,
    )
    now = code(coded, "queue")
    assert (now.definition, now.examples, now.colour) == ("Waiting.", ("We wait.",), "#1A2B3C")
    assert (now.include, now.parent) == (queue.include, queue.parent)
    assert book.reason == "changed colour, definition, examples of “queue”"
    change_code(coded, queue.guid, {"name": "  waiting   lines "}, coder="ben")
    assert codebook_versions(coded)[-1].reason == "renamed “queue” to “waiting lines”"
    assert counted(coded) == {("waiting lines" if k == "queue" else k): v for k, v in before.items()}
    assert verify(coded).faults == ()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 201}, "needs a name"),
        ({"name": "Licence"}, "twice"),
        ({"colour": "red"}, "no colour"),
        ({"guid": "x"}, "no guid"),
    ],
)
def test_what_a_code_cannot_be_is_refused(coded, changes, error):
    """Nothing changes, and no version is made."""
    with pytest.raises(InvalidInputError, match=error):
        change_code(coded, code(coded, "queue").guid, changes, coder="ada")
    assert len(codebook_versions(coded)) == 1


def test_two_people_and_one_code(coded):
    """Who saw an older version of the same code is told; another code goes through."""
    queue, licence = code(coded, "queue").guid, code(coded, "licence").guid
    change_code(coded, queue, {"definition": "A."}, coder="ada", seen=1)
    change_code(coded, licence, {"definition": "B."}, coder="ben", seen=1)
    with pytest.raises(ConflictError, match="“queue” since you opened it"):
        change_code(coded, queue, {"definition": "C."}, coder="ben", seen=1)
    assert (code(coded, "queue").definition, code(coded, "licence").definition) == ("A.", "B.")


def test_moving_keeps_what_is_below_and_never_goes_in_a_circle(coded):
    """Before a sibling, at the end of a theme, to the top; a theme cannot go below itself."""
    queue, licence = code(coded, "queue").guid, code(coded, "licence").guid
    move_code(coded, licence, code(coded, "queue").parent, before=queue, coder="ada")
    assert names(coded).index("licence") < names(coded).index("queue")
    move_code(coded, queue, None, before=None, coder="ada")
    assert (code(coded, "queue").parent, names(coded)[-1]) == (None, "queue")
    move_code(coded, licence, queue, before=None, coder="ada")
    assert code(coded, "licence").parent == queue
    with pytest.raises(InvalidInputError, match="cannot stand below itself"):
        move_code(coded, queue, licence, before=None, coder="ada")
    with pytest.raises(NotFoundError):
        move_code(coded, queue, "no such", before=None, coder="ada")
    assert "They count for “queue” instead of" in " ".join(effect_of_move(coded, licence, queue).sentences)


def test_what_is_merged_counts_as_what_it_went_into(coded):
    """Told before, done after: both codings of one stretch by one coder count once; decisions stay as they were."""
    queue, licence = code(coded, "queue").guid, code(coded, "licence").guid
    told = effect_of_merge(coded, licence, [queue])
    assert (told.codings, told.by_coder) == (3, (("ada", 2), ("ben", 1)))
    assert "1 of them lie on a stretch that the same coder gave “licence” too" in " ".join(told.sentences)
    before = decisions(coded)
    merge_codes(coded, licence, [queue], coder="ada")
    assert counted(coded) == {"licence": 3}
    assert {c.made_with for c in codings(coded)} == {queue}, "what both had on one stretch counts as it was made first"
    assert decisions(coded) == before
    assert former_codes(coded) == ()
    merge_codes(coded, code(coded, "cleaning").guid, [licence], coder="ada")
    assert counted(coded) == {"cleaning": 3}, "and again"


def test_what_is_split_waits_until_each_coder_sorts_their_own(coded):
    """Codings stand under the former code; sorting is each person’s own decision."""
    queue = code(coded, "queue").guid
    assert "nobody’s coding is changed for them" in " ".join(effect_of_split(coded, queue).sentences)
    split_code(coded, queue, [DraftCode("waiting"), DraftCode("priority")], coder="ada")
    (former,) = former_codes(coded)
    assert (former.code.name, [c.name for c in former.heirs]) == ("queue", ["waiting", "priority"])
    assert [c.coder for c in former.codings] == ["ada", "ada", "ben"]
    waiting, priority = code(coded, "waiting").guid, code(coded, "priority").guid
    mine, also, bens = former.codings
    with pytest.raises(InvalidInputError, match="is ben’s; only they can sort it"):
        sort_codings(coded, "ada", {mine.decision: (waiting,), bens.decision: (waiting,)})
    with pytest.raises(InvalidInputError, match="not in the codebook any more"):
        sort_codings(coded, "ada", {mine.decision: ("gone",)})
    assert len(former_codes(coded)[0].codings) == 3, "all or nothing"
    assert sort_codings(coded, "ada", {mine.decision: (waiting, priority), also.decision: (priority,)}) == 2
    assert counted(coded) == {"waiting": 1, "priority": 2, "licence": 1, "queue": 1}
    sorted_one = next(c for c in codings(coded) if c.code == waiting)
    assert (sorted_one.memo, sorted_one.span) == ("why", mine.span)
    assert [d.replaces for d in decisions(coded) if d.code == waiting] == [mine.decision]
    sort_codings(coded, "ben", {bens.decision: (waiting,)})
    assert former_codes(coded) == ()
    assert verify(coded).faults == ()


def test_a_retired_code_keeps_its_codings_and_can_come_back(coded):
    """It is not offered meanwhile."""
    queue = code(coded, "queue").guid
    assert "They stay." in " ".join(effect_of_retiring(coded, queue).sentences)
    book = retire_code(coded, queue, coder="ada")
    assert queue not in {c.guid for c in book.active}
    assert counted(coded)["queue"] == 3
    (change,) = differences(codebook_versions(coded)[0], book)
    assert (change.field, change.before, change.after) == ("in use", "yes", "no")
    retire_code(coded, queue, coder="ada", retired=False)
    assert queue in {c.guid for c in current_codebook(coded).active}


def test_an_earlier_version_comes_back_as_a_new_one(coded):
    """Nothing is taken out of the history; what the version does not have is told before."""
    first = current_codebook(coded)
    added = add_code(coded, "night work", parent=None, coder="ada", definition="At night.").codes[-1]
    one = segments(coded, role=Role.PARTICIPANT)[2]
    keep_decisions(coded, "ada", [DecisionDraft(one.transcript_id, one.span, Verdict.ADD, added.guid)])
    told = effect_of_restoring(coded, first)
    assert told.codings == 1
    assert "1 codings would stand under codes that this version does not have." in told.sentences
    restored = restore_version(coded, 1, coder="ben")
    assert (restored.version, restored.codes, restored.coder) == (3, first.codes, "ben")
    assert [f.code.name for f in former_codes(coded)] == ["night work"]
    restore_version(coded, 2, coder="ben")
    assert former_codes(coded) == ()
    with pytest.raises(NotFoundError, match="no version 99"):
        restore_version(coded, 99, coder="ben")


def test_the_first_code_of_a_study_and_names_that_are_taken(tmp_path):
    """A codebook can begin with a single code; the same name, capitals aside, is refused."""
    with create_study(tmp_path / "s", "new") as study:
        add_code(study, "first", parent=None, coder="ada")
        assert code(study, "first").colour, "every code gets a colour"
        with pytest.raises(InvalidInputError, match="twice"):
            add_code(study, "First", parent=None, coder="ada")
        with pytest.raises(NotFoundError):
            add_code(study, "second", parent="no such", coder="ada")
        assert names(study) == ["first"]


def test_nothing_coded_is_told_too(machines):
    """An edit that touches nothing says so."""
    assert effect_of_change(machines, code(machines, "queue").guid).sentences[0] == "No coding is touched."
