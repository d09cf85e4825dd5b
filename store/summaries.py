"""Summaries of themes in a model's words, each sentence with the quotes it rests on; written once, never changed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from store import events
from store.candidates import Place
from store.coders import coder_row
from store.errors import InvalidInputError, NotFoundError
from store.quote_records import SummaryRow
from store.records import InterviewRow
from store.study import Study
from store.values import Span


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of the model's, and where the quotes stand that it pointed at."""

    text: str
    quotes: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SummaryDraft:
    """What a model wrote about a theme (a GUID), and all that decided it.

    `shown` are the quotes that it read, `read` of `of` that there were under `basis` (JSON values); `dropped` counts
    the sentences that were not kept by reason; `rendered` is the whole prompt as the model saw it.
    """

    theme: str
    sentences: tuple[SummarySentence, ...]
    shown: tuple[Place, ...]
    basis: Mapping[str, Any]
    of: int
    dropped: Mapping[str, int]
    prompt: str
    prompt_sha256: str
    rendered: str
    model: str
    model_sha256: str
    options: Mapping[str, object]

    @property
    def read(self) -> int:
        """How many quotes the model read."""
        return len(self.shown)


@dataclass(frozen=True, slots=True)
class Summary:
    """The same as it was kept; `coder` asked for it."""

    guid: str
    draft: SummaryDraft
    coder: str
    at: datetime


def keep_summary(study: Study, coder: str, draft: SummaryDraft) -> Summary:
    """Keep a summary beside those before.

    Raises InvalidInputError where a sentence rests on no quote or on one that was not shown, NotFoundError where an
    interview was erased in the meantime: nothing is kept then.
    """
    if any(not s.quotes or not set(s.quotes) <= set(draft.shown) for s in draft.sentences):
        msg = "A sentence of the summary rests on no quote that the model was shown; nothing was kept."
        raise InvalidInputError(msg)
    guids = sorted({place.interview for place in draft.shown})
    with study.write() as session:
        known = set(session.scalars(select(InterviewRow.guid).where(InterviewRow.guid.in_(guids))))
        if known != set(guids):
            msg = "An interview was erased in the meantime; let the summary be written again."
            raise NotFoundError(msg)
        who = coder_row(session, coder)
        row = SummaryRow(
            guid=str(uuid.uuid4()),
            theme=draft.theme,
            sentences=[[s.text, [_listed(place) for place in s.quotes]] for s in draft.sentences],
            shown=[_listed(place) for place in draft.shown],
            interviews=guids,
            basis=dict(draft.basis),
            read=draft.read,
            of=draft.of,
            dropped=dict(draft.dropped),
            prompt=draft.prompt,
            prompt_sha256=draft.prompt_sha256,
            rendered=draft.rendered,
            model=draft.model,
            model_sha256=draft.model_sha256,
            options=dict(draft.options),
            coder_id=who.id,
            coder=who,
            at=datetime.now(UTC),
        )
        events.record(session, row, coder=who.name)
        return _value(row)


def summaries(study: Study, theme: str | None = None) -> tuple[Summary, ...]:
    """All summaries, oldest first; of one theme (a GUID) or of all."""
    query = select(SummaryRow).options(joinedload(SummaryRow.coder)).order_by(SummaryRow.id)
    if theme is not None:
        query = query.where(SummaryRow.theme == theme)
    with study.read() as session:
        return tuple(_value(row) for row in session.scalars(query))


def _listed(place: Place) -> list[Any]:
    return [place.interview, place.revision, place.span.start, place.span.end]


def _place(listed: list[Any]) -> Place:
    guid, revision, start, end = listed
    return Place(guid, revision, Span(start, end))


def _value(row: SummaryRow) -> Summary:
    draft = SummaryDraft(
        theme=row.theme,
        sentences=tuple(SummarySentence(text, tuple(map(_place, quotes))) for text, quotes in row.sentences),
        shown=tuple(map(_place, row.shown)),
        basis=row.basis,
        of=row.of,
        dropped=row.dropped,
        prompt=row.prompt,
        prompt_sha256=row.prompt_sha256,
        rendered=row.rendered,
        model=row.model,
        model_sha256=row.model_sha256,
        options=row.options,
    )
    return Summary(row.guid, draft, row.coder.name, row.at)
