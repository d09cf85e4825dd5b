"""Open second review: a second author sees each coding and says what they think of it.

What is said here never enters agreement statistics: whoever reviews openly has seen what the other did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.decisions import codings
from store.remarks import Remark, remarks
from store.study import Study
from store.values import Coding, RemarkKind


class Talk(StrEnum):
    """Where the talk about a coding stands."""

    NONE = "not reviewed"
    AGREED = "agreed"
    CHALLENGED = "challenged"
    COMMENTED = "commented"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A coding with everything that was said of it, oldest first."""

    coding: Coding
    remarks: tuple[Remark, ...]

    @property
    def talk(self) -> Talk:
        """Where the talk stands: an outcome settles it until somebody challenges again."""
        said = [remark.kind for remark in self.remarks]
        if not said:
            return Talk.NONE
        for kind in reversed(said):
            if kind is RemarkKind.OUTCOME:
                return Talk.SETTLED
            if kind is RemarkKind.CHALLENGE:
                return Talk.CHALLENGED
        return Talk.AGREED if RemarkKind.AGREE in said else Talk.COMMENTED


def reviewed_codings(
    study: Study, *, coder: str | None = None, interview: str | None = None, hidden: Iterable[str] = ()
) -> tuple[Reviewed, ...]:
    """The codings that stand, of one coder or of all, in the order of the text, each with its remarks.

    Those in `hidden` interviews are left out: whoever codes them blind must not see them.
    """
    unseen = set(hidden)
    said: dict[str, list[Remark]] = {}
    for remark in remarks(study, interview=interview):
        said.setdefault(remark.decision, []).append(remark)
    found = [c for c in codings(study, interview=interview, coder=coder) if c.interview not in unseen]
    found.sort(key=lambda c: (c.transcript_id, c.span.start, c.span.end))
    return tuple(Reviewed(coding, tuple(said.get(coding.decision, ()))) for coding in found)


def left_open(found: Sequence[Reviewed]) -> tuple[Reviewed, ...]:
    """The codings that somebody challenged and nobody settled."""
    return tuple(each for each in found if each.talk is Talk.CHALLENGED)
