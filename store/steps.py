"""Steps of a sitting: everything that one act says is written in one transaction, and can be taken back in one.

What a step takes the place of is looked up in that same transaction, and nothing is taken back or done again on a
stretch and code where the coder has said something else meanwhile, in another window say.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from store import events
from store.codebook import newest_version
from store.coders import coder_row
from store.decisions import add_decisions, decision_columns, decision_value
from store.errors import ConflictError, NotFoundError
from store.records import CodebookRow, CoderRow, DecisionRow, EventRow, SuggestionRow, TranscriptRow
from store.runs import show_within, suggestions_within
from store.study import Study
from store.values import Decision, DecisionDraft, Span, SuggestionDraft, Verdict

_FEW = 20
BY_RULE_EVENT = "step.by_rule"
"""Says of the decisions right before it that a rule made them: nobody looked at each."""
Place = tuple[int, Span, str]
"""Transcript, stretch and code: the last word on it is the one that stands."""
Answer = tuple[DecisionDraft, SuggestionDraft | None]
"""What is decided, and the suggestion that it answers, which is written down as shown beside it."""


class Turn(StrEnum):
    """What a step can be turned to again; the values are the types of the events that tell of it."""

    BACK = "step.undone"
    FORTH = "step.redone"


@dataclass(frozen=True, slots=True)
class Said:
    """One decision of a step, and the last word before it on the same stretch and code, a withdrawal too."""

    decision: Decision
    before: Decision | None


@dataclass(frozen=True, slots=True)
class Again:
    """A decision to be written only where the last word is still the one expected: a GUID, None where there is none."""

    draft: DecisionDraft
    expected: str | None


@dataclass(frozen=True, slots=True)
class TurnMark:
    """The log's word that a step was turned: by its sitting, when the step was first recorded, how many decisions."""

    event: int
    turn: Turn
    sitting: str
    step: datetime
    decisions: int


def keep_step(
    study: Study,
    coder: str,
    answers: Sequence[Answer],
    *,
    instead_of: Decision | None = None,
    by_rule: bool = False,
) -> tuple[Said, ...]:
    """Put a step on disk, all of it or nothing, with the suggestions that it answers.

    Raises ConflictError where `instead_of` is not the last word any more, NotFoundError where a code that is to be
    coded with has left the codebook. With `by_rule`, answers to what the coder has a word on by now are left out, and
    the log says that a rule made the others; nothing is written where none is left.
    """
    with study.write() as session:
        who = coder_row(session, coder)
        if by_rule:
            said = _Words(session, who, {draft.transcript_id for draft, _ in answers})
            answers = [answer for answer in answers if not said.touches(answer[0])]
        _refuse_gone(session, answers)
        answers = list({_place(draft): (draft, shown) for draft, shown in answers}.values())
        last = _last_words(session, who, [_place(draft) for draft, _ in answers])
        _refuse_changed(session, who, instead_of)
        shown = show_within(session, [suggestion for _, suggestion in answers if suggestion is not None])
        made = add_decisions(session, who, _answering(answers, shown))
        if by_rule and made:
            first = made[0]
            events.append(session, BY_RULE_EVENT, _mark(first.sitting, first.recorded_at, len(made)), coder=who.name)
        return tuple(Said(decision, last.get(_place(decision))) for decision in made)


def turn_step(
    study: Study,
    coder: str,
    some: Sequence[Again],
    turn: Turn,
    *,
    sitting: str,
    step: datetime,
    stands_for: Mapping[str, str | None],
) -> tuple[Decision | None, ...]:
    """Take a step back, or do it again, where the last words are still the ones expected; None where one is not.

    `stands_for` tells of decisions that only brought an earlier one back which one that was (None: nothing stood).
    """
    with study.write() as session:
        who = coder_row(session, coder)
        last = _last_words(session, who, [_place(again.draft) for again in some])
        there = set(session.scalars(select(TranscriptRow.id)))
        good = [
            again.draft.transcript_id in there and _meant(last.get(_place(again.draft)), stands_for) == again.expected
            for again in some
        ]
        kept = [again.draft for again, is_good in zip(some, good, strict=True) if is_good]
        _held = suggestions_within(session, [draft.suggestion_id for draft in kept if draft.suggestion_id is not None])
        made = iter(add_decisions(session, who, kept))
        events.append(session, str(turn), _mark(sitting, step, len(kept)), coder=who.name)
        return tuple(next(made) if is_good else None for is_good in good)


