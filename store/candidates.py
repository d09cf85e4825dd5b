"""Proposed new codes: what a model named them, and what people answered; the groups themselves can be found again."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from store import events
from store.codebook import add_version, newest_version
from store.coders import coder_row
from store.decisions import add_decisions
from store.errors import NotFoundError
from store.interviews import interview_row
from store.records import CoderRow
from store.study import Study
from store.values import CandidateVerdict, Code, Codebook, Decision, DecisionDraft, Span
from store.written_records import CandidateAnswerRow, CandidateNameRow


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one interview's transcript, by the interview's GUID and the transcript's revision."""

    interview: str
    revision: int
    span: Span


@dataclass(frozen=True, slots=True)
class WrittenBy:
    """Which model wrote a text, and what it saw: prompt file, rendered text and weights by hash, and the options."""

    prompt: str
    prompt_sha256: str
    rendered_sha256: str
    model: str
    model_sha256: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CandidateName:
    """A name and a draft definition in a model's words, and where the sentences stand that it pointed at."""

    candidate: str
    name: str
    definition: str
    quotes: tuple[Place, ...]
    written_by: WrittenBy


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """What a person answers to a candidate; `members` are the hashes of its passages by interview label."""

    candidate: str
    verdict: CandidateVerdict
    members: Mapping[str, Sequence[str]]
    code: str | None = None
    takes_back: str | None = None


@dataclass(frozen=True, slots=True)
class CandidateAnswer:
    """An answer that stands; of erased interviews its members are gone."""

    act: str
    candidate: str
    verdict: CandidateVerdict
    code: str | None
    members: frozenset[str]
    coder: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer brought about: the act, the newest codebook, and the decisions on the quotes that were ticked."""

    act: str
    codebook: Codebook | None
    decisions: tuple[Decision, ...]


def keep_candidate_name(study: Study, name: CandidateName, interviews: Iterable[str]) -> None:
    """Keep what a model wrote; `interviews` are the labels of all from which it saw a passage.

    Raises NotFoundError where one of them was erased in the meantime: nothing is kept then.
    """
    by = name.written_by
    with study.write() as session:
        row = CandidateNameRow(
            guid=str(uuid.uuid4()),
            candidate=name.candidate,
            name=name.name,
            definition=name.definition,
            quotes=[[place.interview, place.revision, place.span.start, place.span.end] for place in name.quotes],
            interviews=sorted(interview_row(session, label).guid for label in interviews),
            prompt=by.prompt,
            prompt_sha256=by.prompt_sha256,
            rendered_sha256=by.rendered_sha256,
            model=by.model,
            model_sha256=by.model_sha256,
            options=dict(by.options),
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=by.model)


def candidate_names(study: Study) -> dict[str, CandidateName]:
    """The newest name of each candidate that a model has named."""
    with study.read() as session:
        rows = session.scalars(select(CandidateNameRow).order_by(CandidateNameRow.id))
        return {row.candidate: _name(row) for row in rows}


def _name(row: CandidateNameRow) -> CandidateName:
    return CandidateName(
        candidate=row.candidate,
        name=row.name,
        definition=row.definition,
        quotes=tuple(Place(guid, revision, Span(start, end)) for guid, revision, start, end in row.quotes),
        written_by=WrittenBy(
            row.prompt, row.prompt_sha256, row.rendered_sha256, row.model, row.model_sha256, row.options
        ),
    )


def answer_candidate(
    study: Study,
    coder: str,
    answer: AnswerDraft,
    *,
    new: Code | None = None,
    reason: str = "",
    quotes: Sequence[DecisionDraft] = (),
) -> Answered:
    """Keep an answer with the code that it makes and the decisions on its quotes: all of it, or nothing.

    A new code is put at the end of the newest codebook; the decisions are said to be made under the newest version.
    Raises InvalidInputError where the code's name is taken, NotFoundError where an interview was erased meanwhile.
    """
    with study.write() as session:
        who = coder_row(session, coder)
        codebook = newest_version(session)
        if new is not None:
            codes = (*(codebook.codes if codebook is not None else ()), new)
            codebook = add_version(session, codes, coder=who.name, reason=reason)
        _refuse_unknown(codebook, answer)
        version = None if codebook is None else codebook.id
        act = _keep_answer(session, who, answer)
        made = add_decisions(session, who, [replace(quote, codebook_id=version) for quote in quotes])
        return Answered(act, codebook, made)


def _refuse_unknown(codebook: Codebook | None, answer: AnswerDraft) -> None:
    known = set() if codebook is None else {code.guid for code in codebook.codes}
    if answer.code is not None and answer.code not in known:
        msg = "The code was taken out of the codebook in the meantime; choose another one. Nothing was kept."
        raise NotFoundError(msg)


def _keep_answer(session: Session, coder: CoderRow, answer: AnswerDraft) -> str:
    """One row for each interview, so that erasing one takes nothing from the others."""
    act, now = str(uuid.uuid4()), datetime.now(UTC)
    for label, members in answer.members.items():
        interview = interview_row(session, label)
        row = CandidateAnswerRow(
            act=act,
            candidate=answer.candidate,
            interview_id=interview.id,
            interview=interview,
            verdict=str(answer.verdict),
            code=answer.code,
            takes_back=answer.takes_back,
            members=sorted(members),
            coder_id=coder.id,
            coder=coder,
            at=now,
        )
        events.record(session, row, coder=coder.name, interview=interview.guid)
    return act


def candidate_answers(study: Study) -> tuple[CandidateAnswer, ...]:
    """The answers that stand, oldest first: dismissals that were taken back are left out."""
    query = select(CandidateAnswerRow).options(joinedload(CandidateAnswerRow.coder)).order_by(CandidateAnswerRow.id)
    with study.read() as session:
        acts: dict[str, list[CandidateAnswerRow]] = {}
        for row in session.scalars(query):
            acts.setdefault(row.act, []).append(row)
        back = {rows[0].takes_back for rows in acts.values()}
        return tuple(
            _answer(rows)
            for act, rows in acts.items()
            if act not in back and rows[0].verdict != str(CandidateVerdict.RESTORE)
        )


def _answer(rows: Sequence[CandidateAnswerRow]) -> CandidateAnswer:
    first = rows[0]
    return CandidateAnswer(
        act=first.act,
        candidate=first.candidate,
        verdict=CandidateVerdict(first.verdict),
        code=first.code,
        members=frozenset(digest for row in rows for digest in row.members),
        coder=first.coder.name,
        at=first.at,
    )


def take_back(study: Study, coder: str, act: str) -> None:
    """Let a dismissed candidate be offered again; raises NotFoundError where no such dismissal stands."""
    standing = next((answer for answer in candidate_answers(study) if answer.act == act), None)
    if standing is None or standing.verdict is not CandidateVerdict.DISMISS:
        msg = "This dismissal does not stand any more; look at the page again."
        raise NotFoundError(msg)
    with study.write() as session:
        rows = session.scalars(select(CandidateAnswerRow).where(CandidateAnswerRow.act == act))
        members = {row.interview.label: list(row.members) for row in rows}
        draft = AnswerDraft(standing.candidate, CandidateVerdict.RESTORE, members, takes_back=act)
        _keep_answer(session, coder_row(session, coder), draft)
