"""What would tell a participant of others: their labels, their names, and stretches of what they said.

Names are those of speakers, and of attributes that say who an interview is with.
"""

import re
from collections.abc import Iterable, Sequence

from assistant.exchange.participants.person import NAMING, Participant
from assistant.summaries.wording import LONG_STRETCH, shared_stretch
from store.interviews import interviews
from store.study import Study
from store.transcripts import transcript
from store.values import Role

_SHORTEST = 3
"""Letters of a label or a name; a shorter one stands in too many words to be looked for, unless it has a number."""
_GENERAL = frozenset(
    ("participant", "interviewee", "respondent", "speaker", "unknown", "guest", "person", "voice", "interviewer")
)


class Others:
    """Everybody in a study but one participant."""

    def __init__(self, study: Study, person: Participant) -> None:
        own, names, self._said = set(person.labels), set[str](), list[str]()
        spared = set[str]()
        for interview in interviews(study):
            called = {part for key in NAMING for part in _parts(interview.attributes.get(key))}
            if interview.label in own:
                spared |= called
            else:
                names |= called
            if not interview.transcribed:
                continue
            text = transcript(study, interview.label)
            for turn in text.turns:
                if turn.role is Role.INTERVIEWER or person.speaks(interview.label, turn):
                    spared |= _parts(turn.speaker)
                else:
                    names |= _parts(turn.speaker)
                    self._said.append(turn.span.of(text.text))
        labels = {interview.label for interview in interviews(study)} - own
        told = {each for each in (names - spared) | labels if _tells(each)}
        self._names = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(told)) or r"(?!)")

    def named_in(self, text: str) -> bool:
        """Whether a text holds the label of another interview, or the name of another participant."""
        return self._names.search(text) is not None

    def told_in(self, texts: Iterable[str]) -> frozenset[str]:
        """Those of some texts that name others, or hold a stretch of what they said."""
        sought = [text for text in texts if text.strip()]
        named = {text for text in sought if self.named_in(text)}
        return frozenset(named | self._quoting(sought))

    def _quoting(self, texts: Sequence[str]) -> set[str]:
        """Looked for in all at once first, for there is a whole study to look through."""
        if not shared_stretch("\n".join(texts), self._said, LONG_STRETCH):
            return set()
        return {text for text in texts if shared_stretch(text, self._said, LONG_STRETCH)}


def _parts(name: str | None) -> set[str]:
    """A name, and each of its words that is written as a name."""
    words = (name or "").split()
    return {name.strip(), *(word for word in words if word[0].isupper())} if name and words else set()


def _tells(name: str) -> bool:
    plain = name.casefold()
    letters = sum(letter.isalpha() for letter in plain)
    numbered = letters > 0 and any(letter.isdigit() for letter in plain)
    return plain not in _GENERAL and (numbered or letters >= _SHORTEST)
