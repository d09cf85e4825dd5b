"""Lines → pieces: who speaks from where, and which lines are about the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.ingest.labels import Heading, accepted
from assistant.ingest.leavings import Leavings
from assistant.ingest.lines import Line, first_lines, headings_of, is_of_the_recorder, settled
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import Piece, count

_MOSTLY = 0.5
_LONGEST_PREAMBLE = 1_000
_SHOWN = 60
_HEAD = "lines before the first speaker"
_STATED_HEAD = "lines about the file"
_RECORDER = "notes of the recording program"

Settled = tuple[Line, Heading | None]


@dataclass(frozen=True, slots=True)
class TakenApart:
    """The pieces of a file, the labels that are speakers, and how many lines with text are its head."""

    pieces: list[Piece]
    labels: tuple[str, ...]
    head_lines: int


def take_apart(lines: Sequence[Line], mapping: Mapping, leavings: Leavings, said: list[str]) -> TakenApart:
    """Cut lines into pieces as `mapping` says, or else by the labels and stamps that stand in them."""
    headings = headings_of(lines, mapping.head_lines, mapping.labels or ())
    first = first_lines(headings)
    filled = [h for h in headings if h]
    speakers = accepted(filled, first) if mapping.labels is None else _stated(filled, mapping.labels)
    stamped = sum(h.start_ms is not None for h in first) >= max(2, _MOSTLY * len(first))
    both: list[Settled] = [
        (line, h and settled(h, speakers, stamped=stamped)) for line, h in zip(lines, headings, strict=True)
    ]
    both, head = _without_stated_head(both, mapping.head_lines, leavings, said)
    spellings = {h.key[1]: h.label for _, h in reversed(both) if h and h.label}
    labels = tuple(dict.fromkeys(spellings[h.key[1]] or "" for _, h in both if h and h.label))
    if not speakers:
        return TakenApart(list(_paragraphs(both)), labels, head)
    if any(shape == "stamp line" for shape, _ in speakers):
        both = _without_recorder(both, leavings, said)
    if _marks_exceptions(both):
        said.append(f"Only {labels[0]} is named; what stands in other paragraphs is taken as somebody else's.")
        return TakenApart(list(_paragraphs(both)), labels, head)
    preamble, pieces = _labelled(both)
    kept, more = _kept_preamble(preamble, leavings, said, stated=mapping.head_lines is not None)
    return TakenApart([*kept, *pieces], labels, head + more)


def _stated(headings: Sequence[Heading], labels: Sequence[str]) -> frozenset[tuple[str, str]]:
    wanted = {" ".join(label.split()).casefold() for label in labels}
    return frozenset(h.key for h in headings if h.label and h.key[1] in wanted)


def _without_stated_head(
    both: list[Settled], head_lines: int | None, leavings: Leavings, said: list[str]
) -> tuple[list[Settled], int]:
    if not head_lines:
        return both, 0
    at = [at for at, (_, h) in enumerate(both) if h][:head_lines]
    for place in at:
        leavings.add(both[place][0].text, _STATED_HEAD)
    if at:
        said.append(f"Left out: {count(len(at), 'line')} about the file, as stated.")
    return both[at[-1] + 1 :] if at else both, len(at)


def _without_recorder(both: Sequence[Settled], leavings: Leavings, said: list[str]) -> list[Settled]:
    kept = []
    for line, h in both:
        if h and not h.label and is_of_the_recorder(h.rest):
            leavings.add(h.rest, _RECORDER)
        else:
            kept.append((line, h))
    if number := leavings.times(_RECORDER):
        said.append(f"Left out: {count(number, 'note')} of the recording program.")
    return kept


def _marks_exceptions(both: Sequence[Settled]) -> bool:
    """Whether one label marks single paragraphs of a file that otherwise names nobody."""
    begun = [h for place, h in _starts(both) if h]
    named = [h for h in begun if h.label]
    if len({h.key[1] for h in named}) != 1 or len(begun) < 2 or begun[0].label:  # noqa: PLR2004 - one beside others
        return False
    before = begun.index(named[0])
    text_before = sum(len(h.rest) for h in begun[:before])
    return len(named) < _MOSTLY * len(begun) and text_before > _LONGEST_PREAMBLE


def _starts(both: Sequence[Settled]) -> Iterator[Settled]:
    """The lines with which paragraphs begin."""
    after_gap = True
    for line, h in both:
        if h and (after_gap or line.paragraph):
            yield line, h
        after_gap = h is None


def _labelled(both: Sequence[Settled]) -> tuple[list[Heading], list[Piece]]:
    """What stands before the first label, and a piece for each label with the lines up to the next."""
    preamble: list[Heading] = []
    pieces: list[Piece] = []
    alone: Heading | None = None
    for _, h in both:
        if h is None:
            continue
        if h.label:
            timed = h if h.start_ms is not None or alone is None else alone
            pieces.append(Piece(h.rest, h.label, timed.start_ms, timed.end_ms))
        elif not h.rest and h.start_ms is not None:
            alone = h
            continue
        elif pieces:
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text}\n{h.rest}")
        else:
            preamble.append(h)
        alone = None
    return preamble, pieces


def _kept_preamble(
    preamble: Sequence[Heading], leavings: Leavings, said: list[str], *, stated: bool
) -> tuple[list[Piece], int]:
    """Nothing for a short head of the file, which is reported; a long one is text of somebody not named."""
    text = " ".join(h.rest for h in preamble)
    if not text:
        return [], 0
    if stated or len(text) > _LONGEST_PREAMBLE:
        said.append("The text before the first label was kept as a turn without speaker.")
        return [Piece(text)], 0
    leavings.add(text, _HEAD)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    said.append(f"Left out: {count(len(preamble), 'line')} before the first speaker (“{shown}”).")
    return [], len(preamble)


def _paragraphs(both: Sequence[Settled]) -> Iterator[Piece]:
    """Pieces of paragraphs: blank lines, labels and time stamps divide, wrapped lines are joined."""
    current: Piece | None = None
    for line, h in both:
        divides = h is None or h.start_ms is not None or h.label or line.paragraph
        if h and current and (not divides or (not current.text and not h.label and h.start_ms is None)):
            current = replace(current, text=f"{current.text}\n{h.rest}")
            continue
        if current is not None and (h is not None or current.text.strip()):
            yield current
            current = None
        if h is not None:
            current = Piece(h.rest, h.label, h.start_ms, h.end_ms)
    if current is not None:
        yield current
