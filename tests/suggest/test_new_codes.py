"""New codes from what nothing explains: found, named, accepted, merged, dismissed, erased."""

import json
from dataclasses import replace

import numpy as np
import pytest
from planted import PLACES, TOPICS, FakeChat, add, planted_embeddings, planted_study, said, writer
from study_builder import codebook_codes

from assistant.suggest.candidate_answers import accept, dismiss, merge
from assistant.suggest.candidates import candidates, explained_by, named, wants_name
from assistant.suggest.naming import PROMPT, first_sentences, text_of
from assistant.suggest.proposals import Proposals
from store.audit import verify
from store.candidates import candidate_answers, candidate_names, take_back
from store.codebook import current_codebook, keep_codebook
from store.decisions import codings, decisions, keep_decisions
from store.erase import erase_interview
from store.errors import InvalidInputError, NotFoundError, StudyError
from store.event_log import log
from store.segments import segments
from store.transcripts import transcript
from store.values import Code, DecisionDraft, Verdict


@pytest.fixture
def study(tmp_path):
    with planted_study(tmp_path) as made:
        yield made


def found(study, explained=None, **options):
    return candidates(study, planted_embeddings(study), explained or {}, **options)


def animals(candidate):
    """Which animals the passages of a candidate are about."""
    return {animal for member in candidate.members for animal in TOPICS if animal in member.text}


def the(study, animal, **options):
    """The candidate about that animal."""
    return next(c for c in found(study, **options) if animals(c) == {animal})


def test_planted_groups_are_found_and_nothing_else(study):
    """Each group is whole and pure; loners, the interviewer's words and what is too short are not in any."""
    otters, herons = found(study)
    assert (animals(otters), len(otters.members), otters.interviews) == ({"otter"}, 5, ("I1", "I2"))
    assert (animals(herons), len(herons.members), herons.interviews) == ({"heron"}, 4, ("I1", "I2"))
    assert "otter" in otters.words
    assert otters.name is None
    assert otters.title == ", ".join(otters.words)
    assert found(study) == (otters, herons)


def test_members_come_nearest_to_the_middle_first(study):
    """The order is by similarity to the group's own middle, and cohesion is its mean."""
    otters = the(study, "otter")
    vectors = planted_embeddings(study).matrix([member.text for member in otters.members])
    near = vectors @ (middle := vectors.mean(axis=0)) / np.linalg.norm(middle)
    assert list(near) == sorted(near, reverse=True)
    assert otters.cohesion == pytest.approx(near.mean(), abs=1e-4)


def test_groups_of_several_interviews_come_before_larger_ones_of_a_single_one(study, tmp_path):
    """A theme that more than one participant brings up is more likely to be a code."""
    add(study, tmp_path, "I3", {"badger": PLACES[:7]})
    assert [sorted(animals(c)) for c in found(study)] == [["otter"], ["heron"], ["badger"]]
    assert [len(c.members) for c in found(study)] == [5, 4, 7]


def test_what_is_explained_is_left_alone_unless_it_was_read_and_left_uncoded(study):
    """A likely code explains a passage; a reader who saw it and coded nothing says that it does not."""
    herons = the(study, "heron").members
    explained = {member.id: 0.9 for member in herons}
    assert [animals(c) for c in found(study, explained)] == [{"otter"}]
    assert len(found(study, dict.fromkeys(explained, 0.1))) == 2
    read = [DecisionDraft(member.transcript_id, member.span, Verdict.READ) for member in herons]
    keep_decisions(study, "Ana", read)
    assert len(found(study, explained)) == 2


def test_the_likeliest_code_says_how_well_a_segment_is_explained(study):
    """It counts whether or not it is shown as a suggestion; without a run nothing is explained."""
    herons = the(study, "heron").members
    likely = Proposals(None, {}, best={member.id: 0.7 for member in herons})
    assert [animals(c) for c in found(study, explained_by(likely))] == [{"otter"}]
    assert explained_by(Proposals(None, {})) == {}


def test_coded_passages_are_not_offered(study):
    """A coding of anybody's that touches a passage takes it out of the pool."""
    keep_codebook(study, [Code("h", "herons")], coder="Ana", reason="start")
    for member in the(study, "heron").members[:2]:
        keep_decisions(study, "Ben", [DecisionDraft(member.transcript_id, member.span, Verdict.ADD, "h")])
    assert [animals(c) for c in found(study)] == [{"otter"}]


