"""The right side of the review page: suggestions to answer, codings that stand, and a code of one's own."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from assistant.review import Card, Option
from assistant.ui import decisions
from assistant.ui.markup import element
from assistant.ui.rationale import draw_rationale
from assistant.ui.session import Visit
from assistant.ui.spoken_for import spoken_for
from store.study import Study
from store.values import Code, Codebook, Decision, State, Verdict

_ONE_IN_FIVE = 0.2
_ASSURED = (
    "It belongs to the suggestions for which a guarantee holds: on average, at most one in ten of them is wrong,"
    " measured on what was decided blind. It still needs your decision."
)
_STATE_CLASS = {State.SUGGESTED: "suggested", State.CONFIRMED: "confirmed", State.REJECTED: "rejected"}


def draw_cards(study: Study, visit: Visit, card: Card, codebook: Codebook) -> None:
    """All cards of a segment."""
    names = code_names(codebook)
    if not card.options and not card.blind:
        st.html('<p class="nothing">Nothing is sure enough to be suggested here.</p>')
    for number, option in enumerate(card.options, start=1):
        _draw_option(study, visit, card, number, option, codebook, names)
    answered = {option.code.guid for option in card.options}
    own = [coding for coding in card.codings if coding.code not in answered]
    for number, coding in enumerate(own, start=1):
        _draw_coding(study, visit, card, number, coding, codebook)


def draw_blind(study: Study, visit: Visit, card: Card, share: float) -> None:
    """Why nothing is shown yet, and the button that says the passage is read."""
    drawn = "one in five" if share == _ONE_IN_FIVE else f"{100 * share:g} %"
    with st.container(key="blind"):
        why = (
            f"code this passage before you see suggestions ({drawn}, drawn by chance, to measure the machine honestly)."
        )
        st.html(f'<p role="status"><b>Blind:</b> {why}</p>')
        with st.container(key="reveal", width="content"):
            st.button(
                "Read; reveal suggestions (R)",
                key=f"reveal_{card.segment.id}",
                on_click=decisions.reveal,
                args=(study, visit, card),
            )


def code_names(codebook: Codebook) -> Mapping[str, str]:
    """GUID → name with its theme, as codes are chosen from a list."""
    themes = {code.guid: codebook.theme_of(code) for code in codebook.codes}
    return {c.guid: c.name if (theme := themes[c.guid]) is None else f"{c.name} · {theme.name}" for c in codebook.codes}


def _draw_option(
    study: Study, visit: Visit, card: Card, number: int, option: Option, codebook: Codebook, names: Mapping[str, str]
) -> None:
    segment, draft = card.segment, option.draft
    key = f"{segment.id}_{draft.code}"
    with st.container(key=f"card_{number}"), st.container(key=f"{_STATE_CLASS[option.state]}_{number}"):
        st.html(_option_html(number, option, codebook, visit))
        with st.container(horizontal=True, key=f"answers_{number}", gap="small"):
            st.button(
                "Accept",
                key=f"accept_{key}",
                shortcut=str(number),
                disabled=option.state is State.CONFIRMED,
                on_click=decisions.accept,
                args=(study, visit, segment, draft),
            )
            st.button(
                "Reject",
                key=f"reject_{key}",
                shortcut=f"Shift+{number}",
                disabled=not _rejectable(option, card),
                on_click=decisions.reject,
                args=(study, visit, segment, draft),
            )
            if option.answer is None:
                _draw_replacing(study, visit, card, option, names, f"replace_{key}")
            else:
                st.button(
                    "Take back",
                    key=f"withdraw_{key}",
                    on_click=decisions.withdraw,
                    args=(study, visit, segment, option.answer),
                )
        draw_rationale(study, draft)


def _rejectable(option: Option, card: Card) -> bool:
    """A coding of another stretch must be taken back first; rejecting here would leave it standing."""
    elsewhere = option.answer is not None and option.answer.span != card.segment.span
    return option.state is not State.REJECTED and not elsewhere


def _option_html(number: int, option: Option, codebook: Codebook, visit: Visit) -> str:
    chance, coder = f"{round(100 * option.draft.probability)} %", visit.sitting.coder
    status = {
        State.SUGGESTED: f"Suggested by the machine · {chance}",
        State.CONFIRMED: f"✓ Confirmed by {coder} · suggested with {chance}",
        State.REJECTED: f"✕ Rejected by {coder} · suggested with {chance}",
    }[option.state]
    held, code = visit.held, option.code.guid
    assured = held is not None and held.assured == code
    near = held.near.get(code, ()) if held is not None else ()
    head = f'<div class="card-head">{element("span", str(number), "digit")}{_code_head(option.code, codebook)}</div>'
    mark = f"<details><summary>◆ assured</summary>{element('p', _ASSURED)}</details>" if assured else ""
    why = spoken_for(option.draft.scores, near)
    return f"{head}{element('div', status, 'status')}{mark}{_definition(option.code)}{why}"


def _code_head(code: Code, codebook: Codebook) -> str:
    theme = codebook.theme_of(code)
    return element("strong", code.name) + (element("span", theme.name, "theme") if theme is not None else "")


def _definition(code: Code) -> str:
    rules = [("Include", code.include), ("Exclude", code.exclude), ("Examples", " | ".join(code.examples))]
    more = "".join(f"<p><b>{what}:</b> {escape(text)}</p>" for what, text in rules if text)
    details = f"<details><summary>When to use it</summary>{more}</details>" if more else ""
    return (element("p", code.definition, "definition") if code.definition else "") + details


def _draw_replacing(
    study: Study, visit: Visit, card: Card, option: Option, names: Mapping[str, str], widget: str
) -> None:
    st.selectbox(
        f"Replace {option.code.name} by",
        [guid for guid in names if guid != option.draft.code],
        index=None,
        format_func=names.__getitem__,
        placeholder="Replace by …",
        label_visibility="collapsed",
        key=widget,
        on_change=decisions.replace,
        args=(study, visit, card.segment, option.draft, widget),
    )


def _draw_coding(study: Study, visit: Visit, card: Card, number: int, coding: Decision, codebook: Codebook) -> None:
    code = next(code for code in codebook.codes if code.guid == coding.code)
    what = "Confirmed" if coding.verdict is Verdict.ACCEPT else "Added"
    part = "" if coding.span == card.segment.span else ", on a part of it or beyond"
    with st.container(key=f"coding_{number}"), st.container(key=f"confirmed_own_{number}"):
        status = element("div", f"✓ {what} by {coding.coder}{part}", "status")
        st.html(f'<div class="card-head">{_code_head(code, codebook)}</div>{status}')
        st.button(
            "Withdraw",
            key=f"withdraw_{coding.guid}",
            on_click=decisions.withdraw,
            args=(study, visit, card.segment, coding),
        )


def draw_adding(study: Study, visit: Visit, card: Card, codebook: Codebook) -> None:
    """The list from which a code that nobody suggested is added."""
    names = code_names(codebook)
    standing = {coding.code for coding in card.codings}
    widget = f"add_{card.segment.id}"
    with st.container(key="adding", width="stretch"):
        st.selectbox(
            "Add another code",
            [guid for guid in names if guid not in standing],
            index=None,
            format_func=names.__getitem__,
            placeholder="Add another code: type to search (A)",
            label_visibility="collapsed",
            key=widget,
            on_change=decisions.add,
            args=(study, visit, card.segment, widget),
        )
