"""Why a suggestion may fit, in the model's words: asked for with a button, drawn unlike anything that a person said."""

import streamlit as st

from assistant.settings import load_settings
from assistant.suggest import show
from assistant.suggest.rationale import rationale
from assistant.suggest.writer import local_writer
from assistant.ui.markup import element, notice
from store.errors import StudyError
from store.rationales import Rationale
from store.study import Study
from store.values import SuggestionDraft

_STATE = "rationales"


def draw_rationale(study: Study, draft: SuggestionDraft) -> None:
    """A button “Why?” below a suggestion, and below it what the model wrote when it was pressed."""
    written: dict[str, Rationale] = st.session_state.setdefault(_STATE, {})
    key = f"{draft.run_id}_{draft.segment_id}_{draft.code}_{draft.learner[:16]}"
    pressed = st.button(
        "Why? (model’s words)",
        key=f"why_{key}",
        type="tertiary",
        help="Have the language model write two sentences; they are kept.",
    )
    if pressed and key not in written:
        try:
            with st.spinner("The model writes …"):
                written[key] = _asked(study, draft)
        except StudyError as error:
            notice(str(error), "problem")
    if key in written:
        st.html(words(written[key]))


def _asked(study: Study, draft: SuggestionDraft) -> Rationale:
    settings = load_settings(study.settings())
    (suggestion,) = show(study, [draft])
    with local_writer(settings.llm, settings) as writer:
        return rationale(study, suggestion, writer)


def words(written: Rationale) -> str:
    """The box that holds a model's words; never to be taken for a quote."""
    head = element("div", f"The model’s words, not a quote · {written.draft.model}", "model-note")
    return f'<div class="model-words" role="note">{head}{element("p", written.text)}</div>'
