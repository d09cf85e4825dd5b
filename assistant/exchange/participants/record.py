"""What the study keeps of a pack that was given out: enough to find its passages again, and none of their words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.exchange.participants.pack import Pack
from store.candidates import Place
from store.exports import exports
from store.study import Study
from store.values import Span

KIND = "participant.pack"


@dataclass(frozen=True, slots=True)
class Given:
    """A pack that was given out: its token, the GUIDs of its interviews and themes, and its passages by number.

    `passages` begin with number 1, and so do `themes`; `name` is that of the file.
    """

    token: str
    interviews: tuple[str, ...]
    passages: tuple[Place, ...]
    themes: tuple[str, ...]
    name: str
    coder: str
    at: datetime


def options_of(pack: Pack) -> dict[str, Any]:
    """A pack as JSON values."""
    return {
        "pack": pack.token,
        "interviews": [interview.guid for interview in pack.person.interviews],
        "passages": [
            [each.place.interview, each.place.revision, each.place.span.start, each.place.span.end]
            for each in pack.passages
        ],
        "themes": [theme.guid for theme in pack.themes],
    }


def given_packs(study: Study) -> tuple[Given, ...]:
    """All packs that were given out, oldest first."""
    return tuple(_given(each.options, each.name, each.coder, each.at) for each in exports(study) if each.kind == KIND)


def _given(options: Mapping[str, Any], name: str, coder: str, at: datetime) -> Given:
    return Given(
        token=options["pack"],
        interviews=tuple(options["interviews"]),
        passages=tuple(Place(guid, revision, Span(start, end)) for guid, revision, start, end in options["passages"]),
        themes=tuple(options["themes"]),
        name=name,
        coder=coder,
        at=at,
    )
