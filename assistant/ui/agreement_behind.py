"""From a kappa to the disagreements: the text behind a row, who gave what, and the ways on from there."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

from assistant.agreement import Agreement, Row
from assistant.agreement.cautions import uncoded_text
from assistant.agreement.disagreements import Differing, Side
from assistant.agreement.record import number
from assistant.quotes.asked import QuoteQuery
from assistant.review import Disagreement, compare
from assistant.ui.adjudication_page import adjudication_href
from assistant.ui.figure import export_table
from assistant.ui.markup import element
from assistant.ui.passage import marked, speaker_line
from assistant.ui.quote_links import quotes_href
from assistant.ui.seat import seat_query
from assistant.ui.session import frozen_ledger
from store.placing import texts_of
from store.study import Study

_MOST = 30


def draw_behind(study: Study, found: Agreement, row: Row) -> None:
    """Draw what is behind a row."""
    cases = found.differing(row)
    with st.container(key="agreement_behind"):
        some = "1 disagreement" if len(cases) == 1 else f"{len(cases)} disagreements"
        title = escape(f"{row.line.name}: {some}")
        st.html(f'<h2 tabindex="-1" id="agreement-behind" data-guid="{escape(row.line.guid)}">{title}</h2>')
        st.html(_figures(found, row) + _quotes(found, row))
        texts = texts_of(study, (case.segment.transcript_id for case in cases))
        adjudicated = _adjudications(study, found)
        shown = int(st.session_state.get("agreement_shown", _MOST))
        st.html("".join(_case(found, case, texts, adjudicated) for case in cases[:shown]))
        if len(cases) > shown:
            st.button(
                f"Show {min(_MOST, len(cases) - shown)} more", key="agreement_more", on_click=_more, args=(shown,)
            )
        if cases:
            _draw_export(found, row, cases, texts)


def forget_shown() -> None:
    """Begin again with the first disagreements."""
    st.session_state.pop("agreement_shown", None)


def _more(shown: int) -> None:
    st.session_state["agreement_shown"] = shown + _MOST


def _figures(found: Agreement, row: Row) -> str:
    said = [f"Kappa {number(row.found.kappa)}, alpha {number(row.found.alpha)}, AC1 {number(row.found.ac1)}."]
    effect = uncoded_text(row.found)
    if effect.counted is not None and len(found.coders) == 2:  # noqa: PLR2004 - of a pair alone
        said.append(
            f"Text to which neither gave it: left out, kappa would be {number(effect.without)}; counted as it is, it is"
            f" {number(effect.counted)}; with ever more of it, it would come to {number(effect.unlimited)}."
        )
    said += [caution.sentence for caution in row.cautions]
    return '<ul class="agreement-said">' + "".join(element("li", each) for each in said) + "</ul>"


def _quotes(found: Agreement, row: Row) -> str:
    """Links to the quotes of each person."""
    links = []
    for name in found.asked.coders:
        theme = found.asked.level == "theme"
        query = QuoteQuery(theme=row.line.guid, coder=name) if theme else QuoteQuery(codes=(row.line.guid,), coder=name)
        href = escape(quotes_href(query))
        links.append(f'<a class="go" href="{href}" target="_self">{escape(f"Quotes of {name}")}</a>')
    return f'<p class="page-note">{" ".join(links)}</p>'


def _adjudications(study: Study, found: Agreement) -> Mapping[str, Disagreement]:
    """By a decision's GUID, the disagreement of the double coding that it belongs to."""
    drawn = found.work.drawn
    if drawn is None:
        return {}
    compared = compare(study, drawn, frozen_ledger(study, drawn))
    return {guid: each for each in compared.disagreements for guid in each.decisions}


def _case(found: Agreement, case: Differing, texts: Mapping[int, str], adjudicated: Mapping[str, Disagreement]) -> str:
    segment, text = case.segment, case.span.of(texts[case.segment.transcript_id])
    head = element("div", f"{segment.interview} · {speaker_line(segment.speaker, segment.start_ms)}", "speaker")
    marks = [(coding.span, "") for side in case.sides for coding in side.codings]
    quote = f"<p>{marked(text, case.span.start, marks, 'coded')}</p>"
    sides = "".join(element("li", _side(side), "gave" if side.gave else "") for side in case.sides)
    memos = "".join(element("p", f"Memo of {side.coder}: {memo}") for side in case.sides for memo in side.memos)
    ways = _ways(found, case, adjudicated)
    return f'<div class="differing">{head}{quote}<ul class="who">{sides}</ul>{memos}<p>{ways}</p></div>'


def _side(side: Side) -> str:
    did = "gave it" if side.gave else "left it out"
    return f"{side.coder} {did}" + ("" if side.chance is None else f", {100 * side.chance:.0f} %")


def _ways(found: Agreement, case: Differing, adjudicated: Mapping[str, Disagreement]) -> str:
    asked = {"interview": case.segment.interview, "at": str(case.span.start), **seat_query()}
    links = [(f"transcripts?{urlencode(asked)}", "Go to the place")]
    guids = [coding.guid for side in case.sides for coding in side.codings]
    of_case = next(((guid, adjudicated[guid]) for guid in guids if guid in adjudicated), None)
    if of_case is not None and found.work.drawn is not None:
        guid, one = of_case
        links.append((adjudication_href(found.work.drawn, guid), _adjudicated(one)))
    return " ".join(f'<a class="go" href="{escape(href)}" target="_self">{escape(said)}</a>' for href, said in links)


def _adjudicated(one: Disagreement) -> str:
    if one.resolved is None:
        return "Adjudicate"
    return "Adjudicated: it applies" if one.resolved.applies else "Adjudicated: it does not apply"


def _draw_export(found: Agreement, row: Row, cases: tuple[Differing, ...], texts: Mapping[int, str]) -> None:
    headers = ["interview", "start", "end", "text", *found.coders, "memos"]
    rows = []
    for case in cases:
        gave = {side.coder: side.gave for side in case.sides}
        memos = " | ".join(f"{side.coder}: {memo}" for side in case.sides for memo in side.memos)
        text = case.span.of(texts[case.segment.transcript_id])
        told = ["" if name not in gave else int(gave[name]) for name in found.coders]
        rows.append([case.segment.interview, case.span.start, case.span.end, text, *told, memos])
    query = {**found.asked.to_json(), "disagreements": row.line.name}
    export_table("disagreements", headers, rows, query, key="agreement_behind_export")
