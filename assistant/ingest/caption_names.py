"""Names at the start of lines in captions and tables, as `Anna: Yes.`, become speakers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.ingest import stamps
from assistant.ingest.caption_text import Caption, Said
from assistant.ingest.labels import Heading, accepted, heading
from assistant.ingest.pieces import Piece

_MOSTLY_NAMED = 0.5
_AFTER = re.compile(rf"\s*(?:{stamps.INLINE.pattern})?\s*[:\]>]\s*:?\s*")


def named(captions: Sequence[Caption], labels: Sequence[str] | None = None) -> tuple[list[Piece], tuple[str, ...]]:
    """A piece for each caption, or for each name within one, and the labels that were taken as names.

    `labels` says which are names; without it that is guessed. Where only changes of speaker are marked, the last
    one goes on.
    """
    unvoiced = [caption for caption in captions if caption.speaker is None]
    headings = [[heading(said.text) for said in caption.lines] for caption in unvoiced]
    speakers = _speakers(headings, labels)
    marked = sum(lines[0].key in speakers for lines in headings)
    goes_on = bool(speakers) and marked < _MOSTLY_NAMED * len(unvoiced)
    pieces: list[Piece] = []
    found: dict[str, str] = {}
    for caption in captions:
        if caption.speaker is not None:
            pieces.append(piece_of(caption, caption.speaker, caption.lines))
            continue
        current: tuple[str | None, list[Said]] = (pieces[-1].speaker if goes_on and pieces else None, [])
        for said in caption.lines:
            h = heading(said.text) if speakers else None
            if h is not None and h.label and h.key in speakers:
                pieces.extend(_filled(caption, *current))
                found.setdefault(h.label.casefold(), h.label)
                current = (h.label, [_rest(said, h)])
            else:
                current[1].append(said)
        pieces.extend(_filled(caption, *current))
    return pieces, tuple(found.values())


def _speakers(headings: Sequence[Sequence[Heading]], labels: Sequence[str] | None) -> frozenset[tuple[str, str]]:
    every = [h for lines in headings for h in lines if h.label]
    if labels is None:
        return accepted(every, [lines[0] for lines in headings])
    wanted = {" ".join(label.split()).casefold() for label in labels}
    return frozenset(h.key for h in every if h.key[1] in wanted)


def _rest(said: Said, h: Heading) -> Said:
    """What stands after the name; cues have their own times, so a time there is speech, as in `Anna: 10:30 is late`."""
    if h.start_ms is not None and h.label and (place := said.text.find(h.label)) >= 0:
        after = _AFTER.match(said.text, place + len(h.label))
        if after:
            return said.after(after.end())
    return said.after(len(said.text) - len(h.rest)) if said.text.endswith(h.rest) else Said(h.rest)


def _filled(caption: Caption, speaker: str | None, lines: Iterable[Said]) -> list[Piece]:
    piece = piece_of(caption, speaker, [said for said in lines if said.text])
    return [piece] if piece.text else []


def piece_of(caption: Caption, speaker: str | None, lines: Iterable[Said]) -> Piece:
    """The lines as one text, the words' offsets counted from its start."""
    text, words = "", []
    for said in lines:
        at = len(text) + 1 if text else 0
        text = f"{text} {said.text}" if text else said.text
        words += [replace(word, start=word.start + at, end=word.end + at) for word in said.words]
    return Piece(text, speaker, caption.start_ms, caption.end_ms, tuple(words))
