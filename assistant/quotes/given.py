"""Who gave each code of a quote: what one needs to know before quoting it in a paper."""

from collections.abc import Mapping
from typing import Literal

from assistant.quotes.quote import Quote
from assistant.review import Blindness, Ledger
from store.values import Codebook, Span, State, Verdict

_ANSWERS = {Verdict.REJECT: State.REJECTED, Verdict.ACCEPT: State.CONFIRMED, Verdict.ADD: State.CONFIRMED}

HeadedBy = Literal["nothing", "theme", "code"]
Given = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of codes, each with coders."""


def given_codes(quote: Quote, ledger: Ledger, codebook: Codebook | None, hidden: Blindness) -> Given:
    """Each code of a quote with those who gave it there, or turned it down, as the quote's state is.

    What is `hidden` from whoever looks is as if it were not there. Where nobody stands by a confirmed code, as where
    it was adjudicated, it is the quote's own coders.
    """
    by = _by_code(quote, ledger, codebook, hidden)
    rest = quote.coders if quote.state is State.CONFIRMED else ()
    pairs = zip(quote.guids, quote.codes, strict=True)
    return tuple((name, tuple(by.get((guid, quote.state), ())) or rest) for guid, name in pairs)


def headings_of(quote: Quote, codebook: Codebook | None, by: HeadedBy) -> tuple[str, ...]:
    """Under which headings a document shows a quote: none, its codes, or the themes of its codes."""
    if by == "nothing" or codebook is None:
        return ()
    if by == "code":
        return quote.codes
    codes = [code for code in codebook.codes if code.guid in quote.guids]
    return tuple(dict.fromkeys((codebook.theme_of(code) or code).name for code in codes))


def _by_code(
    quote: Quote, ledger: Ledger, codebook: Codebook | None, hidden: Blindness
) -> Mapping[tuple[str, State], list[str]]:
    span, found = Span(quote.start, quote.end), dict[tuple[str, State], list[str]]()
    for word in ledger.words(quote.transcript_id):
        state = _ANSWERS.get(word.verdict)
        if state is None or not word.span.overlaps(span) or hidden.hides(quote.interview, word.coder):
            continue
        if state is State.CONFIRMED and quote.coders and word.coder not in quote.coders:
            continue
        code = word.code or ""
        now = code if codebook is None else codebook.present(code) or code
        coders = found.setdefault((now, state), [])
        if word.coder not in coders:
            coders.append(word.coder)
    return found
