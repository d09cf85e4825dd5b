"""Sources that a study has as interviews already, as where several people have coded copies of one project."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.exchange.refi.layout import TakenApart, taken_apart
from assistant.exchange.refi.names import on_one_line
from assistant.exchange.refi.project import Project, ReadProject, Source
from assistant.intake.adding import LONGEST_LABEL
from assistant.intake.looking import ENDINGS
from store.canonical import sha256_file, sha256_text
from store.known_texts import KnownInterview
from store.turns import joined

_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}\Z")

Apart = Mapping[str, TakenApart]
"""By the GUID of each source with a text, its turns."""


@dataclass(frozen=True, slots=True)
class There:
    """The interview that a source is; `transcript_id` is the revision that reads as it does, None for no text."""

    interview: KnownInterview
    transcript_id: int | None

    @property
    def corrected(self) -> bool:
        """Whether the interview's text is another one by now."""
        return self.transcript_id != self.interview.newest and self.transcript_id is not None


def all_apart(project: Project) -> Apart:
    """The turns of every source that has any text."""
    return {
        source.guid: taken_apart(source.text, source.description)
        for source in project.sources
        if source.text is not None and source.text.strip()
    }


def without_ending(name: str) -> str:
    """The name of a file without what tells its kind."""
    ending = _ENDING.search(name)
    return name[: ending.start()] if ending and ending[0].lower() in ENDINGS and ending.start() else name


def sources_there(project: Project, apart: Apart, known: Sequence[KnownInterview]) -> dict[str, There]:
    """By GUID the sources that are interviews of the study, no two of them the same one.

    Those are of the same GUID and the very same text, in any revision of it; else of the same text and name. One of
    the same GUID and another text is not among them.
    """
    by_guid = {each.guid: each for each in known}
    found: dict[str, There] = {}
    left = []
    for source in project.sources:
        digest = _digest(source, apart)
        interview = by_guid.get(source.guid)
        if interview is None:
            left.append((source, digest))
        elif (there := _same(source, digest, interview)) is not None:
            found[source.guid] = there
    taken = {there.interview.guid for there in found.values()} | {source.guid for source in project.sources}
    for source, digest in left:
        free = (each for each in known if each.guid not in taken and digest in each.revisions)
        interview = next((each for each in free if _of_that_name(source, each)), None)
        if interview is not None and digest is not None:
            taken.add(interview.guid)
            found[source.guid] = There(interview, interview.revisions[digest])
    return found


def _digest(source: Source, apart: Apart) -> str | None:
    """The hash of the text that an interview made of the source has."""
    turns = apart[source.guid].turns if source.guid in apart else ()
    return sha256_text(joined(turns)) if turns else None


def _same(source: Source, digest: str | None, interview: KnownInterview) -> There | None:
    if digest is not None:
        return There(interview, interview.revisions[digest]) if digest in interview.revisions else None
    file = None if source.media is None else source.media.file
    same = file is not None and sha256_file(file) == interview.source_sha256
    return There(interview, None) if same else None


def _of_that_name(source: Source, interview: KnownInterview) -> bool:
    """Whether an interview was made of a source of this name, or of this very text."""
    name = on_one_line(source.name, LONGEST_LABEL)
    names = {source.name, name, without_ending(name)}
    if source.media is not None:
        names.add(source.media.name)
    theirs = {interview.label.casefold(), interview.source_name.casefold()}
    same_text = sha256_text(source.text or "") == interview.source_sha256
    return same_text or not theirs.isdisjoint(each.casefold() for each in names)


def as_in_study(read: ReadProject, apart: Apart, there: Mapping[str, There]) -> tuple[ReadProject, Apart]:
    """The same project, with every source that is there under the GUID of its interview."""
    guids = {guid: each.interview.guid for guid, each in there.items() if guid != each.interview.guid}
    if not guids:
        return read, apart

    def of(guid: str) -> str:
        return guids.get(guid, guid)

    def of_all(given: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(of, given))

    whole = read.project
    project = replace(
        whole,
        sources=tuple(replace(source, guid=of(source.guid)) for source in whole.sources),
        cases=tuple(replace(case, sources=of_all(case.sources)) for case in whole.cases),
        sets=tuple(replace(each, sources=of_all(each.sources)) for each in whole.sets),
        links=tuple(
            replace(link, origin=link.origin and of(link.origin), target=link.target and of(link.target))
            for link in whole.links
        ),
    )
    conventions = {of(guid): words for guid, words in read.conventions.items()}
    renamed = replace(read, project=project, conventions=conventions)
    return renamed, {of(guid): each for guid, each in apart.items()}
