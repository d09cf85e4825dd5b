"""A project as each program writes it arrives with its codings on their words, its people, codes, values and notes."""

import pytest
from refi_producers import CODED, NOTE, PRODUCERS, TALK, WANTS, guid

from assistant.exchange.refi.taking import import_project
from store.audit import verify
from store.codebook import current_codebook
from store.decisions import codings
from store.interviews import interviews
from store.memos import memos
from store.study import create_study
from store.transcripts import transcript

WITH_AGE = {"NVivo for Windows": "61", "MAXQDA": "61", "QualCoder on Windows": "61", "Quirkos": "61"}
IN_DOUBT = {"NVivo for Mac", "MAXQDA", "OpenQDA", "Quirkos", "qualitative-coding"}


@pytest.fixture(params=PRODUCERS, scope="module")
def taken(request, tmp_path_factory):
    """The name of a producer, a study that took its project, and the report."""
    folder = tmp_path_factory.mktemp("producer")
    given = folder / ("looms.zip" if request.param == "OpenQDA" else "looms.qdpx")
    given.write_bytes(PRODUCERS[request.param]())
    with create_study(folder / "study", "Looms") as study:
        yield request.param, study, import_project(study, given, coder="Lead")


def said(report):
    return [(finding.kind, finding.where, finding.said) for finding in report.findings]


def test_codings_lie_on_their_words_by_their_people(taken):
    _, study, report = taken
    text = transcript(study, "Talk")
    assert [(turn.speaker, turn.span.of(text.text)) for turn in text.turns] == [
        tuple(line.split(": ", 1)) for line in TALK.splitlines()
    ]
    names = {code.guid: code.name for code in current_codebook(study).codes}
    found = {(c.span.of(text.text), names[c.code], c.coder) for c in codings(study)}
    assert found == CODED, said(report)
    assert not verify(study).faults


def test_codes_stand_where_they_stood(taken):
    _, study, _ = taken
    codes = {code.name: code for code in current_codebook(study).codes}
    assert set(codes) == {"tools", "inherited", "income"}
    assert codes["inherited"].parent == codes["tools"].guid == guid(3)
    assert codes["income"].parent is None


def test_values_and_notes_arrive(taken):
    producer, study, report = taken
    attributes = next(each.attributes for each in interviews(study) if each.label == "Talk")
    ages = [value for name, value in attributes.items() if name.endswith("Age")]
    assert ages == ([WITH_AGE[producer]] if producer in WITH_AGE else []), said(report)
    assert [memo.text for memo in memos(study) if NOTE in memo.text], said(report)


def test_a_stretch_that_a_note_is_linked_to_is_not_called_bare(taken):
    """NVivo marks what an annotation is about, and links the two."""
    producer, study, report = taken
    if producer == "NVivo for Windows":
        text = transcript(study, "Talk").text
        assert [memo.target.span.of(text) for memo in memos(study)] == [WANTS]
    assert "it is marked" not in str(said(report))


def test_only_offsets_that_nothing_shows_are_in_doubt(taken):
    producer, _, report = taken
    doubts = [finding for finding in report.findings if finding.kind == "doubtful"]
    assert ["Nothing shows how its offsets count" in each.said for each in doubts] == [True] * (producer in IN_DOUBT)
