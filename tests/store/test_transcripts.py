"""Transcripts: their text, turns, words and revisions."""

import pytest
from full_study import QUEUE, add_text, cut, turns
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.postgres import on_postgres

from store.audit import verify
from store.decisions import codings, keep_decisions
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.interviews import add_interview, interview, interviews
from store.segments import segments, unsegmented
from store.transcripts import add_transcribed, add_transcript, clean_text, revise_transcript, transcript
from store.values import DecisionDraft, NewTurn, Role, Span, Verdict, Word

KEPT = () if on_postgres() else ("\x00",)
"""What PostgreSQL refuses in a text, which a test of its own tries."""
ODD = st.sampled_from(["🙂", "e\u0301", "𝔸", "\r\n", "\u2028", "\t", "नमस्ते", *KEPT, "\ufeff", "\u200b", " "])
SIGNS = st.characters(codec="utf-8", exclude_characters="" if KEPT else "\0")
SAID = st.lists(ODD | st.text(SIGNS, max_size=8), max_size=8).map(" ".join).map(clean_text)


@st.composite
def spoken(draw):
    """A turn with words somewhere in its text."""
    text = draw(SAID)
    words = []
    if text:
        for number in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            words.append(Word(start, end, number, number + 1, draw(st.floats(0, 1)).__round__(4)))
    speaker = draw(st.none() | st.sampled_from(["Ada", "Ünïcode 🙂"]))
    return NewTurn(text, speaker, draw(st.sampled_from(Role)), draw(st.none() | st.integers(0, 9)), None, tuple(words))


def with_interview(study, folder, label="I1"):
    source = folder / f"{label}.txt"
    source.write_text(label, encoding="utf-8")
    return add_interview(study, source, "transcript", label=label)


@settings(max_examples=40, deadline=None)
@given(st.lists(spoken(), max_size=6).filter(lambda made: any(t.text for t in made)))
def test_turns_and_words_slice_the_text_that_was_said(full_once, tmp_path_factory, said):
    """Any text survives the database; every turn and word slices out what was given, and empty turns are left out."""
    label = f"X{len(interviews(full_once))}"
    with_interview(full_once, tmp_path_factory.mktemp("turns"), label)
    add_transcript(full_once, label, said, origin="import")
    read = transcript(full_once, label)
    assert verify(full_once).faults == ()
    wanted = [turn for turn in said if turn.text]
    assert read.text == "\n".join(turn.text for turn in wanted)
    assert [turn.index for turn in read.turns] == list(range(len(wanted)))
    for turn, new in zip(read.turns, wanted, strict=True):
        assert turn.span.of(read.text) == new.text
        assert (turn.speaker, turn.role, turn.start_ms, turn.end_ms) == (
            new.speaker,
            new.role,
            new.start_ms,
            new.end_ms,
        )
        for word, given_word in zip(turn.words, new.words, strict=True):
            assert read.text[word.start : word.end] == new.text[given_word.start : given_word.end]
            assert (word.start_ms, word.probability) == (given_word.start_ms, given_word.probability)


@given(st.text())
def test_clean_text_is_clean(text):
    """Cleaning twice is cleaning once, no line break is left, and no visible character is lost."""
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert len(cleaned.splitlines()) <= 1
    assert "".join(cleaned.split()) == "".join(text.split())


def test_a_second_transcript_is_refused(full):
    """A transcript is corrected, not replaced; the one there stays as it is."""
    before = transcript(full, "T1")
    with pytest.raises(ConflictError, match="T1 has a transcript already"):
        add_transcript(full, "T1", turns(("Other.",)), origin="import")
    assert transcript(full, "T1") == before


@pytest.mark.parametrize("text", ["two  spaces", " lead", "line\nbreak", "tab\there", "end\r\n"])
def test_uncleaned_text_is_refused(blank, tmp_path, text):
    """Text whose word offsets would shift when cleaned is a bug of the caller's and is not kept."""
    with_interview(blank, tmp_path)
    with pytest.raises(ValueError, match="must be cleaned"):
        add_transcript(blank, "I1", [NewTurn(text)], origin="import")
    assert not interview(blank, "I1").transcribed


