"""The row above the segment: back, next, undo, redo, and how far the coder is."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from assistant.review import Card, Queue
from assistant.suggest import Order
from assistant.ui import decisions
from assistant.ui.markup import notice
from assistant.ui.review_cards import draw_adding
from assistant.ui.review_keys import draw_keys
from assistant.ui.review_order import next_in_order, read_so_far
from assistant.ui.session import Visit
from assistant.ui.suggestion_quality import draw_quality_button
from store.interviews import interviews
from store.study import Study


def draw_moves(study: Study, visit: Visit, found: Queue, at: int) -> None:
    """Draw the row for the card at that place in the queue of its interview."""
    card, steps = found.cards[at], len(visit.sitting.done)
    read, of = read_so_far(study, visit)
    with st.container(horizontal=True, key="moves", vertical_alignment="center"):
        if visit.order is Order.CHRONOLOGICAL:
            _draw_along_interview(study, visit, found.cards, at)
        else:
            _draw_along_order(study, visit, card, last=read + (not card.read) == of)
        _button("Undo", "Z", f"undo_{steps}", steps > 0, decisions.undo, (study, visit, steps))
        _button("Redo", "Shift+Z", f"redo_{steps}", bool(visit.sitting.undone), decisions.redo, (study, visit, steps))
        draw_adding(study, visit, card, found.codebook)
        draw_quality_button(study, visit)
        draw_keys()
    decided = f"{steps} decision{'' if steps == 1 else 's'} in this sitting"
    where = f"Segment {at + 1} of {len(found.cards)} in {card.segment.interview}"
    st.progress(read / of if of else 0.0, text=f"{where} · {read} of the study’s {of} read · {decided}")
    if read == of:
        notice("This is the end of the study: everything in it is read.", "good")


def _draw_along_interview(study: Study, visit: Visit, cards: tuple[Card, ...], at: int) -> None:
    """Back and next as the segments come, one interview after the other."""
    card = cards[at]
    segment = card.segment
    forth = cards[at + 1].segment.id if at + 1 < len(cards) else None
    back = cards[at - 1].segment.id if at else None
    following = segment.interview if forth is not None else _following(study, segment.interview)
    name = "Finish" if following is None else "Next" if forth is not None else "Next interview"
    target = (segment.interview, segment.id) if following is None else (following, forth)
    with st.container(key="back", width="content"):
        arguments = (study, visit, segment.interview, back)
        _button("Back", "B", f"back_{segment.id}", back is not None, decisions.go_back, arguments)
    with st.container(key="forth", width="content"):
        onward = (study, visit, card, *target)
        _button(name, "N", f"forth_{segment.id}", True, decisions.move_on, onward)


def _draw_along_order(study: Study, visit: Visit, card: Card, *, last: bool) -> None:
    """Back to where one came from, and next to what is best read by the time the key is pressed."""
    segment = card.segment
    with st.container(key="back", width="content"):
        arguments = (study, visit, segment.id)
        _button("Back", "B", f"back_{segment.id}", bool(visit.trail), decisions.go_back_along, arguments)
    with st.container(key="forth", width="content"):
        onward = (study, visit, card, next_in_order)
        _button("Finish" if last else "Next", "N", f"forth_{segment.id}", True, decisions.move_along, onward)


def _button(
    name: str, shortcut: str, key: str, enabled: bool, act: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    look: Literal["primary", "secondary"] = "primary" if shortcut == "N" else "secondary"
    st.button(name, key=key, shortcut=shortcut, type=look, disabled=not enabled, on_click=act, args=arguments)


def _following(study: Study, label: str) -> str | None:
    ready = [i.label for i in interviews(study) if i.transcribed]
    at = ready.index(label) + 1
    return ready[at] if at < len(ready) else None
