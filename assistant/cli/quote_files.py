"""`interview quotes … --export FILE`: what was found as a file for a paper."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from store.study import Study
from store.values import Codebook

if TYPE_CHECKING:
    from assistant.exchange.quote_lines import QuoteLine
    from assistant.quotes import Quote, QuoteQuery


class Headings(StrEnum):
    """What a document has headings for."""

    NOTHING = "nothing"
    THEME = "theme"
    CODE = "code"


def write_quotes(
    path: Path, study: Study, quotes: "Sequence[Quote]", query: "QuoteQuery", *, by: Headings, force: bool
) -> tuple[int, tuple[str, ...]]:
    """Write quotes as docx, xlsx, csv or md, and say in the log that they left the study.

    Returned is how many are in the file, and in sentences what it could not hold. Raises NotAllowedError where the
    consent to none of their interviews covers quotes, InvalidInputError for another ending or place,
    ConflictError where the file is there already, unless `force` is given.
    """
    from assistant.exchange.consent_gate import gate_of, quotable
    from assistant.exchange.quote_files import write_quotes as written
    from assistant.exchange.quote_lines import AskedFor
    from assistant.quotes.sentence import sentence
    from store.codebook import current_codebook
    from store.exports import record_export

    gate = gate_of(study)
    book, who = current_codebook(study), query.coder or ""
    codebook = None if book is None else gate.codebook(book)
    quotes, left = quotable(gate, quotes, lambda quote: quote.interview)
    said, today = sentence(query, codebook), datetime.now(UTC).date().isoformat()
    asked = AskedFor(f"Quotes from {study.title}", said, query.to_json(), who, today)
    notes = written(path, _lines(study, quotes, codebook, who, by), asked, force=force)
    record_export(study, who, path.name, query.to_json(), len(quotes))
    return len(quotes), (*notes, *left, *gate.cut)


def _lines(
    study: Study, quotes: "Sequence[Quote]", codebook: Codebook | None, coder: str, by: Headings
) -> "list[QuoteLine]":
    from assistant.exchange.quote_lines import quote_line
    from assistant.quotes import as_record
    from assistant.quotes.given import given_codes, headings_of
    from assistant.review import Ledger, blindness

    ledger, hidden = Ledger(study), blindness(study, coder)
    ledger.refresh()
    return [
        quote_line(
            as_record(quote),
            given_codes(quote, ledger, codebook, hidden),
            headings=headings_of(quote, codebook, by.value),
        )
        for quote in quotes
    ]
