"""How good the suggestions are: what the researcher asks of them, what is expected, and what is guaranteed."""

import streamlit as st

from assistant.review import outlook_sentence
from assistant.ui.kept import kept
from assistant.ui.markup import element
from assistant.ui.role_here import Act, withheld
from assistant.ui.session import Visit, current_learning, current_learnt, current_study, study_settings, told
from store.acting import require
from store.config import keep_setting
from store.study import Study

AUTOMATIC = 0.0
PRECISIONS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""The shares that can be chosen; any other one can be written into `interview.toml`."""


def draw_quality_button(study: Study, visit: Visit) -> None:
    """The button among the moves, with everything behind it."""
    with st.container(key="quality_button", width="content"), st.popover("Suggestions"):
        _draw_precision(study, visit)
        draw_quality(study)
        st.html(element("p", _blind(study_settings(study).blind_share), "page-note"))


def draw_quality(study: Study) -> None:
    """What is expected of the shown suggestions, and the guarantee, once it was asked for."""
    learnt = current_learnt(study)
    st.html(element("p", outlook_sentence(learnt.proposals.outlook), "outlook"))
    if learnt.assurance is not None:
        st.html(element("p", learnt.assurance.sentence, "guarantee"))
    elif learnt.proposals.run is not None and (share := study_settings(study).blind_share):
        st.button(
            "Work out what can be guaranteed",
            key="guarantee",
            help="From the segments decided blind. It takes a moment; afterwards it is kept up to date.",
            on_click=current_learning(study).guarantee,
            args=(share,),
        )


def _draw_precision(study: Study, visit: Visit) -> None:
    wished = study_settings(study).expected_precision or AUTOMATIC
    choices = sorted({AUTOMATIC, *PRECISIONS, wished})
    st.session_state["expected_precision"] = wished
    st.selectbox(
        "Expected precision: how many of the shown suggestions should be right",
        choices,
        key="expected_precision",
        format_func=lambda share: "Automatic" if share == AUTOMATIC else f"{100 * share:g} %",
        on_change=_chosen,
        args=(study, visit),
        disabled=bool(withheld(Act.SHAPE)),
    )


@kept
def _chosen(study: Study, visit: Visit) -> None:
    """Keep the wish; the person asked for it, so that the segment on the screen follows it too."""
    require(study, "job.queued", "change how suggestions are chosen")
    keep_setting(study.folder, "expected_precision", st.session_state["expected_precision"] or None)
    visit.held = None


def _blind(share: float) -> str:
    if not share:
        return "The blind sample is switched off (blind_share in interview.toml), so nothing can be guaranteed."
    return (
        f"{100 * share:g} % of the segments, drawn by chance, are decided before their suggestions are shown: only what"
        " is decided so can tell how often the machine is wrong (blind_share in interview.toml)."
    )


@st.fragment
@told
def draw_study_quality() -> None:
    """The same on a page of its own, worked out only when somebody asks, for it takes a moment."""
    study = current_study()
    asked = st.session_state.get("quality_asked", False)
    if asked or current_learning(study).is_ready(study_settings(study).expected_precision):
        draw_quality(study)
    else:
        st.button("Work out how good they are", key="quality", on_click=_ask)


def _ask() -> None:
    st.session_state["quality_asked"] = True
