"""The key: which names a person reviewed, and what stands in their place. It lives outside the study."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.matching import Names, needs_capital
from assistant.pseudonyms.tokens import spelling_key
from store.errors import InvalidInputError

Spelled = tuple[str, bool]
"""What makes two strings one for the review: how they are compared, and whether only with a capital letter."""


class State(StrEnum):
    """What a person decided on a string: it is replaced, or it identifies nobody and stays."""

    REPLACE = "replace"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Entry:
    """One person, place or other thing: all its spellings, the pseudonym (empty where they stay), by whom and when."""

    pseudonym: str
    kind: Kind
    spellings: tuple[str, ...]
    state: State
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was rewritten with pseudonyms: what it is, and how it was before and is after.

    `what` is `transcript` (revision numbers), `attributes`, `memo`, `code` or `set` (their fields); `id` its GUID.
    """

    what: str
    id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Everything that leads back from pseudonyms to names, for one study; `names` are those typed in, by kind."""

    study: str
    entries: tuple[Entry, ...] = ()
    names: Mapping[str, Kind] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def replaced(self) -> tuple[Entry, ...]:
        """The entries whose spellings are replaced."""
        return tuple(entry for entry in self.entries if entry.state is State.REPLACE)

    def decided(self) -> Names[Entry]:
        """Finds everything that was decided on, replaced or kept."""
        return Names((spelling, entry) for entry in self.entries for spelling in entry.spellings)

    def originals(self) -> Names[Entry]:
        """Finds everything that must not go out."""
        return Names((spelling, entry) for entry in self.replaced for spelling in entry.spellings)

    def masks(self) -> Names[str]:
        """Finds pseudonyms."""
        return Names((entry.pseudonym, entry.pseudonym) for entry in self.replaced)

    def by_spelling(self) -> dict[Spelled, Entry]:
        """The entry of each spelling."""
        return {spelled(spelling): entry for entry in self.entries for spelling in entry.spellings}

    def entry_of(self, spelling: str) -> Entry | None:
        """The entry that holds this spelling."""
        return self.by_spelling().get(spelled(spelling))

    def named(self, pseudonym: str) -> Entry | None:
        """The entry with this pseudonym; white space and case make no difference."""
        wanted = spelling_key(pseudonym)
        return next((e for e in self.replaced if spelling_key(e.pseudonym) == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` reads them back."""
        return {
            "study": self.study,
            "entries": [
                {
                    "pseudonym": e.pseudonym,
                    "kind": str(e.kind),
                    "spellings": list(e.spellings),
                    "state": str(e.state),
                    "by": e.by,
                    "at": e.at,
                }
                for e in self.entries
            ],
            "names": {name: str(kind) for name, kind in self.names.items()},
            "changes": [
                {"what": c.what, "id": c.id, "before": dict(c.before), "after": dict(c.after)} for c in self.changes
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError where the values are no key."""
        return cls(
            study=str(value["study"]),
            entries=tuple(
                Entry(
                    _text(e["pseudonym"]),
                    Kind(e["kind"]),
                    tuple(map(_text, e["spellings"])),
                    State(e["state"]),
                    _text(e["by"]),
                    _text(e["at"]),
                )
                for e in value["entries"]
            ),
            names={str(name): Kind(kind) for name, kind in value["names"].items()},
            changes=tuple(
                Change(_text(c["what"]), _text(c["id"]), dict(c["before"].items()), dict(c["after"].items()))
                for c in value["changes"]
            ),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        msg = "a text is missing"
        raise TypeError(msg)
    return value


@lru_cache(maxsize=100_000)
def spelled(spelling: str) -> Spelled:
    """What makes two strings one for the review."""
    return spelling_key(spelling), needs_capital(spelling)


def with_name(key: Key, name: str, kind: Kind = Kind.PERSON) -> Key:
    """The key with a name that the study's texts are searched for; raises InvalidInputError for an empty one."""
    clean = clean_name(name)
    return replace(key, names={**key.names, clean: kind})


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision on a spelling: a pseudonym; or that it stays, where there is none; or, with `undo`, none any more."""

    text: str
    pseudonym: str = ""
    kind: Kind = Kind.PERSON
    undo: bool = False


def ruled(key: Key, rulings: Iterable[Ruling], *, by: str, texts: Iterable[str] = ()) -> Key:
    """The key with these decisions, all or none; spellings with the same pseudonym name the same.

    `texts` are the study’s. Raises InvalidInputError where a spelling or pseudonym is empty or too long, a pseudonym
    holds a name or a name a pseudonym, or a new pseudonym stands in the texts already: it would name two.
    """
    last = {spelled(text): replace(r, text=text) for r in rulings if (text := clean_name(r.text))}
    before = {spelling_key(entry.pseudonym) for entry in key.replaced}
    made = [_without(entry, last) for entry in key.entries]
    numbers = {spelling_key(entry.pseudonym): n for n, entry in enumerate(made) if entry.pseudonym}
    for ruling in last.values():
        if ruling.undo:
            continue
        new = clean_name(ruling.pseudonym) if ruling.pseudonym else ""
        state, at = (State.REPLACE if new else State.KEEP), numbers.get(spelling_key(new)) if new else None
        if at is not None:
            made[at] = replace(made[at], spellings=(*made[at].spellings, ruling.text))
            continue
        numbers[spelling_key(new)] = len(made)
        made.append(Entry(new, ruling.kind, (ruling.text,), state, by, _now()))
    after = replace(key, entries=tuple(entry for entry in made if entry.spellings))
    _refuse_telling(after)
    _refuse_ambiguous([e.pseudonym for e in after.replaced if spelling_key(e.pseudonym) not in before], texts)
    return after


def _without(entry: Entry, gone: Container[Spelled]) -> Entry:
    return replace(entry, spellings=tuple(s for s in entry.spellings if spelled(s) not in gone))


LONGEST = 300
"""Code points of a name or a pseudonym."""


def clean_name(name: str) -> str:
    """A name as it is kept; raises InvalidInputError where nothing of it can be found in a text."""
    clean = " ".join(name.split())
    if not spelling_key(clean) or len(clean) > LONGEST:
        msg = f"“{clean[:40]}” is no name that can be looked for; give one of 1 to {LONGEST} characters."
        raise InvalidInputError(msg)
    return clean


def _refuse_telling(key: Key) -> None:
    originals, masks = key.originals(), key.masks()
    for entry in key.replaced:
        if originals.find(entry.pseudonym):
            msg = f"The pseudonym “{entry.pseudonym}” holds a name that is replaced itself; choose another one."
            raise InvalidInputError(msg)
        for spelling in entry.spellings:
            if masks.find(spelling):
                msg = f"“{spelling}” is, or holds, a pseudonym already; give that one another pseudonym first."
                raise InvalidInputError(msg)


def _refuse_ambiguous(new: Sequence[str], texts: Iterable[str]) -> None:
    there = Names((pseudonym, pseudonym) for pseudonym in new)
    for text in texts if new else ():
        for found in there.find(text):
            msg = f"“{found.named}” stands in the study’s texts already and would mean two things; choose another one."
            raise InvalidInputError(msg)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
