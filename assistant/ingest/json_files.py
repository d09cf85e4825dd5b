"""Transcripts that speech recognisers keep as json: Whisper and its kin, and others that list segments."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.ingest import mapping as how
from assistant.ingest.caption_names import named, piece_of
from assistant.ingest.caption_text import Caption, Said
from assistant.ingest.decoding import read_bytes
from assistant.ingest.json_keys import Keys, find_keys, segments_of, strings_beside
from assistant.ingest.json_words import captions_of_words
from assistant.ingest.leavings import Leavings
from assistant.ingest.pieces import ReadTranscript, count, spoken, to_turns, with_ends
from assistant.ingest.table_times import Unit, clock, guessed_unit, milliseconds, number
from store.errors import InvalidInputError
from store.transcripts import clean_text

SEGMENTS = "segments"
"""The layout of all that is read here."""
_LARGEST_FILE = 60_000_000
_NAMES = ("name", "displayName", "display_name", "label", "id")
_UNTIMED = "times that cannot be read"
_HALVES = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""Where half a character may stand, or a whole one that is written as two halves."""


def read_json(path: Path, mapping: how.Mapping = how.Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.json` file that lists segments of speech; roles are not guessed yet.

    Raises InvalidInputError where it is no json, or lists nothing that was said.
    """
    data = _loaded(path)
    segments = segments_of(data)
    if not segments:
        msg = f"{path.name} lists no segments with text, as Whisper and other recognisers write; choose another file."
        raise InvalidInputError(msg)
    leavings = Leavings()
    keys = find_keys(segments, mapping, path.name)
    unit = _unit(segments, keys, mapping)
    captions = [c for segment in segments for c in _captions(segment, keys, unit, leavings)]
    timed = f"; times in {'seconds' if unit == 's' else 'milliseconds'}" if keys.start else ""
    said = [f"Read as {count(len(segments), 'segment')}{timed}."]
    if leavings.times(_UNTIMED):
        said.append(f"Left out: {count(leavings.times(_UNTIMED), 'time')} that cannot be read.")
    if any(caption.speaker for caption in captions):
        pieces, labels = [piece_of(c, c.speaker, c.lines) for c in captions], None
    else:
        pieces, labels = named(captions, mapping.labels)
    turns = to_turns(with_ends(spoken(pieces)), whole_sentences=True)
    if not turns:
        msg = f"{path.name} has segments, but nothing is said in them; choose another file."
        raise InvalidInputError(msg)
    strings_beside(data, segments, keys, leavings)
    return ReadTranscript(turns, tuple(said), leavings.listed(), _taken(mapping, keys, unit, labels))


def _taken(mapping: how.Mapping, keys: Keys, unit: Unit, labels: tuple[str, ...] | None) -> how.Mapping:
    return replace(
        mapping,
        layout=SEGMENTS,
        labels=labels,
        text_column=keys.text,
        speaker_column=keys.speaker or "",
        start_column=keys.start or "",
        end_column=keys.end or "",
        time_unit=unit,
    )


def _loaded(path: Path) -> Any:
    data = read_bytes(path, _LARGEST_FILE, "a json file")
    try:
        text = data.decode(json.detect_encoding(data), "surrogatepass")
        value = json.loads(text)
        return _whole(value) if _HALVES.search(text) else value
    except RecursionError as error:
        msg = f"{path.name} is nested too deeply for a transcript; choose another file."
        raise InvalidInputError(msg) from error
    except ValueError as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        msg = f"{path.name} is no complete json file: it cannot be read{where}; export it again."
        raise InvalidInputError(msg) from error


def _whole(value: Any) -> Any:
    """The value with a replacement character for each half of a surrogate pair, which no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return value


def _unit(segments: Sequence[Mapping[str, Any]], keys: Keys, mapping: how.Mapping) -> Unit:
    if mapping.time_unit is not None:
        if mapping.time_unit not in ("s", "ms"):
            msg = f"The mapping's time_unit is “{mapping.time_unit}”; write s for seconds or ms for milliseconds."
            raise InvalidInputError(msg)
        return "s" if mapping.time_unit == "s" else "ms"
    if keys.unit is not None:
        return keys.unit
    values = [value for segment in segments for value in _ends(segment, keys) if value is not None]
    if any(isinstance(value, float) for value in values):
        return "s"
    numbers = [float(value) for value in values if type(value) is int and 0 <= value < 10**15]
    return guessed_unit(numbers, sum(len(_text(segment, keys)) for segment in segments))


def _text(segment: Mapping[str, Any], keys: Keys) -> str:
    value = segment.get(keys.text)
    return value.replace("\0", "") if isinstance(value, str) else ""


def _captions(segment: Mapping[str, Any], keys: Keys, unit: Unit, leavings: Leavings) -> Iterator[Caption]:
    def times(entry: Mapping[str, Any]) -> tuple[int | None, int | None]:
        return _milliseconds(_word_ends(entry, keys), unit, leavings)

    text = clean_text(_text(segment, keys))
    if not text:
        return
    start, end = _milliseconds(_ends(segment, keys), unit, leavings)
    speaker = speaker_of(segment.get(keys.speaker)) if keys.speaker else None
    yield from captions_of_words(Caption(speaker, (Said(text),), start, end), segment, times, speaker_of)


def _ends(segment: Mapping[str, Any], keys: Keys) -> tuple[Any, Any]:
    """Start and end as they stand in the file: two values, a list of two, or `from` and `to`."""
    value = segment.get(keys.start) if keys.start else None
    if isinstance(value, list) and value:
        return value[0], value[1] if len(value) > 1 else None
    if isinstance(value, dict):
        return value.get("from"), value.get("to")
    return value, segment.get(keys.end) if keys.end else None


def _word_ends(entry: Mapping[str, Any], keys: Keys) -> tuple[Any, Any]:
    found = _ends(entry, keys)
    return found if found != (None, None) else (entry.get("start"), entry.get("end"))


def _milliseconds(ends: tuple[Any, Any], unit: Unit, leavings: Leavings) -> tuple[int | None, int | None]:
    found: list[int | None] = []
    for value in ends:
        ms = _one(value, unit)
        if ms is None and value is not None:
            leavings.add(str(value)[:100], _UNTIMED)
        found.append(ms)
    start, end = found
    return start, (None if start is None or end is None else max(start, end))


def _one(value: Any, unit: Unit) -> int | None:
    if isinstance(value, str):
        written = clock(value)
        if written is not None:
            return written[0]
        plain = number(value)
        return None if plain is None else milliseconds(plain, unit)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return milliseconds(float(value), unit)
    except OverflowError:
        return None


def speaker_of(value: Any) -> str | None:
    """A speaker's name; recognisers that only number them get `Speaker 0`."""
    if isinstance(value, dict):
        value = next((value[key] for key in _NAMES if value.get(key) not in (None, "")), None)
    if isinstance(value, bool) or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if not isinstance(value, str | int | float):
        return None
    name = clean_text(str(value)[:200])
    return f"Speaker {name}" if name.isdecimal() else name or None