def test_a_near_duplicate_of_a_code_is_shown_as_such(study):
    """The code that says the same, or whose quotes are alike, is nearest and close; another one is not close."""
    keep_codebook(study, [Code("x", "granite"), Code("o", "otter", definition="seen")], coder="Ana", reason="start")
    near = the(study, "otter").nearest
    assert [(n.code.guid, n.close) for n in near] == [("o", True), ("x", False)]
    assert near[0].similarity > 0.6 > near[1].similarity
    one = the(study, "otter").members[0]
    keep_decisions(study, "Ana", [DecisionDraft(one.transcript_id, one.span, Verdict.ADD, "x")])
    assert {n.code.guid: n.close for n in the(study, "otter").nearest} == {"o": True, "x": True}


def test_dismissed_stays_dismissed_after_new_passages_arrive(study, tmp_path):
    """The group grew and is clustered anew, yet is not offered again, until the dismissal is taken back."""
    act = dismiss(study, "Ana", the(study, "otter"))
    assert [animals(c) for c in found(study)] == [{"heron"}]
    add(study, tmp_path, "I3", {"otter": PLACES[5:8], "badger": PLACES[:3]})
    assert [animals(c) for c in found(study)] == [{"heron"}, {"badger"}]
    take_back(study, "Ana", act)
    assert {frozenset(animals(c)) for c in found(study)} == {frozenset([animal]) for animal in TOPICS}
    assert len(the(study, "otter").members) == 8
    assert verify(study).faults == ()


def test_a_dismissed_group_that_became_another_one_is_offered(study, tmp_path):
    """Where most passages are new, an old dismissal does not speak for them."""
    dismiss(study, "Ana", the(study, "heron"))
    for number in range(3, 7):
        add(study, tmp_path, f"I{number}", {"heron": tuple(f"{place} {number}" for place in PLACES[:3])})
    assert len(the(study, "heron").members) == 16


def test_accepting_makes_a_version_and_decisions_on_the_ticked_quotes(study):
    """Name, definition and theme are the person's; exactly the ticked passages are coded, by this coder."""
    keep_codebook(study, codebook_codes(), coder="Ana", reason="start")
    otters = the(study, "otter")
    theme = current_codebook(study).find("data").guid
    ticked = otters.members[:3]
    accept(study, "Ana", otters, ticked, name=" Otters  seen ", definition="Where they were.", theme=theme)
    codebook = current_codebook(study)
    code = codebook.find("Otters seen")
    assert (codebook.version, codebook.coder, codebook.reason) == (
        2,
        "Ana",
        "accepted “Otters seen” from 5 similar passages",
    )
    assert (code.definition, code.parent, code.colour[0]) == ("Where they were.", theme, "#")
    assert {(c.transcript_id, c.span, c.code, c.coder) for c in codings(study)} == {
        (s.transcript_id, s.span, code.guid, "Ana") for s in ticked
    }
    assert [d.verdict for d in decisions(study)] == [Verdict.ADD] * 3
    assert [animals(c) for c in found(study)] == [{"heron"}]
    assert verify(study).faults == ()


def test_accepting_works_without_a_codebook(study):
    """The first code of a study can come from its own interviews."""
    accept(study, "Ana", the(study, "otter"), [], name="Otters")
    assert [code.name for code in current_codebook(study).codes] == ["Otters"]
    assert codings(study) == ()


def test_merging_codes_the_ticked_quotes_with_a_code_that_is_there(study):
    """No version is made; the answer stands, so that the rest is not offered again."""
    keep_codebook(study, [Code("o", "otters")], coder="Ana", reason="start")
    otters = the(study, "otter")
    merge(study, "Ben", otters, otters.members[1:2], code="o")
    assert [(c.span, c.code, c.coder) for c in codings(study)] == [(otters.members[1].span, "o", "Ben")]
    assert current_codebook(study).version == 1
    assert [animals(c) for c in found(study)] == [{"heron"}]


def test_what_makes_no_sense_is_refused_and_nothing_is_kept(study):
    """An empty or taken name, a missing theme or code, a foreign passage, nothing ticked."""
    keep_codebook(study, [Code("o", "otters")], coder="Ana", reason="start")
    otters, herons = the(study, "otter"), the(study, "heron")
    before = verify(study)
    for error, act in (
        (InvalidInputError, lambda: accept(study, "Ana", otters, otters.members, name=" ")),
        (InvalidInputError, lambda: accept(study, "Ana", otters, otters.members, name="OTTERS")),
        (InvalidInputError, lambda: accept(study, "Ana", otters, otters.members, name="new", theme="x")),
        (InvalidInputError, lambda: accept(study, "Ana", otters, herons.members, name="new")),
        (InvalidInputError, lambda: merge(study, "Ana", otters, [], code="o")),
        (NotFoundError, lambda: merge(study, "Ana", otters, otters.members, code="x")),
    ):
        with pytest.raises(error):
            act()
    assert verify(study) == before


