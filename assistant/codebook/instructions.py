"""Entries of a codebook whose words read like an instruction to a machine; a model reads all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.privacy.instruction_rules import WORDS, Kind
from assistant.privacy.instructions import kinds_in
from store.values import Code


@dataclass(frozen=True, slots=True)
class LikeInstruction:
    """A code, and what its name, definition, rules or examples seem to do."""

    code: Code
    kinds: tuple[Kind, ...]

    @property
    def sentence(self) -> str:
        """For whoever reads the codebook."""
        does = " and ".join(WORDS[kind] for kind in self.kinds)
        return (
            f"“{self.code.name}” reads like an instruction to a machine: it {does}. The machine’s scores for this code"
            " may be off; reword it unless it is meant so."
        )


def entries_like_instructions(codes: Iterable[Code]) -> Iterator[LikeInstruction]:
    """Those codes among `codes`, in their order; retired ones are read by nothing and left out."""
    for code in codes:
        kinds = kinds_in((code.name, code.definition, code.include, code.exclude, *code.examples))
        if kinds and not code.retired:
            yield LikeInstruction(code, kinds)
