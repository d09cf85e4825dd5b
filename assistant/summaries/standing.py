"""A kept summary as it can be read now: its sentences, the quotes they rest on, and what has changed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.review import Basis, Blindness, counted
from assistant.review.citation import source
from assistant.summaries.support import WEAK_BELOW
from assistant.summaries.theme_quotes import begins, theme_quotes
from store.candidates import Place
from store.codebook import codebook_versions
from store.errors import StudyError
from store.interviews import interviews
from store.placing import span_mover, texts_of
from store.study import Study
from store.summaries import Summary, summaries
from store.transcripts import Moved, transcript
from store.values import Span, Transcript

WITHDRAWN = "not a confirmed quote of this theme any more"
CORRECTED = "the transcript was corrected here since"


@dataclass(frozen=True, slots=True)
class RestsOn:
    """A quote as the model read it: an exact slice of that revision, numbered as it was shown.

    `start` is where it stands in the current transcript, None where a correction tore it out; `changed` says what
    happened to it since, empty where nothing did. `support` is its similarity to the sentence.
    """

    number: int
    interview: str
    speaker: str | None
    start_ms: int | None
    text: str
    start: int | None
    changed: str
    support: float | None = None

    @property
    def citation(self) -> str:
        """Where it was said, as it stands behind a quote in a paper: `(I8, 00:12:31)`, or `(I8)` without times."""
        return source(self.interview, self.start_ms)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in the model's words; `support` is its mean similarity to its quotes."""

    text: str
    quotes: tuple[RestsOn, ...]
    support: float | None
    weak: bool


@dataclass(frozen=True, slots=True)
class StandingSummary:
    """A summary to be read; `basis` says which codings it is built from, `since` what has changed, in sentences."""

    summary: Summary
    theme: str
    basis: str
    sentences: tuple[Said, ...]
    since: tuple[str, ...]

    @property
    def read(self) -> str:
        """How much of the theme the model read."""
        draft = self.summary.draft
        options = draft.options
        read, everybody = options.get("people_read"), options.get("people")
        if draft.read == draft.of:
            told = f"Read: all {_many(draft.of, 'quote')}, of {_many(everybody, 'person', 'people')}."
            return told + _left_out(options)
        told = f"Read: {draft.read} of {_many(draft.of, 'quote')}, of {read} of {_many(everybody, 'person', 'people')}."
        return told + _left_out(options)

    @property
    def dropped(self) -> str:
        """How many of the model's sentences are not shown, and why; empty where all are."""
        counts = self.summary.draft.dropped
        if not counts:
            return ""
        why = ", ".join(f"{reason}: {count}" for reason, count in sorted(counts.items()))
        total = sum(counts.values())
        return f"{total} sentence{'' if total == 1 else 's'} of the model’s not shown ({why})."


def standing(study: Study, summary: Summary, hidden: Blindness | None = None) -> StandingSummary:
    """A summary with its quotes and what changed since, as whoever looks may see it; see `visible` first."""
    draft = summary.draft
    places = _Places(study, draft.shown)
    now, basis, since = _now(study, summary, hidden or Blindness(""))
    read = {place: places.read(number, place, now) for number, place in enumerate(draft.shown, start=1)}
    supports = _supports(draft.options)
    said = tuple(
        _said(sentence.text, [read[place] for place in sentence.quotes], supports[number], draft.options)
        for number, sentence in enumerate(draft.sentences)
    )
    return StandingSummary(summary, _theme_name(study, draft.theme), basis, said, (*_changed(read.values()), *since))


def visible(study: Study, hidden: Blindness | None = None, theme: str | None = None) -> tuple[Summary, ...]:
    """The summaries that somebody may see, newest first; of one theme (a GUID) or of all.

    Who codes an interview blind sees none that quotes of it went into, unless that came from their own codings alone
    or was written for them while they were blind to it.
    """
    hidden = hidden or Blindness("")
    unseen = {interview.guid for interview in interviews(study) if interview.label in hidden.interviews}
    return tuple(
        summary
        for summary in reversed(summaries(study, theme))
        if not unseen & set(_list(summary.draft.options, "interviews")) or _own(summary, hidden)
    )


def _own(summary: Summary, hidden: Blindness) -> bool:
    basis = Basis.from_json(summary.draft.basis)
    blind_then = set(_list(summary.draft.options, "blind"))
    return basis.coder == hidden.coder or (summary.coder == hidden.coder and hidden.interviews <= blind_then)


