"""What a study holds, interview by interview, and what its researcher can do next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from store.codebook import current_codebook
from store.decisions import codings, decisions
from store.interviews import interviews
from store.runs import latest_run
from store.segments import segments
from store.study import Study
from store.values import Role, Segment, Span, Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InterviewLine:
    """An interview with how many of its participants' segments there are, were read, and carry a coding."""

    label: str
    kind: str
    transcribed: bool
    duration_ms: int | None
    segments: int
    read: int
    coded: int
    attributes: Mapping[str, str]


def lines(study: Study) -> tuple[InterviewLine, ...]:
    """All interviews in study order; a segment counts as read or coded where anybody's span reaches into it."""
    parts = _grouped((s.interview, s) for s in segments(study) if s.role is not Role.INTERVIEWER)
    read = _grouped((d.interview, d.span) for d in decisions(study) if d.verdict is Verdict.READ)
    coded = _grouped((c.interview, c.span) for c in codings(study))
    return tuple(
        InterviewLine(
            label=i.label,
            kind=i.kind,
            transcribed=i.transcribed,
            duration_ms=i.duration_ms,
            segments=len(parts.get(i.label, ())),
            read=_reached(parts.get(i.label, ()), read.get(i.label, ())),
            coded=_reached(parts.get(i.label, ()), coded.get(i.label, ())),
            attributes=i.attributes,
        )
        for i in interviews(study)
    )


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    grouped: dict[str, list[T]] = {}
    for label, value in pairs:
        grouped.setdefault(label, []).append(value)
    return grouped


def _reached(parts: Sequence[Segment], spans: Sequence[Span]) -> int:
    return sum(any(span.overlaps(part.span) for span in spans) for part in parts)


def next_steps(study: Study, found: Sequence[InterviewLine]) -> list[tuple[str, str]]:
    """Sentences, each with the command that does it; an empty command means that a page of the app does."""
    name = f'"{study.folder}"' if " " in str(study.folder) else str(study.folder)
    steps: list[tuple[str, str]] = []
    if not found:
        steps.append(
            ("Bring your recordings and transcripts: the page Add interviews, or", f"interview add {name} FILE…")
        )
    if any(not line.transcribed for line in found):
        steps.append(
            ("Some recordings are not transcribed yet: the page Recordings, or", f"interview transcribe {name}")
        )
    if current_codebook(study) is None:
        steps.append(("There is no codebook yet.", f"interview codebook import {name} codebook.csv"))
    elif latest_run(study) is None and found:
        steps.append(("Let the machine suggest codes; nothing is coded by it.", f"interview suggest {name}"))
    if sum(line.segments - line.read for line in found):
        steps.append(("Read and decide: open the page Review.", ""))
    if any(line.coded for line in found):
        steps.append(("Collect quotes for a theme: the page Quotes, or", f"interview quotes {name} --theme THEME"))
        steps.append(
            (
                "See whether new interviews still bring new codes: the page Saturation, or",
                f"interview saturation {name}",
            )
        )
    return steps
