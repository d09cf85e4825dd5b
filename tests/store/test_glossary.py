"""The glossary: terms as they are to be written, changed by several people at once."""

import pytest

from store.audit import verify
from store.errors import InvalidInputError
from store.event_log import LogFilter, log
from store.glossary import LONGEST_TERM, MOST_TERMS, change_glossary, glossary
from store.study import create_study


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        yield made


def test_terms_are_kept_in_order_cleaned_and_once(study):
    """White space is folded, empty lines and doubles go; every change is an event with its coder."""
    assert change_glossary(study, add=["  Café  Ōmu ", "", "NVivo", "NVivo"], coder="Ana") == ("Café Ōmu", "NVivo")
    assert change_glossary(study, add=["NVivo"], coder="Bo") == ("Café Ōmu", "NVivo")
    events = log(study, wanted=LogFilter(types=("glossary.set",)))
    assert [event.coder for event in events] == ["Ana"], "what changes nothing is no event"
    assert verify(study).faults == ()


def test_two_who_change_it_at_once_both_get_what_they_want(study):
    """One adds while the other takes out: nothing of either is lost."""
    change_glossary(study, add=["one", "two"])
    change_glossary(study, add=["three"])
    assert change_glossary(study, add=["four"], remove=["one"]) == ("two", "three", "four")
    assert glossary(study) == ("two", "three", "four")


@pytest.mark.parametrize(
    ("terms", "says"),
    [(["x" * (LONGEST_TERM + 1)], "too long"), ([f"t{n}" for n in range(MOST_TERMS + 1)], f"at most {MOST_TERMS}")],
)
def test_what_no_model_has_room_for_is_refused_whole(study, terms, says):
    """One sentence, and the glossary stays as it was."""
    change_glossary(study, add=["kept"])
    with pytest.raises(InvalidInputError, match=says):
        change_glossary(study, add=terms)
    assert glossary(study) == ("kept",)
