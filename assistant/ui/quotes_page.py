"""The quotes page: exact slices of the transcripts by code, theme, meaning, attribute and state."""

from collections.abc import Callable, Mapping

import streamlit as st

from assistant.quotes import Quote, quotes
from assistant.review import blindness, is_blind, read_by
from assistant.segment import Embedder, StudyEmbeddings, local_embedder
from assistant.settings import load_settings
from assistant.ui.markup import clock, element, heading, notice, result
from assistant.ui.session import current_proposals, current_study, current_visit, study_settings
from store.codebook import current_codebook
from store.coders import coders
from store.interviews import interviews
from store.study import Study
from store.values import Segment, State

_STATES = {
    "Confirmed": State.CONFIRMED,
    "Suggested": State.SUGGESTED,
    "Rejected": State.REJECTED,
    "Uncoded": State.UNCODED,
    "All segments": None,
}
_LIMIT = 50


def quotes_page() -> None:
    """Draw the page of the study that is open."""
    heading("Quotes")
    study = current_study()
    codebook = current_codebook(study)
    names = () if codebook is None else codebook.codes
    themes = () if codebook is None else codebook.themes
    text = st.text_input("Search by meaning", key="quote_text", placeholder="What is it about?")
    columns = st.columns(4)
    state = columns[0].selectbox("State", list(_STATES), key="quote_state")
    theme = columns[1].selectbox("Theme", [t.name for t in themes], index=None, key="quote_theme", placeholder="Any")
    codes = columns[2].multiselect("Codes", [code.name for code in names], key="quote_codes", placeholder="Any")
    coder = columns[3].selectbox("Coder", coders(study), index=None, key="quote_coder", placeholder="Anybody")
    hidden = blindness(study, current_visit().sitting.coder)
    if hidden.interviews:
        notice(hidden.sentence)
    found = quotes(
        study,
        text.strip() or None,
        embeddings=study_embeddings(study) if text.strip() else None,
        codes=codes,
        theme=theme,
        where=_chosen_attribute(study),
        coder=coder,
        state=_STATES[state],
        limit=_LIMIT,
        proposals=current_proposals(study),
        keep_back=_still_blind(study),
        hidden=hidden,
    )
    _draw(found)


def _still_blind(study: Study) -> Callable[[Segment], bool]:
    """Whether a segment of the blind sample was not read yet by the coder who looks."""
    proposals, share = current_proposals(study), study_settings(study).blind_share
    read = read_by(study, current_visit().sitting.coder)
    return lambda segment: segment not in read and is_blind(segment, proposals, share)


def _chosen_attribute(study: Study) -> Mapping[str, str]:
    known = [interview.attributes for interview in interviews(study)]
    keys = sorted({key for attributes in known for key in attributes})
    left, right, _ = st.columns([1, 1, 2])
    key = left.selectbox("Attribute", keys, index=None, key="quote_attribute", placeholder="Any")
    values = sorted({attributes[key] for attributes in known if key in attributes}) if key is not None else []
    value = right.selectbox("Value", values, index=None, key="quote_value", placeholder="Any", disabled=key is None)
    return {key: value} if key is not None and value is not None else {}


def study_embeddings(study: Study) -> StudyEmbeddings:
    """The study's embeddings with the model of its settings; raises StudyError where that is not installed."""
    return StudyEmbeddings(study, _embedder(study, str(study.folder)))


@st.cache_resource(max_entries=2, show_spinner="Loading the embedding model …")
def _embedder(_study: Study, folder: str) -> Embedder:
    del folder  # part of the key only
    return local_embedder(load_settings(_study.settings()))


def _draw(found: tuple[Quote, ...]) -> None:
    if not found:
        notice("No quote fits; take a filter away, or choose another state.")
        return
    most = f", the first {_LIMIT}" if len(found) == _LIMIT else ""
    result(f"{len(found)} quote{'' if len(found) == 1 else 's'}{most}")
    st.html("".join(map(_quote, found)))


def _quote(quote: Quote) -> str:
    where = [quote.interview, quote.speaker or "", clock(quote.start_ms), f"{quote.start}–{quote.end}"]
    near = [] if quote.score is None else [f"nearness {quote.score:.2f}"]
    head = element("div", " · ".join(part for part in [*where, *near] if part), "speaker")
    mark, css_class = {
        State.CONFIRMED: ("✓ ", "chip confirmed"),
        State.SUGGESTED: ("Suggested: ", "chip suggested"),
        State.REJECTED: ("✕ Rejected: ", "chip rejected"),
        State.UNCODED: ("", "chip"),
    }[quote.state]
    by = f" ({', '.join(quote.coders)})" if quote.state is State.CONFIRMED and quote.coders else ""
    chips = "".join(element("span", f"{mark}{name}{by}", css_class) for name in quote.codes)
    others = [name for name in quote.suggested if name not in quote.codes] if quote.state is State.SUGGESTED else []
    chips += "".join(element("span", f"Suggested: {name}", "chip suggested") for name in others)
    return f'<blockquote class="quote">{head}{element("p", quote.text)}<div class="chips">{chips}</div></blockquote>'
