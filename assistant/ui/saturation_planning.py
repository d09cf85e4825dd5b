"""Planning on the saturation page: how many people to ask, before anything is known of what they will say."""

import streamlit as st

from assistant.saturation.planning import needed_interviews
from assistant.ui.markup import element


def draw_planning() -> None:
    """Three numbers, and the sentence that follows from them."""
    with st.expander("Planning: how many people to ask for a theme to come up"):
        one, two, three = st.columns(3)
        share = one.number_input("Would speak of it, % of people", 1, 100, 20, key="planning_share")
        times = two.number_input("Heard from at least, people", 1, 1_000, 2, key="planning_times")
        power = three.number_input("With a chance of, %", 1, 99, 80, key="planning_power")
        st.html(element("p", planned(share, times, power), "outlook"))
        note = (
            "The number of people who speak of it is binomial (Fugard & Potts, 2015). This assumes people chosen"
            " at random who voice what they think. It answers a question before a study; it measures no saturation."
        )
        st.html(element("p", note, "page-note"))


def planned(share: int, times: int, power: int) -> str:
    """The answer in words; shares and chances in per cent."""
    needed = needed_interviews(share / 100, times, power / 100)
    from_whom = "one person" if times == 1 else f"{times} people"
    people = "one interview" if needed == 1 else f"{needed} interviews"
    return (
        f"A theme that {share} % of people would speak of is heard from at least {from_whom} with a chance of"
        f" {power} % or more in {people}."
    )
