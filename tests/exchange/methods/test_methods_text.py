"""What the appendix says: the fates of suggestions, what did not happen, earlier states, and the checklists."""

import json
from dataclasses import replace

import pytest
from methods_study import MILESTONE, draft, methods_study, spoken
from small_study import build_study

from assistant.exchange.methods import As, appendix, as_record
from assistant.exchange.methods.coreq import ITEMS as COREQ
from assistant.exchange.methods.document import Paragraph, listed, run
from assistant.exchange.methods.record import text_of
from assistant.exchange.methods.srqr import ITEMS as SRQR
from assistant.pseudonyms.restoring import BACK
from assistant.review import Sitting
from assistant.settings import load_settings
from assistant.suggest import propose
from store.config import keep_setting
from store.decisions import keep_decisions
from store.erase import erase_interview
from store.errors import InvalidInputError, NotFoundError
from store.event_log import last_event
from store.exports import record_file
from store.imports import READ_ON_IMPORT, Import, keep_import
from store.interviews import set_attributes
from store.pseudonymised import record_pseudonyms
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.turns import as_new
from store.values import DecisionDraft, Span, Verdict


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with methods_study(tmp_path_factory.mktemp("methods")) as made:
        yield made


def of(study, asked=None):
    return appendix(study, load_settings(study.settings()), asked)


def prose(appendix_, key):
    """The sentences of a section."""
    blocks = appendix_.section(key).blocks
    return " ".join(text_of(block.pieces) for block in blocks if isinstance(block, Paragraph))


def facts(study, asked=None):
    return of(study, asked).facts["facts"]


def test_what_became_of_each_suggestion(study):
    """Accepted, on another stretch, another code, rejected, by a rule, taken back, and what was added without one."""
    ana, ben = facts(study)["coding"]["each"]
    counts = {name: ana[name] for name in ("accepted", "other_stretch", "other_code", "rejected", "by_rule")}
    assert counts == {"accepted": 1, "other_stretch": 1, "other_code": 1, "rejected": 3, "by_rule": 2}
    assert (ana["changed"], ana["answered"], ana["taken_back"], ana["added"]) == (2, 6, 1, 2)
    assert ana["accepted_share"] == pytest.approx(1 / 6)
    assert (ben["answered"], ben["accepted_share"], ben["added"]) == (0, None, 2)
    said = prose(of(study), "coding")
    assert "Of 6 answers, 17\u00a0% accepted the suggestion as it was, 33\u00a0% changed it" in said
    assert "50\u00a0% rejected it (2 by a rule for many at once); 1 further answer was taken back." in said
    assert "Coders added 4 codings that no suggestion had led to." in said


def test_answers_follow_the_persons_last_word(tmp_path):
    """Accepted, undone, and done again; an answer that is shown again by another learner is no second suggestion."""
    with build_study(tmp_path) as study:
        first = spoken(study, "I1")[0]
        desk = Sitting("Ana")
        desk.accept(study, first, draft(propose(study), first, "c1"))
        assert facts(study)["coding"]["all"]["accepted"] == 1
        desk.undo(study)
        every = facts(study)["coding"]
        assert (every["all"]["accepted"], every["all"]["taken_back"], every["unanswered"]) == (0, 1, 1)
        desk.redo(study)
        assert facts(study)["coding"]["all"]["accepted"] == 1
        other = spoken(study, "I2")[0]
        desk.accept(study, other, draft(propose(study), other, "c3"))
        again = Sitting("Ben")
        again.reject(study, first, draft(propose(study), first, "c1"))
        every = facts(study)["coding"]
        assert (every["shown"], every["answered"], every["all"]["answered"]) == (2, 2, 3)


def test_an_empty_study_claims_nothing(tmp_path):
    """No figures, and a sentence only where reporting standards ask."""
    with create_study(tmp_path / "empty", "Nothing yet") as study:
        found = of(study)
        assert prose(found, "interviews") == "The study holds no interviews."
        assert prose(found, "transcription") == "No interview has a transcript."
        assert prose(found, "codebook") == "The study has no codebook."
        assert prose(found, "coding") == "Nobody has coded or read anything yet."
        assert "No blind double coding was finished" in prose(found, "agreement")
        assert prose(found, "saturation").startswith("Saturation cannot be told")
        assert "The machine was not asked to suggest codes." in prose(found, "suggestions")
        assert [item.number for item in found.checklists[0].items if item.answer] == [27]


