"""`interview export`: the study, or a transcript of it, as a file for other programs and for readers."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.basis_options import Adjudicated, AtMilestone, Coder, Labels, UnderVersion, Where, basis_of
from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from assistant.settings import Settings
from store.errors import InvalidInputError
from store.study import Study

if TYPE_CHECKING:
    from assistant.review import Basis

_CAPTIONS = (".vtt", ".srt", ".txt")
_TABLES = (".xlsx", ".csv", ".docx", ".html", ".md")
_REFI = (".qdpx", ".qdc")


class Listed(StrEnum):
    """What a table lists."""

    CODINGS = "codings"
    CODEBOOK = "codebook"
    MATRIX = "matrix"
    DECISIONS = "decisions"
    INTERVIEWS = "interviews"


def export_command(
    study: StudyFolder,
    file: Annotated[
        Path,
        typer.Argument(
            help="A name that ends in .xlsx, .csv, .docx, .html, .md, .qdpx, .qdc, .vtt, .srt or .txt.",
            show_default=False,
        ),
    ],
    interview: Labels = None,
    transcripts: Annotated[
        bool, typer.Option("--transcripts", help="A .docx of whole transcripts, with the codings in the margin.")
    ] = False,
    what: Annotated[
        list[Listed] | None, typer.Option(help="A table for .csv, .xlsx or .md; may be repeated, else all.")
    ] = None,
    coder: Coder = None,
    adjudicated: Adjudicated = False,
    where: Where = None,
    milestone: AtMilestone = None,
    version: UnderVersion = None,
    media: Annotated[bool, typer.Option(help="Put recordings into a .qdpx too.")] = True,
    machine: Annotated[
        bool, typer.Option("--machine", help="Put suggestions into a .qdpx, as a user of their own.")
    ] = False,
    safe: Annotated[
        bool,
        typer.Option("--safe", help="Only if safe to share: everything reviewed, no name and no voice in it."),
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="With --safe: the key of the pseudonyms; beside the study’s folder otherwise."),
    ] = None,
    exported_by: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the study as tables, a document, a report or a REFI-QDA project; or a transcript of one --interview.

    The ending of the file says what it holds: .xlsx all tables, .csv one of them (--what), .docx the quotes by theme
    or, with --interview or --transcripts, transcripts with codings in the margin, .html a report, .md tables and
    quotes, .qdpx and .qdc a project and a codebook for other programs, .vtt, .srt and .txt the words alone.
    """
    ending, who = file.suffix.lower(), acting(exported_by)
    _refuse_ending(file)
    if key is not None and not safe:
        msg = "--key is for --safe, which looks through the file for the names in it; give both, or neither."
        raise InvalidInputError(msg)
    with opened(study) as (open_study, settings):

        def written(target: Path, *, anew: bool) -> tuple[dict[str, Any], str]:
            if ending in _CAPTIONS:
                return _captions(open_study, target, interview or (), who, force=anew)
            basis = basis_of(
                open_study,
                coder=coder,
                adjudicated=adjudicated,
                where=where,
                milestone=milestone,
                version=version,
                interviews=interview,
            )
            if ending in _REFI:
                return _refi(open_study, target, basis, who, media=media and not safe, machine=machine, force=anew)
            whole = transcripts or (ending == ".docx" and bool(interview))
            return _tables(open_study, target, basis, who, what or (), whole=whole, force=anew)

        unrecorded = _unrecorded(open_study)
        if safe:
            done, said = _safely(open_study, settings, file, key, who, written, force=force)
        else:
            done, said = written(file, anew=force)
    if as_json:
        print_json(done)
        return
    print(said)
    for sentence in (*done["notes"], *unrecorded):
        note(sentence)


def _unrecorded(study: Study) -> tuple[str, ...]:
    """A sentence where the file was checked against no consent, for none is recorded."""
    from assistant.exchange.consent_gate import gate_of

    gate = gate_of(study)
    if gate.is_used or not gate.recorded:
        return ()
    return ("No consent is recorded in this study, so nothing was held back; `interview consent set` records it.",)


