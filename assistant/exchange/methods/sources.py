"""What the sentences take their numbers from: each source is what a command prints with `--json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from assistant.exchange.methods.number import Printed

STUDY, TRANSCRIPTS, CODEBOOK, SATURATION = "study", "transcripts", "codebook?codebook_part=Versions", "saturation"
MEMOS, REVIEW, RECORDINGS = "memos", "review", "recordings"
BLIND, OPEN = "second-coder?part=Blind+double+coding", "second-coder?part=Open+second+review"


def audit(*types: str, coder: str = "") -> str:
    """The address of the Audit page with these events of a coder, or of all."""
    asked = [*(("audit_types", kind) for kind in types), *([("audit_coder", coder)] if coder else [])]
    return f"audit?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Pair:
    """The agreement of a second coder with a first one in a blind double coding."""

    coders: tuple[str, str]
    found: Printed


@dataclass(frozen=True, slots=True)
class Sources:
    """The facts, and what other commands say: `pairs` by the name of the double coding, saturation by level."""

    facts: Printed
    history: Printed
    pairs: Mapping[str, Sequence[Pair]]
    saturation: Mapping[str, Printed]

    def fact(self, field: str) -> Any:
        """A fact that is no number to be written, such as a name."""
        return self.facts.value(field)
