"""The notes, descriptions and links of a project as memos of a study, each on what it is about."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from assistant.exchange.refi.about import THE_STUDY, About
from assistant.exchange.refi.coders_taken import CodersTaken
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.moments import moment
from assistant.exchange.refi.own import derived, note_of_coding
from assistant.exchange.refi.project import Link, Note, Project, Selection
from assistant.exchange.refi.texts_taken import TextTaken
from store.imports import ImportedMemo

_SEVERAL = "is about several things; each of them has a memo with its text"
_ANOTHER = "is in the study already with another text, which stays as it is there"
_NO_TIME = "has no time; kept as written when it was imported"
_EMPTY = "has neither a title nor a text"
_GONE = "is about something that could not be taken; kept as a memo on the study that names it"


@dataclass
class NotesTaken:
    """The memos, what was written down with codings (GUIDs), and by interview in which selection a memo was (GUIDs)."""

    memos: list[ImportedMemo] = field(default_factory=list)
    of_codings: dict[str, str] = field(default_factory=dict)
    selections: dict[str, dict[str, str]] = field(default_factory=dict)


def notes_taken(
    project: Project,
    texts: Mapping[str, TextTaken],
    about: Mapping[str, About],
    coders: CodersTaken,
    tally: Tally,
    *,
    key: str,
    known: Mapping[str, str],
    words: Callable[[str], str | None],
) -> NotesTaken:
    """All memos; `about` tells of what is in the project, by GUID, what a memo on it is about in the study.

    `key` is something that no other project has, such as the hash of its file. Memos that are `known` to the study
    (texts by GUID), from another file of the same project, stay as they are there. `words` tells what was written down
    with a coding (GUID) that the study has already.
    """
    taking = _Taking(project, about, coders, tally, known, words)
    for note in project.notes:
        taking.note(note)
    title = f"About “{project.name}”" if project.name else "About the project"
    taking.description(key, project.description, title, project.user, project.created)
    for source in project.sources:
        described = texts[source.guid].description if source.guid in texts else source.description
        taking.description(source.guid, described, "Description", source.user, source.at)
        for selection in source.selections:
            taking.selection(selection, (source.text or "")[selection.start : selection.end])
    for case in project.cases:
        taking.description(case.guid, case.description, f"Case “{case.name or case.guid}”", None, None)
    for link in project.links:
        taking.link(link)
    return taking.taken


class _Taking:
    """Memos on their way; what points at what is known beforehand."""

    def __init__(
        self,
        project: Project,
        about: Mapping[str, About],
        coders: CodersTaken,
        tally: Tally,
        known: Mapping[str, str],
        words: Callable[[str], str | None],
    ) -> None:
        self._about, self._coders, self._tally, self._known = about, coders, tally, known
        self._written = words
        self._titles = {note.guid: _title(note) for note in project.notes}
        self._pointing = _pointing(project)
        self._given: set[str] = set()
        self.taken = NotesTaken()

    def note(self, note: Note) -> None:
        """A note on everything that points at it."""
        self._tally.came("notes")
        title = self._titles[note.guid]
        words = f"note “{title or note.guid}”"
        if not (title or note.text.strip()):
            self._tally.left_out("notes", words, _EMPTY)
            return
        if note.guid in self._known:
            if self._known[note.guid] == note.text:
                self._tally.there("notes")
            else:
                self._tally.left_out("notes", words, _ANOTHER)
            return
        pointing = self._pointing.get(note.guid, [])
        coding = next((guid for guid in pointing if note_of_coding(guid) == note.guid), None)
        if coding is not None and self._of(coding).coding == coding:
            self._with_coding(note, coding)
            pointing = [guid for guid in pointing if guid != coding]
            if not pointing:
                return
        on = list(dict.fromkeys(map(self._of, pointing))) or [THE_STUDY]
        if len(on) > 1:
            self._tally.told("changed", words, _SEVERAL, source=on[0].interview)
        coder, at = self._coders.name(note.user), moment(note.at)
        if at is None:
            self._tally.told("guessed", words, _NO_TIME, source=on[0].interview)
        for number, each in enumerate(on):
            guid = note.guid if number == 0 else derived(note.guid, str(number))
            if each is not THE_STUDY and each.code is None and each.interview is None:
                self._tally.told("changed", words, _GONE)
                self._keep(guid, f"{title} (on {each.words})".strip(), note.text, coder, at, THE_STUDY)
            else:
                self._keep(guid, title, note.text, coder, at, each)

    def _with_coding(self, note: Note, coding: str) -> None:
        """What was written down with a coding; beside what the study has written down with it, it is a memo on it."""
        written, other = self._written(coding), derived(note.guid, "other")
        if written is None:
            self.taken.of_codings[coding] = note.text
        elif written == note.text or other in self._known:
            self._tally.there("notes")
        else:
            self._keep(other, "", note.text, self._coders.name(note.user), moment(note.at), self._of(coding))

    def description(self, of: str, text: str, title: str, user: str | None, at: datetime | None) -> None:
        """What the file says of something (GUID) where the study has no place for descriptions."""
        guid = derived(of, "description")
        if text.strip() and guid not in self._titles:
            coder = self._coders.name(user) if user else self._coders.name()
            self._keep(guid, title, text, coder, moment(at), self._of(of))

    def selection(self, selection: Selection, quoted: str) -> None:
        """What is said of a stretch, unless that is the stretch itself."""
        if selection.description.split() != quoted.split():
            self.description(selection.guid, selection.description, "", selection.user, selection.at)

    def link(self, link: Link) -> None:
        """A link as a memo on where it begins that names both ends; one to a note has said it by the note."""
        self._tally.came("links")
        words = f"link “{link.name or link.guid}”"
        if _annotated(link, self._titles) is not None:
            return
        ends = [guid for guid in (link.origin, link.target) if guid]
        if not ends:
            self._tally.left_out("links", words, "neither of its ends is in the project")
            return
        on = next((about for guid in ends if (about := self._of(guid)).interview or about.code), THE_STUDY)
        text = " → ".join(self._words(guid) for guid in (link.origin, link.target))
        self._keep(derived(link.guid, "link"), link.name or "Link", text, self._coders.name(), None, on)

    def _of(self, guid: str) -> About:
        if not guid or guid in self._titles:
            return THE_STUDY
        return self._about.get(guid, THE_STUDY)

    def _words(self, guid: str | None) -> str:
        if guid is not None and guid in self._titles:
            return f"note “{self._titles[guid]}”"
        known = self._about.get(guid or "")
        return "something that is not in the study" if known is None else known.words

    def _keep(self, guid: str, title: str, text: str, coder: str, at: datetime | None, on: About) -> None:
        if guid in self._known:
            return
        while guid in self._given:
            guid = derived(guid, "again")
        self._given.add(guid)
        if on.selection is not None and on.interview is not None:
            self.taken.selections.setdefault(on.interview, {})[guid] = on.selection
        self.taken.memos.append(
            ImportedMemo(
                guid=guid,
                title=title,
                text=text,
                coder=coder,
                at=at,
                interview=on.interview,
                span=on.span,
                code=on.code,
                coding=on.coding,
            )
        )


def _title(note: Note) -> str:
    return note.name.strip()


def _pointing(project: Project) -> dict[str, list[str]]:
    """By the GUID of each note, those of what points at it; an empty one stands for the project."""
    found: dict[str, list[str]] = {}
    titles = {note.guid for note in project.notes}
    for note, guid in _references(project, titles):
        found.setdefault(note, []).append(guid)
    return found


def _references(project: Project, notes: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each note with what points at it."""
    yield from ((note, "") for note in project.project_notes)
    for code in project.codes:
        yield from ((note, code.guid) for note in code.notes)
    for source in project.sources:
        yield from ((note, source.guid) for note in source.notes)
        yield from ((note, coding.guid) for coding in source.codings for note in coding.notes)
        for selection in source.selections:
            yield from ((note, selection.guid) for note in selection.notes)
            yield from ((note, coding.guid) for coding in selection.codings for note in coding.notes)
    for link in project.links:
        annotated = _annotated(link, notes)
        if annotated is not None:
            yield annotated
        yield from ((note, link.origin or link.target or "") for note in link.notes)


def _annotated(link: Link, notes: Collection[str]) -> tuple[str, str] | None:
    """The note and what it is about, where a link has a note at one of its ends and nothing more to say."""
    for note, other in ((link.origin, link.target), (link.target, link.origin)):
        if note in notes and note is not None and other is not None and other not in notes:
            return note, other
    return None
