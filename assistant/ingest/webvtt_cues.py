"""WebVTT: cues with voices or name prefixes, as Zoom, Teams, noScribe, Whisper and YouTube write them."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import webvtt

from assistant.ingest.decoding import read_text
from assistant.ingest.labels import accepted, heading
from assistant.ingest.pieces import Piece, ReadTranscript, count, spoken, to_turns
from store.errors import InvalidInputError

_COMMA_TIMES = re.compile(r"(?m)^(\s*[\d:]+),(\d{3}\s*-->\s*[\d:]+),(\d{3})")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9.:][^<>]*>|</>")
_REMARK = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|[♪♫\s]+)\s*\Z")
_ROLLED = 0.3
_MOSTLY_NAMED = 0.5


def read_webvtt(path: Path) -> ReadTranscript:
    """The turns of a `.vtt` file; roles are not guessed yet.

    Raises InvalidInputError where it holds no cue with text.
    """
    text, guessed = read_text(path)
    said = list(guessed)
    cues = _cues(text, path, said)
    pieces = _named(_unrolled(cues, said))
    remarks = [p for p in pieces if p.speaker is None and p.text.strip() and _REMARK.match(p.text)]
    if remarks:
        said.append(f"Left out: {count(len(remarks), 'remark')} that nobody says (“{remarks[0].text.strip()}”).")
    turns = to_turns(spoken(p for p in pieces if p not in remarks), whole_sentences=True)
    if not turns:
        msg = f"{path.name} has no cue with spoken text; choose another file."
        raise InvalidInputError(msg)
    return ReadTranscript(turns, tuple(said))


def _cues(text: str, path: Path, said: list[str]) -> list[Piece]:
    """The voices of all cues in the file's order, still with line breaks and name prefixes."""
    text = text.lstrip()
    if not text.startswith("WEBVTT"):
        said.append("The file does not begin with WEBVTT; it was read all the same.")
        text = f"WEBVTT\n\n{text}"
    text, commas = _COMMA_TIMES.subn(r"\1.\2.\3", text)
    if commas:
        said.append("The times are written with commas, as in SRT; they were read all the same.")
    parsed = webvtt.from_string(text)
    captions = parsed.captions
    if not captions:
        msg = f"{path.name} has no cue with times such as “00:00:01.000 --> 00:00:04.000”; choose another file."
        raise InvalidInputError(msg)
    _report_left_out(text, parsed, said)
    return [piece for caption in captions for piece in _voices(caption)]


def _report_left_out(text: str, parsed: webvtt.WebVTT, said: list[str]) -> None:
    empty = sum(not _TAG.sub("", caption.raw_text).strip() for caption in parsed.captions)
    comments = [parsed.header_comments, parsed.footer_comments, *(c.comments for c in parsed.captions)]
    notes = sum(map(len, comments)) + len(parsed.styles)
    broken = sum("-->" in line for line in re.split(r"[\r\n]+", text)) - len(parsed.captions)
    for number, noun in (
        (empty, "cue without text"),
        (notes, "block of notes or style"),
        (broken, "cue with unreadable times"),
    ):
        if number > 0:
            head, _, tail = noun.partition(" ")
            said.append(f"Left out: {count(number, head)} {tail}.")


def _voices(caption: webvtt.Caption) -> Iterator[Piece]:
    """One piece for each voice of a cue; text before the first belongs to nobody, `//S02` is S02 speaking over."""
    start, end = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
    parts = _VOICE.split(caption.raw_text)
    for speaker, text in [(None, parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]:
        plain = html.unescape(_TAG.sub("", text))
        if plain.strip():
            yield Piece(plain, speaker and html.unescape(speaker).lstrip("/ "), start, max(start, end))


def _lines(piece: Piece) -> list[str]:
    return [line.strip() for line in piece.text.splitlines() if line.strip()]


def _unrolled(cues: Sequence[Piece], said: list[str]) -> list[Piece]:
    """Fold captions that roll up, each repeating the line before; a word said twice in other files is kept."""
    repeats = [_lines(a)[-1] == _lines(b)[0] and a.speaker == b.speaker for a, b in pairwise(cues)]
    rolls = any(repeated and len(_lines(cue)) > 1 for repeated, cue in zip(repeats, cues[1:], strict=True))
    if not rolls or sum(repeats) < _ROLLED * len(cues):
        return list(cues)
    said.append(f"Folded: {count(sum(repeats), 'line')} that the next cue repeats.")
    fresh = [cues[0]]
    for repeated, cue in zip(repeats, cues[1:], strict=True):
        lines = _lines(cue)[1:] if repeated else _lines(cue)
        if lines:
            fresh.append(replace(cue, text="\n".join(lines)))
    return fresh


def _named(cues: Sequence[Piece]) -> list[Piece]:
    """Turn `Name: text` prefixes into speakers; where only changes of speaker are marked, the last one goes on."""
    unvoiced = [cue for cue in cues if cue.speaker is None]
    headings = [[heading(line) for line in _lines(cue)] for cue in unvoiced]
    speakers = accepted([h for lines in headings for h in lines], [lines[0] for lines in headings])
    if not speakers:
        return list(cues)
    marked = sum(lines[0].key in speakers for lines in headings)
    goes_on = marked < _MOSTLY_NAMED * len(unvoiced)
    named: list[Piece] = []
    for cue in cues:
        if cue.speaker is not None:
            named.append(cue)
            continue
        current = replace(cue, text="", speaker=named[-1].speaker if goes_on and named else None)
        for line in _lines(cue):
            h = heading(line)
            if h.label and h.key in speakers:
                named.append(current)
                current = replace(cue, text=h.rest, speaker=h.label)
            else:
                current = replace(current, text=f"{current.text}\n{line}")
        named.append(current)
    return [piece for piece in named if piece.text.strip()]
