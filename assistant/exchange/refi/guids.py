"""GUIDs of a file in one shape, each given to one thing of its kind."""

import re
from collections import Counter
from uuid import NAMESPACE_URL, UUID, uuid5

from assistant.exchange.refi.findings import Findings

_GUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\Z")


def normal(given: str) -> str | None:
    """A GUID in lower case and without braces; None where it is none."""
    found = _GUID.match(given.strip().lower())
    return None if found is None else "-".join(found.groups())


class Guids:
    """The GUIDs of one file; `seed` tells those that are made for it from those of other files."""

    def __init__(self, findings: Findings, seed: str) -> None:
        self._findings = findings
        self._space = uuid5(NAMESPACE_URL, seed)
        self._given: set[tuple[str, str]] = set()
        self._again: Counter[str] = Counter()
        self._made = 0

    def own(self, given: str | None, family: str, where: str) -> str:
        """The GUID that a thing keeps; one that is missing, or given to another of its family already, is made."""
        if not given or not given.strip():
            self._made += 1
            self._findings.add("changed", where, f"A {family} without GUID was given one.")
            guid = str(uuid5(self._space, f"{family} {self._made}"))
        else:
            guid = self._normal(given, where)
        if (family, guid) in self._given:
            self._findings.add(
                "changed", where, f"A {family} has the GUID of another; the first keeps it, this one was given its own."
            )
            guid = self._another(family, guid)
        self._given.add((family, guid))
        return guid

    def has(self, family: str, guid: str) -> bool:
        """Whether a thing of the family keeps this GUID."""
        return (family, guid) in self._given

    def pointed_at(self, given: str | None) -> str | None:
        """The GUID that a reference names, as `own` keeps it; None where it names nothing."""
        if not given or not given.strip():
            return None
        return normal(given) or self._from_text(given)

    def _normal(self, given: str, where: str) -> str:
        guid = normal(given)
        if guid is None:
            self._findings.add("changed", where, "A GUID that is none was replaced, here and wherever it is named.")
            return self._from_text(given)
        return guid

    def _from_text(self, given: str) -> str:
        return str(uuid5(self._space, f"written {given.strip()}"))

    def _another(self, family: str, guid: str) -> str:
        while True:
            self._again[guid] += 1
            made = str(uuid5(UUID(guid), str(self._again[guid])))
            if (family, made) not in self._given:
                return made
