"""`interview add`: recordings and transcripts into the study, and attributes of its interviews."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, clock, note, opened, print_json
from store.errors import InvalidInputError, StudyError
from store.study import Study


def add_command(
    study: Annotated[Path | None, typer.Argument(help="The study's folder.", show_default=False)] = None,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recordings, transcripts, and folders of them.", show_default=False)
    ] = None,
    label: Annotated[str | None, typer.Option(help="The interview's label, such as I8; for one file only.")] = None,
    attributes: Annotated[
        Path | None,
        typer.Option(help="A csv or xlsx file with one row for each interview and its attributes in columns."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A json or yaml file that says how files are to be taken, instead of a guess.")
    ] = None,
    preview: Annotated[
        Path | None, typer.Option(help="Show how a file would be taken, with its mapping; nothing is added.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add recordings and transcripts; what cannot be used is refused with a sentence, the rest is added."""
    if preview is not None:
        from assistant.cli.add_preview import show_preview

        _refuse_all_but_preview(files, label, attributes)
        show_preview(preview, mapping, as_json=as_json)
        return
    if study is None:
        msg = "name the study's folder"
        raise typer.BadParameter(msg)
    _check_usage(files or [], label, attributes)
    outcome = _added(study, files or [], label, attributes, mapping, as_json=as_json)
    if as_json:
        print_json(outcome)
    if outcome["refused"]:
        raise typer.Exit(1)


def _refuse_all_but_preview(*others: object) -> None:
    if any(others):
        msg = "--preview shows one file and adds nothing; give it with --mapping and --json alone"
        raise typer.BadParameter(msg)


def _check_usage(files: list[Path], label: str | None, attributes: Path | None) -> None:
    if not files and attributes is None:
        msg = "give at least one file, or --attributes"
        raise typer.BadParameter(msg)
    if label is None:
        return
    from assistant.intake.adding import checked_label

    if len(files) != 1 or files[0].is_dir():
        msg = "--label names one interview; give it with exactly one file"
        raise typer.BadParameter(msg)
    try:
        checked_label(label)
    except InvalidInputError as error:
        raise typer.BadParameter(str(error)) from error


def _added(
    folder: Path, files: list[Path], label: str | None, attributes: Path | None, mapping: Path | None, *, as_json: bool
) -> dict[str, Any]:
    from assistant.ingest.attributes import read_case_table
    from assistant.ingest.mapping_file import Mappings, read_mappings
    from assistant.intake import describe, plan
    from assistant.segment import segment_new

    given = [read_case_table(attributes)] if attributes else []
    mappings = read_mappings(mapping) if mapping else Mappings()
    with opened(folder) as (study, _):
        aside = [path for path in (attributes, mapping) if path is not None]
        made = plan(study, files, given, label, aside)
        if unused := mappings.unused(each.path.name for each in made.files):
            msg = f"{mapping} speaks of {', '.join(unused)}, not among the files to add; nothing was added."
            raise InvalidInputError(msg)
        for path in made.tables:
            note(f"{path} was used as a case table, for its rows name interviews; it was not added as a transcript.")
        for each in made.skipped:
            note(f"{each.path} was skipped: {each.why}.")
        for each in made.refused:
            note(each.why)
        added, refused, passed = _each(study, made.files, mappings, as_json=as_json)
        refused = [*({"file": str(each.path), "why": each.why} for each in made.refused), *refused]
        segment_new(study)
        described = describe(study, [*made.tables.values(), *given])
    described["tables"] = [str(path) for path in (*made.tables, *([attributes] if attributes else []))]
    if not as_json:
        _print_attributes(described)
    skipped = [*({"file": str(each.path), "why": each.why} for each in made.skipped), *passed]
    return {"added": added, "refused": refused, "skipped": skipped, "attributes": described}


def _each(
    study: Study, planned: Sequence[Any], mappings: Any, *, as_json: bool
) -> tuple[list[Any], list[Any], list[Any]]:
    """What was added, refused and skipped."""
    from assistant.intake import add_file

    added: list[dict[str, Any]] = []
    refused: list[dict[str, str]] = []
    skipped: list[dict[str, str]] = []
    for each in planned:
        try:
            added.append(add_file(study, each.path, each.label, mappings.of(each.path.name)))
        except InvalidInputError as error:
            (skipped if each.may_be_no_interview else refused).append({"file": str(each.path), "why": str(error)})
            note(str(error))
            continue
        except StudyError as error:
            refused.append({"file": str(each.path), "why": str(error)})
            note(str(error))
            continue
        if not as_json:
            _print_added(added[-1])
    return added, refused, skipped


def _print_added(record: Mapping[str, Any]) -> None:
    length = clock(record["duration_ms"])
    what = f"{record['kind']}{', ' + length if length else ''}"
    if record["kind"] == "transcript":
        what += f", {record['turns']} turns of {', '.join(record['speakers']) or 'speakers not named'}"
    print(f"{record['interview']}: {record['file']} ({what})")
    for sentence in record["report"]:
        print(f"    {sentence}")
    for sentence in record["instructions"]:
        note(f"{record['interview']}: {sentence}")


def _print_attributes(described: Mapping[str, Any]) -> None:
    if described["set"]:
        print(f"Attributes set for: {', '.join(described['set'])}.")
    for sentence in described["instructions"]:
        note(sentence)
    if described["unknown"]:
        note(f"Not in this study, so their attributes were not set: {', '.join(described['unknown'])}.")
    if described["without"]:
        note(f"Without a row in the table, so without its attributes: {', '.join(described['without'])}.")
