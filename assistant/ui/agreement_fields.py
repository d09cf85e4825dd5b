"""What the page Agreement is asked: who is compared, on which unit, on which work; all of it stands in the address."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant.agreement import Asked, Unit
from assistant.agreement.machine import THRESHOLD, WHY
from assistant.agreement.work import choices
from assistant.review import Blindness
from assistant.ui.session import current_ledger
from store.coders import coders
from store.double_coding import DoubleCoding
from store.study import Study

_EVERYTHING = "everything"
_UNITS = {Unit.SEGMENT: "Segments", Unit.TURN: "Turns", Unit.CHARACTER: "Characters"}


def draw_fields(study: Study, hidden: Blindness) -> Asked | None:
    """Draw the fields; None where they name too few to compare."""
    names = coders(study)
    left, middle, right = st.columns([3, 3, 2], vertical_alignment="bottom")
    first = _first_choice(study, names, hidden)
    chosen = left.multiselect("Coders", names, default=first, key="agreement_coders", bind="query-params")
    machine = right.toggle("The machine too", key="agreement_machine", bind="query-params", help=WHY)
    work = middle.container()
    threshold = _draw_threshold(work) if machine else THRESHOLD
    of = None if machine else _draw_work(work, choices(study, hidden, chosen))
    unit, level = _draw_what(machine=machine)
    if len(chosen) + machine < 2 or not chosen:  # noqa: PLR2004 - two sides
        return None
    return Asked(
        coders=tuple(chosen),
        unit=unit,
        level="theme" if level == "Themes" else "code",
        double_coding=None if of == _EVERYTHING else of,
        everything=of == _EVERYTHING,
        machine=machine,
        threshold=threshold,
    )


def _first_choice(study: Study, names: Sequence[str], hidden: Blindness) -> list[str]:
    """The two of the newest double coding that may be seen, else the first two who read or coded anything."""
    ledger = current_ledger(study)
    spoke = {word.coder for word in ledger.all_words()}
    active = [name for name in names if name in spoke or ledger.readings(name)]
    newest = choices(study, hidden)[:1]
    if not newest:
        return active[:2]
    second = newest[0].second
    return [*[name for name in active if name != second][:1], second]


def _draw_work(place: DeltaGenerator, finished: Sequence[DoubleCoding]) -> str:
    """The GUID of a double coding, or everything; blind work comes first."""
    named = {each.guid: f"Blind: {each.name}, {each.second}" for each in finished}
    options = {**named, _EVERYTHING: "Everything that they read"}
    if st.session_state.get("agreement_work") not in options:
        st.session_state.pop("agreement_work", None)
    chosen = place.selectbox(
        "Work", list(options), format_func=options.__getitem__, key="agreement_work", bind="query-params"
    )
    return str(chosen)


def _draw_threshold(place: DeltaGenerator) -> float:
    return float(
        place.number_input(
            "The machine says yes from a probability of",
            min_value=0.05,
            max_value=0.95,
            value=THRESHOLD,
            step=0.05,
            key="agreement_threshold",
            bind="query-params",
        )
    )


def _draw_what(*, machine: bool) -> tuple[Unit, str]:
    """The unit and the level."""
    left, right, _ = st.columns([3, 3, 2])
    units = [Unit.SEGMENT] if machine else list(_UNITS)
    unit = left.radio(
        "Compare", units, format_func=_UNITS.__getitem__, key="agreement_unit", horizontal=True, bind="query-params"
    )
    levels = ["Codes", "Themes"]
    level = right.radio("By", levels, key="agreement_level", horizontal=True, bind="query-params")
    return Unit(unit), str(level)