@pytest.mark.parametrize("texts", [(), ("", "  ")])
def test_a_transcript_without_text_is_refused_with_a_sentence(blank, tmp_path, texts):
    """The sentence names the file and the interview."""
    with_interview(blank, tmp_path)
    with pytest.raises(InvalidInputError, match=r"I1\.txt holds no spoken text; nothing was kept for I1"):
        add_transcript(blank, "I1", [NewTurn(text) for text in texts], origin="import")


def test_what_is_not_there_is_told(blank, tmp_path):
    """Missing transcripts, revisions and interviews each have their sentence."""
    with_interview(blank, tmp_path)
    with pytest.raises(NotFoundError, match="no transcript yet"):
        transcript(blank, "I1")
    with pytest.raises(NotFoundError, match="no transcript to correct"):
        revise_transcript(blank, "I1", turns(("Yes.",)), coder="ada")
    add_transcript(blank, "I1", turns(("Yes.",)), origin="import")
    with pytest.raises(NotFoundError, match="in revision 2"):
        transcript(blank, "I1", 2)
    with pytest.raises(NotFoundError, match="no interview I9"):
        transcript(blank, "I9")


def test_a_correction_moves_codings_and_flags_those_it_touched(blank, tmp_path):
    """Codings before and after a corrected word move, those around it need a look, and old revisions stay readable."""
    first = add_text(blank, tmp_path, "I1", ("🙂 We wait for the Q of weeks.", "It is dull."))

    def span(words: str) -> Span:
        return Span(first.text.index(words), first.text.index(words) + len(words))

    quotes = ("We wait", "the Q of", "Q of weeks", "It is dull.")
    drafts = [DecisionDraft(first.id, span(words), Verdict.ADD, QUEUE) for words in quotes]
    keep_decisions(blank, "ada", drafts)
    second = revise_transcript(blank, "I1", turns(("🙂 We wait for the queue of weeks.", "It is dull.")), coder="ada")
    standing = codings(blank)
    assert [c.needs_look for c in standing] == [False, True, True, False]
    assert [c.transcript_id for c in standing] == [second.id, second.id, first.id, second.id]
    assert [c.span.of(second.text) for c in standing if c.transcript_id == second.id] == [
        "We wait", "the queue of", "It is dull."
    ]  # fmt: skip
    assert transcript(blank, "I1") == second
    assert transcript(blank, "I1", 1) == first
    third = revise_transcript(
        blank, "I1", turns(("Well. 🙂 We wait for the queue of weeks.", "It is dull.")), coder="ben"
    )
    assert [c.needs_look for c in codings(blank)] == [False, True, True, False]
    assert [c.span.of(third.text) for c in codings(blank) if not c.needs_look] == ["We wait", "It is dull."]
    assert verify(blank).faults == ()


def test_segments_belong_to_the_newest_revision(blank, tmp_path):
    """A corrected transcript is to be segmented again, and its old segments are not shown."""
    add_text(blank, tmp_path, "I1", ("One Q.", "Two."))
    add_text(blank, tmp_path, "I2", ("Three.",))
    assert unsegmented(blank) == ()
    second = revise_transcript(blank, "I1", turns(("One queue.", "Two.")), coder="ada")
    assert unsegmented(blank) == ("I1",)
    assert [s.text for s in segments(blank)] == ["Three."]
    cut(blank, second)
    cut(blank, second)
    assert [(s.interview, s.revision, s.text) for s in segments(blank)] == [
        ("I1", 2, "One queue."), ("I1", 2, "Two."), ("I2", 1, "Three."),
    ]  # fmt: skip
    assert segments(blank, "I2", role=Role.INTERVIEWER) == ()


def test_a_transcript_is_added_with_its_interview_or_not_at_all(blank, tmp_path):
    """A file whose turns hold nothing leaves no interview behind that would refuse it the next time."""
    source = tmp_path / "talk.txt"
    source.write_text("Ada: hello", encoding="utf-8")
    with pytest.raises(InvalidInputError):
        add_transcribed(blank, source, [NewTurn("")])
    assert interviews(blank) == ()
    assert add_transcribed(blank, source, [NewTurn("hello", "Ada")]).text == "hello"
    assert [i.transcribed for i in interviews(blank)] == [True]
    with pytest.raises(ConflictError, match="already"):
        add_transcribed(blank, source, [NewTurn("hello", "Ada")])
