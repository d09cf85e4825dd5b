"""Which codings count: whose, where, as of when, and as adjudicated."""

from dataclasses import replace

import pytest
from study_builder import add_talk, built_study

from assistant.review import Basis, Blindness, counted
from store.adjudications import AdjudicationDraft, adjudicate
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.double_coding import DoubleCodingDraft, finish_double_coding, keep_double_coding
from store.errors import InvalidInputError, NotFoundError
from store.milestones import keep_milestone
from store.segments import segments
from store.values import Code, DecisionDraft, Verdict


@pytest.fixture
def study(tmp_path):
    """Ada codes queue in both interviews and reads them; Ben codes cost in the second."""
    with built_study(tmp_path) as made:
        for label in ("I1", "I2"):
            add(made, "ada", label, 1, "queue")
            read(made, "ada", label)
        add(made, "ben", "I2", 2, "cost")
        yield made


def add(study, coder, label, number, code, verdict=Verdict.ADD):
    segment = segments(study, label)[number]
    guid = current_codebook(study).find(code).guid
    keep_decisions(study, coder, [DecisionDraft(segment.transcript_id, segment.span, verdict, guid)])


def read(study, coder, label):
    drafts = [DecisionDraft(s.transcript_id, s.span, Verdict.READ) for s in segments(study, label)]
    keep_decisions(study, coder, drafts)


def seen(study, *given, **basis):
    """The codings that count as (interview, coder, code)."""
    found = counted(study, Basis(**basis), *given)
    names = {code.guid: code.name for code in found.codebook.codes}
    return sorted((c.interview, c.coder, names[c.code]) for c in found.codings)


ALL = [("I1", "ada", "queue"), ("I2", "ada", "queue"), ("I2", "ben", "cost")]


def test_one_coder_or_all_some_interviews_or_all(study):
    """Each filter only takes away; an attribute named twice may have either value, capitals do not matter."""
    assert seen(study) == ALL
    assert seen(study, coder="ben") == ALL[2:]
    assert seen(study, interviews=("I1",)) == ALL[:1]
    assert seen(study, where=(("region", "SOUTH"),)) == ALL[1:]
    assert seen(study, where=(("region", "south"), ("region", "north"))) == ALL
    assert [i.label for i in counted(study, Basis(where=(("region", "south"),))).interviews] == ["I2"]


def test_readings_are_those_of_the_coder(study):
    """Ben recorded none."""
    assert {d.interview for d in counted(study).readings} == {"I1", "I2"}
    assert counted(study, Basis(coder="ben")).readings == ()


def test_as_it_stood_at_a_milestone_and_under_a_version(study):
    """What came later does not count, and codes are those of then."""
    stone = keep_milestone(study, "ada", "after two")
    book = current_codebook(study)
    keep_codebook(study, [*book.codes, Code("9" * 8 + "-0000-4000-8000-000000000000", "later")], coder="ada", reason="")
    add(study, "ben", "I1", 1, "later")
    add(study, "ada", "I1", 1, "queue", Verdict.WITHDRAW)
    assert seen(study) == [("I1", "ben", "later"), *ALL[1:]]
    for basis in ({"through": stone.through}, {"version": 1}):
        assert seen(study, **basis) == ALL
        assert counted(study, Basis(**basis)).codebook.version == 1
    assert seen(study, version=2) == seen(study)


def test_an_interview_that_came_later_was_not_there_yet(study, tmp_path):
    """At an earlier moment nobody had left it unread; what is unknown now is still refused."""
    stone = keep_milestone(study, "ada", "after two")
    add_talk(study, tmp_path, "I3", region="south")
    labels = [interview.label for interview in counted(study).interviews]
    assert labels == ["I1", "I2", "I3"]
    before = Basis(through=stone.through)
    assert [i.label for i in counted(study, before).interviews] == ["I1", "I2"]
    assert [i.label for i in counted(study, replace(before, where=(("region", "south"),))).interviews] == ["I2"]
    assert counted(study, replace(before, interviews=("I3",))).interviews == ()
    with pytest.raises(NotFoundError, match="no interview I9"):
        counted(study, replace(before, interviews=("I9",)))


def test_a_version_of_the_codebook_ends_before_what_came_under_the_next(study, tmp_path):
    """Interviews that were added under version 1 belong to it, those added under version 2 do not."""
    add_talk(study, tmp_path, "I3")
    keep_codebook(study, current_codebook(study).codes[:1], coder="ada", reason="fewer")
    add_talk(study, tmp_path, "I4")
    assert [i.label for i in counted(study, Basis(version=1)).interviews] == ["I1", "I2", "I3"]
    assert [i.label for i in counted(study, Basis(version=2)).interviews] == ["I1", "I2", "I3", "I4"]


def adjudicated(study, *, applies):
    """Ben codes I1 blind and misses the queue; the lead says whether it applies."""
    segment = segments(study, "I1")[1]
    spans = {"I1": ((segment.transcript_id, segment.span),)}
    drawn = keep_double_coding(study, "lead", DoubleCodingDraft("round", "ben", 1, None, spans))
    finish_double_coding(study, "ben", drawn.guid)
    queue = current_codebook(study).find("queue").guid
    draft = AdjudicationDraft(drawn.guid, segment.transcript_id, segment.span, queue, applies)
    adjudicate(study, "lead", [draft])


@pytest.mark.parametrize(("applies", "now"), [(True, [("I1", "adjudicated", "queue")]), (False, [])])
def test_adjudications_stand_in_the_place_of_what_they_resolve(study, applies, now):
    """The disputed coding counts once as adjudicated, or not at all; what nobody disputed stays as it is."""
    adjudicated(study, applies=applies)
    assert seen(study, adjudicated=True) == sorted([*now, *ALL[1:]])
    assert seen(study) == ALL


def test_what_is_hidden_counts_for_nobody_who_may_not_see_it(study):
    """Neither codings nor readings of others in the hidden interview; one's own stay."""
    hidden = Blindness("ben", frozenset({"I2"}))
    assert seen(study, hidden) == [ALL[0], ALL[2]]
    assert {d.interview for d in counted(study, Basis(), hidden).readings} == {"I1"}


@pytest.mark.parametrize(
    ("basis", "error", "says"),
    [
        ({"coder": "eve"}, NotFoundError, "no coder “eve”"),
        ({"interviews": ("I9",)}, NotFoundError, "no interview I9"),
        ({"where": (("shoe", "44"),)}, NotFoundError, "attribute “shoe”"),
        ({"version": 7}, NotFoundError, "no version 7"),
        ({"version": 1, "through": 3}, InvalidInputError, "not for both"),
        ({"coder": "ada", "adjudicated": True}, InvalidInputError, "not for both"),
        ({"through": 1}, InvalidInputError, "no codebook yet at that moment"),
    ],
)
def test_what_cannot_be_counted_is_said(study, basis, error, says):
    """One sentence each."""
    with pytest.raises(error, match=says):
        counted(study, Basis(**basis))


def test_a_basis_is_said_in_words_and_goes_out_and_in_again(study):
    """For captions, and beside exported numbers."""
    stone = keep_milestone(study, "ada", "after two")
    basis = Basis(coder="ada", where=(("region", "north"), ("region", "south")), through=stone.through)
    assert counted(study, basis).sentence == (
        "Confirmed codings of ada, in interviews whose region is north or south, as it stood at “after two”"
    )
    assert Basis.from_json(basis.to_json()) == basis
    assert Basis().to_json() == {}