class _Places:
    """Finds the quotes that were shown: in the revision that was read, and in the one of now."""

    def __init__(self, study: Study, shown: Iterable[Place]) -> None:
        labels = {interview.guid: interview.label for interview in interviews(study)}
        wanted = {(place.interview, place.revision) for place in shown}
        self._then: Mapping[tuple[str, int], Transcript] = {
            key: transcript(study, labels[key[0]], key[1]) for key in wanted
        }
        self._mover = span_mover(study)
        self._moved: dict[Place, Moved] = {place: self._move(place) for place in shown}
        self._texts = texts_of(study, (moved.transcript_id for moved in self._moved.values()))
        self._newest = {transcript(study, text.interview).id for text in self._then.values()}

    def _move(self, place: Place) -> Moved:
        return self._mover(self._then[place.interview, place.revision].id, place.span)

    def read(self, number: int, place: Place, now: frozenset[tuple[int, Span]] | None) -> RestsOn:
        """The quote of that number; `now` are the quotes of the theme as they stand, None where that is unknown."""
        then, moved = self._then[place.interview, place.revision], self._moved[place]
        turns = [turn for turn in then.turns if turn.span.overlaps(place.span)]
        text = place.span.of(then.text)
        here = moved.transcript_id in self._newest
        same = here and moved.span.of(self._texts[moved.transcript_id]) == text
        gone = now is not None and not any(
            key == moved.transcript_id and span.start <= moved.span.start and moved.span.end <= span.end
            for key, span in now
        )
        return RestsOn(
            number=number,
            interview=then.interview,
            speaker=turns[0].speaker if turns else None,
            start_ms=begins(turns, place.span),
            text=text,
            start=moved.span.start if here else None,
            changed=CORRECTED if not same else WITHDRAWN if gone else "",
        )


def _now(
    study: Study, summary: Summary, hidden: Blindness
) -> tuple[frozenset[tuple[int, Span]] | None, str, tuple[str, ...]]:
    """Where the theme's quotes stand on the summary's basis today, that basis in words, and what is to be said."""
    draft = summary.draft
    try:
        found = counted(study, Basis.from_json(draft.basis), hidden)
        quotes = theme_quotes(study, found, draft.theme)
    except StudyError as error:
        return None, "", (f"What it was built from cannot be counted any more: {error}",)
    places = frozenset((quote.transcript_id, quote.place.span) for quote in quotes.quotes)
    more = len(places) - draft.of
    since = (f"There were {draft.of} quotes of this theme then, there are {len(places)} now.",) if more else ()
    return places, found.sentence, since


def _changed(read: Iterable[RestsOn]) -> tuple[str, ...]:
    """How many of the quotes that were read have changed since."""
    found = [quote.changed for quote in read]
    told = {
        CORRECTED: "its transcript corrected",
        WITHDRAWN: "its coding withdrawn, moved or settled otherwise",
    }
    counts = [(found.count(change), what) for change, what in told.items()]
    return tuple(
        f"{count} of the {len(found)} quotes that were read {'has' if count == 1 else 'have'} since had {what}."
        for count, what in counts
        if count
    )


def _said(text: str, quotes: list[RestsOn], supports: list[float], options: Mapping[str, object]) -> Said:
    known = len(supports) == len(quotes)
    pairs = zip(quotes, supports if known else [None] * len(quotes), strict=True)
    mean = round(sum(supports) / len(supports), 4) if known and supports else None
    weak_below = _check(options).get("weak_below", WEAK_BELOW)
    return Said(
        text, tuple(replace(quote, support=each) for quote, each in pairs), mean, mean is not None and mean < weak_below
    )


def _supports(options: Mapping[str, object]) -> dict[int, list[float]]:
    return dict(enumerate(_check(options).get("supports", [])))


def _check(options: Mapping[str, object]) -> Mapping[str, Any]:
    found = options.get("check")
    return found if isinstance(found, Mapping) else {}


def _list(options: Mapping[str, object], name: str) -> list[str]:
    found = options.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []


def _theme_name(study: Study, guid: str) -> str:
    """The theme's name as the newest version has it that knows it."""
    known = (code for book in reversed(codebook_versions(study)) for code in book.codes if code.guid == guid)
    found = next(known, None)
    return guid if found is None else found.name


def _many(count: object, one: str, many: str = "") -> str:
    return f"1 {one}" if count == 1 else f"{count} {many or f'{one}s'}"


def _left_out(options: Mapping[str, object]) -> str:
    passed, unplaced = options.get("passed_over"), options.get("unplaced")
    told = f" {passed} did not fit into the model’s window." if passed else ""
    return told + (f" {unplaced} codings await a look after a correction and were not read." if unplaced else "")
