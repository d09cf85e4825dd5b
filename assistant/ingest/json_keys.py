"""Where in a json file the segments stand, and which of their keys is what."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.ingest import mapping as how
from assistant.ingest.header_words import Kind, kind_of, unit_of
from assistant.ingest.leavings import Leavings
from assistant.ingest.table_times import Unit
from store.errors import InvalidInputError
from store.transcripts import clean_text

_PARTS = frozenset(("words", "tokens", "items", "word_segments"))
"""Lists whose entries are parts of segments."""
_DEEPEST = 6
_SEEN_FIRST = 50
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a segment, and the unit of its times where a key says it."""

    text: str
    speaker: str | None = None
    start: str | None = None
    end: str | None = None
    unit: Unit | None = None


def segments_of(data: Any) -> list[Mapping[str, Any]]:
    """The list of segments nearest to the top of the file, rather one with times; empty where there is none."""
    without_times: list[Mapping[str, Any]] = []
    level: deque[tuple[Any, int]] = deque([(data, 0)])
    while level:
        value, depth = level.popleft()
        if isinstance(value, list):
            entries = [entry for entry in value if isinstance(entry, dict)]
            texts = sum(_text_key(entry) is not None for entry in entries)
            if entries and texts >= _HALF * len(value):
                if any(_is_start(key) for key in entries[0]):
                    return list(entries)
                without_times = without_times or list(entries)
        if depth == _DEEPEST:
            continue
        if isinstance(value, dict):
            level.extend((each, depth + 1) for key, each in value.items() if key not in _PARTS)
        elif isinstance(value, list):
            level.extend((each, depth + 1) for each in value[:_SEEN_FIRST])
    return without_times


def find_keys(segments: Sequence[Mapping[str, Any]], mapping: how.Mapping, name: str) -> Keys:
    """The keys as `mapping` names them, or else by what they are called.

    Raises InvalidInputError where it names one that no segment has.
    """
    first = segments[:_SEEN_FIRST]
    known = list(dict.fromkeys(key for segment in first for key in segment))

    def chosen(kind: Kind, wanted: str | None) -> str | None:
        if wanted is not None:
            if wanted and wanted not in known:
                msg = f"{name} has no “{wanted}” in its segments; they have {', '.join(f'“{key}”' for key in known)}."
                raise InvalidInputError(msg)
            return wanted or None
        if kind == "start" and any(isinstance(segment.get("offsets"), dict) for segment in first):
            return "offsets"
        ranked = [
            (found[1], at, key)
            for at, key in enumerate(known)
            if (found := kind_of(key)) is not None and found[0] == kind and _fits(kind, [s.get(key) for s in first])
        ]
        return min(ranked)[2] if ranked else None

    text = chosen("text", mapping.text_column)
    start = chosen("start", mapping.start_column)
    end = None if start == "offsets" else chosen("end", mapping.end_column)
    if text is None:
        msg = f"{name} has segments without text; they have {', '.join(f'“{key}”' for key in known)}."
        raise InvalidInputError(msg)
    unit: Unit | None = "ms" if start == "offsets" else unit_of(start) if start else None
    return Keys(text, chosen("speaker", mapping.speaker_column), start, end, unit)


def strings_beside(data: Any, segments: Sequence[Mapping[str, Any]], keys: Keys, leavings: Leavings) -> None:
    """Account for the texts of the file that are in no segment, or in a part of segments that is not used."""
    whole = clean_text(" ".join(str(segment.get(keys.text) or "") for segment in segments)).replace(" ", "")
    inside = {id(segment) for segment in segments}
    used = {keys.text, keys.speaker, keys.start, keys.end, "timestamps", *_PARTS}
    for key, text in _strings(data, "the file", inside):
        repeats = clean_text(text).replace(" ", "") == whole
        leavings.add(text, "the whole text once more" if repeats else f"“{key}”, which is not used")
    for segment in segments:
        for key, value in segment.items():
            if key not in used:
                for _, text in _strings(value, key, set()):
                    leavings.add(text, f"“{key}” of segments, which is not used")


def _strings(value: Any, key: str, without: set[int]) -> Iterator[tuple[str, str]]:
    """All texts below a value with the nearest key above them, without looking into some."""
    stack = [(value, key)]
    while stack:
        current, name = stack.pop()
        if isinstance(current, str):
            yield name, current.encode("utf-8", "replace").decode()
        elif id(current) in without:
            continue
        elif isinstance(current, dict):
            stack.extend((each, k) for k, each in reversed(current.items()) if k not in _PARTS)
        elif isinstance(current, list):
            stack.extend((each, name) for each in reversed(current))


def _text_key(entry: Mapping[str, Any]) -> str | None:
    for key, value in entry.items():
        if isinstance(value, str) and (found := kind_of(key)) is not None and found[0] == "text":
            return key
    return None


def _is_start(key: str) -> bool:
    found = kind_of(key)
    return key == "offsets" or (found is not None and found[0] == "start")


def _fits(kind: Kind, values: Sequence[Any]) -> bool:
    there = [value for value in values if value is not None]
    if not there:
        return False
    if kind == "text":
        return all(isinstance(value, str) for value in there)
    if kind == "speaker":
        return all(isinstance(value, str | int | float | dict) for value in there)
    return all(isinstance(value, str | int | float | list | dict) for value in there)
