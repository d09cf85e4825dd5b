"""Which sentences of kept summaries speak of one participant alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.exchange.participants.person import Participant
from assistant.review import Blindness
from assistant.summaries import standing, visible
from store.candidates import Place
from store.placing import span_mover
from store.study import Study
from store.summaries import Summary
from store.transcripts import transcript


@dataclass(frozen=True, slots=True)
class SaidOfThem:
    """Sentences by the theme (a GUID) of the summary that they stand in, and how many rest on others or on the past."""

    by_theme: dict[str, tuple[str, ...]]
    on_others: int
    outdated: int


def said_of_them(study: Study, person: Participant, hidden: Blindness) -> SaidOfThem:
    """The sentences of each theme's newest summary whose quotes are all this participant's and stand as they were.

    Sentences that rest on none of their quotes are not counted: they are not about them.
    """
    newest: dict[str, Summary] = {}
    for summary in visible(study, hidden):
        newest.setdefault(summary.draft.theme, summary)
    own = _Own(study, person)
    found: dict[str, tuple[str, ...]] = {}
    on_others = outdated = 0
    for theme, summary in newest.items():
        about = [own.all_of(sentence.quotes) for sentence in summary.draft.sentences]
        on_others += about.count(False)
        if True in about:
            said = [
                each for each, alone in zip(standing(study, summary, hidden).sentences, about, strict=True) if alone
            ]
            kept = tuple(each.text for each in said if not any(quote.changed for quote in each.quotes))
            outdated += len(said) - len(kept)
            found[theme] = kept
    return SaidOfThem(found, on_others, outdated)


class _Own:
    """Tells whose words quotes are, whichever revision they were read in."""

    def __init__(self, study: Study, person: Participant) -> None:
        self._study, self._person, self._move = study, person, span_mover(study)
        self._labels = {interview.guid: interview.label for interview in person.interviews}
        self._now = {label: transcript(study, label) for label in person.labels}

    def all_of(self, places: Iterable[Place]) -> bool | None:
        """Whether all quotes are theirs; None where none is."""
        theirs = [self._is(place) for place in places]
        return all(theirs) if any(theirs) else None

    def _is(self, place: Place) -> bool:
        label = self._labels.get(place.interview)
        if label is None:
            return False
        moved = self._move(transcript(self._study, label, place.revision).id, place.span)
        now = self._now[label]
        return moved.transcript_id == now.id and self._person.owns(now, moved.span)