def _safely(
    study: Study,
    settings: Settings,
    file: Path,
    key: Path | None,
    who: str,
    written: Callable[..., tuple[dict[str, Any], str]],
    *,
    force: bool,
) -> tuple[dict[str, Any], str]:
    """Write the file within the study, look through it, and only then put it where it is wanted."""
    from assistant.cli.pseudonyms import passphrase
    from assistant.exchange.safely import made_safely
    from assistant.exchange.whole_file import refuse_taken, write_whole
    from assistant.pseudonyms import default_path, model_names
    from store.rooms import room

    refuse_taken(file, force=force)
    told: list[tuple[dict[str, Any], str]] = []

    with room(study.folder) as place:

        def within() -> Path:
            told.append(written(place / file.name, anew=False))
            return place / file.name

        path, notes = made_safely(
            study, who, key or default_path(study), passphrase(), within, heard=model_names(settings)
        )
        write_whole(file, path.read_bytes())
    done, said = told[0]
    return done | {"file": str(file), "notes": [*done["notes"], *notes]}, said.replace(str(path), str(file))


def _refuse_ending(file: Path) -> None:
    endings = (*_TABLES, *_REFI, *_CAPTIONS)
    if file.suffix.lower() not in endings:
        msg = f"{file.name} was not written: its ending says what it is to hold; choose one of {', '.join(endings)}."
        raise InvalidInputError(msg)


def _captions(study: Study, file: Path, labels: Sequence[str], who: str, *, force: bool) -> tuple[dict[str, Any], str]:
    from assistant.exchange import write_transcript
    from assistant.exchange.consent_gate import gate_of
    from store.consent import Covers
    from store.exports import record_file
    from store.transcripts import transcript

    if len(labels) != 1:
        msg = f"A {file.suffix.lower()} file holds one transcript; say which with --interview LABEL, once."
        raise InvalidInputError(msg)
    found = transcript(study, labels[0])
    gate = gate_of(study)
    gate.require([found.interview], Covers.SHARING)
    done = write_transcript(found, file, force=force)
    record_file(
        study,
        who,
        name=file.name,
        kind=file.suffix.lower().removeprefix("."),
        sha256=sha256(file.read_bytes()).hexdigest(),
        holds={"interviews": 1, "turns": done.turns},
        options={"transcripts": [found.interview], "revision": found.revision},
    )
    record = {"file": str(done.file), "interview": found.interview, "revision": found.revision}
    turns = f"{done.turns} {'turn' if done.turns == 1 else 'turns'}"
    return (
        record | {"turns": done.turns, "notes": [*done.notes, *gate.unchecked]},
        f"Wrote {turns} of {found.interview} to {done.file}.",
    )


def _tables(
    study: Study, file: Path, basis: "Basis", who: str, what: Sequence[Listed], *, whole: bool, force: bool
) -> tuple[dict[str, Any], str]:
    from assistant.exchange.outgoing import outgoing
    from assistant.exchange.study_files import Parts, write_study_file
    from assistant.exchange.study_tables import What

    out = outgoing(study, basis, who)
    labels = tuple(i.label for i in out.of.interviews if i.transcribed or i.label in basis.interviews)
    if whole and not labels:
        msg = "None of these interviews has a transcript yet; transcribe them first."
        raise InvalidInputError(msg)
    parts = Parts(tuple(What(each.value) for each in what), labels if whole else ())
    made = write_study_file(file, out, parts, force=force)
    record = {"file": str(file), "basis": out.of.sentence, "holds": dict(made.holds), "notes": list(made.notes)}
    return record, f"Wrote {_held(made.holds)} to {file}."


def _refi(
    study: Study, file: Path, basis: "Basis", who: str, *, media: bool, machine: bool, force: bool
) -> tuple[dict[str, Any], str]:
    from assistant.exchange.refi.exporting import export_refi

    done = export_refi(study, file, coder=who, basis=basis, machine=machine, media=media, force=force)
    return (
        {"file": str(done.file), "holds": dict(done.holds), "notes": list(done.notes)},
        f"Wrote {_held(done.holds)} to {done.file}.",
    )


def _held(holds: Any) -> str:
    """What a file holds by number, in words; what it holds none of is left out."""
    parts = [f"{number} {name.removesuffix('s') if number == 1 else name}" for name, number in holds.items() if number]
    return ", ".join(parts) or "an empty file"
