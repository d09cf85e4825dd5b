"""Every number of the appendix is what its query prints: each command is run, each field is looked up."""

import json
import re
from pathlib import Path

import pytest
from methods_study import MILESTONE, methods_study, spoken
from typer.testing import CliRunner

from assistant.cli.app import app
from assistant.exchange.methods import As, appendix
from assistant.exchange.methods.document import Paragraph
from assistant.exchange.methods.notes import all_notes
from assistant.exchange.methods.number import Number, Printed, field_value
from assistant.exchange.methods.record import text_of
from assistant.settings import load_settings
from store.decisions import keep_decisions
from store.event_log import last_event
from store.study import open_study
from store.values import DecisionDraft, Verdict

WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\d|SHA-256 \w+|“[^”]*”|\(95\u00a0% interval |\(20\d\d\)|Chao2|hash of the last of them is \w+"
)
"""Digits that are no counts: days, hashes, names in quotation marks, the level of intervals, years of papers."""
STATES = {
    "now": As(),
    "a milestone": As(milestone=MILESTONE),
    "an event": As(through=40),
    "adjudicated": As(adjudicated=True),
    "both": As(milestone=MILESTONE, adjudicated=True),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    with methods_study(tmp_path_factory.mktemp("methods")) as study:
        return study.folder


def written(folder, asked=None):
    with open_study(folder) as study:
        return appendix(study, load_settings(study.settings()), asked)


def numbers_of(of):
    """Every number of the text and of the checklists, as it is come upon."""
    found = []
    for section in of.sections:
        for block in section.blocks:
            for pieces in (block.pieces,) if isinstance(block, Paragraph) else block.rows:
                found += pieces
    for checklist in of.checklists:
        for item in checklist.items:
            found += () if item.answer is None else item.answer.pieces
    return [piece for piece in found if isinstance(piece, Number)]


def printed(folder, words, held):
    """What a command prints, as JSON; each is run once."""
    if words not in held:
        arguments = [str(folder) if word == "STUDY" else word for word in words]
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, (words, done.stderr)
        held[words] = json.loads(done.stdout)
    return held[words]


def picked(record, given):
    """A field as jq would pick it; written without the code under test."""
    path, _, fold = given.partition(" | ")
    for step in re.findall(r"\w+|-?\d+", path):
        record = record[int(step)] if isinstance(record, list) else record[step]
    if not fold:
        return record
    return {"length": len, "add": lambda found: sum(found.values())}[fold](record)


@pytest.mark.parametrize("state", STATES)
def test_every_cited_command_prints_the_number(folder, state):
    """In each state that can be asked for: all commands run, and every field holds exactly the value."""
    of, held = written(folder, STATES[state]), {}
    numbers = numbers_of(of)
    assert len(numbers) > 60
    for number in numbers:
        asked = number.query
        assert picked(printed(folder, asked.words, held), asked.field) == number.value, asked
    assert {words[0] for words in held} >= {"methods", "codebook"}
    assert ("saturation" in {words[0] for words in held}) is (state != "an event")


def test_agreement_and_saturation_are_cited_by_their_own_commands(folder):
    """A reader need not trust the appendix: what has a command of its own names that one."""
    commands = {number.query.words[0] for number in numbers_of(written(folder))}
    assert commands == {"methods", "codebook", "agreement", "saturation"}


def test_a_number_can_be_had_again_after_more_work(folder):
    """What was cited from the record itself stays true when the study goes on: the query names the event."""
    before = [n for n in numbers_of(written(folder)) if n.query.words[0] == "methods"]
    with open_study(folder) as study:
        first = spoken(study, "I1")[0]
        end = last_event(study)
        keep_decisions(study, "Ana", [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c4")])
        assert last_event(study) > end
    held = {}
    for number in before:
        assert picked(printed(folder, number.query.words, held), number.query.field) == number.value, number.query


def test_no_count_stands_without_its_query(folder):
    """In the sentences between the numbers there are no digits but those of days, hashes, names and papers."""
    of = written(folder)
    for section in of.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph) and "written by interview-assistant" not in text_of(block.pieces):
                left = "".join(piece for piece in block.pieces if isinstance(piece, str))
                assert not re.search(r"\d", WRITTEN.sub("", left)), left


def test_notes_are_numbered_as_they_are_come_upon_and_none_twice(folder):
    """Each query once; the numbers of a row share a note with all their fields."""
    notes = all_notes(written(folder))
    assert [note.number for note in notes] == list(range(1, len(notes) + 1))
    assert len({(note.words, note.fields) for note in notes}) == len(notes)
    assert any(len(note.fields) > 3 for note in notes)


def test_a_field_of_another_kind_is_refused():
    """Only the filters that are promised."""
    assert field_value({"a": {"b c": [5, 7]}}, '.a["b c"][-1]') == 7
    with pytest.raises(ValueError, match="no field"):
        field_value({"a": 1}, ".a + 1")
    with pytest.raises(KeyError):
        field_value({"a": 1}, ".b")


def test_a_part_of_a_record_keeps_its_place():
    """A number taken from a part cites the whole."""
    whole = Printed(("x",), {"list": [{"n": 1}, {"n": 2}], "of": {"a": 3}}, "study")
    assert [part.number(".n").query.field for part in whole.parts(".list")] == [".list[0].n", ".list[1].n"]
    assert whole.at(".list").number(". | length").query.field == ".list | length"
    assert whole.at(".list").parts(".")[1].number(".n").query.field == ".list[1].n"
    assert whole.at(".of").number(". | add").value == 3
