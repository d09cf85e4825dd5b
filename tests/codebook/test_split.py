"""Splitting and merging codes keeps where they came from."""

import pytest
from study_builder import built_study

from assistant.codebook import DraftCode, import_codebook, merge_codes, split_code
from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.decisions import codings, keep_decisions
from store.errors import InvalidInputError, NotFoundError
from store.segments import segments
from store.values import DecisionDraft, Verdict


@pytest.fixture
def study(tmp_path):
    with built_study(tmp_path, ["I1"]) as made:
        yield made


def guid(study, name):
    """The GUID of a code of the first version."""
    return codebook_versions(study)[0].find(name).guid


def test_parts_stand_in_the_place_of_the_code_they_were_split_from(study):
    """The old code is gone; its parts are where it was, in its theme, and know it as their origin."""
    old = guid(study, "queue")
    after = split_code(study, "Queue", [DraftCode("waiting", definition="long"), DraftCode("priority")], coder="Ana")
    assert [code.name for code in after.codes] == [
        "compute",
        "waiting",
        "priority",
        "cost",
        "data",
        "licence",
        "cleaning",
    ]
    parts = after.codes[1:3]
    assert {(part.origins, part.parent) for part in parts} == {((old,), guid(study, "compute"))}
    assert len({old, *(part.guid for part in parts)}) == 3
    assert after == current_codebook(study)
    assert (after.coder, after.reason) == ("Ana", "split “queue” into “waiting”, “priority”")
    assert verify(study).faults == ()


def test_a_theme_that_is_split_lets_its_codes_move_up(study):
    """Codes below a theme that is split stay in the codebook."""
    after = split_code(study, "compute", [DraftCode("machines"), DraftCode("money", parent="data")], coder="Ana")
    assert after.find("queue").parent is None
    assert after.find("machines").parent is None
    assert after.find("money").parent == guid(study, "data")


def test_a_merged_code_inherits_the_origins_of_those_merged_into_it(study):
    """GUIDs are kept through a split and a merge; what stood below a merged theme now stands below the other."""
    queue, compute = guid(study, "queue"), guid(study, "compute")
    split_code(study, "queue", [DraftCode("waiting"), DraftCode("priority")], coder="Ana")
    waiting = current_codebook(study).find("waiting").guid
    first = merge_codes(study, "cost", ["waiting"], coder="Ana", reason="the same")
    assert first.find("cost").origins == (waiting, queue)
    assert first.find("waiting") is None
    assert first.reason == "the same"
    second = merge_codes(study, "data", ["compute"], coder="Ana")
    assert second.find("data").origins == (compute,)
    assert {c.name for c in second.children(guid(study, "data"))} == {"cost", "priority", "licence", "cleaning"}
    assert verify(study).faults == ()


def test_the_parts_of_a_merged_code_know_all_that_it_came_from(study):
    """What was merged before a split is an origin of the parts too, so that its codings are not lost to them."""
    queue, cost = guid(study, "queue"), guid(study, "cost")
    merge_codes(study, "cost", ["queue"], coder="Ana")
    after = split_code(study, "cost", [DraftCode("power"), DraftCode("time")], coder="Ana")
    assert after.find("power").origins == after.find("time").origins == (cost, queue)


def test_codings_stay_on_the_code_they_were_made_with(study):
    """Neither a split nor a merge rewrites what a person decided."""
    segment = segments(study)[1]
    made = DecisionDraft(segment.transcript_id, segment.span, Verdict.ADD, guid(study, "queue"))
    keep_decisions(study, "Ana", [made])
    before = codings(study)
    split_code(study, "queue", [DraftCode("waiting"), DraftCode("priority")], coder="Ana")
    merge_codes(study, "cost", ["priority"], coder="Ana")
    assert codings(study) == before


def test_origins_survive_an_import(study, tmp_path):
    """A file tells nothing of origins, so that importing one leaves them as they are."""
    split_code(study, "queue", [DraftCode("waiting"), DraftCode("priority")], coder="Ana")
    path = tmp_path / "more.csv"
    path.write_text("name,definition\nwaiting,A new definition.\n", encoding="utf-8")
    after = import_codebook(study, path, coder="Ana")
    assert after.find("waiting").definition == "A new definition."
    assert after.find("waiting").origins == (guid(study, "queue"),)


@pytest.mark.parametrize(
    ("act", "error", "says"),
    [
        (
            lambda s: split_code(s, "queues", [DraftCode("a"), DraftCode("b")], coder="A"),
            NotFoundError,
            "no code “queues”",
        ),
        (lambda s: split_code(s, "queue", [DraftCode("a")], coder="A"), InvalidInputError, "two codes or more"),
        (
            lambda s: split_code(s, "queue", [DraftCode("a"), DraftCode("cost")], coder="A"),
            InvalidInputError,
            "“cost” twice",
        ),
        (
            lambda s: split_code(s, "compute", [DraftCode("a", "compute"), DraftCode("b")], coder="A"),
            InvalidInputError,
            "cannot stand below “compute”",
        ),
        (
            lambda s: split_code(s, "cost", [DraftCode("a", "x"), DraftCode("b")], coder="A"),
            NotFoundError,
            "no code “x”",
        ),
        (lambda s: merge_codes(s, "cost", [], coder="A"), InvalidInputError, "Nothing was named"),
        (lambda s: merge_codes(s, "cost", ["cost"], coder="A"), InvalidInputError, "merged into itself"),
        (lambda s: merge_codes(s, "cost", ["compute"], coder="A"), InvalidInputError, "stands below it"),
        (lambda s: merge_codes(s, "cost", ["nothing"], coder="A"), NotFoundError, "no code “nothing”"),
    ],
)
def test_what_cannot_be_split_or_merged_is_refused_with_a_sentence(study, act, error, says):
    """A wrong name, a lone part or a circle makes no new version."""
    with pytest.raises(error, match=says):
        act(study)
    assert len(codebook_versions(study)) == 1
