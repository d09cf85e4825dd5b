"""The list beside the result: quotes picked for a paper, in their order, and how often each interview is quoted."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from assistant.quotes import Quote, per_interviewee
from assistant.ui.quote_board import draw_board
from assistant.ui.quote_cards import Drawer, card_id
from assistant.ui.quote_desk import Place, QuoteDesk
from assistant.ui.quote_moves import perform
from assistant.ui.quote_picks import picked_quote, visible_picks
from assistant.ui.quote_result import Result
from store.quote_lists import Pick, quote_lists
from store.study import Study

FIRST_LIST = "Quotes for the paper"


@dataclass(frozen=True, slots=True)
class Listed:
    """A pick and the quote that stands at its place, where there is one."""

    pick: Pick
    quote: Quote | None

    @property
    def place(self) -> Place:
        """Where it stands, by the transcript's id."""
        return self.pick.transcript_id, self.pick.span.start, self.pick.span.end


def listed_quotes(study: Study, desk: QuoteDesk, drawer: Drawer) -> tuple[Listed, ...]:
    """What the list on the screen holds; a list is chosen where none is."""
    desk.listed = desk.listed or next(iter(quote_lists(study)), FIRST_LIST)
    return tuple(Listed(pick, picked_quote(drawer, pick)) for pick in visible_picks(study, desk.listed, drawer.hidden))


def draw_list(
    study: Study, desk: QuoteDesk, drawer: Drawer, listed: Sequence[Listed], found: Result, playing: Any
) -> None:
    """Which list, how often each interview is quoted in it, and the quotes."""
    names = list(dict.fromkeys([*quote_lists(study), desk.listed]))
    st.html('<h2 class="unseen">List</h2>')
    st.session_state["quote_list"] = desk.listed
    st.selectbox(
        "List (or type a new name)",
        names,
        key="quote_list",
        accept_new_options=True,
        on_change=_choose,
        args=(desk,),
    )
    kind, said = desk.hear("list")
    role = 'role="alert"' if kind == "problem" else "data-announce"
    st.html(f'<p class="page-note {kind}" {role}>{escape(said)}</p>')
    state = {
        "heard": desk.heard.get("picks", 0),
        "list": desk.listed,
        "can_pick": bool(drawer.hidden.coder),
        "picks": [_pick_card(drawer, each) for each in listed],
        "counts": _counts([each.quote for each in listed if each.quote is not None], found.found.quotes),
        "found_head": "Result" if len(found.found.quotes) == found.found.total else f"First {len(found.found.quotes)}",
        "counted": _counted(listed, drawer),
        "playing": playing,
    }
    draw_board("picks", state, lambda acts: perform(study, desk, drawer.hidden.coder, "picks", acts))


def _choose(desk: QuoteDesk) -> None:
    name = " ".join(str(st.session_state.get("quote_list") or "").split())
    desk.listed = name[:200] or desk.listed


def _pick_card(drawer: Drawer, listed: Listed) -> dict[str, Any]:
    pick = listed.pick
    if listed.quote is None:
        lost = "The passage was changed in a correction of the transcript; take it out and pick it anew."
        place = {"id": card_id(listed.place), "place": list(listed.place), "link": "transcripts", "recording": None}
        what = {"where": pick.interview, "text": lost, "citation": "", "speaker": "", "codes": []}
        return {**place, **what, "note": pick.note, "needs_look": True}
    return {**drawer.card(listed.quote), "note": pick.note, "needs_look": pick.needs_look}


def _counts(listed: Sequence[Quote], found: Sequence[Quote]) -> list[dict[str, Any]]:
    """How many quotes of each interviewee are in the list and in the whole result."""
    here = {(share.interview, share.speaker): share for share in per_interviewee(listed)}
    there = {(share.interview, share.speaker): share.count for share in per_interviewee(found)}
    rows = []
    for who in dict.fromkeys([*here, *there]):
        share = here.get(who)
        name = " · ".join(part for part in who if part)
        often = share is not None and share.too_many
        count = 0 if share is None else share.count
        rows.append({"interview": name, "listed": count, "found": there.get(who, 0), "often": often})
    return rows


def _counted(listed: Sequence[Listed], drawer: Drawer) -> str:
    people = per_interviewee([each.quote for each in listed if each.quote is not None])
    if not people:
        return "How often each interviewee is quoted"
    interviews = len({each.pick.interview for each in listed})
    quotes = f"{len(listed)} quote{'' if len(listed) == 1 else 's'}"
    said = f"{quotes} from {interviews} of {len(drawer.known)} interviews"
    often = [" · ".join(part for part in (p.interview, p.speaker) if part) for p in people if p.too_many]
    return f"{said}; often: {', '.join(often)}" if often else said
