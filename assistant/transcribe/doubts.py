"""Where a recogniser may have invented something: found afterwards in what it wrote, marked, never deleted.

Bounds are those that Whisper's authors use for its fallback (Radford et al. 2022, no speech .6, mean log-probability
-1) and, for what is said over and over, counts that people hardly reach.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from store.values import Doubt, Utterance, Word

UNINTELLIGIBLE = "[unintelligible]"
NO_SPEECH = 0.6
LOW_LOGPROB = -1.0
UNCLEAR = 0.3
"""An utterance whose words have a lower mean probability is not worth reading as words."""
FASTEST = 8.0
"""Words a second; quick talkers reach six."""
FAST_WORDS = 8
REPEATS = ((1, 7), (2, 5), (3, 4), (4, 4), *((size, 3) for size in range(5, 16)))
"""A group of so many words, said so often in a row, is a loop."""

_LETTERS = re.compile(r"[^\w]+")


def doubted(utterances: Sequence[Utterance]) -> list[tuple[Utterance, tuple[Doubt, ...]]]:
    """The utterances as a transcript shows them, with what is to be doubted in each.

    What the recogniser itself hardly believes becomes `[unintelligible]`; what it wrote is kept in the doubt. Loops
    and impossible speed stay as they are and are marked.
    """
    looping = _looping(utterances)
    return [_judged(utterance, number in looping) for number, utterance in enumerate(utterances)]


def loops(words: Iterable[str]) -> list[tuple[int, int]]:
    """The stretches of words, as (first, behind the last), in which a group of words is said over and over."""
    plain = [_LETTERS.sub("", word).casefold() for word in words]
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(plain):
        end = max((_loop_end(plain, at, size, times) for size, times in REPEATS), default=0)
        if end:
            found.append((at, end))
        at = end or at + 1
    return found


def _loop_end(words: Sequence[str], at: int, size: int, times: int) -> int:
    """Behind the last repetition of the group of words that begins here; 0 where it is not said often enough."""
    group = words[at : at + size]
    if len(group) < size or not any(group):
        return 0
    end = at + size
    while words[end : end + size] == group:
        end += size
    return end if end - at >= size * times else 0


def _looping(utterances: Sequence[Utterance]) -> set[int]:
    """The utterances that have a part in a loop, which may go through several of them."""
    owners = [number for number, utterance in enumerate(utterances) for _ in utterance.words]
    words = [u.text[w.start : w.end] for u in utterances for w in u.words]
    return {owners[at] for first, end in loops(words) for at in range(first, end)}


def _judged(utterance: Utterance, looping: bool) -> tuple[Utterance, tuple[Doubt, ...]]:
    whole = len(utterance.text)
    if looping:
        return utterance, (Doubt(0, whole, "repeat"),)
    if utterance.no_speech_prob > NO_SPEECH and utterance.avg_logprob < LOW_LOGPROB:
        return _unintelligible(utterance, "silence")
    if utterance.words and _mean(utterance.words) < UNCLEAR:
        return _unintelligible(utterance, "unclear")
    seconds = (utterance.end_ms - utterance.start_ms) / 1000
    if len(utterance.words) >= FAST_WORDS and len(utterance.words) > FASTEST * seconds:
        return utterance, (Doubt(0, whole, "fast"),)
    return utterance, ()


def _mean(words: Sequence[Word]) -> float:
    return sum(word.probability for word in words) / len(words)


def _unintelligible(utterance: Utterance, kind: str) -> tuple[Utterance, tuple[Doubt, ...]]:
    word = Word(0, len(UNINTELLIGIBLE), utterance.start_ms, utterance.end_ms, round(_mean(utterance.words), 4))
    shown = replace(utterance, text=UNINTELLIGIBLE, words=(word,))
    return shown, (Doubt(0, len(UNINTELLIGIBLE), kind, utterance.text),)
