"""What each compared coder read, which codes they could have used there, and what they coded.

Text that was read and left uncoded says no to every code that was in the codebook then; text that was not read, and
codes that were added after it was read, say nothing.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.agreement.places import Places
from assistant.review import Ledger, heirs_of
from store.values import Codebook, Decision, Segment, Verdict

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Mark:
    """One coding of a compared coder: numbers of coder and code, and the decision that stands."""

    coder: int
    code: int
    decision: Decision


@dataclass(frozen=True, slots=True)
class Read:
    """What the coders did with some segments.

    `read` is (coders, segments); `looked` is (codes, coders, segments): whether a coder read the segment while the code
    was in the codebook. `assumed` is (coders, segments) too: read, for all that is known, only because an interview in
    which somebody coded counts as read by them. `marks` are the codings that touch any of the segments.
    """

    segments: tuple[Segment, ...]
    places: Places
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    read: Mask
    looked: Mask
    assumed: Mask
    marks: tuple[Mark, ...]


def read_by_coders(
    ledger: Ledger,
    segments: Sequence[Segment],
    coders: Sequence[str],
    versions: Sequence[Codebook],
    sample: Container[int] | None = None,
) -> Read:
    """What these coders read and coded of segments in study order, under the last of the `versions`.

    Where no reading of a coder in an interview is known, as in imports, an interview in which they coded counts as read
    by them, with every code in view. Of a `sample` (ids of segments), only what it holds counts as read.
    """
    codebook = versions[-1]
    codes = tuple(code.guid for code in codebook.codes)
    places = Places(segments)
    known = known_codes(versions)
    read = np.zeros((len(coders), len(segments)), np.bool_)
    recorded = np.zeros_like(read)
    looked = np.zeros((len(codes), len(coders), len(segments)), np.bool_)
    for number, coder in enumerate(coders):
        rows, said = _rows_by_book(ledger, coder, places)
        recorded[number, said] = True
        for book, found in rows.items():
            chosen = np.fromiter(set(found), np.intp)
            read[number, chosen] = True
            looked[:, number, chosen] |= known.get(book, np.ones(len(codes), np.bool_))[:, None]
    if sample is not None:
        drawn = np.array([segment.id in sample for segment in segments], np.bool_)
        read &= drawn
        looked &= drawn
    marks = _marks(ledger, coders, codebook, places)
    return Read(tuple(segments), places, tuple(coders), codes, read, looked, read & ~recorded, marks)


def known_codes(versions: Sequence[Codebook]) -> dict[int | None, Mask]:
    """By the id of a version, which codes of the last one a coder could have used under it, if by another name.

    A retired code is not offered, so that nobody could.
    """
    codes, heirs = [code.guid for code in versions[-1].codes], heirs_of(versions)
    found: dict[int | None, Mask] = {}
    for book in versions:
        there = {heirs[code.guid] for code in book.active}
        found[book.id] = np.array([guid in there for guid in codes], np.bool_)
    return found


def _rows_by_book(ledger: Ledger, coder: str, places: Places) -> tuple[Mapping[int | None, list[int]], Rows]:
    """The rows that a coder read, by the id of the codebook under which they did; None where that is not known.

    Beside them the rows of which they said themselves that they read them.
    """
    found: dict[int | None, list[int]] = {}
    recorded: set[int] = set()
    transcripts = set()
    for reading in ledger.readings(coder):
        transcripts.add(reading.transcript_id)
        rows = places.covered(reading.transcript_id, reading.span)
        found.setdefault(reading.codebook_id, []).extend(rows)
        if not reading.assumed:
            recorded.update(rows)
    for transcript_id in places.transcripts:
        if transcript_id not in transcripts and ledger.words(transcript_id, coder):
            found.setdefault(None, []).extend(places.of(transcript_id))
    return found, np.fromiter(recorded, np.intp)


def _marks(ledger: Ledger, coders: Sequence[str], codebook: Codebook, places: Places) -> tuple[Mark, ...]:
    number = {coder: at for at, coder in enumerate(coders)}
    column = {code.guid: at for at, code in enumerate(codebook.codes)}
    present = {guid: codebook.present(guid) for guid in _named(ledger, places)}
    found = []
    for transcript_id in places.transcripts:
        for word in ledger.words(transcript_id):
            code = None if word.code is None else present[word.code]
            if code is None or word.coder not in number or word.verdict is Verdict.REJECT:
                continue
            if places.touched(transcript_id, word.span):
                found.append(Mark(number[word.coder], column[code], word))
    return tuple(found)


def _named(ledger: Ledger, places: Places) -> set[str]:
    """Every code that any decision names; each is looked up once."""
    return {word.code for at in places.transcripts for word in ledger.words(at) if word.code is not None}
