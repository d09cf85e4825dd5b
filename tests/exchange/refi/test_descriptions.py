"""What a code says of itself, in the one text that the standard has for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.exchange.refi.descriptions import Understood, described, understood

WORDS = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(["Include: a", "\\Exclude: b", "\\\\Example: c", "Examples:", "\n", "d", " ", "Include"]),
        max_size=6,
    ).map("\n".join),
)


@settings(max_examples=400, deadline=None)
@given(st.builds(Understood, WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3).map(tuple)))
def test_every_part_comes_back(parts):
    assert understood(described(parts)) == parts


def test_it_reads_well_in_another_program():
    parts = Understood("Work on machines of others.", "Grants of time.", "Money.", ("We borrowed it.",))
    assert described(parts) == (
        "Work on machines of others.\nInclude: Grants of time.\nExclude: Money.\nExample: We borrowed it."
    )


def test_what_another_program_wrote_is_all_kept():
    assert understood("Just words.\nInclude: a\nInclude: b\nExamples: c") == Understood(
        "Just words.", "a\nb", "", ("c",)
    )
    assert understood("") == Understood()
