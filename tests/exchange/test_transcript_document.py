import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from study_builder import add_talk, codebook_codes

from assistant.exchange.outgoing import outgoing
from assistant.exchange.study_files import Parts, study_file
from assistant.exchange.study_tables import What, table_of
from assistant.review import Basis
from assistant.segment import segment_new
from store.codebook import current_codebook, keep_codebook
from store.decisions import keep_decisions
from store.errors import InvalidInputError
from store.interviews import add_interview
from store.study import create_study
from store.transcripts import revise_transcript, transcript
from store.values import Coding, DecisionDraft, NewTurn, Span, Verdict

TALK = (
    ("Interviewer", "And then? 🙂"),
    ("Ada", "Nobody e\u0301ver asked 👩‍👧 us. They took it."),
    (None, "Well & so <it> goes."),
)
AT = datetime(2026, 3, 1, 9, 30, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    with create_study(folder / "study", "A study") as made:
        add_talk(made, folder, "I1", TALK, region="north")
        add_talk(made, folder, "I2", TALK)
        keep_codebook(made, codebook_codes(), coder="ada", reason="start")
        segment_new(made)
        yield made


def code(study, name):
    return current_codebook(study).find(name).guid


def add(study, coder, span, name, memo="", label="I1"):
    found = transcript(study, label)
    keep_decisions(study, coder, [DecisionDraft(found.id, span, Verdict.ADD, code(study, name), at=AT, memo=memo)])


def anchored(content):
    """By the comment's number, the text between its marks, without the lines of speakers; turns end in line feeds."""
    document = Document(io.BytesIO(content))
    held, done = {}, {}
    for paragraph in document.paragraphs:
        spoken = not any(run.bold for run in paragraph.runs) and not paragraph.style.name.startswith("Heading")
        for part in paragraph._p:
            number = part.get(qn("w:id"))
            if part.tag == qn("w:commentRangeStart"):
                held[number] = ""
            elif part.tag == qn("w:commentRangeEnd"):
                done[number] = held.pop(number)
            elif part.tag == qn("w:r") and spoken:
                text = "".join(t.text or "" for t in part.iter(qn("w:t")))
                held = {key: said + text for key, said in held.items()}
        if spoken and any(run.text for run in paragraph.runs):
            held = {key: said + "\n" for key, said in held.items()}
    assert not held
    return document, done


def test_a_comment_stands_on_exactly_its_words_and_says_whose_code_it_is(study):
    """Author, initials, time, the code below its theme, and the memo's lines, each a paragraph."""
    text = transcript(study, "I1").text
    span = Span(text.index("asked"), text.index(" us."))
    add(study, "Ana Berg", span, "queue", "First.\n\nSecond & <third>.")
    document, done = anchored(study_file(outgoing(study, Basis(), "Eve"), "docx", Parts(transcripts=("I1",))).content)
    (comment,) = document.comments
    assert done == {str(comment.comment_id): "asked 👩‍👧"}
    assert (comment.author, comment.initials, comment.timestamp) == ("Ana Berg", "AB", AT)
    assert [p.text for p in comment.paragraphs] == ["compute › queue", "First.", "Second & <third>."]
    lines = [p.text for p in document.paragraphs]
    assert lines[:2] == ["I1", "region: north"]
    assert lines[2].startswith("1 coding by Ana Berg. Confirmed codings of all coders. A study, ")
    assert lines[3:] == [
        "Interviewer  00:00:00", TALK[0][1], "Ada  00:00:10", TALK[1][1], "00:00:20", TALK[2][1],
    ]  # fmt: skip


LENGTH = sum(len(said) for _, said in TALK) + 2
SPANS = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, LENGTH)).map(
    lambda ends: Span(min(ends[0], ends[1]), max(ends[0] + 1, ends[1]))
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(SPANS, st.sampled_from(["queue", "cost", "licence"]), st.sampled_from("AB")), max_size=9))
@example([(Span(0, LENGTH), "queue", "A"), (Span(3, 9), "queue", "A"), (Span(5, 20), "cost", "B")])
@example([(Span(4, 8), "queue", "A"), (Span(4, 8), "queue", "B"), (Span(4, 8), "cost", "A"), (Span(4, 5), "cost", "A")])
def test_nested_and_overlapping_codings_each_keep_their_words(study, found):
    """Whatever overlaps whatever, across turns and beside emoji: each comment holds its slice, but for line ends."""
    text = transcript(study, "I1")
    made = tuple(
        Coding("I1", text.id, span, code(study, name), coder, f"d{number}", AT)
        for number, (span, name, coder) in enumerate(found)
        if span.of(text.text).strip()
    )
    whole = outgoing(study, Basis(), "Eve")
    out = replace(whole, of=replace(whole.of, codings=made))
    document, done = anchored(study_file(out, "docx", Parts(transcripts=("I1",))).content)
    expected = [coding.span.of(text.text).strip("\n") for coding in out.codings]
    assert [done[str(number)].strip("\n") for number in range(len(made))] == expected
    assert [comment.author for comment in document.comments] == [coding.coder for coding in out.codings]


