"""What became of a project on its way into a study: how much there was of each kind, and what is said of the rest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from assistant.exchange.refi.findings import named
from assistant.exchange.refi.project import Finding

Kind = Literal["users", "codes", "sources", "codings", "notes", "variables", "values", "cases", "links", "sets"]
KINDS: tuple[Kind, ...] = (
    "sources",
    "users",
    "codes",
    "codings",
    "notes",
    "variables",
    "values",
    "cases",
    "links",
    "sets",
)
_ORDER = ("left out", "doubtful", "guessed", "changed")
_HEADINGS = {"left out": "Left out", "doubtful": "In doubt", "guessed": "Guessed", "changed": "Changed"}
_PLACES = 5


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of one kind a file held, how many of them were taken, and how many the study had before."""

    found: int
    taken: int
    there: int = 0


@dataclass
class Tally:
    """Counts while a project is taken in; nothing is left out without a sentence, for both are said in one call.

    A finding about one source carries its GUID, so that it can be erased with the interview that was made of it.
    """

    found: Counter[Kind] = field(default_factory=Counter)
    missed: Counter[Kind] = field(default_factory=Counter)
    known: Counter[Kind] = field(default_factory=Counter)
    findings: list[tuple[Finding, str | None]] = field(default_factory=list)

    def came(self, kind: Kind, number: int = 1) -> None:
        """There were so many (more) of a kind."""
        self.found[kind] += number

    def left_out(self, kind: Kind, where: str, said: str, *, source: str | None = None, number: int = 1) -> None:
        """So many of a kind are not taken."""
        self.missed[kind] += number
        self.findings.append((Finding("left out", where, said), source))

    def there(self, kind: Kind) -> None:
        """One of a kind is in the study already, and stays as it is."""
        self.known[kind] += 1

    def told(
        self,
        kind: Literal["left out", "changed", "guessed", "doubtful"],
        where: str,
        said: str,
        *,
        source: str | None = None,
    ) -> None:
        """Something is said that takes nothing away from the counts."""
        self.findings.append((Finding(kind, where, said), source))

    @property
    def counts(self) -> dict[str, Count]:
        """By kind, in a fixed order."""
        return {kind: self._count(kind) for kind in KINDS}

    def _count(self, kind: Kind) -> Count:
        found, there = self.found[kind], self.known[kind]
        return Count(found, found - self.missed[kind] - there, there)

    def about(self, source: str | None) -> tuple[Finding, ...]:
        """The findings of one source, or of the project as a whole."""
        return tuple(finding for finding, of in self.findings if of == source)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A project that was taken in: counts by kind, labels of its interviews, and everything that did not fit.

    `elements` counts the file's elements by the standard's names, `conventions` says by label how offsets counted.
    """

    file: str
    name: str
    origin: str
    counts: Mapping[str, Count]
    elements: Mapping[str, int]
    interviews: tuple[str, ...]
    codebook_version: int | None
    findings: tuple[Finding, ...]
    conventions: Mapping[str, str]

    def sentences(self) -> tuple[str, ...]:
        """The report for people, one sentence each; findings that say the same stand together with their places."""
        return (*self._counted(), *self._offsets(), *grouped(self.findings))

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values, every finding with its place."""
        return {
            "file": self.file,
            "name": self.name,
            "origin": self.origin,
            "counts": {kind: asdict(count) for kind, count in self.counts.items()},
            "elements": dict(self.elements),
            "interviews": list(self.interviews),
            "codebook_version": self.codebook_version,
            "findings": [asdict(finding) for finding in self.findings],
            "conventions": dict(self.conventions),
        }

    def _counted(self) -> Iterable[str]:
        parts = [_of(kind, count) for kind, count in self.counts.items() if count.found]
        if parts:
            yield f"Taken from {self.file} ({self.origin or 'of an unnamed program'}): {', '.join(parts)}."
        else:
            yield f"{self.file} ({self.origin or 'of an unnamed program'}) holds nothing to take."

    def _offsets(self) -> Iterable[str]:
        by_words: dict[str, list[str]] = {}
        for label, words in self.conventions.items():
            by_words.setdefault(words, []).append(label)
        for words, labels in by_words.items():
            yield f"Offsets in {_listed(labels)}: {words.rstrip('.')}."


def grouped(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Findings as sentences: what is left out first, and what is said of several places said once with the first."""
    places: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        places.setdefault((finding.kind, finding.said), []).append(finding.where)
    ordered = sorted(places.items(), key=lambda item: _ORDER.index(item[0][0]))
    return tuple(f"{_HEADINGS[kind]} ({_at(where)}): {said.rstrip('.')}." for (kind, said), where in ordered)


def attributed(findings: Sequence[Finding], names: Mapping[str, str]) -> list[tuple[Finding, str | None]]:
    """A reader's findings, each with the GUID of the source that its place names; `names` are by GUID."""
    marks = {named("", name): guid for guid, name in names.items() if name.strip()}
    longest_first = sorted(marks, key=len, reverse=True)
    return [(f, next((marks[mark] for mark in longest_first if mark in f.where), None)) for f in findings]


def _of(kind: str, count: Count) -> str:
    noun = kind.removesuffix("s") if count.found == 1 else kind
    if count.there:
        interviews = f"{count.taken} interview" if count.taken == 1 else f"{count.taken} interviews"
        new = interviews if kind == "sources" else str(count.taken)
        left_out = count.found - count.taken - count.there
        rest = f", {left_out} left out" if left_out else ""
        return f"{count.found} {noun} ({new} new, {count.there} there already{rest})"
    return f"{count.taken} of {count.found} {noun}" if count.taken != count.found else f"{count.found} {noun}"


def _at(where: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(where))
    number = "" if len(where) == 1 else f"{len(where)} times, "
    return number + _listed(distinct)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _PLACES
    return "; ".join(names[:_PLACES]) + (f"; and {more} more" if more > 0 else "")
