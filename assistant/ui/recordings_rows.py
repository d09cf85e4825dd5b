"""One recording on its page: how it stands, and what can be done with it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import streamlit as st

from assistant.transcribe.languages import LANGUAGES
from assistant.transcribe.queue import Queued
from assistant.ui import recordings_moves as moves
from assistant.ui.markup import clock, element
from assistant.ui.recordings_moves import RecordingsDesk
from assistant.ui.role_here import Act, act_button
from assistant.ui.seat import seat_query
from store.job_values import AUTO, JobState, Wanted
from store.study import Study
from store.values import Interview

_FEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """A recording without a transcript, and its place in the queue where it has or had one."""

    interview: Interview
    queued: Queued | None


def draw_row(study: Study, desk: RecordingsDesk, row: Row, *, works: bool, usable: bool) -> None:
    """Draw how it stands at the left, and its buttons at the right."""
    label = row.interview.label
    with st.container(key=f"recording_row_{row.interview.id}", border=True):
        left, right = st.columns([5, 4], gap="small", vertical_alignment="center")
        left.html(_name(row.interview) + _standing(row, works=works))
        with right.container(
            horizontal=True, horizontal_alignment="right", gap="small", key=f"recording_acts_{row.interview.id}"
        ):
            for name, act, more in _acts(row):
                off = act in (moves.queue, moves.retry) and not usable
                key = f"recording_{name.split()[0].lower()}_{row.interview.id}"
                act_button(name, act=Act.SHAPE, key=key, on_click=act, args=(study, desk, label, *more), disabled=off)


def finished_list(done: Sequence[Interview]) -> str:
    """Recordings that have their transcripts, with a link to each; whoever follows it stays who they are."""
    lines = []
    for each in done:
        link = f"transcripts?{urlencode({'interview': each.label, **seat_query()})}"
        language = f" · {LANGUAGES.get(each.language, each.language)}" if each.language else ""
        lines.append(
            f"<li>{_title(each)}<span>{escape(clock(each.duration_ms) + language)}</span>"
            f'<a href="{escape(link)}" target="_self">Read {escape(each.label)}</a></li>'
        )
    return f'<ul class="recordings-done">{"".join(lines)}</ul>'


def about_time(seconds: float) -> str:
    """A time that is only known roughly."""
    return "a few seconds" if seconds < _FEW_SECONDS else f"about {clock(round(seconds * 1000))}"


def _acts(row: Row) -> tuple[tuple[str, moves.Act[...], tuple[str, ...]], ...]:
    """Buttons as (words, what they do, what more it needs)."""
    state = None if row.queued is None else row.queued.job.state
    match state:
        case JobState.RUNNING:
            return ("Pause", moves.pause, ()), ("Cancel", moves.cancel, ())
        case JobState.WAITING:
            order = ("First", moves.move, ("first",)), ("Up", moves.move, ("up",)), ("Down", moves.move, ("down",))
            return (*order, ("Pause", moves.pause, ()), ("Cancel", moves.cancel, ()))
        case JobState.PAUSED:
            return ("Resume", moves.resume, ()), ("Cancel", moves.cancel, ())
        case JobState.FAILED:
            return ("Try again", moves.retry, ()), ("Queue as above", moves.queue, ()), ("Cancel", moves.cancel, ())
        case _:
            return (("Transcribe", moves.queue, ()),) if row.interview.media else ()


def _title(interview: Interview) -> str:
    return element("b", interview.label) + " " + element("span", interview.source_name, "recording-file")


def _name(interview: Interview) -> str:
    length = f" · {escape(clock(interview.duration_ms))}" if interview.duration_ms else ""
    return f'<p class="recording-name">{_title(interview)}{length}</p>'


def _standing(row: Row, *, works: bool) -> str:
    if row.queued is None:
        words = "No transcript yet" if row.interview.media else "The recording was erased"
        return element("p", words, "recording-state")
    job = row.queued.job
    if job.state is JobState.FAILED:
        return element("p", job.why, "recording-why")
    if job.state is JobState.CANCELLED:
        kept = ", what was heard is kept" if job.done_ms else ""
        return element("p", f"Taken out of the queue{kept}", "recording-state")
    words = {
        JobState.RUNNING: "Being transcribed" if works else "Interrupted",
        JobState.WAITING: "Waits" if not job.done_ms else "Waits to go on",
        JobState.PAUSED: "Paused",
    }.get(job.state, job.state)
    parts = [words, *_how_far(row.queued, works=works), *_how(job.wanted)]
    bar = _bar(job.percent, row.interview.label) if job.done_ms or job.state is JobState.RUNNING else ""
    return element("p", " · ".join(parts), f"recording-state {job.state}") + bar


def _how_far(queued: Queued, *, works: bool) -> list[str]:
    job, parts = queued.job, list[str]()
    if job.total_ms and (job.done_ms or job.state is JobState.RUNNING):
        parts.append(f"{job.percent} %")
    if job.state is JobState.RUNNING and job.speed and works:
        parts.append(f"{job.speed:.1f} × as fast as spoken")
    if queued.left_s is not None and job.state is not JobState.PAUSED and works:
        about = about_time(queued.left_s)
        parts.append(f"{about} left" if job.state is JobState.RUNNING else f"takes {about}")
    return parts


def _how(wanted: Wanted) -> list[str]:
    """Only what a person chose."""
    chosen = [f"model {wanted.model}"] if wanted.model != AUTO else []
    chosen += [LANGUAGES.get(wanted.language, f"{wanted.language} languages")] if wanted.language != AUTO else []
    if wanted.speakers != AUTO:
        chosen.append("speakers not told apart" if wanted.speakers == "none" else f"speakers: {wanted.speakers}")
    return chosen


def _bar(percent: int, label: str) -> str:
    return f'<progress max="100" value="{percent}" aria-label="{escape(label)}: {percent} % done"></progress>'
