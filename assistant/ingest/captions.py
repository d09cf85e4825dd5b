"""Caption files → turns: WebVTT and SubRip, as Zoom, Teams, noScribe, Whisper and YouTube write them."""

import re
from dataclasses import replace
from pathlib import Path

from assistant.ingest.caption_names import named
from assistant.ingest.caption_text import Caption, captions_of
from assistant.ingest.cues import Scanned, in_order, scan
from assistant.ingest.decoding import read_decoded
from assistant.ingest.leavings import Leavings
from assistant.ingest.mapping import Mapping
from assistant.ingest.pieces import Piece, ReadTranscript, count, spoken, to_turns
from assistant.ingest.rolled import REPEATED, rolls, unrolled
from store.errors import InvalidInputError

CAPTIONS, ROLLING = "captions", "rolling captions"
"""The layouts of caption files; in the second, each cue repeats the one before."""
REMARK = "remarks that nobody says"

_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|[♪♫\s]+)\s*\Z")


def read_webvtt(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of a `.vtt` file; roles are not guessed yet.

    Raises InvalidInputError where it holds no cue with text.
    """
    decoded = read_decoded(path, mapping.encoding)
    text = decoded.text.lstrip()
    said = list(decoded.report)
    if not text.startswith("WEBVTT"):
        said.append("The file does not begin with WEBVTT; it was read all the same.")
    taken = replace(mapping, encoding=decoded.encoding)
    return parse_captions(text, path.name, said, taken, webvtt=True)


def read_srt(path: Path, mapping: Mapping = Mapping()) -> ReadTranscript:  # noqa: B008 - frozen
    """The turns of an `.srt` file; roles are not guessed yet.

    Raises InvalidInputError where it holds no cue with text.
    """
    decoded = read_decoded(path, mapping.encoding)
    taken = replace(mapping, encoding=decoded.encoding)
    return parse_captions(decoded.text, path.name, list(decoded.report), taken, webvtt=False)


def parse_captions(text: str, name: str, said: list[str], mapping: Mapping, *, webvtt: bool) -> ReadTranscript:
    """The turns of a caption file's text; `name` is what the file is called in sentences."""
    leavings = Leavings()
    scanned = scan(text, leavings, webvtt=webvtt)
    if not scanned.cues:
        msg = f"{name} has no cue with times such as “00:00:01.000 --> 00:00:04.000”; choose another file."
        raise InvalidInputError(msg)
    captions = _captions(scanned, said, webvtt=webvtt)
    _report(scanned, said)
    layout = mapping.layout or (ROLLING if rolls(captions) else CAPTIONS)
    if layout == ROLLING:
        captions = unrolled(captions, leavings)
        said.append(f"Folded: {count(leavings.times(REPEATED), 'line')} that the next cue repeats.")
    pieces, labels = named(captions, mapping.labels)
    turns = to_turns(spoken(_without_remarks(pieces, leavings, said)), whole_sentences=True)
    if not turns:
        msg = f"{name} has no cue with spoken text; choose another file."
        raise InvalidInputError(msg)
    taken = replace(mapping, layout=layout, labels=labels if mapping.labels is None else mapping.labels)
    return ReadTranscript(turns, tuple(said), leavings.listed(), taken)


def _captions(scanned: Scanned, said: list[str], *, webvtt: bool) -> list[Caption]:
    if scanned.commas and webvtt:
        said.append("The times are written with commas, as in SRT; they were read all the same.")
    cues, early = in_order(scanned.cues)
    if early:
        said.append(f"Put in the order of time: {count(early, 'cue')} that came too late in the file.")
    if scanned.after_gap:
        said.append(f"Kept with the cue before: {count(scanned.after_gap, 'paragraph')} after a blank line.")
    return [caption for cue in cues for caption in captions_of(cue)]


def _report(scanned: Scanned, said: list[str]) -> None:
    empty = sum(not list(captions_of(cue)) for cue in scanned.cues)
    for number, noun in (
        (empty, "cue without text"),
        (scanned.notes, "block of notes or style"),
        (scanned.broken, "cue with unreadable times"),
    ):
        if number > 0:
            head, _, tail = noun.partition(" ")
            said.append(f"Left out: {count(number, head)} {tail}.")


def _without_remarks(pieces: list[Piece], leavings: Leavings, said: list[str]) -> list[Piece]:
    unsaid = [p.speaker is None and bool(_REMARK.match(p.text)) for p in pieces]
    remarks = [p for p, is_remark in zip(pieces, unsaid, strict=True) if is_remark]
    for remark in remarks:
        leavings.add(remark.text, REMARK)
    if remarks:
        said.append(f"Left out: {count(len(remarks), 'remark')} that nobody says (“{remarks[0].text.strip()}”).")
    return [p for p, is_remark in zip(pieces, unsaid, strict=True) if not is_remark]
