"""What the page of participants holds in one tab: a pack as it was made, and what there is to say of what came back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from assistant.exchange.participants import (
    Pack,
    Participant,
    Taken,
    Wishes,
    pack_file,
    pack_for,
    record_pack,
    take_comments,
)
from assistant.review import Blindness
from assistant.ui.import_desk import ImportDesk
from store.errors import StudyError
from store.event_log import last_event
from store.study import Study

_STATE = "participants_desk"


@dataclass(slots=True)
class Prepared:
    """A pack, and each of its files by its ending, which is made when it is first asked for."""

    pack: Pack
    files: dict[str, bytes] = field(default_factory=dict)

    def file(self, ending: str) -> bytes:
        """The very same bytes whenever they are asked for."""
        if ending not in self.files:
            self.files[ending] = pack_file(self.pack, ending)
        return self.files[ending]


@dataclass(slots=True)
class ParticipantsDesk:
    """The pack that was made last with what it was made of; sentences to say; `round` empties the field of files."""

    made: tuple[object, Prepared] | None = None
    said: str = ""
    returned: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    round: int = 0

    def prepared(self, study: Study, person: Participant, wishes: Wishes, hidden: Blindness) -> Prepared:
        """The pack as the study stands now; made once for the same wishes while nothing happens in the study."""
        asked = (person.labels, dict(person.speakers), wishes, hidden, last_event(study))
        if self.made is None or self.made[0] != asked:
            self.made = asked, Prepared(pack_for(study, person, wishes, hidden))
        return self.made[1]


def current_participants() -> ParticipantsDesk:
    """This tab's."""
    desk: ParticipantsDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = ParticipantsDesk()
    return desk


def give_out(study: Study, desk: ParticipantsDesk, coder: str, prepared: Prepared, ending: str, name: str) -> None:
    """Record that the pack was downloaded as a file of that name."""
    desk.returned, desk.problems = [], []
    try:
        record_pack(study, prepared.pack, name, prepared.file(ending), coder=coder)
    except StudyError as error:
        desk.problems = [str(error)]
    else:
        desk.said = f"{name} is with your downloads, and that it was given out is on record."


def take_in(study: Study, desk: ParticipantsDesk, coder: str, key: str, pack: str | None) -> None:
    """Keep the comments of every file in the field of that key; each file is told of by itself."""
    desk.said, desk.returned, desk.problems = "", [], []
    files: Sequence[Any] = st.session_state.get(key) or ()
    for each in files:
        dropped = ImportDesk()
        dropped.take(each.name, data=each.getvalue())
        try:
            with dropped.waiting[0].on_disk() as path:
                desk.returned += _told(each.name, take_comments(study, path, coder=coder, pack=pack))
        except StudyError as error:
            desk.problems.append(str(error))
    if not files:
        desk.problems = ["Choose the files that came back first."]
    if not desk.problems:
        desk.round += 1


def _told(name: str, taken: Taken) -> list[str]:
    there = f", {taken.known} were there already" if taken.known else ""
    count = len(taken.kept)
    kept = f"{name}: {count} {'memo' if count == 1 else 'memos'} kept on {', '.join(taken.interviews)}{there}."
    return [kept, *taken.notes]
