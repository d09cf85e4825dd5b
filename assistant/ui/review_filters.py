"""Which segments the review goes through: a popover of filters, kept in the address so that a reload keeps them."""

from typing import Any

import streamlit as st

from assistant.review import Filters
from assistant.ui.candidate_cards import unmarked
from assistant.ui.code_names import code_names
from assistant.ui.kept import kept
from assistant.ui.review_order import begin_again, walk
from assistant.ui.session import Visit, spoken_segments
from store.codebook import current_codebook
from store.interviews import interviews
from store.study import Study

_QUERY = "filters"
_ALL = (0, 100)


def filters_from_address(visit: Visit) -> None:
    """Take the filters of the address when the page is opened."""
    if "review_filtered" not in st.session_state:
        st.session_state["review_filtered"] = True
        visit.filters = Filters.from_query(str(st.query_params.get(_QUERY, "")))


def draw_filters(study: Study, visit: Visit) -> None:
    """The button with what is chosen behind it."""
    name = f"Filters: {len(walk(study, visit))}" if visit.filters else "Filters"
    with st.container(key="review_filters", width="content"), st.popover(name):
        _draw_choices(study, visit)
        st.button("Take all filters away", key="filters_off", on_click=_taken_away, args=(study, visit))


def _draw_choices(study: Study, visit: Visit) -> None:
    chosen, all_interviews = visit.filters, interviews(study)
    codebook = current_codebook(study)
    names = {} if codebook is None else code_names(codebook)
    spoken = spoken_segments(study).segments
    speakers = list(dict.fromkeys(s.speaker for s in spoken if s.speaker))
    change: dict[str, Any] = {"on_change": _changed, "args": (study, visit)}
    st.checkbox("Only what I have not read", value=chosen.open_only, key="filter_open", **change)
    st.multiselect(
        "Codes and themes (suggested, or coded by me)",
        list(names),
        default=[code for code in chosen.codes if code in names],
        format_func=names.__getitem__,
        key="filter_codes",
        **change,
    )
    low, high = chosen.probability or (0.0, 1.0)
    st.slider(
        "Probability of a suggestion, in %",
        *_ALL,
        value=(round(100 * low), round(100 * high)),
        key="filter_probability",
        **change,
    )
    st.multiselect(
        "Speakers", speakers, default=sorted(chosen.speakers & set(speakers)), key="filter_speakers", **change
    )
    labels = [i.label for i in all_interviews if i.transcribed]
    st.multiselect(
        "Interviews", labels, default=[x for x in labels if x in chosen.interviews], key="filter_interviews", **change
    )
    for number, (name, values) in enumerate(_attributes(study).items()):
        before = next((wanted for key, wanted in chosen.attributes if key == name), frozenset())
        st.multiselect(
            unmarked(name),
            values,
            default=[v for v in values if v in before],
            key=f"filter_attribute_{number}",
            **change,
        )
    st.text_input("Words in the passage", value=chosen.words, key="filter_words", max_chars=200, **change)


def _attributes(study: Study) -> dict[str, list[str]]:
    """Each attribute with the values that interviews have for it."""
    found: dict[str, set[str]] = {}
    for interview in interviews(study):
        for name, value in interview.attributes.items():
            found.setdefault(name, set()).add(str(value))
    return {name: sorted(values) for name, values in sorted(found.items())}


@kept
def _changed(study: Study, visit: Visit) -> None:
    state = st.session_state
    low, high = state["filter_probability"]
    attributes = tuple(
        (name, frozenset(state[f"filter_attribute_{number}"]))
        for number, name in enumerate(_attributes(study))
        if state[f"filter_attribute_{number}"]
    )
    visit.filters = Filters(
        open_only=state["filter_open"],
        codes=frozenset(state["filter_codes"]),
        probability=None if (low, high) == _ALL else (low / 100, high / 100),
        speakers=frozenset(state["filter_speakers"]),
        attributes=attributes,
        interviews=frozenset(state["filter_interviews"]),
        words=state["filter_words"].strip(),
    )
    _keep(visit)
    visit.trail.clear()
    begin_again(study, visit)


@kept
def _taken_away(_study: Study, visit: Visit) -> None:
    visit.filters = Filters()
    _keep(visit)
    for key in [key for key in st.session_state if str(key).startswith("filter_")]:
        del st.session_state[key]


def _keep(visit: Visit) -> None:
    query = visit.filters.to_query()
    if query:
        st.query_params[_QUERY] = query
    elif _QUERY in st.query_params:
        del st.query_params[_QUERY]
