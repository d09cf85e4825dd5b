"""A transcript as plain text with labels, and back: nothing is lost, no offset shifts."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.exchange.refi.layout import laid_out, taken_apart
from assistant.exchange.refi.speakers_line import divided, voices_of
from store.transcripts import clean_text
from store.turns import joined
from store.values import NewTurn, Role, Span

SPEECH = st.one_of(
    st.text(min_size=1, max_size=30),
    st.lists(
        st.sampled_from(
            [
                "Ana:",
                "Ben: yes",
                "[00:01:02]",
                "[–]",
                "[0:00:01.000–0:00:02.000]",
                "Unnamed: x",
                "\ufeff",
                "😀",
                "e\u0301",
                ":",
                "a",
                "Speakers:",
            ]
        ),
        min_size=1,
        max_size=6,
    ).map(" ".join),
)
NAMES = st.one_of(
    st.none(),
    st.sampled_from(
        ["Ana", "Ben", "Ana: Ben", "", "Smith, John", 'A "B" (participant)', "Unnamed", "Ana 2", " Ana", "A\nB"]
    ),
    st.text(max_size=12),
)
TIMES = st.none() | st.integers(0, 400 * 3_600_000)
TURNS = st.lists(
    st.builds(
        NewTurn,
        text=SPEECH.map(clean_text).filter(bool),
        speaker=NAMES,
        role=st.sampled_from(Role),
        start_ms=TIMES,
        end_ms=TIMES,
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(TURNS, st.sampled_from(["", "Recorded at home.", "Two\nlines"]), st.booleans())
def test_every_list_of_turns_comes_back(turns, said, timed):
    """Texts, speakers, roles, times and the rest of the description, whatever stands in them."""
    laid = laid_out(turns, said, timed=timed)
    back = taken_apart(laid.text, laid.description)
    assert list(back.turns) == (turns if timed else [replace(t, start_ms=None, end_ms=None) for t in turns])
    assert (back.description, back.report) == (said, ())


@settings(max_examples=200, deadline=None)
@given(TURNS.filter(bool), st.data())
def test_every_span_comes_back_to_the_character(turns, data):
    """Spans across turns too, whose labels lie within them in the file."""
    text = joined(turns)
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    laid = laid_out(turns, timed=data.draw(st.booleans()))
    placed = laid.span(span)
    assert (laid.text[placed.start], laid.text[placed.end - 1]) == (text[span.start], text[span.end - 1])
    assert laid.place(span.start) == placed.start
    assert taken_apart(laid.text, laid.description).span(placed) == span


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:[]01 .\n\t-\u2028Á", max_size=60) | st.text(max_size=60), st.text(max_size=20), st.data())
def test_any_text_is_taken_and_every_character_that_is_kept_is_found(text, description, data):
    """A span of the file holds, in the interview, the same text but for white space, as far as it was kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    taken = taken_apart(text, description)
    spoken = joined(taken.turns)
    assert all(turn.text == clean_text(turn.text) != "" for turn in taken.turns)
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    place = taken.span(Span(start, start + 1))
    if place is not None:
        assert place.of(spoken) == text[start] or (text[start].isspace() and place.of(spoken) == " ")


def test_labels_of_another_program_are_taken_out_and_codings_keep_their_words():
    """Tabs, blank lines, double spaces and wrapped lines; an edge on a label moves to the first word."""
    text = "Ana:\tWe borrowed  it.\nFrom a friend.\n\nBen: And then?\n\nAna: It broke 😀 twice.\n"
    taken = taken_apart(text, name="Interview 3")
    assert [(turn.speaker, turn.text) for turn in taken.turns] == [
        ("Ana", "We borrowed it. From a friend."),
        ("Ben", "And then?"),
        ("Ana", "It broke 😀 twice."),
    ]
    spoken = joined(taken.turns)

    def words(quote: str) -> str:
        start = text.index(quote)
        found = taken.span(Span(start, start + len(quote)))
        return "" if found is None else found.of(spoken)

    assert words("borrowed  it.\nFrom") == "borrowed it. From"
    assert words("Ana:\tWe borrowed") == "We borrowed"
    assert words("broke 😀 twice.\n") == "broke 😀 twice."
    assert words("friend.\n\nBen: And") == "friend.\nAnd"
    assert words("Ben:") == ""
    assert taken.report[0].startswith("Interview 3: ")


def test_times_before_what_is_said_become_times_of_turns():
    taken = taken_apart("[00:00:01] Ana: One.\n[00:00:09] Ben: Two.\n[00:01:00] Ana: Three.")
    assert [(turn.speaker, turn.start_ms, turn.text) for turn in taken.turns] == [
        ("Ana", 1000, "One."),
        ("Ben", 9000, "Two."),
        ("Ana", 60_000, "Three."),
    ]


def test_a_text_without_labels_keeps_its_paragraphs_and_all_its_words():
    text = "A title\n\nThe first paragraph\ngoes on.\n\nNote: the second."
    taken = taken_apart(text)
    assert [turn.text for turn in taken.turns] == ["A title", "The first paragraph goes on.", "Note: the second."]
    assert {turn.speaker for turn in taken.turns} == {None}


def test_a_line_that_lost_its_label_elsewhere_is_said_to_be_so():
    """The description came back, the text was edited in between."""
    taken = taken_apart("Ana: One.\nand more\nBen: Two.", "Speakers: Ana (participant), Ben (interviewer)", "I3")
    assert [(turn.speaker, turn.role) for turn in taken.turns] == [
        ("Ana", Role.PARTICIPANT),
        ("Ana", Role.PARTICIPANT),
        ("Ben", Role.INTERVIEWER),
    ]
    assert taken.report == ("I3: 1 line without a label; taken as what the speaker before says.",)


@pytest.mark.parametrize(
    "line",
    ["Speakers: ", "Speakers: Tom and Ann", 'Speakers: "Ana (participant)', "Speakers: Ana (host)", "Speakers", ""],
)
def test_what_only_looks_like_a_line_about_speakers_is_a_description(line):
    assert voices_of(line) is None
    assert divided(line) is None


def test_the_description_reads_well():
    turns = [NewTurn("Hi.", "Ana"), NewTurn("Yes?", "Ben", Role.INTERVIEWER), NewTurn("No.", "Smith, John")]
    assert laid_out(turns).description == 'Speakers: Ana (participant), Ben (interviewer), "Smith, John" (participant)'
    assert laid_out(turns).text == "Ana: Hi.\nBen: Yes?\nSmith, John: No."
    assert laid_out([NewTurn("Ana: Hi.")]).description == "Speakers: none named"


def test_times_of_turns_stand_before_them():
    turns = [
        NewTurn("Hi.", "Ana", start_ms=72_250, end_ms=75_000),
        NewTurn("Yes?", "Ana", start_ms=80_000),
        NewTurn("A.", "Ana"),
    ]
    laid = laid_out(turns, timed=True)
    assert laid.text == "[0:01:12.250–0:01:15.000] Ana: Hi.\n[0:01:20.000] Ana: Yes?\n[–] Ana: A."
    assert laid.description == "Speakers: Ana (participant); each line begins with its time"