def test_the_blind_round_and_what_came_of_it(study):
    """Sample, seed, adjudication and agreement with its interval stand there; so does the open second review."""
    said = prose(of(study), "agreement")
    assert "“Round <1> & 50 %”, Ana drew on" in said
    assert "5 segments of 2 interviews (seed 7) for Ben" in said
    assert "4 disagreements over whether or where a code applies; 1 of these was adjudicated." in said
    assert "kappa is .25 (95\u00a0% interval .00 to .29)" in said
    assert "2 people made 2 remarks on 1 coding: 1 challenge and 1 outcome." in said


def test_at_a_milestone_only_what_was_there_then_is_told(study):
    """The double coding, the correction and the new code came later."""
    then = of(study, As(milestone=MILESTONE))
    assert "No blind double coding was finished" in prose(then, "agreement")
    assert "No transcript was changed" in prose(then, "transcription")
    assert prose(then, "codebook").startswith("The codebook has 1 version,")
    assert [row["coder"] for row in then.facts["facts"]["coding"]["each"]] == ["Ana"]
    assert f"at the milestone “{MILESTONE}”" in prose(then, "about")
    assert then.through < of(study).through


def test_what_cannot_be_asked_for_is_refused_with_a_sentence(study):
    """A milestone and an event at once, an unknown milestone, an event that is not there."""
    with pytest.raises(InvalidInputError, match="not for both"):
        of(study, As(milestone=MILESTONE, through=3))
    with pytest.raises(NotFoundError, match="no milestone “gone”"):
        of(study, As(milestone="gone"))
    with pytest.raises(NotFoundError, match="the newest is"):
        of(study, As(through=last_event(study) + 1))


def test_attributes_that_tell_who_somebody_is_are_not_listed(study):
    """The region is; names, another one in each interview, are only counted."""
    known = {each["name"]: each for each in facts(study)["interviews"]["attributes"]}
    assert known["region"]["values"] == [{"value": "north", "interviews": 2}, {"value": "south", "interviews": 1}]
    assert (known["name"]["different"], known["name"]["values"], known["name"]["without"]) == (2, [], 1)
    assert "Cleo" not in json.dumps(as_record(of(study)))


def test_the_same_person_twice_or_a_value_of_one_interview_is_not_listed(tmp_path):
    """Who is interviewed again is named in two interviews, and what only one has may name somebody: neither is told."""
    with build_study(tmp_path) as study:
        for label in ("I1", "I2"):
            set_attributes(study, label, {"Participant": "Cleo Ada", "case": "Cleo", "region": "north"})
        set_attributes(study, "I1", {"employer": "Cleo & Sons"})
        found = of(study)
        known = {each["name"]: each["values"] for each in found.facts["facts"]["interviews"]["attributes"]}
        assert known == {
            "case": [],
            "employer": [],
            "Participant": [],
            "region": [{"value": "north", "interviews": 2}],
        }
        assert "Cleo" not in json.dumps(as_record(found))


def test_an_erased_interview_is_told_of_and_not_counted(tmp_path):
    """Its label, words and attributes are gone from every number."""
    with build_study(tmp_path) as study:
        set_attributes(study, "I1", {"town": "Smallville"})
        erase_interview(study, "I1", coder="Ana")
        found = of(study)
        assert "The study holds 1 interview: 1 recording." in prose(found, "interviews")
        assert "1 interview was erased from the study" in prose(found, "interviews")
        assert "Smallville" not in json.dumps(as_record(found))


def test_whether_text_may_leave_is_what_the_settings_say(tmp_path):
    """Off by default; where it is allowed, the endpoint is named."""
    with build_study(tmp_path) as study:
        assert "do not allow its text to be sent to another machine" in prose(of(study), "suggestions")
        keep_setting(study.folder, "allow_remote", True)
        keep_setting(study.folder, "endpoint", "ollama:qwen3")
        assert "another machine (endpoint: ollama:qwen3)" in prose(of(study), "suggestions")


def test_a_broken_record_is_not_called_whole(tmp_path):
    """A row changed by hand is told with the event from which on nothing holds."""
    import sqlite3
    from contextlib import closing

    with build_study(tmp_path) as study:
        assert "vouches for are whole" in prose(of(study), "record")
        with closing(sqlite3.connect(study.folder / "study.db")) as connection:
            connection.execute("UPDATE codebook SET reason = 'forged'")
            connection.commit()
        said = prose(of(study), "record")
        assert "whole" not in said
        assert "does not hold from event" in said


