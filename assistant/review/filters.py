"""Which segments a coder wants to go through."""

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from assistant.review.folding import folded
from assistant.review.ledger import Ledger
from assistant.review.queue import is_blind
from assistant.suggest import Proposals
from store.values import Codebook, Segment, SuggestionDraft, Verdict

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
            low_high = said.get("p")
            return cls(
                open_only=bool(said.get("open", False)),
                codes=_texts(said.get("codes", ())),
                probability=None if low_high is None else (float(low_high[0]), float(low_high[1])),
                speakers=_texts(said.get("speakers", ())),
                attributes=tuple((str(name), _texts(values)) for name, values in said.get("attributes", ())),
                interviews=_texts(said.get("interviews", ())),
                words=str(said.get("words", "")),
            )
        except (ValueError, TypeError, AttributeError, IndexError, RecursionError):
            return cls()


def _texts(values: Any) -> frozenset[str]:
    return frozenset(str(value) for value in values) if isinstance(values, list | tuple) else frozenset()


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
    if filters.words:
        wanted = folded(filters.words).split()
        tests.append(lambda segment: _holds(segment.text, wanted))
    if filters.codes or filters.probability:
        tests.append(_Coded(filters, proposals, codebook, read, ledger, coder, blind_share, silent).passes)
    return tuple(segment for segment in among if all(test(segment) for test in tests))


def _fits(found: Mapping[str, str], filters: Filters) -> bool:
    return all(str(found.get(name, "")) in values for name, values in filters.attributes)


def _holds(text: str, words: Sequence[str]) -> bool:
    said = folded(text)
    return all(word in said for word in words)


class _Coded:
    """Whether a segment is suggested, or was coded by the coder, as the filters ask."""

    def __init__(
        self,
        filters: Filters,
        proposals: Proposals,
        codebook: Codebook,
        read: Container[Segment],
        ledger: Ledger,
        coder: str,
        blind_share: float,
        silent: frozenset[str],
    ) -> None:
        self._low, self._high = filters.probability or (0.0, 1.0)
        self._any = filters.probability is not None
        self._codes = frozenset().union(*(codebook.family(code) for code in filters.codes))
        self._proposals = proposals
        self._codebook = codebook
        self._read = read
        self._ledger = ledger
        self._coder = coder
        self._share = blind_share
        self._silent = silent

    def passes(self, segment: Segment) -> bool:
        if any(self._wanted(draft) for draft in self._proposals.by_segment.get(segment.id, ())):
            hidden = segment.interview in self._silent or (
                segment not in self._read and is_blind(segment, self._proposals, self._share)
            )
            if not hidden:
                return True
        return not self._any and self._coded(segment)

    def _wanted(self, draft: SuggestionDraft) -> bool:
        return self._low <= draft.probability <= self._high and (not self._codes or draft.code in self._codes)

    def _coded(self, segment: Segment) -> bool:
        return any(
            word.verdict is not Verdict.REJECT
            and word.code is not None
            and self._codebook.present(word.code) in self._codes
            and word.span.overlaps(segment.span)
            for word in self._ledger.words(segment.transcript_id, self._coder)
        )
