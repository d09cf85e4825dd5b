"""What stands on stretches of one interview, put together to the selections of its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assistant.exchange.refi.own import derived, fitting
from assistant.exchange.refi.project import Note, ProjectCoding
from store.values import Span

_LONGEST_NAME = 200


@dataclass
class Selected:
    """A stretch of an interview's text with the codings and the notes on it, and who made it when."""

    guid: str
    span: Span
    codings: list[ProjectCoding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    user: str | None = None
    at: datetime | None = None


class Selecting:
    """The selections of an interview.

    Each coding has one of its own, as most programs read but one coding of each; what shared a selection in the file
    that it came from shares it again.
    """

    def __init__(self, kept: Mapping[str, str]) -> None:
        self._kept = kept
        self._found: dict[str, Selected] = {}

    def coding(self, span: Span, coding: ProjectCoding) -> None:
        """Put a coding on its stretch."""
        self._on(span, coding.guid, coding.user, coding.at).codings.append(coding)

    def note(self, span: Span, note: Note) -> None:
        """Put a note on a stretch."""
        self._on(span, note.guid, note.user, note.at).notes.append(note.guid)

    @property
    def selected(self) -> list[Selected]:
        """All selections in order of place, the codings on each in order of time."""
        for each in self._found.values():
            each.codings.sort(key=lambda coding: (str(coding.at), coding.guid))
        return sorted(self._found.values(), key=lambda each: (each.span, each.guid))

    def _on(self, span: Span, thing: str, user: str | None, at: datetime | None) -> Selected:
        """The selection of a thing; one that a correction has since torn apart is the selection of each by itself."""
        guid = fitting(self._kept[thing]) if thing in self._kept else derived(thing, "selection")
        if guid in self._found and self._found[guid].span != span:
            guid = derived(thing, "selection")
        on = self._found.setdefault(guid, Selected(guid, span, user=user, at=at))
        if (on.user, on.at) != (user, at):
            on.user, on.at = None, None
        return on


def quoted(text: str) -> str:
    """A selection's name: its words, by which a reader can tell how offsets count; long ones are cut with “…”."""
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"
