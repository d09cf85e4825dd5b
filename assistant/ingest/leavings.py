"""An account of the source's text that is in no turn."""

from dataclasses import dataclass, field

from assistant.ingest.pieces import LeftOut
from store.transcripts import clean_text

_SHOWN = 60


@dataclass(slots=True)
class Leavings:
    """What was left out so far, by reason; white space is not counted."""

    _characters: dict[str, int] = field(default_factory=dict)
    _samples: dict[str, str] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)

    def add(self, text: str, why: str) -> None:
        """Count one stretch of text; the first of each reason becomes its sample."""
        cleaned = clean_text(text)
        if not cleaned:
            return
        self._characters[why] = self._characters.get(why, 0) + len(cleaned.replace(" ", ""))
        self._times[why] = self._times.get(why, 0) + 1
        self._samples.setdefault(why, cleaned if len(cleaned) <= _SHOWN else f"{cleaned[:_SHOWN]}…")

    def times(self, why: str) -> int:
        """How many stretches were left out for this reason."""
        return self._times.get(why, 0)

    def listed(self) -> tuple[LeftOut, ...]:
        """One entry for each reason, in the order in which they came up."""
        return tuple(LeftOut(number, why, self._samples[why]) for why, number in self._characters.items())
