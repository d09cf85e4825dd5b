"""From turns to segments: a segment is a turn, or a part of a long turn cut at sentence ends."""

from collections.abc import Iterator

from store.segments import NewSegment
from store.sentences import sentence_spans
from store.values import Span, Transcript, Turn

LONGEST = 900
"""Characters (about 160 words): what an embedding model of 256 tokens reads whole, and a person at a glance."""


def cut(transcript: Transcript, longest: int = LONGEST) -> list[NewSegment]:
    """The segments of a transcript, in order."""
    return [_segment(turn, span) for turn in transcript.turns for span in _parts(turn.span, transcript.text, longest)]


def _parts(turn: Span, text: str, longest: int) -> list[Span]:
    length = turn.end - turn.start
    if length <= longest:
        return [turn]
    goal = length / -(-length // longest)
    parts: list[Span] = []
    start = turn.start
    for piece in _pieces(turn, text, longest):
        if piece.end - start > longest and piece.start > start:
            parts.append(_trimmed(start, piece.start, text))
            start = piece.start
        if piece.end - start >= goal:
            parts.append(Span(start, piece.end))
            start = _next_word(text, piece.end, turn.end)
    if start < turn.end:
        parts.append(Span(start, turn.end))
    return parts


def _pieces(turn: Span, text: str, longest: int) -> Iterator[Span]:
    """The sentences of a turn; one that is itself too long is cut between words."""
    for sentence in sentence_spans(turn.of(text), turn.start):
        start = sentence.start
        while sentence.end - start > longest:
            space = text.rfind(" ", start + longest // 2, start + longest)
            end = space if space > start else start + longest
            yield Span(start, end)
            start = _next_word(text, end, sentence.end)
        if start < sentence.end:
            yield Span(start, sentence.end)


def _trimmed(start: int, end: int, text: str) -> Span:
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _next_word(text: str, at: int, end: int) -> int:
    while at < end and text[at].isspace():
        at += 1
    return at


def _segment(turn: Turn, span: Span) -> NewSegment:
    inside = [w for w in turn.words if span.start <= w.start and w.end <= span.end] if span != turn.span else []
    return NewSegment(
        turn_index=turn.index,
        span=span,
        speaker=turn.speaker,
        role=turn.role,
        start_ms=inside[0].start_ms if inside else turn.start_ms,
        end_ms=inside[-1].end_ms if inside else turn.end_ms,
    )
