"""One string on the pseudonyms page: where it stands, and what is decided on it."""

from html import escape

import streamlit as st

from assistant.pseudonyms import Finding, Hit, Kind, Ruling, State
from assistant.pseudonyms.finding import AROUND
from assistant.review import Blindness
from assistant.ui import pseudonyms_moves as moves
from assistant.ui.markup import element
from assistant.ui.pseudonyms_moves import PseudonymsDesk
from assistant.ui.role_here import Act, act_button
from store.study import Study

_PLACES, _MORE = 3, 60
_OPEN_TO_ALL = frozenset(("transcript", "speaker", "attribute", "label", "title", "code", "glossary"))
_BY = {
    "roster": "a name that is known",
    "pattern": "its form",
    "first names": "a first name",
    "model": "the model",
    "spelling": "its spelling",
    "capital": "its capital letter",
}


def draw_card(study: Study, desk: PseudonymsDesk, coder: str, found: Finding, hidden: Blindness) -> None:
    """A string with its places; not reviewed, it has a proposed pseudonym; decided, the decision can be taken back."""
    number = desk.number(found.text)
    with st.container(key=f"pseudonyms_{number}", border=True):
        like = f" · like “{found.like}”" if found.like else ""
        line = f"{found.kind.capitalize()}, found by {_BY[found.by]}{like} · {_places(len(found.hits))}"
        st.html(f"{element('h2', found.text)}{element('p', line, 'page-note')}{_contexts(found, hidden)}")
        if found.entry is None:
            _draw_choice(study, desk, coder, found, number)
        else:
            _draw_decided(study, desk, coder, found, number)


def _draw_choice(study: Study, desk: PseudonymsDesk, coder: str, found: Finding, number: int) -> None:
    st.session_state.setdefault(moves.pseudonym_key(number), desk.proposed.get(found.text, ""))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key=f"pseudonyms_choice_{number}"):
        st.text_input(
            f"Pseudonym of “{found.text}”",
            key=moves.pseudonym_key(number),
            help="Somebody’s pseudonym that is there already says that both are the same.",
            max_chars=300,
        )
        kinds = list(Kind)
        st.selectbox(
            f"What “{found.text}” names",
            kinds,
            index=kinds.index(found.kind),
            key=moves.kind_key(number),
            format_func=str.capitalize,
            label_visibility="collapsed",
            width=170,
        )
        act = (study, desk, coder)
        one = [(found.text, found.kind, number)]
        act_button(
            "Replace", act=Act.LEAD, key=f"pseudonyms_replace_{number}", on_click=moves.replace_shown, args=(*act, one)
        )
        stays = [Ruling(found.text, kind=found.kind)]
        act_button("Leave it", act=Act.LEAD, key=f"pseudonyms_keep_{number}", on_click=moves.decide, args=(*act, stays))


def _draw_decided(study: Study, desk: PseudonymsDesk, coder: str, found: Finding, number: int) -> None:
    entry = found.entry
    if entry is None:
        return
    said = f"Becomes {entry.pseudonym}" if entry.state is State.REPLACE else "Is left as it is"
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"pseudonyms_decided_{number}"):
        st.html(element("p", f"{said} · {entry.by}, {entry.at[:10]}"))
        undo = (study, desk, coder, [Ruling(found.text, undo=True)])
        act_button("Take back", act=Act.LEAD, key=f"pseudonyms_undo_{number}", on_click=moves.decide, args=undo)


def _contexts(found: Finding, hidden: Blindness) -> str:
    """The first places open to be read, the others folded."""
    seen = [hit for hit in found.hits if hit.what in _OPEN_TO_ALL or not hidden.interviews]
    lines = [_line(hit) for hit in seen[:_MORE]]
    unseen = len(found.hits) - len(lines)
    html = f'<ul class="places">{"".join(lines[:_PLACES])}</ul>' if lines else ""
    if len(lines) > _PLACES:
        rest = f'<ul class="places">{"".join(lines[_PLACES:])}</ul>'
        html += f"<details>{element('summary', f'{len(lines) - _PLACES} more places')}{rest}</details>"
    return html + (element("p", f"{_places(unseen)} not shown here.", "page-note") if unseen else "")


def _line(hit: Hit) -> str:
    around = f"{escape(_before(hit))}<mark>{escape(hit.text)}</mark>{escape(_after(hit))}"
    return f"<li>{element('b', hit.place)} <span>{around}</span></li>"


def _before(hit: Hit) -> str:
    """The text before, from the beginning of a word on."""
    if hit.start <= AROUND:
        return hit.before
    return f"… {hit.before.split(None, 1)[-1]}"


def _after(hit: Hit) -> str:
    """The text behind, up to the end of a word."""
    if len(hit.after) < AROUND:
        return hit.after
    return f"{hit.after.rsplit(None, 1)[0]} …"


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"
