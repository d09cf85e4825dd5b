"""`interview add`: recordings and transcripts into the study, and attributes of its interviews."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, clock, note, opened, print_json
from store.errors import InvalidInputError, StudyError
from store.interviews import add_interview, interviews, set_attributes
from store.study import Study
from store.transcripts import add_transcribed

RECORDINGS = frozenset(
    (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".mp4", ".mov", ".webm", ".mkv", ".aac", ".opus", ".wma")
)
"""The endings of files that are added as recordings."""
_LONGEST_LABEL = 100


def add_command(
    study: StudyFolder,
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings and transcripts.", show_default=False)] = None,
    label: Annotated[str | None, typer.Option(help="The interview's label, such as I8; for one file only.")] = None,
    attributes: Annotated[
        Path | None, typer.Option(help="A csv file with one row for each interview and its attributes in columns.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add recordings and transcripts; what cannot be used is refused with a sentence, the rest is added."""
    _check_usage(files or [], label, attributes)
    from assistant.ingest import read_attributes
    from assistant.segment import segment_new

    values = read_attributes(attributes) if attributes else {}
    added: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    with opened(study) as (open_study, _):
        for path in files or []:
            try:
                added.append(add_file(open_study, path, label and label.strip()))
            except StudyError as error:
                refused.append({"file": str(path), "why": str(error)})
                note(str(error))
                continue
            if not as_json:
                _print_added(added[-1])
        segment_new(open_study)
        described = attach(open_study, values)
    if as_json:
        print_json({"added": added, "refused": refused, "attributes": described})
    else:
        _print_attributes(described)
    if refused:
        raise typer.Exit(1)


def _check_usage(files: list[Path], label: str | None, attributes: Path | None) -> None:
    if not files and attributes is None:
        msg = "give at least one file, or --attributes"
        raise typer.BadParameter(msg)
    if label is not None and (len(files) != 1 or not label.strip()):
        msg = "--label names one interview; give it with exactly one file"
        raise typer.BadParameter(msg)
    if label is not None and (len(label.strip()) > _LONGEST_LABEL or len(label.strip().splitlines()) > 1):
        msg = f"--label takes at most {_LONGEST_LABEL} characters on one line"
        raise typer.BadParameter(msg)


def add_file(study: Study, path: Path, label: str | None = None) -> dict[str, Any]:
    """Add one file as a recording or as a transcript, and say what came of it.

    Raises a StudyError where it cannot be used or is there already; nothing is kept then.
    """
    if path.is_dir():
        msg = f"{path} is a folder; name the files in it."
        raise InvalidInputError(msg)
    if not path.is_file():
        msg = f"There is no file {path}; check its name."
        raise InvalidInputError(msg)
    return _add_recording(study, path, label) if path.suffix.lower() in RECORDINGS else _add_text(study, path, label)


def _add_recording(study: Study, path: Path, label: str | None) -> dict[str, Any]:
    from assistant.transcribe.audio import probe

    facts = probe(path)
    made = add_interview(study, path, "recording", label=label, duration_ms=facts.duration_ms)
    return _record(made.label, "recording", path, duration_ms=facts.duration_ms)


def _add_text(study: Study, path: Path, label: str | None) -> dict[str, Any]:
    from assistant.ingest import READABLE, read_transcript

    if path.suffix.lower() not in READABLE:
        known = ", ".join((*READABLE, *sorted(RECORDINGS)))
        msg = f"{path.name} was not added: its ending is not one of those that can be read ({known})."
        raise InvalidInputError(msg)
    read = read_transcript(path)
    details = {"reader": path.suffix.lower().lstrip("."), "report": list(read.report)}
    kept = add_transcribed(study, path, read.turns, label=label, details=details)
    speakers = dict.fromkeys(turn.speaker for turn in kept.turns if turn.speaker is not None)
    ends = [turn.end_ms for turn in kept.turns if turn.end_ms is not None]
    return _record(
        kept.interview,
        "transcript",
        path,
        turns=len(kept.turns),
        speakers=speakers,
        duration_ms=max(ends, default=None),
        report=read.report,
    )


def _record(
    interview: str,
    kind: str,
    path: Path,
    *,
    turns: int = 0,
    speakers: Iterable[str] = (),
    duration_ms: int | None = None,
    report: Iterable[str] = (),
) -> dict[str, Any]:
    return {
        "interview": interview,
        "kind": kind,
        "file": str(path),
        "turns": turns,
        "speakers": list(speakers),
        "duration_ms": duration_ms,
        "report": list(report),
    }


def attach(study: Study, values: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Give interviews their attributes; labels that the study does not have are listed as unknown."""
    there = {interview.label: interview for interview in interviews(study)}
    for label, wanted in values.items():
        if label in there and wanted.items() - there[label].attributes.items():
            set_attributes(study, label, wanted)
    return {
        "set": [label for label in values if label in there],
        "unknown": [label for label in values if label not in there],
    }


def _print_added(record: Mapping[str, Any]) -> None:
    length = clock(record["duration_ms"])
    what = f"{record['kind']}{', ' + length if length else ''}"
    if record["kind"] == "transcript":
        what += f", {record['turns']} turns of {', '.join(record['speakers']) or 'speakers not named'}"
    print(f"{record['interview']}: {record['file']} ({what})")
    for sentence in record["report"]:
        print(f"    {sentence}")


def _print_attributes(described: Mapping[str, list[str]]) -> None:
    if described["set"]:
        print(f"Attributes set for: {', '.join(described['set'])}.")
    if described["unknown"]:
        note(f"Not in this study, so their attributes were not set: {', '.join(described['unknown'])}.")
