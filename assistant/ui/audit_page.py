"""The audit page: every event with filters, the life of a coding, and whether the record is untouched."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time

import streamlit as st

from assistant.review import Blindness, blindness
from assistant.review.life import Life, coding_of_event, life
from assistant.ui.event_lines import short
from assistant.ui.markup import Folded, element, heading, moment, notice, result, table
from assistant.ui.session import current_study, current_visit, told
from store.audit import verify
from store.codebook import codebook_versions, current_codebook
from store.coders import coder_list, coders
from store.event_log import LogFilter, Logged, count_events, event_types, last_event, log
from store.interviews import interviews
from store.study import Study

_SHOWN = 100
_THROUGH = "audit_through"


def audit_page() -> None:
    """Draw the page of the study that is open."""
    heading("Audit", "Every decision and change is an event; each event seals the one before it.")
    study = current_study()
    hidden = blindness(study, current_visit().sitting.coder)
    if st.button("Verify", key="verify", type="primary"):
        _draw_report(study)
    if hidden.sentence:
        notice(hidden.sentence)
    _draw_life(study, hidden)
    wanted = _filters(study)
    if wanted.text or wanted.code:  # what is found by its content would tell of it, even unshown
        wanted = replace(wanted, blind_to=hidden.interviews, reader=hidden.coder)
    _draw_events(study, wanted, hidden)


def _filters(study: Study) -> LogFilter:
    codebook = current_codebook(study)
    codes = {} if codebook is None else {code.guid: code.name for code in codebook.codes}
    first, second, third = st.columns(3)
    types = first.multiselect("What", event_types(study), key="audit_types", bind="query-params")
    coder = second.selectbox(
        "Coder", ["", *coders(study)], format_func=lambda n: n or "Anybody", key="audit_coder", bind="query-params"
    )
    labels = ["", *(i.label for i in interviews(study))]
    label = third.selectbox("Interview", labels, format_func=lambda x: x or "Any", key="audit_interview")
    fourth, fifth, sixth = st.columns(3)
    names = {"": "Any", **codes}
    code = fourth.selectbox("Code", list(names), format_func=names.__getitem__, key="audit_code")
    days = fifth.date_input("From and to (UTC)", value=[], key="audit_days")
    words = sixth.text_input("Text in the event", key="audit_words")
    since = datetime.combine(days[0], time.min, UTC) if days else None
    until = datetime.combine(days[1], time.max, UTC) if len(days) > 1 else None
    return LogFilter(tuple(types), coder or None, label or None, since, until, words.strip(), code=code or None)


def _draw_events(study: Study, wanted: LogFilter, hidden: Blindness) -> None:
    count = count_events(study, wanted)
    asked, place = st.session_state.get(_THROUGH, (wanted, 0))
    through = place if place and asked == wanted else last_event(study)  # other filters begin at the newest
    events = log(study, limit=_SHOWN, wanted=replace(wanted, through=through))
    names = {code.guid: code.name for version in codebook_versions(study) for code in version.codes}
    names |= {coder.guid: coder.name for coder in coder_list(study)}
    rows = [
        (e.id, moment(e.at), e.type, e.coder, e.interview or "", _content(e, names, hidden)) for e in reversed(events)
    ]
    table(("Event", "Time (UTC)", "What", "Coder", "Interview", "Content"), rows, numbers=(0,), key="events")
    with st.container(horizontal=True, key="audit_pages", gap="small", vertical_alignment="center"):
        older = events[0].id - 1 if events else 0
        st.button("Newest", key="audit_newest", on_click=_go, args=(wanted, 0))
        st.button(
            "Older", key="audit_older", on_click=_go, args=(wanted, older), disabled=len(events) < _SHOWN or not older
        )
        result(f"{len(events)} shown of {count} that fit.")


def _go(wanted: LogFilter, through: int) -> None:
    st.session_state[_THROUGH] = (wanted, through)


def _content(event: Logged, names: Mapping[str, str], hidden: Blindness) -> Folded | str:
    if event.interview is not None and hidden.hides(event.interview, event.coder):
        return "Hidden while you code blind."
    said = short(event, names)
    return said if event.payload is None else Folded(said, event.payload)


@st.fragment
@told
def _draw_life(study: Study, hidden: Blindness) -> None:
    """Choose a decision by the number of its event, and read everything that happened to that coding."""
    asked = st.query_params.get("life", "")
    with st.expander("The life of a coding", expanded=bool(asked)):
        st.html(
            element("p", "The number of a decision’s event (the first column below, “decision.made”).", "page-note")
        )
        first = int(asked) if asked.isdigit() else None
        number = st.number_input("Event", min_value=1, value=first, step=1, key="life_event", placeholder="Such as 120")
        if number is None:
            return
        guid = coding_of_event(study, int(number))
        if guid is None:
            notice(f"Event {number} is no decision on a code.")
            return
        found = life(study, guid)
        if found.interview in hidden.interviews:
            notice(hidden.sentence)
            return
        st.html(life_html(found))


def life_html(found: Life) -> str:
    """A life as a list in time."""
    moments = "".join(
        f"<li>{element('time', moment(each.at))} {element('b', each.who)} {element('span', each.what)}"
        f"{element('p', each.detail) if each.detail else ''}</li>"
        for each in found.moments
    )
    head = element("p", f"“{found.code}” in {found.interview}", "outlook")
    quote = f'<blockquote class="quoted">{element("span", found.quote)}</blockquote>'
    return f'{head}{quote}<ol class="life">{moments}</ol>'


def _draw_report(study: Study) -> None:
    report = verify(study)
    if report.faults:
        if report.first_broken is not None:
            notice(
                f"The record is broken; the first event that does not hold is event {report.first_broken}.", "problem"
            )
        for fault in report.faults:
            notice(fault, "problem")
        return
    erased = f", {report.erased} of them erased" if report.erased else ""
    notice(f"The record is whole: {report.events} events{erased}; the last one is {report.head[:16]}….", "good")
