"""Pure corrections: words keep their times and their order, and every offset slices its word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.correction import (
    assign_speaker,
    edit_text,
    join_with_next,
    mark_unintelligible,
    rename_speaker,
    set_role,
    several,
    split_turn,
)
from store.errors import InvalidInputError, NotFoundError
from store.turns import clean_text
from store.values import Doubt, NewTurn, Role, TurnMarks, Word

TOKENS = st.sampled_from(["we", "We", "wait", "the", "queue,", "“yes”", "🙂", "e\u0301a", "don't", "20-year", "–", "x"])
SAID = st.lists(TOKENS, min_size=1, max_size=12).map(" ".join)


def timed(text: str, start_ms: int = 1_000, **more) -> NewTurn:
    """A turn whose every token takes 300 ms of every 400."""
    words = [
        Word(m.start(), m.end(), start_ms + 400 * n, start_ms + 400 * n + 300, 0.25)
        for n, m in enumerate(re.finditer(r"\S+", text))
    ]
    return NewTurn(text, "Ana", start_ms=start_ms, end_ms=words[-1].end_ms, words=tuple(words), **more)


def check(turn: NewTurn) -> None:
    """Words stand in the text in order, hold no white space and something to say, and their times go on."""
    at, ms = 0, turn.start_ms or 0
    assert turn.text == clean_text(turn.text)
    for word in turn.words:
        said = turn.text[word.start : word.end]
        assert at <= word.start < word.end <= len(turn.text)
        assert said
        assert not re.search(r"\s", said)
        assert ms <= word.start_ms <= word.end_ms <= (turn.end_ms or 0)
        at, ms = word.end, word.start_ms


@given(SAID, SAID)
def test_an_edit_keeps_words_in_order_and_their_offsets_valid(old, new):
    """Whatever becomes of a text, every word slices out of it, times never run back, and each letter has a word."""
    (made,) = edit_text(0, new)((timed(old),)).turns
    assert made.text == new
    check(made)
    covered = {at for word in made.words for at in range(word.start, word.end)}
    assert all(at in covered for at, letter in enumerate(new) if letter.isalnum())


@given(SAID, SAID, SAID)
def test_what_an_edit_left_alone_keeps_its_times(head, tail, new):
    """A correction in the middle moves the words around it, and nothing about them changes."""
    turn = timed(f"{head} wrong {tail}")
    (made,) = edit_text(0, f"{head} {new} {tail}")((turn,)).turns
    first, last = turn.words[0], turn.words[-1]
    assert made.words[0] == first
    kept = made.words[-1]
    assert (kept.start_ms, kept.end_ms, kept.probability) == (last.start_ms, last.end_ms, last.probability)
    check(made)


@given(SAID, st.data())
def test_split_and_join_is_identity(text, data):
    """Cut between any two words and joined again, a turn is what it was, with its marks."""
    marks = TurnMarks(overlaps=((1_100, 1_200),), doubts=(Doubt(0, 1, "unclear"),))
    turn = timed(f"{text} end", marks=marks)
    cut = data.draw(st.sampled_from([m.start() for m in re.finditer(r"(?<=\s)\S", turn.text)]))
    parts = split_turn(0, cut)((turn,)).turns
    assert [part.text for part in parts] == [turn.text[: cut - 1], turn.text[cut:]]
    for part in parts:
        check(part)
    assert join_with_next(0)(parts).turns == (turn,)


def test_times_of_new_words():
    """One word for one keeps its time; more are spread over it; what is put in lies between its neighbours."""
    turn = timed("we wait for Q now")
    (one,) = edit_text(0, "we wait for queues now")((turn,)).turns
    assert one.words[3] == Word(12, 18, 2_200, 2_500, 1.0)
    (two,) = edit_text(0, "we wait for the queue now")((turn,)).turns
    assert [(w.start_ms, w.end_ms, w.probability) for w in two.words[3:5]] == [(2_200, 2_312, 1.0), (2_312, 2_500, 1.0)]
    (more,) = edit_text(0, "we really wait for Q now")((turn,)).turns
    assert (more.words[1].start_ms, more.words[1].end_ms) == (1_300, 1_400)
    assert [w.probability for w in more.words] == [0.25, 1.0, 0.25, 0.25, 0.25, 0.25]


def test_signs_belong_to_the_word_they_were_added_to():
    """A comma, a full stop, a quotation mark make no new word, and leave the time and the doubt of the old one."""
    turn = timed("we wait for it")
    (made,) = edit_text(0, "“we wait”, for it.")((turn,)).turns
    assert [made.text[w.start : w.end] for w in made.words] == ["“we", "wait”,", "for", "it."]
    assert [w.start_ms for w in made.words] == [w.start_ms for w in turn.words]
    assert {w.probability for w in made.words} == {0.25}
    (back,) = edit_text(0, "we wait for it")((made,)).turns
    assert back == turn


def test_a_turn_without_times_gets_none():
    """Nothing is made up where nothing is known."""
    (made,) = edit_text(0, "Two words more.")((NewTurn("Two words."),)).turns
    assert made == NewTurn("Two words more.")


def test_doubts_go_with_what_was_edited():
    """The doubt about the stretch that was corrected goes; those before and after keep their words."""
    text = "first bad second bad third bad"
    doubts = tuple(Doubt(m.start(), m.end(), "unclear") for m in re.finditer("bad", text))
    turn = NewTurn(text, marks=TurnMarks(doubts=doubts))
    (made,) = edit_text(0, "the first bad second good third bad")((turn,)).turns
    assert [made.text[d.start : d.end] for d in made.marks.doubts] == ["bad", "bad"]
    assert [d.start for d in made.marks.doubts] == [10, 32]


def test_an_empty_text_takes_the_turn_out_and_line_breaks_are_folded():
    """What a recogniser made up goes; pasted lines stay one turn."""
    turns = (NewTurn("One."), NewTurn("Two."))
    assert edit_text(0, " \n ")(turns).turns == turns[1:]
    assert edit_text(0, "One\r\n\ttwo")(turns).turns[0].text == "One two"
    with pytest.raises(InvalidInputError, match="half of a character"):
        edit_text(0, "One \ud800")
    with pytest.raises(InvalidInputError, match="no turn 3; the transcript has 2"):
        edit_text(2, "One")(turns)


def test_a_split_is_timed_by_words_or_by_length_or_not_at_all():
    """A cut inside a word goes before it; nothing may be left empty."""
    parts = split_turn(0, 5)((timed("we wait here"),)).turns
    assert [(p.text, p.start_ms, p.end_ms) for p in parts] == [("we", 1_000, 1_300), ("wait here", 1_400, 2_100)]
    parts = split_turn(0, 3)((NewTurn("abc def", start_ms=0, end_ms=700),)).turns
    assert [(p.start_ms, p.end_ms) for p in parts] == [(0, 300), (400, 700)]
    parts = split_turn(0, 3)((NewTurn("abc def", start_ms=500),)).turns
    assert [(p.start_ms, p.end_ms) for p in parts] == [(500, None), (None, None)]
    for place in (0, 7, 99, -1):
        with pytest.raises(InvalidInputError, match="cannot be split there"):
            split_turn(0, place)((NewTurn("abc def"),))


def test_overlaps_go_to_the_part_they_were_heard_in():
    """Somebody who spoke at the same time did so in one of the halves."""
    turn = timed("a b c d", marks=TurnMarks(overlaps=((1_000, 1_200), (2_300, 2_400))))
    parts = split_turn(0, 4)((turn,)).turns
    assert [part.marks.overlaps for part in parts] == [((1_000, 1_200),), ((2_300, 2_400),)]


def test_joining_keeps_the_first_speaker_and_says_so():
    """The last turn has none to join with."""
    turns = (NewTurn("One.", "Ana", start_ms=0), NewTurn("Two.", "Ben", end_ms=9))
    done = join_with_next(0)(turns)
    assert done.turns == (NewTurn("One. Two.", "Ana", start_ms=0, end_ms=9),)
    assert done.said == "Joined with the next turn; all of it is Ana now."
    with pytest.raises(InvalidInputError, match="is the last one"):
        join_with_next(1)(turns)


def test_speakers():
    """Renamed everywhere, merged by an existing name, given one turn, and asked or asking throughout."""
    turns = (
        NewTurn("Why?", "SPEAKER_00"),
        NewTurn("So.", "Ana"),
        NewTurn("And?", "SPEAKER_00"),
        NewTurn("Hm.", None),
    )
    done = several([set_role("SPEAKER_00", Role.INTERVIEWER), rename_speaker("SPEAKER_00", " Ida  B. ")])(turns)
    assert [(t.speaker, t.role.value) for t in done.turns] == [
        ("Ida B.", "interviewer"),
        ("Ana", "participant"),
        ("Ida B.", "interviewer"),
        (None, "participant"),
    ]
    assert [part["what"] for part in done.what["parts"]] == ["role", "rename"]
    merged = rename_speaker("Ana", "Ida B.")(done.turns)
    assert merged.turns[1].role is Role.INTERVIEWER
    assert merged.said == "Ana is Ida B. now, in one turn; the two are one now, as interviewer."
    given = assign_speaker(3, "Ida B.")(done.turns).turns[3]
    assert (given.speaker, given.role) == ("Ida B.", Role.INTERVIEWER)
    assert assign_speaker(3, "New")(done.turns).turns[3].role is Role.PARTICIPANT
    assert set_role("", Role.INTERVIEWER)(turns).turns[3].role is Role.INTERVIEWER
    with pytest.raises(NotFoundError, match="No speaker is named “Bo” here; there are: SPEAKER_00, Ana"):
        rename_speaker("Bo", "Ana")(turns)
    with pytest.raises(InvalidInputError, match="needs a name"):
        rename_speaker("Ana", "  ")


@given(SAID, SAID, SAID)
def test_a_stretch_is_marked_unintelligible(head, middle, tail):
    """The mark stands in its place with its time, and the words around keep theirs."""
    turn = timed(f"{head} {middle} {tail}")
    start = len(head) + 1
    (made,) = mark_unintelligible(0, start, start + len(middle))((turn,)).turns
    assert made.text == f"{head} [unintelligible] {tail}"
    check(made)
    count = len(head.split())
    assert made.words[:count] == turn.words[:count]
    mark = made.words[count]
    if re.search(r"\w", middle):
        lost = turn.words[count : count + len(middle.split())]
        assert (mark.start_ms, mark.end_ms) == (lost[0].start_ms, lost[-1].end_ms)


def test_only_words_of_a_turn_can_be_unintelligible():
    """A stretch outside of the turn, or of nothing, is refused."""
    for start, end in ((0, 99), (3, 3), (3, 4), (-2, 1)):
        with pytest.raises(InvalidInputError, match="select words inside one turn"):
            mark_unintelligible(0, start, end)((NewTurn("One two"),))
    (made,) = mark_unintelligible(0, 4, 7)((NewTurn("One two, three"),)).turns
    assert made.text == "One [unintelligible] , three"


def test_a_doubt_about_a_whole_turn_stays_on_both_parts():
    """What was said over and over is as doubtful when the turn is cut in the middle of it."""
    turn = NewTurn("no no no no", marks=TurnMarks(doubts=(Doubt(0, 11, "repeat"),)))
    left, right = split_turn(0, 6)((turn,)).turns
    assert [(part.text, part.marks.doubts) for part in (left, right)] == [
        ("no no", (Doubt(0, 5, "repeat"),)),
        ("no no", (Doubt(0, 5, "repeat"),)),
    ]
