"""Examples of codes that were taken from an interview, when its participant withdraws: out of every version, for good.

The newest version gets a successor without them. Earlier versions are rewritten and the contents of their events are
erased; the event of the erasure says by hash what each of them holds since, so that the audit still vouches for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.canonical import sha256_json
from store.codebook import add_version, newest_version
from store.quoted import taken_from
from store.records import CodebookRow

REASON = "examples that a withdrawn interview gave were taken out"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The codes whose examples went, and by the number of its event the hash of what a rewritten version says."""

    codes: tuple[str, ...] = ()
    rewritten: Mapping[int, str] | None = None


def take_back_examples(session: Session, texts: Sequence[str], *, coder: str) -> TakenBack:
    """Take every example that stands in these texts out of all versions of the codebook."""
    newest = newest_version(session)
    if newest is None:
        return TakenBack()
    codes = tuple(
        replace(code, examples=tuple(each for each in code.examples if not taken_from(each, texts)))
        for code in newest.codes
    )
    if codes != newest.codes:
        add_version(session, codes, coder=coder, reason=REASON)
    names: dict[str, None] = {}
    rewritten: dict[int, str] = {}
    for book in session.scalars(select(CodebookRow).order_by(CodebookRow.version)):
        quoting = [code for code in book.codes if any(taken_from(each, texts) for each in code.examples)]
        for code in quoting:
            names[code.name] = None
            code.examples = [each for each in code.examples if not taken_from(each, texts)]
        if quoting:
            book.sha256 = sha256_json([code.content() for code in book.codes])
            session.flush()
            rewritten[book.event_id] = sha256_json(dict(book.payload()))
    return TakenBack(tuple(names), rewritten)
