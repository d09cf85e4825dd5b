"""A study as a REFI-QDA project: everything that the standard can hold, and a list of what it cannot."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.exchange.consent_gate import gate_of
from assistant.exchange.outgoing import software_version
from assistant.exchange.refi.cases_given import cases_given, variables_given
from assistant.exchange.refi.codes_given import codes_given, sets_given
from assistant.exchange.refi.going import Going, covered, going_out, unquoting
from assistant.exchange.refi.not_held import tell_not_held
from assistant.exchange.refi.notes_given import NotesGiven, notes_given
from assistant.exchange.refi.own import ORIGIN, fitting, note_of_coding
from assistant.exchange.refi.project import Finding, Note, Project, ProjectCoding, Source, Value
from assistant.exchange.refi.selections_given import Selecting
from assistant.exchange.refi.suggestions_given import suggestions_given
from assistant.exchange.refi.texts_given import recordings_given, source_given
from assistant.review.basis import Basis
from assistant.review.blindness import Blindness
from store.event_log import last_event, logged
from store.placing import current_transcript_ids
from store.study import Study
from store.values import Coding, Interview, Span

Suggested = Mapping[str, Sequence[tuple[Span, ProjectCoding]]]


@dataclass(frozen=True, slots=True)
class Given:
    """A project on its way out, what of the study does not go, and how much it holds of each kind."""

    project: Project
    findings: tuple[Finding, ...]
    holds: Mapping[str, int]
    withheld: tuple[str, ...] = ()
    """Interviews that stay in the study for want of consent."""


def project_of(
    study: Study,
    *,
    basis: Basis | None = None,
    hidden: Blindness | None = None,
    machine: bool = False,
    media: bool = True,
) -> Given:
    """The codings that a basis counts with all that belongs to them, without what is `hidden` from whoever asks.

    With `machine`, what is suggested now stands as codings of a user of its own; with `media`, recordings go along.
    Raises InvalidInputError and NotFoundError where the basis asks for what there is not, NotAllowedError where the
    consent to no interview covers sharing.
    """
    going = covered(going_out(study, basis or Basis(), hidden or Blindness("")), gate_of(study))
    codings = _placed(going)
    notes = notes_given(going, {coding.decision for coding in codings})
    suggested = _suggested(going) if machine else {}
    variables = variables_given(going)
    cases, values = cases_given(going, variables)
    recordings = recordings_given(going, asked=media)
    by_interview: dict[str, list[Coding]] = defaultdict(list)
    for coding in codings:
        by_interview[coding.interview].append(coding)
    sources = tuple(
        _source(going, interview, by_interview[interview.label], notes, suggested, values, recordings)
        for interview in going.interviews
    )
    sets = sets_given(going, {source.guid for source in sources}, {note.guid for note in notes.notes})
    _tell_times(going, sources)
    tell_not_held(going, machine=machine)
    project = Project(
        name=study.title,
        origin=f"{ORIGIN} {software_version()}",
        created=datetime.fromisoformat(logged(study, 1).at),
        modified=datetime.fromisoformat(logged(study, last_event(study)).at),
        users=going.users,
        codes=codes_given(going, notes.codes),
        variables=variables,
        cases=cases,
        sources=sources,
        notes=tuple(sorted(notes.notes, key=lambda note: (str(note.at), note.guid))),
        sets=sets,
        project_notes=tuple(notes.project),
    )
    return Given(project, tuple(going.findings), holds(project), going.withheld)


def codebook_of(study: Study, *, basis: Basis | None = None) -> Given:
    """The codes of the codebook that a basis names, and the sets of them; raises as `project_of` does."""
    going = unquoting(going_out(study, basis or Basis(), Blindness("")), gate_of(study))
    sets = tuple(each for each in sets_given(going, (), ()) if each.codes)
    project = Project(
        name=study.title,
        origin=f"{ORIGIN} {software_version()}",
        codes=codes_given(going, {}),
        sets=sets,
    )
    about = sum(memo.target.kind == "code" for memo in going.memos)
    going.left_out(about, ("memo on a code", "memos on codes"), "a codebook alone has no place for notes")
    return Given(project, tuple(going.findings), holds(project))


def holds(project: Project) -> Mapping[str, int]:
    """How much a project holds, by kind, without what it has none of."""
    counts = {
        "interviews": len(project.sources),
        "codes": len(project.codes),
        "codings": sum(len(each.codings) for source in project.sources for each in source.selections),
        "users": len(project.users),
        "notes": len(project.notes),
        "variables": len(project.variables),
        "sets": len(project.sets),
        "recordings": sum(source.media is not None for source in project.sources),
    }
    return {kind: count for kind, count in counts.items() if count}


def _placed(going: Going) -> tuple[Coding, ...]:
    """The codings that stand in the newest transcripts with a code of the codebook."""
    texts = current_transcript_ids(going.study)
    codes = {code.guid for code in going.codes}
    named = [coding for coding in going.codings if coding.code in codes]
    placed = tuple(coding for coding in named if coding.transcript_id in texts)
    coding_of = ("coding", "codings")
    going.left_out(len(going.codings) - len(named), coding_of, "the code is not in the codebook any more")
    going.left_out(len(named) - len(placed), coding_of, "a correction of the transcript tore the place apart")
    looked = sum(coding.needs_look for coding in placed)
    if looked:
        said = "a correction of the transcript touched the place; given where it is now, and worth a look"
        going.findings.append(Finding("doubtful", f"{looked} {coding_of[looked != 1]}", said))
    return placed


def _suggested(going: Going) -> Suggested:
    found: dict[str, list[tuple[Span, ProjectCoding]]] = defaultdict(list)
    for label, span, coding in suggestions_given(going):
        found[label].append((span, coding))
    return found


def _source(
    going: Going,
    interview: Interview,
    codings: Iterable[Coding],
    notes: NotesGiven,
    suggested: Suggested,
    values: Mapping[str, tuple[Value, ...]],
    recordings: Mapping[str, Path],
) -> Source:
    selecting = Selecting(going.parts.get(interview.guid, {}).get("selections", {}))
    for coding in codings:
        selecting.coding(coding.span, _coding(going, coding, notes))
    for span, suggestion in suggested.get(interview.label, ()):
        selecting.coding(span, suggestion)
    for span, note in notes.passages.get(interview.label, ()):
        selecting.note(span, note)
    return source_given(
        going,
        interview,
        selecting,
        notes=notes.interviews.get(interview.label, ()),
        values=values[interview.guid],
        media=recordings.get(interview.label),
    )


def _coding(going: Going, coding: Coding, notes: NotesGiven) -> ProjectCoding:
    """A coding; what was written down with the decision is a note on it."""
    guid, user = fitting(coding.decision), going.user(coding.coder)
    about = tuple(notes.codings.get(coding.decision, ()))
    if coding.memo.strip():
        own = Note(note_of_coding(guid), "", coding.memo, user, coding.at)
        notes.notes.append(own)
        about = (own.guid, *about)
    return ProjectCoding(guid, fitting(coding.code), user, coding.at, about)


def _tell_times(going: Going, sources: Iterable[Source]) -> None:
    texts = {source.name for source in sources if source.kind == "text"}
    timed = sum(look.timed for label, look in going.transcripts.looks.items() if label in texts)
    said = "REFI-QDA has times within turns for recordings alone"
    going.left_out(timed, ("transcript’s times of words", "transcripts’ times of words"), said)
