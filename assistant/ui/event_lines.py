"""What an event says, in a few words for a reader; the whole of it is in its payload."""

import json
from collections.abc import Mapping
from typing import Any

from assistant.privacy.member_events import ABOUT_MEMBERS, of_member
from store.event_log import Logged

_SAID_FIRST = ("verdict", "title", "name", "file", "label", "kind", "source_name", "version", "reason", "llm")


def short(event: Logged, names: Mapping[str, str]) -> str:
    """The telling parts of a payload; `names` holds the names of codes and coders by GUID."""
    if event.payload is None:
        return "erased"
    payload = json.loads(event.payload)
    if not isinstance(payload, dict):
        return event.payload
    parts = [str(payload[key]) for key in _SAID_FIRST if payload.get(key) not in (None, "")]
    if event.type in ABOUT_MEMBERS:
        return of_member(event.type, payload, names)
    code = payload.get("code")
    if isinstance(code, str):
        parts.insert(min(1, len(parts)), names.get(code, code))
    return ", ".join([*parts, *_span(payload), *_chance(payload), *_step(payload)]) or "details"


def _span(payload: Mapping[str, Any]) -> list[str]:
    return [f"{payload['start']}–{payload['end']}"] if {"start", "end"} <= payload.keys() else []


def _step(payload: Mapping[str, Any]) -> list[str]:
    """How many decisions a step held that was undone, redone or made by a rule."""
    count = payload.get("decisions")
    return [f"{count} decision{'' if count == 1 else 's'}"] if isinstance(count, int) and "step" in payload else []


def _chance(payload: Mapping[str, Any]) -> list[str]:
    chance = payload.get("probability")
    return [f"{round(100 * chance)} %"] if isinstance(chance, float) else []
