"""Words with times in the json files of speech recognisers."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.ingest.caption_text import Caption, Said
from store.transcripts import clean_text
from store.values import Word

Times = Callable[[Mapping[str, Any]], tuple[int | None, int | None]]

_TEXTS = ("punctuated_word", "word", "text")
_SURENESS = ("probability", "score", "confidence", "p")
_FARTHEST = 40
"""Characters that may lie between two words that the file names; beyond, a word is taken as not in the text."""


@dataclass(frozen=True, slots=True)
class _Heard:
    text: str
    start_ms: int | None
    end_ms: int | None
    probability: float
    speaker: str | None


@dataclass(frozen=True, slots=True)
class _Placed:
    start: int
    heard: _Heard


def captions_of_words(
    caption: Caption, segment: Mapping[str, Any], times: Times, speaker_of: Callable[[Any], str | None]
) -> Iterator[Caption]:
    """The caption of one segment with its words' times, cut where the words pass to another speaker."""
    text = caption.lines[0].text
    placed = list(_placed(text, list(_heard(segment, times, speaker_of))))
    cuts = _cuts(placed, caption.speaker)
    for at, (begin, speaker) in enumerate(cuts):
        end = cuts[at + 1][0] if at + 1 < len(cuts) else len(text)
        part = text[begin:end].rstrip()
        if not part:
            continue
        words = [p for p in placed if begin <= p.start < end]
        said = Said(part, tuple(word for p in words if (word := _word(p, begin)) is not None))
        yield _timed(replace(caption, speaker=speaker, lines=(said,)), whole=len(cuts) == 1)


def _timed(caption: Caption, *, whole: bool) -> Caption:
    """A part of a segment lasts from its first timed word to its last."""
    words = caption.lines[0].words
    if whole:
        return caption
    if not words:
        return replace(caption, start_ms=None, end_ms=None)
    return replace(caption, start_ms=words[0].start_ms, end_ms=max(word.end_ms for word in words))


def _heard(segment: Mapping[str, Any], times: Times, speaker_of: Callable[[Any], str | None]) -> Iterator[_Heard]:
    for entry in _entries(segment):
        raw = next((entry[key] for key in _TEXTS if isinstance(entry.get(key), str)), "")
        if text := clean_text(raw):
            start, end = times(entry)
            yield _Heard(text, start, end, _sureness(entry), speaker_of(entry.get("speaker")))


def _entries(segment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The words of a segment; tokens, of which several make a word, are put together."""
    words = segment.get("words")
    if isinstance(words, list):
        return [word for word in words if isinstance(word, dict)]
    joined: list[dict[str, Any]] = []
    tokens = segment.get("tokens")
    for token in tokens if isinstance(tokens, list) else ():
        if not isinstance(token, dict) or not isinstance(token.get("text"), str) or token["text"].startswith("[_"):
            continue
        if joined and not token["text"][:1].isspace() and _range(joined[-1]) and _range(token):
            joined[-1]["text"] += token["text"]
            joined[-1]["offsets"] = {"from": _range(joined[-1])["from"], "to": _range(token).get("to")}
            joined[-1]["p"] = min(_sureness(joined[-1]), _sureness(token))
        else:
            joined.append(dict(token))
    return list(joined)


def _range(token: Mapping[str, Any]) -> Mapping[str, Any]:
    offsets = token.get("offsets")
    return offsets if isinstance(offsets, dict) and "from" in offsets else {}


def _sureness(entry: Mapping[str, Any]) -> float:
    """Between 0 and 1; a recogniser that says nothing of it is taken to be sure."""
    for key in _SURENESS:
        value = entry.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return min(1.0, max(0.0, float(value)))
    return 1.0


def _placed(text: str, words: Sequence[_Heard]) -> Iterator[_Placed]:
    at = 0
    for word in words:
        found = text.find(word.text, at, at + _FARTHEST + len(word.text))
        if found >= 0:
            yield _Placed(found, word)
            at = found + len(word.text)


def _cuts(placed: Sequence[_Placed], speaker: str | None) -> list[tuple[int, str | None]]:
    """Where each speaker begins; a word without one is said by whoever said the word before."""
    named = [p for p in placed if p.heard.speaker is not None]
    if not named:
        return [(0, speaker)]
    cuts: list[tuple[int, str | None]] = [(0, named[0].heard.speaker)]
    for p in named:
        if p.heard.speaker != cuts[-1][1]:
            cuts.append((p.start, p.heard.speaker))
    return cuts


def _word(placed: _Placed, begin: int) -> Word | None:
    heard = placed.heard
    if heard.start_ms is None or heard.end_ms is None:
        return None
    start = placed.start - begin
    return Word(start, start + len(heard.text), heard.start_ms, max(heard.start_ms, heard.end_ms), heard.probability)
