"""What each member of a team may do in a study: every act is an event, and for each kind this says who may cause it.

A researcher on their own machine acts for nobody (`Study.acting_as` was not asked for), and may do everything.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from store.errors import ForbiddenError


class MemberRole(StrEnum):
    """What a member may do: a reader reads, a reviewer judges, a coder shapes, a lead does everything."""

    LEAD = "lead"
    CODER = "coder"
    REVIEWER = "reviewer"
    READER = "reader"


_LEADS = frozenset({MemberRole.LEAD})
_SHAPERS = _LEADS | {MemberRole.CODER}
_JUDGES = _SHAPERS | {MemberRole.REVIEWER}
_ALL = frozenset(MemberRole)

EVENT_ROLES: Mapping[str, frozenset[MemberRole]] = MappingProxyType(
    {
        # what reading brings about: that a suggestion was seen
        "suggestion.shown": _ALL,
        # deciding, commenting, and lists of one's own
        "coder.added": _JUDGES,
        "decision.made": _JUDGES,
        "step.by_rule": _JUDGES,
        "step.undone": _JUDGES,
        "step.redone": _JUDGES,
        "rationale.written": _JUDGES,
        "memo.kept": _JUDGES,
        "remark.made": _JUDGES,
        "adjudication.made": _JUDGES,
        "double_coding.ended": _JUDGES,
        "query.saved": _JUDGES,
        "quote.picked": _JUDGES,
        # the material, the codebook, and what the machine does with them
        "job.queued": _SHAPERS,
        "interview.added": _SHAPERS,
        "attributes.set": _SHAPERS,
        "transcript.revised": _SHAPERS,
        "glossary.set": _SHAPERS,
        "codebook.changed": _SHAPERS,
        "candidate.named": _SHAPERS,
        "candidate.answered": _SHAPERS,
        "run.started": _SHAPERS,
        "run.finished": _SHAPERS,
        "scores.kept": _SHAPERS,
        "summary.written": _SHAPERS,
        "milestone.kept": _SHAPERS,
        "set.kept": _SHAPERS,
        "quotes.exported": _SHAPERS,
        "file.exported": _SHAPERS,
        "file.withheld": _SHAPERS,
        # participants, people, and the study as a whole
        "study.archived": _LEADS,
        "study.created": _LEADS,
        "study.restored": _LEADS,
        "member.set": _LEADS,
        "member.password_set": _LEADS,
        "coder.role_set": _LEADS,
        "coder.passphrase_set": _LEADS,
        "consent.recorded": _LEADS,
        "interview.erased": _LEADS,
        "recording.erased": _LEADS,
        "erasure.finished": _LEADS,
        "pseudonyms.applied": _LEADS,
        "pseudonyms.restored": _LEADS,
        "project.imported": _LEADS,
        "interview.imported": _LEADS,
        "double_coding.drawn": _LEADS,
        "double_coding.sampled": _LEADS,
    }
)
"""Who may cause an event of that type; one that is not listed is a lead's.

`job.queued` and `study.archived` are acts that leave no event of that name: see `store.acting`.
"""


@dataclass(frozen=True, slots=True)
class Acting:
    """The member for whom a transaction acts, with the role that they have in it."""

    name: str
    role: MemberRole


def member_name(name: str) -> str:
    """A name as it is compared: composed characters (NFC), no white space at its ends."""
    return unicodedata.normalize("NFC", name).strip()


def may(role: MemberRole, event_type: str) -> bool:
    """Whether somebody in that role may cause an event of that type."""
    return role in EVENT_ROLES.get(event_type, _LEADS)


def refuse_event(acting: Acting | None, event_type: str, coder: str) -> None:
    """Raise ForbiddenError where the member may not cause that event, or not under the name of `coder`.

    An empty `coder` is an act of the machine's, which somebody's act brought about.
    """
    if acting is None:
        return
    if not may(acting.role, event_type):
        raise ForbiddenError(
            f"{acting.name} may not do this in the role “{acting.role}” ({event_type}); nothing was written. "
            "Whoever leads the study can change the role."
        )
    if coder and member_name(coder) != acting.name:
        raise ForbiddenError(
            f"{acting.name} is signed in, and may not act under the name of {coder} ({event_type}); "
            "nothing was written."
        )
