"""Which segments a coder wants to go through."""

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assistant.review.folding import folded
from assistant.review.ledger import Ledger
from assistant.review.queue import is_blind
from assistant.suggest import Proposals
from store.values import Codebook, Decision, Segment, Span, Verdict

Test = Callable[[Segment], bool]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a segment must be like; what is empty does not matter.

    `codes` are GUIDs, a theme stands for its children too; `probability` is of a suggestion that is shown, of one of
    `codes` where there are any; `words` must all occur, capitals and accents do not count.
    """

    open_only: bool = False
    codes: frozenset[str] = frozenset()
    probability: tuple[float, float] | None = None
    speakers: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, frozenset[str]], ...] = ()
    interviews: frozenset[str] = frozenset()
    words: str = ""

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return self != Filters()

    def to_query(self) -> str:
        """As a short text for the address; empty where nothing is filtered."""
        kept: dict[str, Any] = {
            "open": self.open_only,
            "codes": sorted(self.codes),
            "p": self.probability,
            "speakers": sorted(self.speakers),
            "attributes": [[name, sorted(values)] for name, values in self.attributes],
            "interviews": sorted(self.interviews),
            "words": self.words,
        }
        kept = {name: value for name, value in kept.items() if value}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""

    @classmethod
    def from_query(cls, text: str) -> Self:
        """What an address says; one that says nothing sensible filters nothing."""
        try:
            said = json.loads(text) if text else {}
            return cls(
                open_only=bool(said.get("open", False)),
                codes=_texts(said.get("codes", ())),
                probability=_range(said.get("p")),
                speakers=_texts(said.get("speakers", ())),
                attributes=tuple(
                    (_text(name), _texts(values)) for name, values in said.get("attributes", ()) if values
                ),
                interviews=_texts(said.get("interviews", ())),
                words=_text(said.get("words", "")),
            )
        except (ValueError, TypeError, AttributeError, IndexError, OverflowError, RecursionError):
            return cls()

    def sentence(self, codebook: Codebook) -> str:
        """What is filtered, in words; empty where nothing is. Names stand in it as they are."""
        if not self:
            return ""
        names = {code.guid: f"“{code.name}”" for code in codebook.codes}
        codes = _either(sorted(names[code] for code in self.codes if code in names) or ["a code that is gone"])
        chance = "" if self.probability is None else _chance(*self.probability)
        parts = [
            f"where {codes} is suggested{f' {chance}' if chance else ', or coded by you'}" if self.codes else "",
            f"with a suggestion {chance}" if chance and not self.codes else "",
            f"said by {_either(sorted(self.speakers))}" if self.speakers else "",
            f"in {_either(sorted(self.interviews))}" if self.interviews else "",
            *(f"from interviews whose {name} is {_either(sorted(values))}" for name, values in self.attributes),
            f"with the words “{self.words}”" if self.words.strip() else "",
        ]
        what = "Passages that you have not read" if self.open_only else "Passages"
        return f"{', '.join([what, *filter(None, parts)])}."


def _either(names: Sequence[str]) -> str:
    return " or ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def _chance(low: float, high: float) -> str:
    return f"at {100 * low:.3g} to {100 * high:.3g} %"


def _range(given: Any) -> tuple[float, float] | None:
    """Two probabilities in order; anything else is no range."""
    if given is None:
        return None
    low, high = float(given[0]), float(given[1])
    return (low, high) if 0 <= low <= high <= 1 else None


def _text(value: Any) -> str:
    """Half a character, which an address can hold but no page can show, is dropped."""
    return str(value).encode("utf-8", "ignore").decode("utf-8")


def _texts(values: Any) -> frozenset[str]:
    return frozenset(_text(value) for value in values) if isinstance(values, list | tuple) else frozenset()


def matching(
    among: Sequence[Segment],
    filters: Filters,
    *,
    proposals: Proposals,
    codebook: Codebook,
    attributes: Mapping[str, Mapping[str, str]],
    read: Container[Segment],
    ledger: Ledger,
    coder: str,
    blind_share: float,
    silent: frozenset[str] = frozenset(),
) -> tuple[Segment, ...]:
    """Those segments that pass, in their order; `attributes` are by interview label.

    A segment of the blind sample that the coder has not read, and one in a `silent` interview, is never found by what
    its suggestions say: that would tell what they are.
    """
    tests: list[Test] = []
    if filters.interviews:
        tests.append(lambda segment: segment.interview in filters.interviews)
    if filters.attributes:
        fitting = {label for label, found in attributes.items() if _fits(found, filters)}
        tests.append(lambda segment: segment.interview in fitting)
    if filters.speakers:
        tests.append(lambda segment: segment.speaker in filters.speakers)
    if filters.open_only:
        tests.append(lambda segment: segment not in read)
    if words := folded(filters.words).split():
        tests.append(lambda segment: _holds(segment.text, words))
    if filters.codes or filters.probability:
        codes = frozenset().union(*(codebook.family(code) for code in filters.codes))
        suggested = _Suggested(proposals, codes, filters.probability, read, blind_share, silent)
        # with a probability asked for, a coding that nobody suggested does not count
        coded = _Coded(ledger, coder, codebook, frozenset() if filters.probability else codes)
        tests.append(lambda segment: suggested.on(segment) or coded.on(segment))
    found = list(among)
    for test in tests:
        found = [segment for segment in found if test(segment)]
    return tuple(found)


def _fits(found: Mapping[str, str], filters: Filters) -> bool:
    return all(str(found.get(name, "")) in values for name, values in filters.attributes)


def _holds(text: str, words: Sequence[str]) -> bool:
    said = folded(text)
    return all(word in said for word in words)


class _Suggested:
    """Whether the coder is shown a suggestion on a segment as the filters ask for it."""

    def __init__(
        self,
        proposals: Proposals,
        codes: frozenset[str],
        probability: tuple[float, float] | None,
        read: Container[Segment],
        blind_share: float,
        silent: frozenset[str],
    ) -> None:
        self._proposals = proposals
        self._codes = codes
        self._low, self._high = probability or (0.0, 1.0)
        self._read = read
        self._share = blind_share
        self._silent = silent

    def on(self, segment: Segment) -> bool:
        for draft in self._proposals.by_segment.get(segment.id, ()):
            if self._low <= draft.probability <= self._high and (not self._codes or draft.code in self._codes):
                return not self._hidden(segment)
        return False

    def _hidden(self, segment: Segment) -> bool:
        if segment.interview in self._silent:
            return True
        return is_blind(segment, self._proposals, self._share) and segment not in self._read


class _Coded:
    """Whether a coder has coded a segment with one of some codes; a merged code counts as what it went into."""

    def __init__(self, ledger: Ledger, coder: str, codebook: Codebook, codes: frozenset[str]) -> None:
        self._ledger = ledger
        self._coder = coder
        self._codebook = codebook
        self._codes = codes
        self._present: dict[str, str | None] = {}
        self._spans: dict[int, list[Span]] = {}

    def on(self, segment: Segment) -> bool:
        if not self._codes:
            return False
        key = segment.transcript_id
        if key not in self._spans:
            words = self._ledger.words(key, self._coder)
            self._spans[key] = [
                word.span for word in words if word.verdict is not Verdict.REJECT and self._is_one(word)
            ]
        return any(span.overlaps(segment.span) for span in self._spans[key])

    def _is_one(self, word: Decision) -> bool:
        if word.verdict is Verdict.REJECT:
            return False
        code = word.code or ""
        if code not in self._present:
            self._present[code] = self._codebook.present(code)
        return self._present[code] in self._codes
