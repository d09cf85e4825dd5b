"""The row above the segment: back, next, undo, redo, and how far the coder is."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from assistant.review import Card
from assistant.review.queue import Queue
from assistant.ui import decisions
from assistant.ui.markup import notice
from assistant.ui.review_cards import draw_adding
from assistant.ui.review_keys import draw_keys
from assistant.ui.session import Visit
from store.interviews import interviews
from store.study import Study


def draw_moves(study: Study, visit: Visit, found: Queue, at: int) -> None:
    """Draw the row for the card at that place in the queue of its interview."""
    cards = found.cards
    card, steps = cards[at], len(visit.sitting.done)
    segment = card.segment
    forth = cards[at + 1].segment.id if at + 1 < len(cards) else None
    back = cards[at - 1].segment.id if at else None
    following = segment.interview if forth is not None else _following(study, segment.interview)
    name = "Finish" if following is None else "Next" if forth is not None else "Next interview"
    target = (segment.interview, segment.id) if following is None else (following, forth)
    with st.container(horizontal=True, key="moves", vertical_alignment="center"):
        with st.container(key="back", width="content"):
            arguments = (study, visit, segment.interview, back)
            _button("Back", "B", f"back_{segment.id}", back is not None, decisions.go_back, arguments)
        with st.container(key="forth", width="content"):
            onward = (study, visit, card, *target)
            _button(name, "N", f"forth_{segment.id}", True, decisions.move_on, onward)
        _button("Undo", "Z", f"undo_{steps}", steps > 0, decisions.undo, (study, visit, steps))
        _button("Redo", "Shift+Z", f"redo_{steps}", bool(visit.sitting.undone), decisions.redo, (study, visit, steps))
        draw_adding(study, visit, card, found.codebook)
        draw_keys()
    _draw_progress(cards, at, steps)
    if following is None and not any(c.open for c in cards):
        notice("This is the end of the study: everything in this interview is read and answered.", "good")


def _button(
    name: str, shortcut: str, key: str, enabled: bool, act: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    look: Literal["primary", "secondary"] = "primary" if shortcut == "N" else "secondary"
    st.button(name, key=key, shortcut=shortcut, type=look, disabled=not enabled, on_click=act, args=arguments)


def _following(study: Study, label: str) -> str | None:
    ready = [i.label for i in interviews(study) if i.transcribed]
    at = ready.index(label) + 1
    return ready[at] if at < len(ready) else None


def _draw_progress(cards: tuple[Card, ...], at: int, steps: int) -> None:
    done = sum(not card.open for card in cards)
    decided = f"{steps} decision{'' if steps == 1 else 's'} in this sitting"
    st.progress(done / len(cards), text=f"Segment {at + 1} of {len(cards)} · {done} done · {decided}")
