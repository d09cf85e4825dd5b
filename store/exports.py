"""What left the study as a file: an event that says who took what, when, and by which query."""

from collections.abc import Mapping
from typing import Any

from store import events
from store.study import Study

EXPORTED_EVENT = "quotes.exported"


def record_export(study: Study, coder: str, name: str, query: Mapping[str, Any], quotes: int) -> None:
    """Say in the log that so many quotes went into a file of that name; what they say is not repeated there."""
    with study.write() as session:
        events.append(session, EXPORTED_EVENT, {"name": name, "query": dict(query), "quotes": quotes}, coder=coder)
