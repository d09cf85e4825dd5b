"""Interviews as the sources of a project: their texts with labels, their recordings, and what stands on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.exchange.refi.going import Going
from assistant.exchange.refi.layout import LaidOut, laid_out
from assistant.exchange.refi.own import derived, fitting
from assistant.exchange.refi.project import Media, Selection, Source, SourceKind, Value
from assistant.exchange.refi.selections_given import Selected, Selecting, quoted
from assistant.exchange.refi.sync import sync_points
from store.consent import Covers
from store.turns import as_new
from store.values import Interview, NewTurn

_VIDEOS = frozenset((".mp4", ".mov", ".webm", ".mkv"))
_RECORDINGS = ("recording", "recordings")
_LARGEST = 2**31 - 1
"""Bytes: the standard allows no larger file within a project."""


def source_given(
    going: Going,
    interview: Interview,
    selecting: Selecting,
    *,
    notes: Sequence[str],
    values: tuple[Value, ...],
    media: Path | None,
) -> Source:
    """An interview with everything on it; `media` is its recording where that goes along."""
    kept = going.parts.get(interview.guid, {})
    given = Source(
        guid=fitting(interview.guid),
        name=interview.label,
        kind=_kind(interview, kept),
        notes=tuple(notes),
        values=values,
        description=_description(going, interview),
        media=None if media is None else Media(interview.source_name, media),
    )
    found = going.transcripts.get(interview.label)
    if found is None:
        return given
    turns = [as_new(turn, found.text) for turn in found.turns]
    timed = given.kind == "text" and any(turn.start_ms is not None or turn.end_ms is not None for turn in turns)
    laid = laid_out(turns, given.description, timed=timed)
    told = replace(given, text=laid.text, description=laid.description)
    if told.kind == "text":
        return replace(told, selections=tuple(_selection(each, laid) for each in selecting.selected))
    return _timed(told, turns, laid, selecting.selected, kept)


def _description(going: Going, interview: Interview) -> str:
    """What a file said of its source, as the memo that was made of it says it now."""
    guid = derived(interview.guid, "description")
    return next((memo.text for memo in going.memos if memo.guid == guid), "")


def _timed(
    given: Source, turns: Sequence[NewTurn], laid: LaidOut, selected: Sequence[Selected], kept: Mapping[str, Any]
) -> Source:
    """The source with sync points at the times of its words and at the edges of its selections."""
    guid = fitting(kept["transcript"]) if kept.get("transcript") else derived(given.guid, "transcript")
    made = [_selection(each, laid) for each in selected]
    spans = [laid.span(each.span) for each in selected]
    edges = sync_points(guid, turns, laid, spans)
    selections = tuple(
        replace(one, begin_ms=edges.starts[span.start].time_ms, end_ms=edges.ends[span.end].time_ms)
        for one, span in zip(made, spans, strict=True)
    )
    return replace(given, transcript=guid, sync=edges.points, selections=selections)


def _selection(selected: Selected, laid: LaidOut) -> Selection:
    span = laid.span(selected.span)
    return Selection(
        guid=selected.guid,
        start=span.start,
        end=span.end,
        name=quoted(span.of(laid.text)),
        codings=tuple(selected.codings),
        notes=tuple(selected.notes),
        user=selected.user,
        at=selected.at,
    )


def _kind(interview: Interview, kept: Mapping[str, Any]) -> SourceKind:
    """A recording by its ending; an interview whose recording stayed behind elsewhere is one all the same."""
    if interview.media is not None:
        return "video" if Path(interview.media).suffix.lower() in _VIDEOS else "audio"
    if kept.get("kind") == "video":
        return "video"
    return "audio" if kept.get("kind") == "audio" or interview.kind == "recording" else "text"


def recordings_given(going: Going, *, asked: bool) -> Mapping[str, Path]:
    """By label the recordings that go along; the others are said to be left out."""
    there = {i.label: going.study.folder / i.media for i in going.interviews if i.media is not None}
    if not asked:
        going.left_out(len(there), _RECORDINGS, "not asked for; the transcripts have their times")
        return {}
    lost = [label for label, file in there.items() if not file.is_file()]
    large = [label for label, file in there.items() if label not in lost and file.stat().st_size > _LARGEST]
    held = going.gate.held_back(there, Covers.SHARING, Covers.RECORDING)
    going.left_out(len(held), _RECORDINGS, f"the consent does not cover the recording ({', '.join(held)})")
    there = {label: file for label, file in there.items() if label not in held}
    going.left_out(len(lost), _RECORDINGS, f"the file is gone ({', '.join(lost)})")
    going.left_out(len(large), _RECORDINGS, f"over two gigabytes, more than a project may hold ({', '.join(large)})")
    return {label: file for label, file in there.items() if label not in (*lost, *large)}
