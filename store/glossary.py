"""The study's glossary: names, projects and jargon that the recogniser is told to expect."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.errors import InvalidInputError
from store.sound_records import GlossaryRow
from store.study import Study

LONGEST_TERM = 80
MOST_TERMS = 500


def glossary(study: Study) -> tuple[str, ...]:
    """The terms as they stand now, in the order in which they were written."""
    with study.read() as session:
        return _terms(session)


def set_glossary(study: Study, terms: Iterable[str], *, coder: str = "") -> tuple[str, ...]:
    """Replace the glossary; white space is folded, doubles and empty lines go. Transcripts that exist stay as they are.

    Raises InvalidInputError where a term is too long, or there are too many.
    """
    clean = tuple(dict.fromkeys(" ".join(term.split()) for term in terms if term.strip()))
    long = [term for term in clean if len(term) > LONGEST_TERM]
    if long:
        msg = f"“{long[0][:40]}…” is too long for the glossary; a term has at most {LONGEST_TERM} characters."
        raise InvalidInputError(msg)
    if len(clean) > MOST_TERMS:
        msg = f"The glossary takes at most {MOST_TERMS} terms, not {len(clean)}; keep those that are misheard."
        raise InvalidInputError(msg)
    with study.write() as session:
        if clean != _terms(session):
            events.record(session, GlossaryRow(terms=list(clean), at=datetime.now(UTC)), coder=coder)
    return clean


def _terms(session: Session) -> tuple[str, ...]:
    newest = session.scalar(select(GlossaryRow.terms).order_by(GlossaryRow.id.desc()).limit(1))
    return tuple(newest or ())
