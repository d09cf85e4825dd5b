"""Words to the people who said them, by time; and turns from words."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.transcribe.sentences import PAUSE_MS, ends_sentence
from assistant.transcribe.speakers.timeline import Spoken, overlaps
from store.values import Doubt, NewTurn, TurnMarks, Utterance, Word

NEAR_MS = 1_500
"""A word outside all speech belongs to the nearest person, if that near; else to whoever spoke before."""
EDGE_WORDS = 3
EDGE_MS = 700
"""A change of speaker so few words, and so short a time, from the end of a sentence is meant to be there."""
ISLAND_WORDS = 2
"""So few words of another person in the middle of somebody's sentence, which go on with it, are a slip of the ear."""
PARAGRAPH_MS = 60_000
PARAGRAPH_PAUSE_MS = 3_000
"""What one person says goes on in a new turn at the end of a sentence after so long, or before so long a pause."""
SILENCE_MS = 8_000
"""After so long a silence it does, sentence or not."""


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word of an utterance: its text with what stands before it, its place in time, and who said it."""

    utterance: int
    text: str
    glued: bool
    """Whether no white space stands before it."""
    word: Word
    speaker: int | None
    language: str | None


def said_words(utterances: Sequence[Utterance], spoken: Sequence[Spoken]) -> list[SaidWord]:
    """Every word with its speaker: the one who speaks for most of it, or the nearest; None where nobody is known."""
    finder = _Finder(spoken)
    found: list[SaidWord] = []
    for number, utterance in enumerate(utterances):
        before = 0
        for word in utterance.words:
            who = finder.speaker_of(word, found[-1].speaker if found else None)
            text = utterance.text[word.start : word.end]
            glued = bool(word.start) and word.start == before
            found.append(SaidWord(number, text, glued, word, who, utterance.language))
            before = word.end
    return _by_first_word(_without_islands(_settled_edges(found)))


def _without_islands(words: list[SaidWord]) -> list[SaidWord]:
    """Give back a word or two that go on with a sentence of the person who speaks before and after them.

    What somebody throws in, a “Yes.” or “Hm”, begins with a capital, ends a sentence or stands between
    pauses, and stays.
    """
    runs: list[list[SaidWord]] = []
    for word in words:
        if runs and runs[-1][-1].speaker == word.speaker:
            runs[-1].append(word)
        else:
            runs.append([word])
    settled = list(runs)
    for at in range(1, len(runs) - 1):
        before, island, after = settled[at - 1], runs[at], runs[at + 1]
        whole = [before[-1], *island, after[0]]
        goes_on = island[0].text[:1].islower() and not any(ends_sentence(word.text) for word in whole[:-1])
        goes_on = goes_on and all(b.word.start_ms - a.word.end_ms < PAUSE_MS for a, b in pairwise(whole))
        if len(island) <= ISLAND_WORDS and goes_on and before[-1].speaker == after[0].speaker:
            settled[at] = [replace(word, speaker=before[-1].speaker) for word in island]
    return [word for run in settled for word in run]


def _by_first_word(words: list[SaidWord]) -> list[SaidWord]:
    """The same with people numbered by who says the first word: somebody may be heard before without one."""
    number = {who: at for at, who in enumerate(dict.fromkeys(w.speaker for w in words if w.speaker is not None))}
    return [word if word.speaker is None else replace(word, speaker=number[word.speaker]) for word in words]


class _Finder:
    """Looks up who speaks when."""

    def __init__(self, spoken: Sequence[Spoken]) -> None:
        self._spoken = sorted(spoken, key=lambda s: s.start_ms)
        self._starts = [s.start_ms for s in self._spoken]
        self._longest = max((s.end_ms - s.start_ms for s in self._spoken), default=0)

    def speaker_of(self, word: Word, before: int | None) -> int | None:
        start, end = word.start_ms, max(word.end_ms, word.start_ms + 1)
        shares: dict[int, int] = {}
        nearest: tuple[int, int] | None = None
        for stretch in self._around(start - NEAR_MS, end + NEAR_MS):
            shared = min(end, stretch.end_ms) - max(start, stretch.start_ms)
            if shared > 0:
                shares[stretch.speaker] = shares.get(stretch.speaker, 0) + shared
            elif nearest is None or -shared < nearest[0]:
                nearest = (-shared, stretch.speaker)
        if shares:
            most = max(shares.values())
            return before if before is not None and shares.get(before) == most else max(shares, key=lambda s: shares[s])
        if nearest is not None and nearest[0] <= NEAR_MS:
            return nearest[1]
        return before

    def _around(self, start_ms: int, end_ms: int) -> list[Spoken]:
        first = bisect.bisect_left(self._starts, start_ms - self._longest)
        last = bisect.bisect_right(self._starts, end_ms)
        return [s for s in self._spoken[first:last] if s.end_ms > start_ms]


def _settled_edges(words: list[SaidWord]) -> list[SaidWord]:
    """Move each change of speaker to the end of a sentence that is near: word times are rough, sentences are not."""
    changes = [at for at in range(1, len(words)) if words[at].speaker != words[at - 1].speaker]
    settled = list(words)
    for previous, at, following in zip([0, *changes], changes, [*changes[1:], len(words)], strict=False):
        ends = [
            place
            for place in range(max(previous + 1, at - EDGE_WORDS), min(following, at + EDGE_WORDS + 1))
            if ends_sentence(words[place - 1].text) and _near(words, place, at)
        ]
        if not ends or at in ends:
            continue
        place = min(ends, key=lambda p: abs(p - at))
        if not _leaves_most(previous, at, following, place):
            continue
        low, high = sorted((place, at))
        owner = words[at].speaker if place < at else words[at - 1].speaker
        for moved in range(low, high):
            settled[moved] = replace(settled[moved], speaker=owner)
    return settled


def _leaves_most(previous: int, at: int, following: int, place: int) -> bool:
    """Whether the run that loses words to its neighbour keeps more than it loses: a short reply is not an edge."""
    length = at - previous if place < at else following - at
    return 2 * abs(place - at) < length


def _near(words: Sequence[SaidWord], place: int, at: int) -> bool:
    """Whether little time, and no pause, lies between two places in the words."""
    low, high = sorted((place, at))
    inside = words[low:high]
    return not inside or inside[-1].word.end_ms - inside[0].word.start_ms <= EDGE_MS


def turns_of(
    utterances: Sequence[Utterance],
    spoken: Sequence[Spoken],
    names: Sequence[str],
    doubts: Sequence[tuple[Doubt, ...]] | None = None,
) -> list[NewTurn]:
    """The turns of a recording: what one person says until another does, or until a paragraph is full.

    `names` are the people's, by number; `doubts` those of each utterance, with offsets into its text. Without a
    timeline each utterance is a turn of nobody.
    """
    if not spoken:
        return [_alone(u, () if doubts is None else doubts[n]) for n, u in enumerate(utterances)]
    groups: list[list[SaidWord]] = []
    for said in said_words(utterances, spoken):
        if groups and not _turn_ends(groups[-1], said):
            groups[-1].append(said)
        else:
            groups.append([said])
    both = overlaps(tuple(spoken))
    return [_turn(group, names, both, utterances, doubts) for group in groups]


def _turn_ends(group: Sequence[SaidWord], following: SaidWord) -> bool:
    last = group[-1]
    if following.speaker != last.speaker or following.language != last.language:
        return True
    pause = following.word.start_ms - last.word.end_ms
    if not ends_sentence(last.text):
        return pause >= SILENCE_MS
    return pause >= PARAGRAPH_PAUSE_MS or last.word.end_ms - group[0].word.start_ms >= PARAGRAPH_MS


def _alone(utterance: Utterance, doubts: tuple[Doubt, ...]) -> NewTurn:
    marks = TurnMarks(doubts=doubts, language=utterance.language)
    return NewTurn(
        text=utterance.text,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        words=utterance.words,
        marks=marks,
    )


def _turn(
    group: Sequence[SaidWord],
    names: Sequence[str],
    both: Sequence[tuple[int, int]],
    utterances: Sequence[Utterance],
    doubts: Sequence[tuple[Doubt, ...]] | None,
) -> NewTurn:
    text, words = "", []
    places: dict[tuple[int, int], tuple[int, int]] = {}
    for said in group:
        if text and not said.glued:
            text += " "
        start = len(text)
        text += said.text
        words.append(replace(said.word, start=start, end=len(text)))
        places[said.utterance, said.word.start] = (start, len(text))
    start_ms, end_ms = words[0].start_ms, max(word.end_ms for word in words)
    return NewTurn(
        text=text,
        speaker=None if group[0].speaker is None else names[group[0].speaker],
        start_ms=start_ms,
        end_ms=end_ms,
        words=tuple(words),
        marks=TurnMarks(
            overlaps=tuple(
                (max(a, start_ms), min(b, end_ms)) for a, b in both if min(b, end_ms) - max(a, start_ms) > 0
            ),
            doubts=tuple(_moved_doubts(places, utterances, doubts)) if doubts else (),
            language=group[0].language,
        ),
    )


def _moved_doubts(
    places: dict[tuple[int, int], tuple[int, int]],
    utterances: Sequence[Utterance],
    doubts: Sequence[tuple[Doubt, ...]],
) -> list[Doubt]:
    """The doubts whose words are in a turn, at their new place."""
    found = []
    for number in dict.fromkeys(utterance for utterance, _ in places):
        for doubt in doubts[number]:
            inside = [
                places[number, word.start]
                for word in utterances[number].words
                if doubt.start < word.end and word.start < doubt.end and (number, word.start) in places
            ]
            if inside:
                found.append(replace(doubt, start=inside[0][0], end=inside[-1][1]))
    return found
