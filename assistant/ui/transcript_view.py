"""The transcript as a component: what it is made of, and what it is given."""

from functools import cache
from typing import Any

import streamlit as st

from assistant.correction.fillers import left_out
from assistant.privacy.instructions import instructions_in
from assistant.ui.scripts import script
from assistant.ui.session import Stamp
from store.interviews import interview
from store.runs import scores_stamp
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import Role, Segment, Turn

PARTS = tuple(
    f"transcript_parts/{part}.js"
    for part in ("offsets", "marks", "text", "rows", "selecting", "overlay", "view", "following")
)
"""The scripts that a component with a transcript in it begins with."""

_CLOSE = 8
"""Characters between two stretches that are framed together."""
STYLES = ("transcript_parts/transcript_view.css",)


def text_key(label: str, revision: int) -> str:
    """Which text the browser is to draw."""
    return f"{label}:{revision}"


def text_payload(study: Study, label: str) -> dict[str, Any]:
    """An interview's text with its turns, words and segments; all offsets in code points, times in milliseconds."""
    return _payload(study, str(study.folder), study.guid, label, scores_stamp(study))


@st.cache_resource(max_entries=8, show_spinner=False)
def _payload(_study: Study, folder: str, guid: str, label: str, stamp: Stamp) -> dict[str, Any]:
    del folder, guid, stamp  # parts of the key only
    text = transcript(_study, label)
    here = [segment for segment in segments(_study, label) if segment.transcript_id == text.id]
    return {
        "key": text_key(label, text.revision),
        "transcript": text.id,
        "revision": text.revision,
        "text": text.text,
        "turns": [_turn(turn) for turn in text.turns],
        "segments": [[s.id, s.span.start, s.span.end, s.role is not Role.INTERVIEWER] for s in here],
        "instructions": [mark for segment in here for mark in _instructions(segment)],
        "clean": [[span.start, span.end] for span in left_out(text, interview(_study, label).language)],
    }


def _instructions(segment: Segment) -> list[list[Any]]:
    """What in a segment reads like an instruction to a machine, and what it does; what stands close together is one."""
    at = segment.span.start
    found: list[list[Any]] = []
    for each in instructions_in(segment.text):
        start, end = at + each.span.start, at + each.span.end
        if found and start - found[-1][1] <= _CLOSE:
            does = found[-1][2] if each.words in found[-1][2] else f"{found[-1][2]} and {each.words}"
            found[-1][1:] = [end, does]
        else:
            found.append([start, end, each.words])
    return found


def _turn(turn: Turn) -> list[Any]:
    words = [[w.start, w.end, w.start_ms, w.end_ms, round(w.probability, 2)] for w in turn.words]
    place = [turn.span.start, turn.span.end, turn.speaker, str(turn.role), turn.start_ms, turn.end_ms, words]
    marks = turn.marks
    if not marks.overlaps and not marks.doubts:
        return place
    doubts = [[d.start + turn.span.start, d.end + turn.span.start, d.kind, d.heard] for d in marks.doubts]
    return [*place, [list(each) for each in marks.overlaps], doubts]


def carry_text(payload: dict[str, Any]) -> None:
    """Send a text to the browser, outside of what is drawn again with every key."""
    _carrier()(key="text_carrier", data=payload, height=1)


@cache
def _carrier() -> Any:
    return st.components.v2.component(
        "text_carrier", js=script("transcript_parts/text_carrier.js"), isolate_styles=False
    )