def test_a_model_names_a_candidate_and_points_at_exact_slices(study):
    """Quotes are the transcript's own text at the numbers the model gave, each once; the record says who wrote it."""
    chat = FakeChat()
    otters = named(study, the(study, "otter"), writer(chat))
    assert otters.title == otters.name.name == "Seen: otter"
    sentences = first_sentences(otters.members)
    texts = {label: transcript(study, label).text for label in ("I1", "I2")}
    expected = [texts[s.interview][span.start : span.end] for s, span in (sentences[2], sentences[0])]
    quoted = {i.span: i for i in otters.name.quotes}
    assert [span.of(texts[s.interview]) for s, span in sentences if span in quoted] == expected[::-1]
    assert [text_of(sentences[2]), text_of(sentences[0])] == expected
    assert f"1. {text_of(sentences[0])}\n" in chat.asked[0]
    assert otters.name.written_by.prompt == PROMPT
    assert otters.name.written_by.options == {"temperature": 0.0, "seed": 7, "max_tokens": 500}
    (event,) = [event for event in log(study) if event.type == "candidate.named"]
    assert (event.coder, json.loads(event.payload)["model_sha256"]) == ("fake", "f" * 64)
    assert the(study, "otter") == otters
    assert verify(study).faults == ()


def test_another_model_may_name_a_candidate_again(study):
    """A name is drafted once by each model; the newest is shown."""
    first, second = writer(FakeChat()), replace(writer(FakeChat()), name="larger", sha256="e" * 64)
    assert wants_name(the(study, "otter"), first)
    otters = named(study, the(study, "otter"), first)
    assert not wants_name(otters, first)
    assert wants_name(otters, second)
    assert named(study, otters, second).name.written_by.model == "larger"
    assert not wants_name(the(study, "otter"), second)


def test_what_does_not_fit_the_model_is_shown_in_part(study):
    """Half of the sentences are left out until they fit; the numbers count those that were shown."""
    chat = FakeChat(fits=3)
    otters = named(study, the(study, "otter"), writer(chat))
    assert len(chat.asked) == 3
    assert otters.name.quotes[0].span == first_sentences(otters.members)[0][1]
    with pytest.raises(StudyError, match="too long"):
        named(study, otters, writer(FakeChat(fits=0)))


@pytest.mark.parametrize(
    "answer",
    ["", "otters", "{", '{"name": "a"}', '{"name": " ", "definition": "", "sentences": [1]}', '["name"]',
     '{"name": "a", "definition": "b", "sentences": ["one"]}',
     '{"name": "a", "definition": "b", "sentences": [1], "x": 1}'],
)  # fmt: skip
def test_an_answer_that_is_no_name_is_refused(study, answer):
    """Whatever a served model says instead of what the schema demands becomes a sentence, and nothing is kept."""
    with pytest.raises(StudyError, match="name the code yourself"):
        named(study, the(study, "otter"), writer(FakeChat(answer=answer or " ")))
    assert candidate_names(study) == {}


def test_numbers_of_sentences_that_are_not_there_are_left_out(study):
    """A model without a grammar may point anywhere: only what exists is quoted."""
    answer = '{"name": "a", "definition": "b", "sentences": [0, 99, -1, 2]}'
    otters = named(study, the(study, "otter"), writer(FakeChat(answer=answer)))
    assert [place.span for place in otters.name.quotes] == [first_sentences(otters.members)[1][1]]


def test_erasing_an_interview_takes_the_names_that_saw_it(study, tmp_path):
    """A name over several interviews goes with any of them, also from the log; others stay, and the chain verifies."""
    add(study, tmp_path, "I3", {"badger": PLACES[:3]})
    for animal in TOPICS:
        named(study, the(study, animal), writer(FakeChat()))
    dismiss(study, "Ana", the(study, "otter"))
    erase_interview(study, "I1", coder="Ana")
    assert [name.name for name in candidate_names(study).values()] == ["Seen: badger"]
    payloads = [event.payload for event in log(study) if event.type == "candidate.named"]
    assert [payload is None for payload in payloads] == [True, True, False]
    files = b"".join(path.read_bytes() for path in study.folder.rglob("*") if path.is_file())
    assert b"Seen: badger" in files
    assert b"Seen: otter" not in files
    assert len(candidate_answers(study)[0].members) == 2
    assert verify(study).faults == ()


def test_said_passages_hold_what_the_tests_rely_on(study):
    """Every passage has two sentences and a character outside the basic plane."""
    assert said("otter", "river") in {s.text for s in segments(study)}
    assert all(len(first_sentences([m])) == 2 and "🙂" in m.text for m in the(study, "otter").members)
