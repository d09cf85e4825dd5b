"""The quotes that a basis counts, under the themes of their codes, as documents show them."""

from collections.abc import Iterable, Sequence

from assistant.exchange.outgoing import Outgoing
from assistant.exchange.quote_lines import QuoteLine
from store.values import Coding


def quotes_by_theme(out: Outgoing) -> tuple[QuoteLine, ...]:
    """Every stretch with its codes, once under each of its themes, in the codebook's order."""
    stretches = stretches_of(out)
    lines = []
    for theme, codes in _themes(out):
        lines += [
            line_of(out, here, heading=theme) for here in stretches if any(coding.code in codes for coding in here)
        ]
    return tuple(lines)


def stretches_of(out: Outgoing) -> tuple[Sequence[Coding], ...]:
    """The codings that have a place in the text and may be quoted, those on the same stretch together, in study order.

    A stretch within a longer one that has all of its codes is no quote of its own: its codings stand behind those of
    the longer one.
    """
    found: dict[tuple[int, int, int], list[Coding]] = {}
    for coding in out.codings:
        if out.is_placed(coding) and out.is_quotable(coding.interview):
            found.setdefault((coding.transcript_id, coding.span.start, coding.span.end), []).append(coding)
    kept: list[list[Coding]] = []
    around: list[list[Coding]] = []
    for here in found.values():
        first = here[0]
        around = [each for each in around if each[0].interview == first.interview and _reaches(each[0], first)]
        codes = {coding.code for coding in here}
        longer = next((each for each in around if _holds(each[0], first) and codes <= {c.code for c in each}), None)
        if longer is None:
            kept.append(here)
            around.append(here)
        else:
            longer += here
    return tuple(kept)


def _reaches(longer: Coding, coding: Coding) -> bool:
    """Whether the one, which begins no later, ends after the other begins."""
    return longer.span.end > coding.span.start


def _holds(longer: Coding, coding: Coding) -> bool:
    return longer.span.end >= coding.span.end


def line_of(out: Outgoing, here: Sequence[Coding], *, heading: str | None = None) -> QuoteLine:
    """The quote of codings on one stretch, or within the first of them."""
    first, passage = here[0], out.passage(here[0])
    given: dict[str, dict[str, None]] = {}
    for coding in here:
        given.setdefault(out.names.get(coding.code, coding.code), {})[coding.coder] = None
    return QuoteLine(
        interview=first.interview,
        text=passage.text,
        start=first.span.start,
        end=first.span.end,
        start_ms=passage.spoken.start_ms,
        speaker=passage.spoken.speaker,
        role=str(passage.spoken.role),
        attributes=out.interview(first.interview).attributes,
        codes=tuple((name, tuple(coders)) for name, coders in given.items()),
        headings=() if heading is None else (heading,),
    )


def _themes(out: Outgoing) -> Iterable[tuple[str, frozenset[str]]]:
    """Each theme with the codes right below it, each code without a theme by itself; then what is in neither."""
    found: dict[str, set[str]] = {}
    for code in out.codebook.codes:
        found.setdefault(code.parent or code.guid, set()).add(code.guid)
    known = {code.guid for code in out.codebook.codes}
    for guid, codes in found.items():
        yield out.names[guid], frozenset(codes)
    if gone := frozenset(coding.code for coding in out.codings) - known:
        yield "Not in the codebook any more", gone