def test_several_transcripts_have_a_section_each(study):
    """Each with its own heading and its own codings."""
    add(study, "Ben", Span(0, 3), "cost", label="I2")
    document, done = anchored(
        study_file(outgoing(study, Basis(coder="Ben"), "Eve"), "docx", Parts(transcripts=("I1", "I2"))).content
    )
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == ["I1", "I2"]
    assert list(done.values()) == ["And"]


LEFT_OUT = "1 coding is left out, because a correction of the transcript touched the place or tore it apart."


def test_what_a_correction_tore_apart_is_told(tmp_path):
    """A coding without a place in the text is left out of documents, with a sentence, and stays in the tables."""
    with create_study(tmp_path / "study", "Torn") as study:
        add_talk(study, tmp_path, "I1", TALK)
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        text = transcript(study, "I1").text
        add(study, "Ana", Span(text.index("asked"), text.index(" us.")), "queue")
        revise_transcript(study, "I1", [NewTurn("Quite another text.", "Ada")], coder="Ana")
        out = outgoing(study, Basis(), "Eve")
        assert [out.is_placed(coding) for coding in out.codings] == [False]
        for parts in (Parts(transcripts=("I1",)), Parts()):
            made = study_file(out, "docx", parts)
            assert made.notes == (LEFT_OUT,)
            assert len(Document(io.BytesIO(made.content)).comments) == 0
        (row,) = table_of(out, What.CODINGS).rows
        assert "asked 👩‍👧" in row
        assert "torn apart by a correction" in row


def test_what_a_correction_touched_is_told_apart_from_that(tmp_path):
    """A coding in whose words one was corrected has a place, but is no quote before somebody has looked at it."""
    with create_study(tmp_path / "study", "Touched") as study:
        add_talk(study, tmp_path, "I1", [("Ada", "They asked us twice.")])
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        add(study, "Ana", Span(0, 20), "queue")
        revise_transcript(study, "I1", [NewTurn("They asked me twice.", "Ada")], coder="Ana")
        out = outgoing(study, Basis(), "Eve")
        assert study_file(out, "docx", Parts()).notes == (LEFT_OUT,)
        (row,) = table_of(out, What.CODINGS).rows
        assert "They asked me twice." in row
        assert "touched by a correction" in row


def test_an_interview_without_a_transcript_is_refused(study, tmp_path):
    """By a sentence that names it."""
    source = tmp_path / "later.txt"
    source.write_text("later", encoding="utf-8")
    add_interview(study, source, "transcript", label="I9")
    with pytest.raises(InvalidInputError, match="I9 has no transcript yet"):
        study_file(outgoing(study, Basis(), "Eve"), "docx", Parts(transcripts=("I9",)))
