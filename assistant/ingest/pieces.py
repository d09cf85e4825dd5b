"""Pieces of a transcript on their way to becoming turns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from assistant.ingest.mapping import Mapping
from store.transcripts import clean_text
from store.values import NewTurn, Word

_SENTENCE_END = re.compile(r"[.?!…。？！؟][\"'”’»)\]]*\Z")
_LONGEST_PAUSE_MS = 2_000
_LONGEST_JOINED_MS = 30_000


@dataclass(frozen=True, slots=True)
class Piece:
    """What one line, cue or paragraph holds; times in milliseconds where the file has them."""

    text: str
    speaker: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    words: tuple[Word, ...] = ()
    """Words with times; a piece that has them holds cleaned text, from whose start their offsets count."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Characters of the source's text that are in no turn, and why; `sample` is their beginning."""

    characters: int
    why: str
    sample: str = ""


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """The turns of a file, in plain sentences what was guessed, what was left out, and how the file was taken."""

    turns: tuple[NewTurn, ...]
    report: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    mapping: Mapping = field(default_factory=Mapping)


def spoken(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with cleaned text and one spelling for each name; those without text are gone."""
    spellings: dict[str, str] = {}
    kept = []
    for piece in pieces:
        speaker = clean_text(piece.speaker or "") or None
        if speaker is not None:
            speaker = spellings.setdefault(speaker.casefold(), speaker)
        if text := clean_text(piece.text):
            kept.append(replace(piece, text=text, speaker=speaker))
    return kept


def to_turns(pieces: Sequence[Piece], *, whole_sentences: bool = False) -> tuple[NewTurn, ...]:
    """Join what one speaker says in a row; with `whole_sentences`, also cues of nobody in the middle of a sentence."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _belongs(before, piece, whole_sentences):
            joined[-1] = _together(before, piece)
        else:
            joined.append(piece)
    return tuple(NewTurn(p.text, p.speaker, start_ms=p.start_ms, end_ms=p.end_ms, words=p.words) for p in joined)


def _belongs(before: Piece, piece: Piece, whole_sentences: bool) -> bool:
    if before.speaker != piece.speaker:
        return False
    if piece.speaker is not None:
        return True
    if not whole_sentences or _SENTENCE_END.search(before.text):
        return False
    if before.start_ms is None or before.end_ms is None or piece.start_ms is None or piece.end_ms is None:
        return False
    pause = piece.start_ms - before.end_ms
    return pause < _LONGEST_PAUSE_MS and piece.end_ms - before.start_ms <= _LONGEST_JOINED_MS


def _together(before: Piece, piece: Piece) -> Piece:
    start = before.start_ms if before.start_ms is not None else piece.start_ms
    ends = [end for end in (before.end_ms, piece.end_ms) if end is not None]
    later = len(before.text) + 1
    words = before.words + tuple(replace(w, start=w.start + later, end=w.end + later) for w in piece.words)
    end = max(ends, default=None)
    if start is not None and end is not None and end < start:  # times that jump back do not say how long it took
        end = None
    return Piece(f"{before.text} {piece.text}", before.speaker, start, end, words)


def with_ends(pieces: Sequence[Piece]) -> list[Piece]:
    """Let each timed piece end where the next one starts, if time moves on."""
    ended: list[Piece] = []
    following: int | None = None
    for piece in reversed(pieces):
        end = piece.end_ms
        if end is None and piece.start_ms is not None and following is not None and following > piece.start_ms:
            end = following
        ended.append(replace(piece, end_ms=end))
        following = piece.start_ms
    return ended[::-1]


def count(number: int, noun: str) -> str:
    """`1 cue`, `2 cues`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
