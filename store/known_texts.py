"""Which texts a study has, by their hashes: so that what comes in once more is found to be there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from store.records import InterviewRow, TranscriptRow
from store.study import Study


@dataclass(frozen=True, slots=True)
class KnownInterview:
    """An interview, and by the SHA-256 of a text the id of its newest revision that reads so."""

    guid: str
    label: str
    source_name: str
    source_sha256: str
    revisions: Mapping[str, int] = field(default_factory=dict)
    newest: int | None = None
    """The id of the transcript as it reads now; None where there is none yet."""


def known_interviews(study: Study) -> tuple[KnownInterview, ...]:
    """All interviews in study order, each with all texts that it has had."""
    columns = (TranscriptRow.interview_id, TranscriptRow.sha256, TranscriptRow.id)
    with study.read() as session:
        revisions: dict[int, dict[str, int]] = {}
        newest: dict[int, int] = {}
        for row in session.execute(select(*columns).order_by(TranscriptRow.interview_id, TranscriptRow.revision)):
            revisions.setdefault(row.interview_id, {})[row.sha256] = row.id
            newest[row.interview_id] = row.id
        return tuple(
            KnownInterview(
                guid=row.guid,
                label=row.label,
                source_name=row.source_name,
                source_sha256=row.source_sha256,
                revisions=revisions.get(row.id, {}),
                newest=newest.get(row.id),
            )
            for row in session.scalars(select(InterviewRow).order_by(InterviewRow.position))
        )
