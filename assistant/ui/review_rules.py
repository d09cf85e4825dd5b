"""Many at once: a rule for a list of suggestions, with its count and every passage shown before it is done."""

import streamlit as st

from assistant.review import Rule, RulePreview, blindness, preview
from assistant.ui.candidate_cards import unmarked
from assistant.ui.code_names import code_names
from assistant.ui.kept import kept
from assistant.ui.markup import element, notice
from assistant.ui.passage import speaker_line
from assistant.ui.review_order import read_segments
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import Visit, current_learnt, current_ledger, spoken_segments, study_settings, told
from store.codebook import current_codebook
from store.study import Study

_ALL = ""
_SHOWN = 50
_DONE = "rule_done"


def draw_rules_button(study: Study, visit: Visit) -> None:
    """The button that opens the rules."""
    with st.container(key="review_rules", width="content"):
        if st.button("Many at once", key="rules_open"):
            _draw_rules(study, visit)


@st.dialog("Many at once", width="large")
@told
def _draw_rules(study: Study, visit: Visit) -> None:
    if st.session_state.pop(_DONE, False):
        st.rerun()  # closes this, and draws the page with what was done
    codebook = current_codebook(study)
    if codebook is None:
        return
    why = "There is deliberately no rule that accepts: a person confirms every code. One undo takes a rule back."
    st.html(element("p", f"Reject every suggestion that is too unlikely, without opening each. {why}", "page-note"))
    names = {_ALL: "All codes", **code_names(codebook)}
    code = st.selectbox("Code", list(names), format_func=names.__getitem__, key="rule_code")
    below = st.slider("Reject suggestions below, in %", 1, 90, 10, key="rule_below")
    where = ["The whole study", f"Interview {visit.interview}"]
    here = st.radio("Where", where, key="rule_where", horizontal=True, format_func=unmarked)
    every = st.toggle("Also what is not shown on the cards, because the machine is too unsure", key="rule_every")
    interviews = None if here == "The whole study" else frozenset({str(visit.interview)})
    found = preview(
        Rule(code or None, below / 100, interviews, displayed_only=not every),
        spoken_segments(study).segments,
        current_learnt(study).proposals,
        ledger=current_ledger(study),
        coder=visit.sitting.coder,
        read=read_segments(study, visit),
        blind_share=study_settings(study).blind_share,
        silent=blindness(study, visit.sitting.coder).interviews,
    )
    _draw_preview(found, names)
    if not found.pairs:
        return
    label = f"Reject {_counted(len(found.pairs))}"
    act_button(label, act=Act.JUDGE, key="rule_apply", type="primary", on_click=_applied, args=(study, visit, found))


def _draw_preview(found: RulePreview, names: dict[str, str]) -> None:
    if not found.pairs:
        notice(found.sentences[0])
        return
    where = ", ".join(f"{label}: {count}" for label, count in found.by_interview.items())
    st.html(element("p", f"{_counted(len(found.pairs)).capitalize()} would be rejected ({where}):", "outlook"))
    with st.container(height=260, key="rule_preview"):
        rows = "".join(
            f"<li>{element('b', f'{names.get(draft.code, draft.code)} · {100 * draft.probability:.1f} %')} "
            f"{element('span', f'{segment.interview} · {speaker_line(segment.speaker, segment.start_ms)}', 'speaker')}"
            f"{element('p', segment.text)}</li>"
            for segment, draft in found.pairs[:_SHOWN]
        )
        more = len(found.pairs) - _SHOWN
        rest = element("p", f"… and {more} more, the likeliest of them shown first.", "page-note") if more > 0 else ""
        st.html(f'<ol class="rule-preview">{rows}</ol>{rest}')


@kept
def _applied(study: Study, visit: Visit, found: RulePreview) -> None:
    done = visit.sitting.reject_all(study, found.pairs)
    st.session_state[_DONE] = True
    left = len(found.pairs) - len(done)
    told_left = f"; {_counted(left)} had been answered in the meantime and stayed as they were" if left else ""
    visit.said = f"{_counted(len(done)).capitalize()} rejected{told_left}. Undo takes all of it back."


def _counted(number: int) -> str:
    return "one suggestion" if number == 1 else f"{number} suggestions"
