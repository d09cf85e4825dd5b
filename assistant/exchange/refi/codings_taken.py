"""The codings of a project as codings of a study, each on the very stretch of text that it was made on."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assistant.exchange.refi.about import About
from assistant.exchange.refi.coders_taken import CodersTaken
from assistant.exchange.refi.codes_taken import CodesTaken
from assistant.exchange.refi.codings_there import CodingsThere
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.moments import clock, moment
from assistant.exchange.refi.project import Project, ProjectCoding, Selection, Source
from assistant.exchange.refi.texts_taken import TextTaken
from store.imports import ImportedCoding
from store.values import Span

_NO_CODE = "its code is not in the project’s list of codes"
_NO_INTERVIEW = "its source could not be taken"
_NO_TEXT = "it marks a stretch of a recording, page or picture that no text goes with"
_SEEN = ("pdf", "picture")
_NOTHING_LEFT = "nothing of it is left without labels and blank lines"
_TWICE = "the same coder gave the same code to the same stretch twice; kept once"
_NO_TIME = "its coding has no time; kept as made when it was imported"
_BARE = "it is marked, but has no code, note or link"
_WHOLE = "codings of a whole source are codings of its whole text"


@dataclass
class CodingsTaken:
    """The new codings; what notes on codings and selections are about; whole sources that NVivo codes with a case.

    `selections` tells by interview, and then by coding, in which of the file's selections it was (GUIDs).
    """

    codings: list[ImportedCoding] = field(default_factory=list)
    about: dict[str, About] = field(default_factory=dict)
    selections: dict[str, dict[str, str]] = field(default_factory=dict)
    cases: dict[str, list[str]] = field(default_factory=dict)
    there: Counter[str] = field(default_factory=Counter)
    """By interview, how many of the file's codings it has already."""


def codings_taken(
    project: Project,
    texts: Mapping[str, TextTaken],
    codes: CodesTaken,
    coders: CodersTaken,
    tally: Tally,
    *,
    there: CodingsThere,
) -> CodingsTaken:
    """All codings of the project's sources, in its order, without those that are `there`."""
    ends = {end for link in project.links for end in (link.origin, link.target) if end is not None}
    named = ends.union(*(case.selections for case in project.cases))
    taking = _Taking(texts, codes, coders, tally, there, named)
    for source in project.sources:
        taking.source(source)
    return taking.taken


@dataclass(frozen=True, slots=True)
class _Place:
    """Where codings are: in words, and in the interview; `why` it is nowhere."""

    source: Source
    words: str
    span: Span | None
    why: str = ""


class _Taking:
    """Codings on their way; the same coding of the same coder is kept once."""

    def __init__(
        self,
        texts: Mapping[str, TextTaken],
        codes: CodesTaken,
        coders: CodersTaken,
        tally: Tally,
        there: CodingsThere,
        named: Collection[str],
    ) -> None:
        self._texts, self._codes, self._coders, self._tally, self._there = texts, codes, coders, tally, there
        self._named = named
        self._seen: dict[tuple[str, Span, str, str], str] = {}
        self.taken = CodingsTaken()

    def source(self, source: Source) -> None:
        """All codings of a source and of its selections."""
        text = self._texts.get(source.guid)
        name = f"“{source.name if text is None else text.label}”"
        for selection in source.selections:
            said = selection.codings or selection.notes or selection.description.strip()
            place = _placed(source, text, name, selection)
            self.taken.about[selection.guid] = self._about(place, selection.guid)
            if text is not None and not said and selection.guid not in self._named:
                self._tally.told("left out", place.words, _BARE, source=source.guid)
            for coding in selection.codings:
                guid = self._coding(coding, place, selection)
                if guid is not None and text is not None:
                    self.taken.selections.setdefault(source.guid, {})[guid] = selection.guid
        whole = _Place(source, name, None if text is None else text.whole, _NO_TEXT if text else _NO_INTERVIEW)
        kept = [self._coding(coding, whole, None) for coding in source.codings]
        if any(kept):
            self._tally.told("changed", name, _WHOLE, source=source.guid)

    def _about(self, place: _Place, selection: str | None = None) -> About:
        if place.source.guid not in self._texts:
            return About(place.words)
        kept = selection if place.span is not None else None
        return About(place.words, interview=place.source.guid, span=place.span, selection=kept)

    def _coding(self, coding: ProjectCoding, place: _Place, selection: Selection | None) -> str | None:
        """The GUID of the coding in the study; None where it is not there."""
        self._tally.came("codings")
        self.taken.about[coding.guid] = self._about(place)
        code = self._codes.of.get(coding.code)
        if coding.code in self._codes.cases:
            self._of_case(coding, place)
        elif code is None:
            self._missed(place, _NO_CODE)
        elif place.span is None:
            self._missed(place, place.why)
        else:
            users = (coding.user, *(() if selection is None else (selection.user,)))
            coder = self._coders.name(*users)
            key = (place.source.guid, place.span, code.guid, coder)
            known = self._there.of(coding.guid, *key)
            if key in self._seen:
                self._missed(place, _TWICE)
                coded = self._seen[key]
            elif known is not None:
                coded, differs = known
                self._is_there(place, differs)
                if not differs:
                    self._seen[key] = coded
            else:
                coded = self._seen[key] = coding.guid
                at = moment(coding.at or (None if selection is None else selection.at))
                if at is None:
                    self._tally.told("guessed", place.words, _NO_TIME, source=place.source.guid)
                self.taken.codings.append(ImportedCoding(coding.guid, *key[:3], coder, at))
            words = f"the coding “{code.name}” of {place.words}"
            self.taken.about[coding.guid] = About(words, place.source.guid, place.span, coding=coded)
            return coding.guid if coded == coding.guid and known is None else None
        return None

    def _is_there(self, place: _Place, differs: str) -> None:
        self._tally.there("codings")
        self.taken.there[place.source.guid] += 1
        if differs:
            self._tally.told("doubtful", place.words, f"a coding of it {differs}", source=place.source.guid)

    def _of_case(self, coding: ProjectCoding, place: _Place) -> None:
        """A code that stands for a case: on the whole text it says whose interview it is."""
        text = self._texts.get(place.source.guid)
        if text is not None and place.span is not None and place.span == text.whole:
            self.taken.cases.setdefault(place.source.guid, []).append(coding.code)
            said = "says whose interview it is; kept with its attributes and not as a coding"
        else:
            said = "says which case a part of a source belongs to; the study keeps cases of whole interviews"
        self._missed(place, said)

    def _missed(self, place: _Place, said: str) -> None:
        source = place.source.guid if place.source.guid in self._texts else None
        self._tally.left_out("codings", place.words, said, source=source)


def _placed(source: Source, text: TextTaken | None, name: str, selection: Selection) -> _Place:
    words = f"{name}, {_where(source, selection)}"
    if text is None:
        return _Place(source, words, None, _NO_INTERVIEW)
    if selection.start is None or selection.end is None:
        return _Place(source, words, None, _NO_TEXT)
    return _Place(source, words, text.span(selection), _NOTHING_LEFT)


def _where(source: Source, selection: Selection) -> str:
    """The place of a selection in the file, in words."""
    if selection.start is not None and selection.end is not None:
        return f"characters {selection.start}–{selection.end}"
    if selection.begin_ms is not None:
        return f"{clock(selection.begin_ms)}–{'' if selection.end_ms is None else clock(selection.end_ms)}"
    return "a part of a page or picture" if source.kind in _SEEN else "a stretch of its text"
