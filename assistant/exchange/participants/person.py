"""Who a participant is: the interviews with them, and their voice in each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.review import fitting_interviews
from store.errors import InvalidInputError, NotFoundError
from store.study import Study
from store.transcripts import transcript
from store.values import Interview, Role, Span, Transcript, Turn

NAMING = ("participant", "case")
"""Attributes of which interviews with the same person have the same value."""
_NAMELESS = "somebody without a name"


@dataclass(frozen=True, slots=True)
class Participant:
    """One person: their interviews in study order, and under which names they speak in each (by label)."""

    interviews: tuple[Interview, ...]
    speakers: Mapping[str, frozenset[str | None]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of their interviews."""
        return tuple(interview.label for interview in self.interviews)

    def speaks(self, label: str, turn: Turn) -> bool:
        """Whether a turn of that interview is theirs."""
        return turn.role is not Role.INTERVIEWER and turn.speaker in self.speakers.get(label, ())

    def owns(self, text: Transcript, span: Span) -> bool:
        """Whether they speak in a stretch, and nobody else but interviewers does."""
        here = [turn for turn in text.turns if turn.span.overlaps(span) and turn.role is not Role.INTERVIEWER]
        return bool(here) and all(self.speaks(text.interview, turn) for turn in here)


def participant_of(
    study: Study,
    labels: Sequence[str] = (),
    where: Sequence[tuple[str, str]] = (),
    speakers: Sequence[str] = (),
    *,
    same_person: bool = False,
) -> Participant:
    """The participant of the interviews of these labels and attributes.

    Several interviews must be known to be with one person: by an attribute in `NAMING`, or by `same_person`. Where
    several participants speak in one, `speakers` says who is meant. Raises InvalidInputError where either is open,
    NotFoundError for unknown labels, attributes and speakers.
    """
    if not labels and not where:
        msg = "Say whose pack it is: name an interview, or attributes that only their interviews have."
        raise InvalidInputError(msg)
    found = fitting_interviews(study, where, labels)
    if not found:
        msg = "No interview has these attributes; there is nobody to make a pack for."
        raise NotFoundError(msg)
    if len(found) > 1 and not same_person and not one_person(found):
        together = ", ".join(interview.label for interview in found)
        msg = (
            f"Nothing says that {together} are interviews with one person, and a pack must hold no other’s words; give"
            f" them the same value of the attribute “{NAMING[0]}”, or choose one interview."
        )
        raise InvalidInputError(msg)
    voices = {interview.label: speakers_of(study, interview.label) for interview in found}
    _refuse_unknown(voices, speakers)
    return Participant(found, {label: _own(label, names, speakers) for label, names in voices.items()})


def one_person(found: Iterable[Interview]) -> bool:
    """Whether an attribute says that these interviews are with the same person."""
    values = [[each.attributes.get(name, "").strip().casefold() for each in found] for name in NAMING]
    return any(all(same) and len(set(same)) == 1 for same in values)


def speakers_of(study: Study, label: str) -> tuple[str | None, ...]:
    """Who speaks in an interview beside interviewers, in the order in which they first do."""
    turns = transcript(study, label).turns
    return tuple(dict.fromkeys(turn.speaker for turn in turns if turn.role is not Role.INTERVIEWER))


def _refuse_unknown(voices: Mapping[str, tuple[str | None, ...]], speakers: Iterable[str]) -> None:
    known = {name for names in voices.values() for name in names}
    for name in speakers:
        if name not in known:
            there = ", ".join(sorted(each for each in known if each is not None)) or "nobody by name"
            msg = f"No participant called “{name}” speaks in {', '.join(voices)}; there are: {there}."
            raise NotFoundError(msg)


def _own(label: str, names: tuple[str | None, ...], speakers: Sequence[str]) -> frozenset[str | None]:
    """The names of one participant among those who speak in an interview."""
    if not names:
        msg = f"Only interviewers speak in {label}; say in its transcript who is the participant."
        raise InvalidInputError(msg)
    if len(names) == 1:
        return frozenset(names)
    wanted = frozenset(name for name in names if name in speakers)
    if not wanted:
        there = ", ".join(name or _NAMELESS for name in names)
        msg = (
            f"{label} has {len(names)} speakers who are no interviewers ({there}); say which of them the pack is for,"
            " or correct the roles in its transcript."
        )
        raise InvalidInputError(msg)
    return wanted
