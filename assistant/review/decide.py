"""Decisions made elsewhere, or by a script: each line is checked, then all are kept or none."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.settings import load_settings
from assistant.suggest import Proposals, propose, show
from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.errors import InvalidInputError, StudyError
from store.runs import suggestions
from store.segments import segments
from store.study import Study
from store.transcripts import transcript
from store.values import (
    Codebook,
    Decision,
    DecisionDraft,
    Segment,
    Span,
    Suggestion,
    SuggestionDraft,
    Transcript,
    Verdict,
)


class DecisionLine(BaseModel):
    """One line of a decisions file; `quote`, where given, must be the exact slice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interview: str = Field(min_length=1)
    start: int = Field(ge=0, lt=2**63)
    end: int = Field(gt=0, lt=2**63)
    verdict: Verdict
    code: str | None = None
    at: datetime | None = None
    memo: str = ""
    quote: str | None = None


def read_decisions(path: Path) -> list[tuple[int, DecisionLine]]:
    """The lines of a JSON Lines file with their numbers; raises InvalidInputError that names the line at fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); check the name."
        raise InvalidInputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text; save it as UTF-8 and try again."
        raise InvalidInputError(msg) from error
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        msg = f"{path} holds no decisions; nothing was kept."
        raise InvalidInputError(msg)
    return [(number, _parsed(path, number, line)) for number, line in lines]


def _parsed(path: Path, number: int, line: str) -> DecisionLine:
    try:
        given = json.loads(line)
        json.dumps(given, ensure_ascii=False).encode()  # half a character can be neither kept nor shown
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a bare ValueError
        msg = f"Line {number} of {path.name} is not JSON; nothing was kept."
        raise InvalidInputError(msg) from error
    if not isinstance(given, dict):
        msg = f'Line {number} of {path.name} is no JSON object such as {{"interview": …}}; nothing was kept.'
        raise InvalidInputError(msg)
    try:
        return DecisionLine.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        msg = f"Line {number} of {path.name} is wrong at “{where}” ({first['msg']}); nothing was kept."
        raise InvalidInputError(msg) from error


def decide(study: Study, coder: str, lines: Sequence[tuple[int, DecisionLine]]) -> tuple[Decision, ...]:
    """Keep these decisions, all of them or none; accept and reject must match a suggestion.

    Raises InvalidInputError that names the line at fault.
    """
    desk = _Desk(study, answers=any(line.verdict in _ANSWERS for _, line in lines))
    drafts = []
    for number, line in lines:
        try:
            drafts.append(desk.draft(line))
        except StudyError as error:
            msg = f"Line {number}: {error} Nothing was kept."
            raise InvalidInputError(msg) from error
    return keep_decisions(study, coder, desk.answering(drafts))


_ANSWERS = (Verdict.ACCEPT, Verdict.REJECT)


@dataclass(slots=True)
class _Shown:
    """The suggestions that decisions can answer: those shown before, and those the machine would show now."""

    past: dict[tuple[int, str], Suggestion]
    present: Proposals


_Answer = tuple[DecisionDraft, SuggestionDraft | None]
"""A decision, and the suggestion that it answers where that one was not shown before."""


class _Desk:
    """Turns lines into drafts, looking each thing up once."""

    def __init__(self, study: Study, *, answers: bool) -> None:
        self._study = study
        self._codebook = current_codebook(study)
        self._texts: dict[str, Transcript] = {}
        self._segments: dict[str, tuple[Segment, ...]] = {}
        self._shown = self._load_shown() if answers else _Shown({}, Proposals(None, {}))

    def _load_shown(self) -> _Shown:
        past = {(s.segment_id, s.code): s for s in suggestions(self._study)}
        wish = load_settings(self._study.settings()).expected_precision
        return _Shown(past, propose(self._study, precision=wish))

    def draft(self, line: DecisionLine) -> _Answer:
        """The decision a line tells of; nothing is written yet."""
        text = self._text(line.interview)
        span = _span(line, text)
        code = None if line.verdict is Verdict.READ else self._code(line.code)
        answered = self._suggestion(line, span, code) if line.verdict in _ANSWERS and code else None
        decision = DecisionDraft(
            transcript_id=text.id,
            span=span,
            verdict=line.verdict,
            code=code,
            suggestion_id=answered.id if isinstance(answered, Suggestion) else None,
            codebook_id=None if self._codebook is None else self._codebook.id,
            at=_zoned(line.at),
            memo=line.memo,
        )
        return decision, answered if isinstance(answered, SuggestionDraft) else None

    def answering(self, answers: Sequence[_Answer]) -> list[DecisionDraft]:
        """The decisions, with the suggestions that they answer written down where they were not shown before."""
        new = {(s.segment_id, s.code): s for _, s in answers if s is not None}
        shown = {(s.segment_id, s.code): s.id for s in show(self._study, list(new.values()))}
        return [
            decision
            if suggestion is None
            else replace(decision, suggestion_id=shown[suggestion.segment_id, suggestion.code])
            for decision, suggestion in answers
        ]

    def _text(self, label: str) -> Transcript:
        if label not in self._texts:
            self._texts[label] = transcript(self._study, label)
        return self._texts[label]

    def _code(self, name: str | None) -> str:
        codebook: Codebook | None = self._codebook
        found = codebook.find(name) if codebook is not None and name else None
        if found is None:
            msg = f"There is no code “{name or ''}” in the codebook; add it, or correct the name."
            raise InvalidInputError(msg)
        return found.guid

    def _suggestion(self, line: DecisionLine, span: Span, code: str) -> Suggestion | SuggestionDraft:
        for segment in self._around(line.interview, span):
            known = self._shown.past.get((segment.id, code))
            if known is not None:
                return known
            for draft in self._shown.present.of(segment):
                if draft.code == code:
                    return draft
        msg = (
            f"“{line.verdict}” on {line.interview} {span.start}–{span.end} answers no suggestion of “{line.code}”; "
            "use “add” for a code of your own."
        )
        raise InvalidInputError(msg)

    def _around(self, label: str, span: Span) -> Iterable[Segment]:
        if label not in self._segments:
            self._segments[label] = segments(self._study, label)
        return (s for s in self._segments[label] if s.span.start <= span.start and span.end <= s.span.end)


def _span(line: DecisionLine, text: Transcript) -> Span:
    where = f"{line.interview} {line.start}–{line.end}"
    if not line.start < line.end <= len(text.text):
        msg = f"{where} is no stretch of the transcript, which has {len(text.text)} characters."
        raise InvalidInputError(msg)
    span = Span(line.start, line.end)
    if line.quote is not None and span.of(text.text) != line.quote:
        msg = f"{where} reads “{_short(span.of(text.text))}”, not the quote given."
        raise InvalidInputError(msg)
    return span


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _zoned(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        return (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    except OverflowError as error:
        msg = f"The time {at.isoformat()} cannot be told in UTC; correct it."
        raise InvalidInputError(msg) from error


def as_json(decision: Decision) -> dict[str, Any]:
    """A decision for reading by a script."""
    return {
        "guid": decision.guid,
        "interview": decision.interview,
        "start": decision.span.start,
        "end": decision.span.end,
        "verdict": str(decision.verdict),
        "code": decision.code,
        "coder": decision.coder,
        "at": decision.at.isoformat(),
        "recorded_at": decision.recorded_at.isoformat(),
        "memo": decision.memo,
    }
