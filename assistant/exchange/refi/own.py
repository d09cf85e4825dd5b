"""What makes a file of ours ours: its origin, and GUIDs that follow from those of the study."""

from uuid import NAMESPACE_URL, uuid5

from assistant.exchange.refi.guids import normal

ORIGIN = "Interview analysis assistant"
"""Begins the origin of our files; the version follows."""

RETIRED_CODES = "Retired codes"
"""The set of the codes that keep their codings but are no longer used."""


def derived(guid: str, what: str) -> str:
    """The GUID of something that is made of what has that GUID; always the same."""
    return str(uuid5(NAMESPACE_URL, f"refi/{guid}/{what}"))


def retired_set(codes: frozenset[str]) -> str:
    """The GUID of the set of retired codes, given their GUIDs."""
    return derived(" ".join(sorted(codes)), RETIRED_CODES)


def note_of_coding(coding: str) -> str:
    """The GUID of the note that holds what was written down with a decision, given the coding's GUID.

    It has no name and the coding's user and time; other notes on a coding are memos of their own.
    """
    return derived(coding, "note")


def fitting(guid: str) -> str:
    """The GUID as the standard writes it; one that follows from it where it has another form."""
    return normal(guid) or derived(guid, "guid")
