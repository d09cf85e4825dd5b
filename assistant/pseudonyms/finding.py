"""Finding what may identify somebody, in every text of a study; each distinct string once, with all its hits."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.pseudonyms.capitals import capitals
from assistant.pseudonyms.found import RANKS, Found
from assistant.pseudonyms.key import Entry, Key, Spelled, spelled
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.language_model import Heard, nothing_heard
from assistant.pseudonyms.matching import Match
from assistant.pseudonyms.ordinary import is_ordinary
from assistant.pseudonyms.patterns import patterns
from assistant.pseudonyms.roster import Roster, without_capitals
from assistant.pseudonyms.texts import Passage, passages
from assistant.pseudonyms.tokens import Token, spelling_key, tokens
from store.study import Study

AROUND = 60
"""Code points of context on each side of a hit."""

_GENERIC = re.compile(
    r"(?i)(?:interviewer|interviewee|moderator|facilitator|researcher|participant|speaker|respondent|unknown|person)"
    r"(?:[ _-]?(?:\d{1,4}|[a-z]))?|[a-z]|[a-z]{1,3}[ _-]?\d{1,4}"
)
"""Names of speakers and interviews that name nobody."""
_TELLING = (
    (Kind.PERSON, re.compile(r"(?i)\b(?:name|participant|interviewee|respondent|person)\b")),
    (Kind.ORGANISATION, re.compile(r"(?i)\b(?:organi[sz]ation|company|employer|school|hospital|institution|firm)\b")),
    (Kind.PLACE, re.compile(r"(?i)\b(?:city|town|village|place|location|residence)\b")),
)
_LONGEST_PIECE = 50_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a string stands: where in words, and the text around it."""

    place: str
    what: str
    interview: str | None
    start: int
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One distinct string with all its hits.

    `like` is a known name or spelling that it resembles or is part of; `entry` what a person decided on it, None
    where nobody did yet.
    """

    text: str
    kind: Kind
    by: str
    hits: tuple[Hit, ...]
    like: str = ""
    entry: Entry | None = None

    @property
    def reviewed(self) -> bool:
        """Whether a person decided on it."""
        return self.entry is not None


def find_names(study: Study, key: Key, heard: Heard | None = None) -> tuple[Finding, ...]:
    """Every string of the study that may identify somebody: unreviewed ones first, the most frequent of them first.

    `heard` is a language model’s ear; without one, names are found by lists, forms and capital letters.
    """
    everything = [passage for passage in passages(study) if passage.text.strip()]
    return findings(everything, key, heard or nothing_heard)


def findings(everything: Sequence[Passage], key: Key, heard: Heard = nothing_heard) -> tuple[Finding, ...]:
    """The same over texts that were taken already."""
    known = _known(everything, key)
    finder = _Finder(key, Roster(known, key.names))
    gathered: dict[Spelled, list[tuple[Found, Hit]]] = {}
    entries: dict[Spelled, Entry] = {}
    for passage, names in zip(everything, _heard(everything, heard), strict=True):
        for found, entry in finder.find(passage, names):
            text = passage.text[found.start : found.end]
            gathered.setdefault(spelled(text), []).append((found, _hit(passage, found)))
            if entry is not None:
                entries[spelled(text)] = entry
    made = [_finding(hits, entries.get(each)) for each, hits in gathered.items()]
    return tuple(sorted(made, key=lambda f: (f.reviewed, -len(f.hits), f.text.casefold())))


def _heard(everything: Sequence[Passage], heard: Heard) -> Iterator[list[Found]]:
    """What the model hears in each passage; long ones go to it turn by turn."""
    pieces = [(n, start, end) for n, passage in enumerate(everything) for start, end in _lines(passage.text)]
    names: list[list[Found]] = [[] for _ in everything]
    texts = (everything[n].text[start:end] for n, start, end in pieces)
    for (n, start, _), found in zip(pieces, heard(texts), strict=True):
        names[n] += [Found(f.start + start, f.end + start, f.kind, f.by) for f in found]
    return iter(names)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        for start in range(0, len(line), _LONGEST_PIECE):
            yield at + start, at + min(len(line), start + _LONGEST_PIECE)
        at += len(line) + 1


def _known(everything: Iterable[Passage], key: Key) -> Mapping[str, Kind]:
    """Names that are known: those typed in, those decided on, who speaks, labels, and attributes that tell names."""
    found: dict[str, Kind] = {}
    for passage in everything:
        if passage.what in ("speaker", "label") and not _GENERIC.fullmatch(passage.text.strip()):
            found[passage.text] = Kind.PERSON
        if passage.what == "attribute" and not _is_plain(passage.text):
            kind = next((kind for kind, form in _TELLING if form.search(passage.place.rpartition(" of ")[0])), None)
            if kind is not None:
                found[passage.text] = kind
    masks = {entry.pseudonym for entry in key.replaced}
    decided = {spelling: e.kind for e in key.replaced for spelling in e.spellings if e.kind is Kind.PERSON}
    return {**{n: k for n, k in found.items() if n not in masks}, **decided, **key.names}


def _is_plain(value: str) -> bool:
    """Whether the value of an attribute is a code, a number or an ordinary word."""
    return bool(_GENERIC.fullmatch(value)) or not any(c.isalpha() for c in value) or is_ordinary(value)


class _Finder:
    """Finds in one text after another, and knows what was decided."""

    def __init__(self, key: Key, roster: Roster) -> None:
        self._decided, self._masks, self._roster = key.decided(), key.masks(), roster

    def find(self, passage: Passage, heard: Iterable[Found]) -> Iterator[tuple[Found, Entry | None]]:
        text = passage.text
        words = tokens(text)
        masked = _at(self._masks.among(text, words))
        decided = list(self._decided.among(text, words))
        settled = masked | _at(decided)
        for found in apart(text, self._proposed(passage, words, heard)):
            own = tokens(text[found.start : found.end])
            if any(token.is_word and found.start + token.start not in settled for token in own):
                yield found, None
        for match in decided:
            if match.start not in masked:
                yield Found(match.start, match.end, match.named.kind, "roster"), match.named

    def _proposed(self, passage: Passage, words: Sequence[Token], heard: Iterable[Found]) -> list[Found]:
        text = passage.text
        names_somebody = not _GENERIC.fullmatch(text.strip())
        if passage.what in ("speaker", "label", "code") and not names_somebody:
            return []
        any_case = passage.what == "transcript" and without_capitals([text])
        proposed = [*self._roster.among(text, words, any_case=any_case), *patterns(text), *heard]
        proposed += capitals(text, words)
        if passage.what in ("speaker", "label"):
            proposed.append(Found(0, len(text), Kind.PERSON, "roster"))
        return proposed


def _at(matches: Iterable[Match[Any]]) -> set[int]:
    return {at for match in matches for at in range(match.start, match.end)}


def apart(text: str, proposed: Iterable[Found]) -> list[Found]:
    """Stretches that overlap made one; the surest of those that propose it says of what kind it is.

    White space, possessives and signs at the edges are left out.
    """
    whole = sorted({trimmed for found in proposed if (trimmed := _trimmed(text, found)) is not None})
    groups: list[list[Found]] = []
    end = -1
    for found in whole:
        if found.start < end:
            groups[-1].append(found)
        else:
            groups.append([found])
        end = max(end, found.end)
    return [_merged(text, group) for group in groups]


def _merged(text: str, group: Sequence[Found]) -> Found:
    best = min(group, key=lambda f: (RANKS.index(f.by), f.kind is Kind.OTHER, f.start - f.end))
    if best.by == "pattern":
        covering = [f for f in group if f.by == "pattern"]
        return Found(min(f.start for f in covering), max(f.end for f in covering), best.kind, best.by)
    longest = Found(min(f.start for f in group), max(f.end for f in group), best.kind, best.by, best.like)
    if "\n" in text[longest.start : longest.end]:
        return best
    named = next(
        (f.kind for f in sorted(group, key=lambda f: RANKS.index(f.by)) if f.kind is not Kind.OTHER), best.kind
    )
    return Found(longest.start, longest.end, named, best.by, best.like)


_EDGE = " \t\n.,;:!?…\"“”«»()[]{}'’‘-–—"


def _trimmed(text: str, found: Found) -> Found | None:
    start, end = found.start, found.end
    if found.by in ("model", "capital", "first names"):
        while start < end and text[start] in _EDGE:
            start += 1
        if text[max(start, end - 2) : end] in ("'s", "’s"):
            end -= 2
        while end > start and text[end - 1] in _EDGE:
            end -= 1
        if text[start:end].casefold().startswith("the "):
            start += 4
    if start >= end or not spelling_key(text[start:end]):
        return None
    return Found(start, end, found.kind, found.by, found.like)


def _hit(passage: Passage, found: Found) -> Hit:
    text = passage.text
    return Hit(
        place=passage.place,
        what=passage.what,
        interview=passage.interview,
        start=found.start,
        before=text[max(0, found.start - AROUND) : found.start],
        text=text[found.start : found.end],
        after=text[found.end : found.end + AROUND],
    )


def _finding(hits: Sequence[tuple[Found, Hit]], entry: Entry | None) -> Finding:
    best = min((found for found, _ in hits), key=lambda f: (f.kind is Kind.OTHER, RANKS.index(f.by)))
    spellings: dict[str, int] = {}
    for _, hit in hits:
        spellings[hit.text] = spellings.get(hit.text, 0) + 1
    text = max(spellings, key=lambda s: (spellings[s], s[:1].isupper()))
    places = sorted(
        {(h.place, h.start): h for _, h in hits}.values(), key=lambda h: (h.what != "transcript", h.place, h.start)
    )
    like = next((found.like for found, _ in hits if found.like and found.like != text), "")
    kind = best.kind if entry is None else entry.kind
    return Finding(text, kind, best.by, tuple(places), like, entry)
