"""Rationales: two sentences of a model about a suggestion, written once and never changed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.errors import NotFoundError
from store.records import SuggestionRow
from store.study import Study
from store.written_records import RationaleRow


@dataclass(frozen=True, slots=True)
class RationaleDraft:
    """What a model wrote about the suggestion of that GUID; `rendered` is the whole prompt as the model saw it."""

    suggestion: str
    text: str
    prompt: str
    prompt_sha256: str
    rendered: str
    model: str
    model_sha256: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rationale:
    """The same as it was kept."""

    guid: str
    draft: RationaleDraft
    at: datetime

    @property
    def text(self) -> str:
        """The model's words."""
        return self.draft.text


def keep_rationale(study: Study, draft: RationaleDraft) -> Rationale:
    """Keep a rationale beside those before; the same question to the same model is not kept twice.

    Raises NotFoundError where the suggestion's interview was erased in the meantime.
    """
    with study.write() as session:
        known = _found(session, draft)
        if known is not None:
            return _value(known)
        suggestion = session.scalar(select(SuggestionRow).where(SuggestionRow.guid == draft.suggestion))
        if suggestion is None:
            msg = "The interview was erased in the meantime; open another one."
            raise NotFoundError(msg)
        row = RationaleRow(
            guid=str(uuid.uuid4()),
            suggestion_id=suggestion.id,
            suggestion=suggestion,
            text=draft.text,
            prompt=draft.prompt,
            prompt_sha256=draft.prompt_sha256,
            rendered=draft.rendered,
            model=draft.model,
            model_sha256=draft.model_sha256,
            options=dict(draft.options),
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=draft.model, interview=suggestion.segment.transcript.interview.guid)
        return _value(row)


def find_rationale(study: Study, draft: RationaleDraft) -> Rationale | None:
    """What the same model answered to the same question before; the draft's text does not count."""
    with study.read() as session:
        row = _found(session, draft)
        return None if row is None else _value(row)


def rationales(study: Study, suggestion: str) -> tuple[Rationale, ...]:
    """Everything that models wrote about the suggestion of that GUID, oldest first."""
    query = select(RationaleRow).join(SuggestionRow).where(SuggestionRow.guid == suggestion).order_by(RationaleRow.id)
    with study.read() as session:
        return tuple(_value(row) for row in session.scalars(query))


def _found(session: Session, draft: RationaleDraft) -> RationaleRow | None:
    query = (
        select(RationaleRow)
        .join(SuggestionRow)
        .where(
            SuggestionRow.guid == draft.suggestion,
            RationaleRow.model_sha256 == draft.model_sha256,
            RationaleRow.prompt_sha256 == draft.prompt_sha256,
            RationaleRow.rendered == draft.rendered,
        )
    )
    return next((row for row in session.scalars(query) if row.options == dict(draft.options)), None)


def _value(row: RationaleRow) -> Rationale:
    return Rationale(
        guid=row.guid,
        draft=RationaleDraft(
            suggestion=row.suggestion.guid,
            text=row.text,
            prompt=row.prompt,
            prompt_sha256=row.prompt_sha256,
            rendered=row.rendered,
            model=row.model,
            model_sha256=row.model_sha256,
            options=row.options,
        ),
        at=row.at,
    )
