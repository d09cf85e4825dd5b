"""The codings that stand in a study, by interview, as rows that two studies are compared by."""

from collections.abc import Mapping

from store.decisions import codings
from store.history import study_texts
from store.study import Study

Row = tuple[int, int, str, str]
"""Start, end, code (GUID) and coder (GUID)."""


def standing_of(study: Study, people: Mapping[str, str]) -> dict[str, list[Row]]:
    """By interview (GUID), the codings of these people (name → GUID) that have a place in the newest text."""
    guids = {text.transcript_id: text.guid for text in study_texts(study)}
    found: dict[str, list[Row]] = {}
    for coding in codings(study):
        guid, coder = guids.get(coding.transcript_id), people.get(coding.coder)
        if guid is not None and coder is not None:
            found.setdefault(guid, []).append((coding.span.start, coding.span.end, coding.code, coder))
    return found
