"""From the words a speech model heard to utterances: text with exact offsets, cut where sentences or pauses end."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.transcripts import clean_text
from store.values import Utterance, Word

PAUSE_MS = 400
LONG_PAUSE_MS = 1_500
LONG_SENTENCE_MS = 4_000

_END = (".", "?", "!", "…", "。", "！", "？", "؟", "।")
_CLOSING = "\"'”’»)]"
_ABBREVIATION = re.compile(r"[A-Z][a-z]{0,2}\.|(?:\w\.){2,}")


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as the model gives it: the white space before it belongs to it, times are from the recording's start."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the model was of the stretch that the words come from; high compression means repetition."""

    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


def utterances_of(words: Iterable[HeardWord], confidence: Confidence) -> tuple[Utterance, ...]:
    """The words of one stretch as utterances: a question, a sentence with a pause after it, or a few short ones."""
    return tuple(_utterance(part, confidence) for part in _parts(words))


def _parts(words: Iterable[HeardWord]) -> Iterator[list[HeardWord]]:
    part: list[HeardWord] = []
    for word in words:
        if not clean_text(word.text):
            continue
        if part and _cut_between(part, word):
            yield part
            part = []
        part.append(word)
    if part:
        yield part


def _cut_between(part: list[HeardWord], following: HeardWord) -> bool:
    pause_ms = following.start_ms - part[-1].end_ms
    if pause_ms >= LONG_PAUSE_MS:
        return True
    if asks(part[-1].text):
        return True
    if not ends_sentence(part[-1].text):
        return False
    return pause_ms >= PAUSE_MS or part[-1].end_ms - part[0].start_ms >= LONG_SENTENCE_MS


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with this word; `Mr.` and `e.g.` end none."""
    core = word.strip().rstrip(_CLOSING)
    return core.endswith(_END) and not _ABBREVIATION.fullmatch(core)


def asks(word: str) -> bool:
    """Whether a question ends with this word; what follows is often said by somebody else."""
    return word.strip().rstrip(_CLOSING).endswith(("?", "？", "؟"))


def _utterance(part: list[HeardWord], confidence: Confidence) -> Utterance:
    text, words = "", []
    for heard in part:
        core = clean_text(heard.text)
        if text and heard.text[:1].isspace():
            text += " "
        words.append(Word(len(text), len(text) + len(core), heard.start_ms, heard.end_ms, heard.probability))
        text += core
    return Utterance(
        start_ms=part[0].start_ms,
        end_ms=max(word.end_ms for word in part),
        text=text,
        words=tuple(words),
        avg_logprob=confidence.avg_logprob,
        no_speech_prob=confidence.no_speech_prob,
        compression_ratio=confidence.compression_ratio,
    )
