"""That names were replaced in a study: how many of which kind, never which."""

from collections.abc import Mapping

from store import events
from store.study import Study

APPLIED_EVENT = "pseudonyms.applied"
RESTORED_EVENT = "pseudonyms.restored"


def record_pseudonyms(study: Study, coder: str, replaced: Mapping[str, int], *, restored: bool = False) -> None:
    """Say in the log that so many names of each kind were replaced, or brought back."""
    kind = RESTORED_EVENT if restored else APPLIED_EVENT
    with study.write() as session:
        events.append(session, kind, {"replaced": dict(replaced)}, coder=coder)
