"""Finding and replacing plain text."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from test_edits import SAID, check, timed

from assistant.correction import Sought, find, replace_all
from store.errors import InvalidInputError, NotFoundError
from store.values import NewTurn

TALK = (
    NewTurn("The Q is long, the q-like queue. (Q)"),
    NewTurn("Nothing here."),
    NewTurn("Q"),
)


def test_hits_come_in_their_context():
    """Case and whole words as asked; a sign is found as the sign that it is."""
    assert [(h.turn, h.start) for h in find(TALK, Sought("q"))] == [(0, 4), (0, 19), (0, 26), (0, 34), (2, 0)]
    assert [(h.turn, h.start) for h in find(TALK, Sought("q", whole_words=True))] == [(0, 4), (0, 19), (0, 34), (2, 0)]
    assert [(h.turn, h.start) for h in find(TALK, Sought("Q", match_case=True))] == [(0, 4), (0, 34), (2, 0)]
    (hit,) = find(TALK, Sought("(Q)"))
    assert (hit.before, hit.found, hit.after) == ("The Q is long, the q-like queue. ", "(Q)", "")
    long = find((NewTurn(f"{'a ' * 60}here{' b' * 60}"),), Sought("here"))[0]
    assert long.before.startswith("…")
    assert long.after.endswith("…")
    assert len(long.before) == len(long.after) == 41
    assert find(TALK, Sought(".*")) == ()
    for text in ("", "  ", "x" * 1_001):
        with pytest.raises(InvalidInputError, match="Write what is to be found"):
            find(TALK, Sought(text))


def test_single_hits_can_be_left_out():
    """What was unticked stays as it was said."""
    done = replace_all(Sought("Q", match_case=True), "queue", without={(0, 34)})(TALK)
    assert [t.text for t in done.turns] == ["The queue is long, the q-like queue. (Q)", "Nothing here.", "queue"]
    assert done.said == "Replaced in 2 places."
    assert (done.what["before"], done.what["after"], done.what["turns"]) == ("Q", "queue", [0, 2])
    with pytest.raises(NotFoundError, match="“absent” stands nowhere in this interview; nothing was replaced"):
        replace_all(Sought("absent"), "x")(TALK)


def test_nothing_in_its_place_leaves_no_holes():
    """A word that is taken out takes one space along; a turn of nothing else goes."""
    done = replace_all(Sought("q", whole_words=True), "")((NewTurn("Q one q two q"), NewTurn("Q")))
    assert [turn.text for turn in done.turns] == ["one two"]


@given(SAID, st.sampled_from(["we", "queue", "\u0301", "20", "“", " the "]), st.sampled_from(["", "a b", "WE", "✓ –"]))
def test_replaced_words_keep_their_places(text, old, new):
    """Every offset stays right, and words that hold no hit keep their times."""
    turn = timed(f"{text} end")
    assume(find((turn,), Sought(old)))
    (made,) = replace_all(Sought(old), new)((turn,)).turns
    check(made)
    assert made.text == " ".join(re.sub(re.escape(old.strip()), new, turn.text, flags=re.IGNORECASE).split())
    assert made.words[-1].end_ms == turn.words[-1].end_ms
