"""Codings whose words were corrected: what they were on, what is left of it, and that somebody must look."""

from typing import Any

import streamlit as st

from assistant.review import blindness
from store.codebook import current_codebook
from store.decisions import codings, decision_of
from store.newest import decisions_stamp
from store.placing import span_remainder, texts_of
from store.study import Study
from store.values import Coding

_SHOWN = 300
"""Characters of a stretch that are shown."""


def looks(study: Study, coder: str, label: str, transcript_id: int) -> list[dict[str, Any]]:
    """The codings of an interview that need a look, those of the coder first; nothing that must stay hidden.

    `start` and `end` are where what is left of one stands now; None where nothing is left.
    """
    hidden = blindness(study, coder)
    book = current_codebook(study)
    stamp = (*decisions_stamp(study), 0 if book is None else book.id)
    found = _looks(study, str(study.folder), study.guid, label, transcript_id, stamp)
    mine = [dict(look, mine=True) for look in found if look["coder"] == coder]
    others = (look for look in found if look["coder"] != coder and not hidden.hides(label, look["coder"]))
    return [*mine, *(dict(look, mine=False) for look in others)]


@st.cache_resource(max_entries=8, show_spinner=False)
def _looks(
    _study: Study, folder: str, guid: str, label: str, transcript_id: int, stamp: tuple[int, ...]
) -> list[dict[str, Any]]:
    del folder, guid, stamp  # parts of the key only
    touched = [coding for coding in codings(_study, interview=label) if coding.needs_look]
    return _described(_study, touched, transcript_id) if touched else []


def _described(study: Study, touched: list[Coding], transcript_id: int) -> list[dict[str, Any]]:
    made = {coding.decision: decision_of(study, coding.decision) for coding in touched}
    texts = texts_of(study, [transcript_id, *(decision.transcript_id for decision in made.values())])
    remains = span_remainder(study)
    found = []
    for coding in touched:
        decision = made[coding.decision]
        left = remains(decision.transcript_id, decision.span)
        span = coding.span if coding.transcript_id == transcript_id else None if left is None else left[1]
        found.append(
            {
                "id": coding.decision,
                "code": coding.code,
                "coder": coding.coder,
                "before": _short(decision.span.of(texts[decision.transcript_id])),
                "after": "" if span is None else _short(span.of(texts[transcript_id])),
                "start": None if span is None else span.start,
                "end": None if span is None else span.end,
            }
        )
    return found


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 80]} … {text[-60:]}"
