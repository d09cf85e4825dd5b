"""The one gate on the way out: what participants' consent does not cover stays in the study, and is told of.

Quotes need a consent that covers `quotes`, whole transcripts one that covers `sharing`, recordings both `sharing` and
`recording`. An interview of which nothing was recorded passes, and that is said. Numbers pass: every consent covers the
analysis. Memos and codebooks pass without what they repeat of interviews that may not be quoted.

No gate is in the way of what is not given to the public: a backup of the study, and participants' own passages to
themselves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from assistant.exchange.screen import Screen
from store.consent import Consent, ConsentState, Covers, consents, texts_covered
from store.errors import NotAllowedError
from store.quoted import taken_from
from store.study import Study
from store.values import Code, Codebook

NOT_COVERED = "[not covered by the participant’s consent]"
"""What stands in a table where the words of a passage would."""

_Found = TypeVar("_Found")
_NEEDS = {
    Covers.QUOTES: "quotes",
    Covers.SHARING: "giving the whole transcript to others",
    Covers.RECORDING: "keeping and giving the recording",
}


@dataclass(frozen=True)
class Gate:
    """What the consent to each interview, by label, lets out; texts that may not be quoted are in `screen`."""

    recorded: Mapping[str, Consent]
    screen: Screen | None = None
    unquotable: tuple[str, ...] = field(default=(), repr=False)
    """All texts of interviews that may not be quoted."""
    cuts: set[str] = field(default_factory=set, repr=False)
    """The researchers' texts that were cut, so that each is counted once."""

    def lets(self, label: str, *needed: Covers) -> bool:
        """Whether the consent to an interview covers all of this; one that the study does not have is let through."""
        given = self.recorded.get(label)
        return given is None or given.covers.issuperset(needed)

    def held_back(self, labels: Iterable[str], *needed: Covers) -> tuple[str, ...]:
        """Those of the interviews whose consent does not cover this, in their order."""
        return tuple(label for label in dict.fromkeys(labels) if not self.lets(label, *needed))

    def require(self, labels: Sequence[str], needed: Covers) -> None:
        """Raise NotAllowedError where the consent to one of these interviews does not cover this."""
        if held := self.held_back(labels, needed):
            msg = f"{_of(held)} does not cover {_NEEDS[needed]}; leave {_it(held)} out. Nothing was written."
            raise NotAllowedError(msg)

    def kept(self, text: str) -> str:
        """A text of the researchers' without what it repeats of interviews that may not be quoted."""
        if self.screen is None or not text:
            return text
        kept = self.screen.kept(text)
        if kept != text:
            self.cuts.add(text)
        return kept

    def code(self, code: Code) -> Code:
        """The same of a code; an example that stands in such an interview goes, a name that repeats one is cut."""
        if self.screen is None:
            return code
        examples = tuple(each for each in code.examples if not self._is_taken_from(each))
        self.cuts.update(set(code.examples) - set(examples))
        return replace(
            code,
            name=self.kept(code.name),
            definition=self.kept(code.definition),
            include=self.kept(code.include),
            exclude=self.kept(code.exclude),
            examples=tuple(map(self.kept, examples)),
        )

    def codebook(self, book: Codebook) -> Codebook:
        """A version of the codebook without such words."""
        return book if self.screen is None else replace(book, codes=tuple(map(self.code, book.codes)))

    def _is_taken_from(self, example: str) -> bool:
        return taken_from(example, self.unquotable)

    @property
    def cut(self) -> tuple[str, ...]:
        """A sentence where texts of the researchers' were cut."""
        count = len(self.cuts)
        if not count:
            return ()
        texts = "1 text of the codebook or of memos was" if count == 1 else f"{count} texts of codes or memos were"
        return (f"{texts} cut, for repeating an interview whose consent does not cover quotes.",)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The interviews of which nothing was recorded."""
        return tuple(each.interview for each in self.recorded.values() if each.state is ConsentState.UNKNOWN)

    @property
    def is_used(self) -> bool:
        """Whether any consent is recorded in the study at all."""
        return len(self.unknown) < len(self.recorded)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """A sentence where consent is recorded for some interviews and not for others."""
        missing = self.unknown
        if not missing or not self.is_used:
            return ()
        return (f"No consent is recorded for {', '.join(missing)}; what is of {_it(missing)} was let through.",)


def gate_of(study: Study) -> Gate:
    """The gate as consent is recorded now, whatever moment of the study is asked for."""
    recorded = {each.interview: each for each in consents(study)}
    texts = texts_covered(study, Covers.QUOTES, covered=False)
    if not texts:
        return Gate(recorded)
    return Gate(recorded, Screen(texts, texts_covered(study, Covers.QUOTES)), texts)


def quotable(
    gate: Gate, found: Sequence[_Found], label: Callable[[_Found], str]
) -> tuple[Sequence[_Found], tuple[str, ...]]:
    """Those of some quotes that may stand in a file, and what to know of the others, in sentences.

    Raises NotAllowedError where none of them may.
    """
    held = gate.held_back(map(label, found), Covers.QUOTES)
    kept = [each for each in found if label(each) not in held]
    if held and not kept:
        gate.require(held, Covers.QUOTES)
    return kept, (*left_out(len(found) - len(kept), ("quote", "quotes"), held, Covers.QUOTES), *gate.unchecked)


def left_out(number: int, what: tuple[str, str], held: Sequence[str], needed: Covers) -> tuple[str, ...]:
    """A sentence on so many things, named as one and as several, that stay in the study; none where there are none."""
    if not number:
        return ()
    told = f"1 {what[0]} is" if number == 1 else f"{number} {what[1]} are"
    return (f"{told} left out: {_of(held, begins=False)} does not cover {_NEEDS[needed]}.",)


def _of(held: Sequence[str], *, begins: bool = True) -> str:
    return f"{'The' if begins else 'the'} consent to {', '.join(held)}"


def _it(labels: Sequence[str]) -> str:
    return "it" if len(labels) == 1 else "them"
