"""The study's glossary: names, projects and jargon that the recogniser is told to expect."""

from collections.abc import Iterable, Sequence
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


def change_glossary(
    study: Study, *, add: Iterable[str] = (), remove: Iterable[str] = (), coder: str = ""
) -> tuple[str, ...]:
    """Take terms out and add others at the end; white space is folded, doubles and empty lines go.

    Two who change it at once both get what they wanted. Transcripts that exist stay as they are. Raises
    InvalidInputError where a term is too long, or there are too many; nothing is changed then.
    """
    new, gone = _clean(add), set(_clean(remove))
    with study.write() as session:
        before = _terms(session)
        kept = tuple(dict.fromkeys([*(term for term in before if term not in gone), *new]))
        _refuse_unfit(kept)
        if kept != before:
            events.record(session, GlossaryRow(terms=list(kept), at=datetime.now(UTC)), coder=coder)
    return kept


def _clean(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(" ".join(term.split()) for term in terms if term.strip()))


def _refuse_unfit(terms: Sequence[str]) -> None:
    long = [term for term in terms if len(term) > LONGEST_TERM]
    if long:
        msg = f"“{long[0][:40]}…” is too long for the glossary; a term has at most {LONGEST_TERM} characters."
        raise InvalidInputError(msg)
    if len(terms) > MOST_TERMS:
        msg = f"The glossary takes at most {MOST_TERMS} terms, not {len(terms)}; keep those that are misheard."
        raise InvalidInputError(msg)


def _terms(session: Session) -> tuple[str, ...]:
    newest = session.scalar(select(GlossaryRow.terms).order_by(GlossaryRow.id.desc()).limit(1))
    return tuple(newest or ())
