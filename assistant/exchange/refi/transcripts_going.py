"""The newest transcripts of what goes out: one held at a time, and what is counted of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.study import Study
from store.transcripts import transcript
from store.values import Interview, Transcript


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a transcript: its revision, how many turns have marks, and whether words have times."""

    revision: int
    marked: int
    timed: bool


class Transcripts(Mapping[str, Transcript]):
    """By label, in study order, read from the study when asked for; the last one is held."""

    def __init__(self, study: Study, interviews: Sequence[Interview]) -> None:
        self._study = study
        self._labels = {interview.label: None for interview in interviews if interview.transcribed}
        self._last: tuple[str, Transcript] | None = None
        self._looks: dict[str, Look] = {}

    def __getitem__(self, label: str) -> Transcript:
        if label not in self._labels:
            raise KeyError(label)
        if self._last is None or self._last[0] != label:
            self._last = (label, transcript(self._study, label))
            self._looks[label] = _look(self._last[1])
        return self._last[1]

    def __contains__(self, label: object) -> bool:
        return label in self._labels

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    @property
    def looks(self) -> Mapping[str, Look]:
        """What was seen of each; those that nobody asked for yet are read for it."""
        for label in self._labels:
            if label not in self._looks:
                self[label]
        return self._looks


def _look(found: Transcript) -> Look:
    marked = sum(turn.marks.to_json() is not None for turn in found.turns)
    return Look(found.revision, marked, any(turn.words for turn in found.turns))