def test_the_checklists_have_every_item_once(study):
    """32 of COREQ and 21 of SRQR in order; an answer leads to sections that are there."""
    assert [number for number, _, _ in COREQ] == list(range(1, 33))
    assert [number for number, _, _ in SRQR] == list(range(1, 22))
    found = of(study)
    keys = {section.key for section in found.sections}
    for checklist in found.checklists:
        assert sum(checklist.count(state) for state in ("answered", "in part", "left open")) == len(checklist.items)
        for item in checklist.items:
            assert item.answer is None or (item.answer.sections and set(item.answer.sections) <= keys)
    coreq = {item.number: item for item in found.checklists[0].items}
    assert {n for n, item in coreq.items() if item.state == "answered"} == {22, 24, 27}
    assert {n for n, item in coreq.items() if item.state == "in part"} == {12, 16, 19, 20, 21, 25, 26, 29}


def test_sentences_are_put_together_as_one_writes_them():
    """Lists with one, two and three parts; texts beside each other become one."""
    assert listed(["a"]) == ("a",)
    assert listed(["a", "b"]) == ("a and b",)
    assert listed(["a", ("b", "c"), "d"]) == ("a, bc and d",)
    assert run("x", ("y", "z")) == ["xyz"]


def test_pseudonyms_are_told_and_no_correction(tmp_path):
    """Names replaced count by places, their revisions are no corrections; brought back, that is said instead."""
    with build_study(tmp_path) as study:
        found = transcript(study, "I1")
        turns = [as_new(turn, found.text) for turn in found.turns]
        revise_transcript(study, "I1", [replace(turns[0], text="How?"), *turns[1:]], coder="Ana", origin="pseudonyms")
        record_pseudonyms(study, "Ana", {"person": 2, "place": 1})
        said = prose(of(study), "transcription")
        assert "Names were replaced by pseudonyms in 3 places." in said
        assert "No transcript was changed after it came into the study." in said
        revise_transcript(study, "I1", turns, coder="Ana", origin=BACK)
        record_pseudonyms(study, "Ana", {"person": 2}, restored=True)
        said = prose(of(study), "transcription")
        assert "were brought back since" in said
        assert "No transcript was changed after it came into the study." in said


def test_what_an_import_takes_as_read_is_no_reading_of_segments(tmp_path):
    """Whoever coded elsewhere counts as having read the interview, which is told apart from segments that were read."""
    with build_study(tmp_path) as study:
        text, first = transcript(study, "I1"), spoken(study, "I1")[0]
        whole = DecisionDraft(text.id, Span(0, len(text.text)), Verdict.READ, memo=READ_ON_IMPORT)
        keep_decisions(study, "Eve", [whole, DecisionDraft(text.id, first.span, Verdict.READ)])
        found = of(study)
        (row,) = found.facts["facts"]["coding"]["each"]
        assert (row["read"], row["taken_as_read"]) == (1, 1)
        assert "1 time somebody counts as having read a whole interview" in prose(found, "coding")


def test_what_came_in_is_called_what_it_is(tmp_path):
    """A project, a codebook alone, and a bundle of another team."""
    with build_study(tmp_path) as study:
        for number, (file, origin) in enumerate(
            (("a.qdpx", "Gadget 1"), ("b.QDC", ""), ("c.zip", "reproducibility bundle"))
        ):
            keep_import(study, "Ana", Import(file, str(number) * 64, origin, seen=1))
        said = prose(of(study), "notes")
        assert "A project of Gadget 1 was taken in from the file “a.qdpx”" in said
        assert "A codebook of another program was taken in from the file “b.QDC”" in said
        assert "A reproducibility bundle was taken in from the file “c.zip”" in said


def test_files_for_participants_and_quotes_answer_in_part(tmp_path):
    """Items 28 and 29 of COREQ name what was given out, and leave the rest to the authors."""
    with build_study(tmp_path) as study:
        for name, kind in (("I1.html", "participant.pack"), ("I2.html", "participant.pack"), ("q.docx", "quotes")):
            record_file(study, "Ana", name=name, kind=kind, sha256="0" * 64, holds={}, options={})
        items = {item.number: item for item in of(study).checklists[0].items}
        assert text_of(items[28].answer.pieces).startswith("2 files exported for participants")
        assert text_of(items[29].answer.pieces).startswith("1 file exported with quotes")
        assert {items[28].state, items[29].state} == {"in part"}