def turn_marks(study: Study, coder: str, sitting: str) -> tuple[TurnMark, ...]:
    """Which steps of a sitting were taken back and done again, in order."""
    query = select(EventRow.id, EventRow.type, EventRow.payload).where(
        EventRow.type.in_([str(turn) for turn in Turn]), EventRow.coder == coder.strip()
    )
    with study.read() as session:
        rows = [(row.id, row.type, json.loads(row.payload)) for row in session.execute(query.order_by(EventRow.id))]
    return tuple(
        TurnMark(number, Turn(kind), sitting, datetime.fromisoformat(said["step"]), said["decisions"])
        for number, kind, said in rows
        if said["sitting"] == sitting
    )


def decided_by_rule(study: Study) -> frozenset[int]:
    """The numbers of the events of all decisions that a rule made, and of those that did them again."""
    query = select(EventRow.id, EventRow.payload).where(EventRow.type.in_([BY_RULE_EVENT, str(Turn.FORTH)]))
    found: set[int] = set()
    steps: set[tuple[str, str]] = set()
    with study.read() as session:
        rows = [(row.id, json.loads(row.payload)) for row in session.execute(query.order_by(EventRow.id))]
        ruled = set(session.scalars(select(EventRow.id).where(EventRow.type == BY_RULE_EVENT)))
    for number, said in rows:
        step = (said["sitting"], said["step"])
        if number in ruled:
            steps.add(step)
        if step in steps:
            found.update(range(number - said["decisions"], number))
    return frozenset(found)


def codebook_events(study: Study) -> dict[int, int]:
    """The number of the event of each codebook version, by the version's id."""
    with study.read() as session:
        return dict(session.execute(select(CodebookRow.id, CodebookRow.event_id)).tuples().all())


def _refuse_gone(session: Session, answers: Iterable[Answer]) -> None:
    wanted = {draft.code for draft, _ in answers if draft.verdict in (Verdict.ACCEPT, Verdict.ADD)}
    if not wanted:
        return
    codebook = newest_version(session)
    if codebook is None or wanted - {code.guid for code in codebook.codes}:
        msg = "The code was taken out of the codebook in the meantime; choose another one. Nothing was kept."
        raise NotFoundError(msg)


def _refuse_changed(session: Session, who: CoderRow, expected: Decision | None) -> None:
    if expected is None:
        return
    word = _last_words(session, who, [_place(expected)]).get(_place(expected))
    if word is None or word.guid != expected.guid:
        msg = (
            "You have decided anew on this stretch and code in the meantime, in another window perhaps; look at the"
            " passage again. Nothing was changed."
        )
        raise ConflictError(msg)


def _answering(answers: Sequence[Answer], rows: Iterable[SuggestionRow]) -> list[DecisionDraft]:
    rows = iter(rows)
    return [draft if shown is None else replace(draft, suggestion_id=next(rows).id) for draft, shown in answers]


def _mark(sitting: str | None, step: datetime, decisions: int) -> dict[str, object]:
    return {"sitting": sitting, "step": step.isoformat(), "decisions": decisions}


def _place(said: DecisionDraft | Decision) -> Place:
    return said.transcript_id, said.span, said.code or ""


def _meant(word: Decision | None, stands_for: Mapping[str, str | None]) -> str | None:
    return None if word is None else stands_for.get(word.guid, word.guid)


def _last_words(session: Session, who: CoderRow, places: Sequence[Place]) -> dict[Place, Decision]:
    """The coder's last decision on each place, a withdrawal too."""
    query = _words_of(who, {transcript for transcript, _, _ in places})
    if len(places) <= _FEW:
        query = query.where(DecisionRow.start.in_({span.start for _, span, _ in places}))
    wanted = set(places)
    rows = session.execute(query.order_by(DecisionRow.id))
    return {
        place: decision_value(row, row.interview, row.coder)
        for row in rows
        if (place := (row.transcript_id, Span(row.start, row.end), row.code)) in wanted
    }


def _words_of(who: CoderRow, transcripts: set[int]) -> Select[Any]:
    query = decision_columns().where(DecisionRow.coder_id == who.id, DecisionRow.code.is_not(None))
    return query.where(DecisionRow.transcript_id.in_(transcripts))


class _Words:
    """Everything on which a coder has a word in some transcripts."""

    def __init__(self, session: Session, who: CoderRow, transcripts: set[int]) -> None:
        standing: set[Place] = set()
        for row in session.execute(_words_of(who, transcripts).order_by(DecisionRow.id)):
            place = (row.transcript_id, Span(row.start, row.end), row.code)
            if row.verdict == str(Verdict.WITHDRAW):
                standing.discard(place)
            else:
                standing.add(place)
        self._spans: dict[tuple[int, str], list[Span]] = {}
        for transcript, span, code in standing:
            self._spans.setdefault((transcript, code), []).append(span)

    def touches(self, draft: DecisionDraft) -> bool:
        """Whether there is a word on this code that shares some of the stretch."""
        return any(span.overlaps(draft.span) for span in self._spans.get((draft.transcript_id, draft.code or ""), ()))
