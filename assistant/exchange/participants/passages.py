"""A participant's passages with what was said around them, in which everybody else stays unnamed."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.exchange.participants.others import Others
from assistant.exchange.participants.person import Participant
from store.candidates import Place
from store.values import Role, Span, Transcript, Turn

LONGEST_AROUND = 400
"""Characters of a turn before or after a passage; of a longer one the part that is nearest is shown."""
WITHHELD = "[not shown]"


class Who(StrEnum):
    """Whose words a line holds, as a participant reads it."""

    SELF = "You"
    INTERVIEWER = "Interviewer"
    OTHER = "Somebody else"


@dataclass(frozen=True, slots=True)
class Line:
    """What one person said in one go."""

    who: Who
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A quote by its number in the pack, with what was said before and after it, and the names of its codes."""

    number: int
    place: Place
    before: tuple[Line, ...]
    lines: tuple[Line, ...]
    after: tuple[Line, ...]
    codes: tuple[str, ...]


class Around:
    """Cuts passages out of one interview's transcript, with so many turns of context on both sides."""

    def __init__(self, text: Transcript, person: Participant, others: Others, turns: int) -> None:
        self._text, self._person, self._others, self._turns = text, person, others, turns

    def names_others(self, span: Span) -> bool:
        """Whether an interviewer names somebody else within the stretch itself."""
        return any(line.text == WITHHELD for line in self.lines(span))

    def passage(self, number: int, place: Place, codes: tuple[str, ...]) -> Passage:
        """The passage at that place."""
        own = [turn for turn in self._text.turns if turn.span.overlaps(place.span)]
        first, last = own[0], own[-1]
        turns = self._text.turns
        before = self._between(turns[max(0, first.index - self._turns)].span.start, place.span.start)
        after = self._between(place.span.end, turns[min(len(turns) - 1, last.index + self._turns)].span.end)
        return Passage(
            number,
            place,
            tuple(Line(line.who, _end_of(line.text)) for line in before),
            self.lines(place.span),
            tuple(Line(line.who, _start_of(line.text)) for line in after),
            codes,
        )

    def _between(self, start: int, end: int) -> tuple[Line, ...]:
        return self.lines(Span(start, end)) if self._turns and start < end else ()

    def lines(self, span: Span) -> tuple[Line, ...]:
        """What is said in a stretch, turn by turn; nothing of others, and no interviewer's words that name them."""
        here = (turn for turn in self._text.turns if turn.span.overlaps(span))
        lines = (self._line(turn, span) for turn in here)
        return tuple(line for line in lines if line.text)

    def _line(self, turn: Turn, span: Span) -> Line:
        said = self._text.text[max(turn.span.start, span.start) : min(turn.span.end, span.end)].strip()
        if self._person.speaks(self._text.interview, turn):
            return Line(Who.SELF, said)
        if turn.role is Role.INTERVIEWER:
            return Line(Who.INTERVIEWER, WITHHELD if self._others.named_in(said) else said)
        return Line(Who.OTHER, WITHHELD)


def _start_of(text: str) -> str:
    if len(text) <= LONGEST_AROUND:
        return text
    return text[:LONGEST_AROUND].rpartition(" ")[0] + " …"


def _end_of(text: str) -> str:
    if len(text) <= LONGEST_AROUND:
        return text
    return "… " + text[-LONGEST_AROUND:].partition(" ")[2]
