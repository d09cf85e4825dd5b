"""Which assumptions behind the numbers do not hold in a study, a sentence for each."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.review import Counted
from assistant.review.basis import ADJUDICATED
from assistant.saturation.richness import Richness
from assistant.saturation.stopping import GuestDraws
from assistant.saturation.table import Saturation
from store.imports import READ_ON_IMPORT

SAMPLE = (
    "Whatever looks ahead treats the interviews as a random sample of the people the study is about; purposive and"
    " snowball sampling do not give one, and no number here can check it."
)
_FEW = 10
_NAMED = 5


def of_table(of: Counted, table: Saturation) -> Iterator[str]:
    """What was read, by whom and with which codes."""
    taken = {*table.assumed, *(reading.interview for reading in of.readings if reading.memo == READ_ON_IMPORT)}
    if assumed := [label for label in table.interviews if label in taken]:
        where = "" if len(assumed) == len(table.interviews) else f" ({_some(assumed)})"
        yield (
            f"Nothing is known of what some coders read, so interviews in which they coded{where} count as read, and"
            " every code as looked for in them."
        )
    if table.partly_read:
        yield f"Not read to the end, yet counted: {_some(table.partly_read)}."
    unseen = [label for label in table.unread if label in of.hidden.interviews]
    if unseen:
        yield f"Hidden from you while you code blind, or not read by you, so not counted: {_some(unseen)}."
    if rest := [label for label in table.unread if label not in unseen]:
        yield f"Not read yet, so not counted: {_some(rest)}."
    yield from _growth(of, table)
    yield from _several(of, table)
    if table.homeless:
        yield (
            f"{_count(table.homeless, 'coding')} of codes that the codebook does not have any more (split or taken out)"
            f" {'is' if table.homeless == 1 else 'are'} in no row."
        )


def _several(of: Counted, table: Saturation) -> Iterator[str]:
    coders = {coding.coder for coding in of.codings if coding.interview in table.interviews} - {ADJUDICATED}
    if len(coders) < 2:  # noqa: PLR2004 - nobody's are put together with anybody's
        return
    if of.basis.adjudicated:
        yield (
            f"Where nothing was adjudicated, the codings of {len(coders)} coders are put together: a code that only one"
            " of them saw counts as found there."
        )
    else:
        yield (
            f"Codings of {len(coders)} coders are put together: a code that only one of them saw counts as found. One"
            " coder alone, or adjudicated codings, may give another picture."
        )


def _growth(of: Counted, table: Saturation) -> Iterator[str]:
    retired = _retired(of, table)
    partly = np.flatnonzero(~table.looked.all(axis=1)) if table.interviews else np.zeros(0, int)
    missing, gone = partly[~retired[partly]], partly[retired[partly]]
    what = table.level
    if len(missing):
        cells, names = int((~table.looked[missing]).sum()), [table.codes[row] for row in missing]
        yield (
            f"{_count(len(missing), what)} came into the codebook after some interviews were read, and"
            f" {'was' if len(missing) == 1 else 'were'} not looked for everywhere ({_some(names)}; {cells} of"
            f" {table.looked.size} cells). There the numbers take them as not found, so that they look rarer and later"
            " than they may be; reading those interviews again settles it."
        )
    if len(gone):
        yield (
            f"{_count(len(gone), what)} {'is' if len(gone) == 1 else 'are'} retired and"
            f" {'was' if len(gone) == 1 else 'were'} not looked for in interviews read since"
            f" ({_some([table.codes[row] for row in gone])}): there the numbers take them as not found."
        )
    came = table.in_part[~retired]
    if came.any():
        where = [table.interviews[column] for column in np.flatnonzero(came.any(axis=0))]
        many = _count(int(came.any(axis=1).sum()), what)
        yield (
            f"In {_some(where)}, {many} came while the interview was being read: not found there means not found in"
            " what was read since."
        )
    if len(table.new_codes) > 1 and table.new_codes[-1]:
        last = table.interviews[-1]
        yield f"The last interview that counts, {last}, still brought {_count(table.new_codes[-1], f'new {what}')}."
    first, now = len(of.versions[0].active), len(of.codebook.active)
    if len(missing) and now > first:
        yield (
            f"The codebook grew from {first} to {now} entries while interviews were read: what is new in an interview"
            " may be new to the codebook only."
        )


def _retired(of: Counted, table: Saturation) -> NDArray[np.bool_]:
    """The rows, as a mask, of which every code is retired."""
    active = {code.guid for code in of.codebook.active}
    return np.array([active.isdisjoint(table.members[guid]) for guid in table.guids], np.bool_)


def of_numbers(table: Saturation, found: Richness, to_95: int | None) -> Iterator[str]:
    """What the estimates can bear."""
    count = len(table.interviews)
    if count == 1:
        yield "From a single interview nothing can be said of what further ones will bring."
    elif 0 < count < _FEW:
        yield (
            f"{count} interviews are few: look at the intervals, not at single numbers, and expect them to move with"
            " the next interview."
        )
    if found.observed and not found.q1 and count > 1:
        yield (
            f"Every {table.level} that was found was found in two interviews or more. The estimates then say that"
            f" nothing is missing, however few the interviews; with a codebook fixed beforehand they say no more than"
            f" that its {table.level}s came up again."
        )
    if found.q1 and not found.q2 and count > 1:
        yield (
            f"No {table.level} was found in exactly two interviews, so Chao2 stands in its bias-corrected form and is"
            " uncertain."
        )
    if to_95 is not None and count and to_95 > count:
        yield (
            f"{to_95} more interviews are more than were read so far: estimates that far ahead are guesses (Chao et"
            " al., 2014)."
        )


def of_order(outside: Sequence[str], orders: GuestDraws | None) -> Iterator[str]:
    """Whether another order of the same interviews would tell another story."""
    if outside:
        yield (
            f"In study order the curve lies outside the band of random orders (at {_some(outside)}) for longer than it"
            " does in 95 of 100 random orders: the interviews seem to differ by when they were held, as they do when"
            " later ones were sought out for what was missing."
        )
    if orders is not None and orders.reached and orders.low != orders.high:
        setting = f"base {orders.base}, run {orders.run}, {100 * orders.threshold:.0f} %"
        yield (
            f"The stopping rule ({setting}) depends on the order: in nine of ten random orders of the same interviews"
            f" its result lies between {_met(orders.low, orders.run)} and {_met(orders.high, orders.run)}."
        )


def _met(last: int | None, run: int) -> str:
    return "not met" if last is None else f"{last}+{run}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more} more"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
