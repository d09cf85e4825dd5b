"""Projects and codebooks of other programs into a study: all of a file that the study has a place for, or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.codebook.merging import ImportedCodebook
from assistant.exchange.refi.about import About
from assistant.exchange.refi.added import new_attributes, tell_added
from assistant.exchange.refi.attributes_taken import AttributesTaken, attributes_taken
from assistant.exchange.refi.coders_taken import CodersTaken
from assistant.exchange.refi.codes_taken import CodesTaken, codes_taken
from assistant.exchange.refi.codings_taken import CodingsTaken, codings_taken
from assistant.exchange.refi.codings_there import CodingsThere
from assistant.exchange.refi.import_report import ImportReport, Tally, attributed, grouped
from assistant.exchange.refi.moments import moment
from assistant.exchange.refi.notes_taken import NotesTaken, notes_taken
from assistant.exchange.refi.own import ORIGIN, retired_set
from assistant.exchange.refi.project import Project, ReadProject
from assistant.exchange.refi.sets_taken import sets_taken
from assistant.exchange.refi.sources_there import all_apart, as_in_study, sources_there
from assistant.exchange.refi.texts_taken import TextTaken, texts_taken
from assistant.ingest.decoding import check_file
from assistant.segment import segment_new
from store.canonical import sha256_file
from store.codebook import current_codebook, keep_merged
from store.coders import coder_list
from store.errors import InvalidInputError, StudyError
from store.imports import AddedPart, Import, ImportedInterview, imports, keep_import
from store.interviews import interviews
from store.known_texts import known_interviews
from store.memos import memos
from store.rooms import room
from store.sets import named_sets
from store.study import Study

_READ = "each coder counts as having read the whole of every interview that they coded"
_LARGEST = 200_000_000_000


def import_project(study: Study, path: Path, *, coder: str, readings: bool = True) -> ImportReport:
    """Take a qdpx file into the study, all of it or nothing, and say what became of it.

    A source that the study has as an interview, with the very same text, is not taken again: its codings, notes and
    values are added to that interview. With `readings`, whoever coded an interview counts as having read it. Raises
    InvalidInputError where the file is no REFI-QDA project; ConflictError where it is there already, or holds another
    text under the GUID of an interview that is.
    """
    from assistant.exchange.refi.reading import read_qdpx

    digest = _hash(path)
    try:
        with room(study.folder) as folder:
            read = read_qdpx(path, folder)
            return take_project(study, read, file=path.name, sha256=digest, coder=coder, readings=readings)
    except OSError as error:
        msg = (
            f"{path.name} was not imported ({error.strerror or error}); check the study’s folder and its disk’s space."
        )
        raise StudyError(msg) from error


def take_project(
    study: Study, read: ReadProject, *, file: str, sha256: str, coder: str, readings: bool = True
) -> ImportReport:
    """The same for a project that has been read; its recordings must lie where it says until this returns."""
    _refuse_doubles(read.project, file)
    tally = Tally()
    apart = all_apart(read.project)
    found = sources_there(read.project, apart, known_interviews(study))
    read, apart = as_in_study(read, apart, found)
    there = {each.interview.guid: each for each in found.values()}
    project = read.project
    coders = CodersTaken(project, coder_list(study), tally)
    retired = _retired(project)
    before = current_codebook(study)
    codes = codes_taken(project, before, tally, file=file, retired=frozenset().union(*retired.values()))
    among = {each.guid: each for each in interviews(study)}
    labels = [each.label for each in among.values()]
    texts = texts_taken(project, apart, there, labels, tally, own=project.origin.startswith(ORIGIN))
    codings_there = CodingsThere(study, there)
    coded = codings_taken(project, texts, codes, coders, tally, there=codings_there)
    about = _about(project, texts, codes, coded)
    attributes = attributes_taken(project, texts, about, coded.cases, tally)
    written = {memo.guid: memo.text for deleted in (False, True) for memo in memos(study, deleted=deleted)}
    notes = notes_taken(project, texts, about, coders, tally, key=sha256, known=written, words=codings_there.words)
    noted = {*written, *(memo.guid for memo in notes.memos)}
    sets = sets_taken(project, codes, texts, noted, tally, known=named_sets(study), understood=retired)
    new_values = {
        guid: new_attributes(attributes.values.get(guid, {}), among[guid], tally) for guid in texts if guid in there
    }
    tell_added(there, coded, codings_there, tally)
    if readings and coded.codings:
        tally.told("guessed", "readings", _READ)
    names = {source.guid: source.name for source in project.sources if source.guid in texts}
    tally.findings[:0] = attributed(read.findings, names)
    report = _report(read, file, tally, texts)
    origin = project.origin or "an unnamed program"
    marked = (coded, notes)
    keep_import(
        study,
        coder,
        Import(
            file=file,
            sha256=sha256,
            origin=project.origin,
            coders=coders.taken,
            codes=codes.codes,
            reason=f"imported from {file} ({origin})",
            seen=None if before is None else before.version,
            interviews=tuple(
                _interview(text, read, tally, attributes, marked, coders)
                for guid, text in texts.items()
                if guid not in there
            ),
            added=tuple(
                AddedPart(
                    interview=guid,
                    transcript_id=each.transcript_id,
                    attributes=new_values[guid],
                    report=tuple(_said(guid, read, tally)),
                    kept=_marks(guid, attributes, marked),
                )
                for guid, each in there.items()
            ),
            codings=tuple(replace(c, memo=notes.of_codings.get(c.guid, "")) for c in coded.codings),
            memos=tuple(notes.memos),
            sets=sets,
            readings=readings,
            report=(report.sentences()[0], *grouped(tally.about(None))),
            kept=_kept(codes, attributes),
        ),
    )
    segment_new(study)
    book = current_codebook(study) if codes.codes is not None else None
    return replace(report, codebook_version=None if book is None else book.version)


def import_refi_codebook(
    study: Study, path: Path, *, coder: str, reason: str | None = None, replace_all: bool = False
) -> ImportedCodebook:
    """Merge the codes of a qdc (or qdpx) file into the study's codebook, as `import_codebook` does for other files.

    Codes of the same GUID, else of the same name, stay the same codes and take over what the file says of them;
    those that the file lacks stay unless `replace_all`.
    """
    from assistant.exchange.refi.reading import read_qdc

    digest, tally = _hash(path), Tally()
    read = read_qdc(path)
    whole = read.project
    project = Project(whole.name, whole.origin, codes=whole.codes, sets=whole.sets)
    _refuse_doubles(project, path.name)
    before, retired = current_codebook(study), _retired(project)
    codes = codes_taken(
        project,
        before,
        tally,
        file=path.name,
        retired=frozenset().union(*retired.values()),
        renew=True,
        replace_all=replace_all,
    )
    sets = sets_taken(project, codes, (), (), tally, known=named_sets(study), understood=retired)
    report = grouped([*read.findings, *(finding for finding, _ in tally.findings)])
    if before is not None and codes.codes is None:
        return ImportedCodebook(before, changed=False, report=(*report, "Nothing changed; no new version was made."))
    if codes.codes is None:
        msg = f"{path.name} holds no codes; choose another file."
        raise InvalidInputError(msg)
    why = reason or f"imported from {path.name} ({whole.origin or 'an unnamed program'})"
    seen = None if before is None else before.version
    if any(each.sha256 == digest for each in imports(study)):
        kept = keep_merged(study, codes.codes, coder=coder, reason=why, seen=seen, file=path.name)
        return ImportedCodebook(kept, changed=True, report=report)
    given = Import(path.name, digest, whole.origin, codes=codes.codes, seen=seen, reason=why, sets=sets, report=report)
    keep_import(study, coder, replace(given, kept=_kept(codes, AttributesTaken())))
    newest = current_codebook(study)
    assert newest is not None
    return ImportedCodebook(newest, changed=True, report=report)


def _hash(path: Path) -> str:
    check_file(path, _LARGEST, "a project")
    try:
        return sha256_file(path)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); check its name."
        raise InvalidInputError(msg) from error


def _refuse_doubles(project: Project, file: str) -> None:
    codings = [
        coding.guid
        for source in project.sources
        for coding in (*source.codings, *(each for selection in source.selections for each in selection.codings))
    ]
    families: dict[str, Sequence[str]] = {
        "users": [user.guid for user in project.users],
        "codes": [code.guid for code in project.codes],
        "sources": [source.guid for source in project.sources],
        "codings": codings,
        "notes": [note.guid for note in project.notes],
        "sets": [each.guid for each in project.sets],
    }
    for what, guids in families.items():
        doubles = [guid for guid, number in Counter(guids).items() if number > 1]
        if doubles:
            msg = f"{file} holds several {what} with the GUID {doubles[0]}; export it again. Nothing was added."
            raise InvalidInputError(msg)


def _retired(project: Project) -> dict[str, frozenset[str]]:
    """The sets by which files of ours say that codes are retired, by GUID."""
    held = {each.guid: frozenset(each.codes) for each in project.sets}
    return {guid: codes for guid, codes in held.items() if codes and guid == retired_set(codes)}


def _about(
    project: Project, texts: Mapping[str, TextTaken], codes: CodesTaken, coded: CodingsTaken
) -> dict[str, About]:
    """What a memo on each thing of the project is about in the study."""
    found: dict[str, About] = dict(coded.about)
    for source in project.sources:
        text = texts.get(source.guid)
        words = f"“{source.name if text is None else text.label}”"
        found[source.guid] = About(words, interview=None if text is None else source.guid)
    for case in project.cases:
        mine = next((guid for guid in case.sources if guid in texts), None)
        found[case.guid] = About(f"case “{case.name or case.guid}”", interview=mine)
    for code in project.codes:
        if code.guid in codes.of:
            found[code.guid] = About(f"code “{code.name}”", code=codes.of[code.guid].guid)
    return found


def _interview(
    text: TextTaken,
    read: ReadProject,
    tally: Tally,
    attributes: AttributesTaken,
    marked: tuple[CodingsTaken, NotesTaken],
    coders: CodersTaken,
) -> ImportedInterview:
    source = text.source
    report = _said(source.guid, read, tally)
    at = moment(source.at)
    made = {"by": coders.name(source.user) if source.user else None, "at": None if at is None else at.isoformat()}
    kept: dict[str, Any] = {
        "kind": source.kind,
        "transcript": source.transcript,
        "description": text.description,
        **_marks(source.guid, attributes, marked),
    }
    return ImportedInterview(
        guid=source.guid,
        label=text.label,
        source_name=source.name if source.media is None else source.media.name,
        source_sha256=text.sha256,
        turns=text.turns,
        attributes=attributes.values.get(source.guid, {}),
        media=text.media,
        duration_ms=text.duration_ms,
        details={"reader": "refi", "origin": read.project.origin, "report": report, **_filled(made)},
        report=tuple(report),
        kept=_filled(kept),
    )


def _said(guid: str, read: ReadProject, tally: Tally) -> list[str]:
    """What is said of one source, how its offsets counted first."""
    offsets = [f"Offsets: {read.conventions[guid].rstrip('.')}."] if guid in read.conventions else []
    return [*offsets, *grouped(tally.about(guid))]


def _marks(guid: str, attributes: AttributesTaken, marked: tuple[CodingsTaken, NotesTaken]) -> dict[str, Any]:
    """What an export gives back of a source's case and selections."""
    selections = {k: v for part in marked for k, v in part.selections.get(guid, {}).items()}
    return _filled({"case": attributes.cases.get(guid), "selections": selections})


def _kept(codes: CodesTaken, attributes: AttributesTaken) -> dict[str, Any]:
    return _filled({"codes": dict(codes.kept), "variables": attributes.variables})


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _report(read: ReadProject, file: str, tally: Tally, texts: Mapping[str, TextTaken]) -> ImportReport:
    names = {s.guid: texts[s.guid].label if s.guid in texts else s.name for s in read.project.sources}
    return ImportReport(
        file=file,
        name=read.project.name,
        origin=read.project.origin,
        counts=tally.counts,
        elements=dict(read.found),
        interviews=tuple(text.label for text in texts.values()),
        codebook_version=None,
        findings=tuple(finding for finding, _ in tally.findings),
        conventions={names[guid]: words for guid, words in read.conventions.items() if guid in names},
    )
