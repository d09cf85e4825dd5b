"""`interview codebook`: bring a codebook, write it to a file, look at it and at its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from store.codebook import codebook_versions, current_codebook
from store.errors import NotFoundError
from store.study import Study
from store.values import Code, Codebook

if TYPE_CHECKING:
    from assistant.codebook import ImportedCodebook

_QDC = ".qdc"

codebook_app = typer.Typer(help="The codebook: from files, into files, and its versions.", no_args_is_help=True)

Version = Annotated[int | None, typer.Option(min=1, help="An older version; the newest otherwise.")]


@codebook_app.command("import")
def import_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A csv, YAML or qdc file.", show_default=False)],
    coder: Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the history.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take out codes that the file does not have.")] = False,
    as_json: AsJson = False,
) -> None:
    """Merge a file into the codebook: codes of the same name stay the same codes."""
    with opened(study) as (open_study, _):
        done = _imported(open_study, file, acting(coder), reason, replace=replace)
    if as_json:
        print_json(as_record(done.codebook) | {"changed": done.changed, "report": list(done.report)})
        return
    for sentence in (*done.report, *_instructions(done.codebook)):
        note(sentence)
    book = done.codebook
    size = f"{_many(len(book.codes) - len(book.themes), 'code')} in {_many(len(book.themes), 'theme')}"
    print(f"Codebook version {book.version}: {size}.")


def _imported(study: Study, file: Path, coder: str, reason: str | None, *, replace: bool) -> "ImportedCodebook":
    if file.suffix.lower() == _QDC:
        from assistant.exchange.refi.taking import import_refi_codebook

        return import_refi_codebook(study, file, coder=coder, reason=reason, replace_all=replace)
    from assistant.codebook import import_with_report

    return import_with_report(study, file, coder=coder, reason=reason, replace=replace)


@codebook_app.command("export")
def export_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A name that ends in .csv, .yaml or .qdc.", show_default=False)],
    version: Version = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the codebook to a file that `import` reads back."""
    with opened(study) as (open_study, _):
        book = _version(open_study, version)
        _write(open_study, book, file, force=force)
    if as_json:
        print_json({"file": str(file), "version": book.version, "codes": len(book.codes)})
    else:
        print(f"Wrote version {book.version} with {len(book.codes)} entries to {file}.")


def _write(study: Study, book: Codebook, file: Path, *, force: bool) -> None:
    if file.suffix.lower() == _QDC:
        from assistant.exchange.refi.exporting import export_refi
        from assistant.review.basis import Basis

        made = export_refi(study, file, coder=acting(None), basis=Basis(version=book.version), force=force)
        for sentence in made.notes:
            note(sentence)
        return
    from assistant.codebook import write_codebook
    from assistant.exchange.consent_gate import gate_of
    from assistant.exchange.whole_file import put_whole, refuse_taken

    refuse_taken(file, force=force)
    gate = gate_of(study)
    let_out = gate.codebook(book)
    with put_whole(file) as beside:
        write_codebook(let_out, beside)
    for sentence in gate.cut:
        note(sentence)


@codebook_app.command("show")
def show_command(study: StudyFolder, version: Version = None, as_json: AsJson = False) -> None:
    """Show the codebook as a tree."""
    with opened(study) as (open_study, _):
        book = _version(open_study, version)
    if as_json:
        print_json(as_record(book))
        return
    tree = Tree(f"[bold]Codebook, version {book.version}[/bold]")
    _grow(tree, [code for code in book.codes if code.parent is None], book)
    Console(highlight=False).print(tree)
    for sentence in _instructions(book):
        note(sentence)


@codebook_app.command("history")
def history_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show every version: who made it, when, why, and what it changed."""
    from assistant.codebook import differences

    with opened(study) as (open_study, _):
        versions = codebook_versions(open_study)
    if not versions:
        raise _no_codebook(study)
    steps = list(zip([None, *versions], versions, strict=False))
    if as_json:
        print_json([_about(after) | {"changes": [asdict(d) for d in differences(b, after)]} for b, after in steps])
        return
    for before, after in steps:
        print(f"Version {after.version}, {after.created_at:%Y-%m-%d %H:%M} UTC, {after.coder}: {after.reason}")
        for difference in differences(before, after):
            print(f"    {_told(asdict(difference))}")


def _version(study: Study, number: int | None) -> Codebook:
    if number is None:
        book = current_codebook(study)
        if book is None:
            raise _no_codebook(study.folder)
        return book
    versions = codebook_versions(study)
    for book in versions:
        if book.version == number:
            return book
    msg = f"There is no version {number} of the codebook in {study.folder}; there are {len(versions)}."
    raise NotFoundError(msg)


def _no_codebook(folder: Path) -> NotFoundError:
    return NotFoundError(f"{folder} has no codebook yet; bring one with `interview codebook import {folder} FILE`.")


def _grow(tree: Tree, codes: Sequence[Code], book: Codebook) -> None:
    for code in codes:
        text = Text.assemble(("■ ", code.colour) if code.colour else "", (code.name, "bold"))
        if code.definition:
            text.append(f"  {code.definition}")
        _grow(tree.add(text), book.children(code.guid), book)


def as_record(book: Codebook) -> dict[str, Any]:
    """A version with its codes in order, parents by name."""
    names = {code.guid: code.name for code in book.codes}
    codes = [asdict(code) | {"parent": names.get(code.parent or "")} for code in book.codes]
    return _about(book) | {"codes": codes, "instructions": _instructions(book)}


def _instructions(book: Codebook) -> list[str]:
    """Sentences about entries that read like an instruction to a machine."""
    from assistant.codebook.instructions import entries_like_instructions

    return [found.sentence for found in entries_like_instructions(book.codes)]


def _about(book: Codebook) -> dict[str, Any]:
    return {
        "version": book.version,
        "sha256": book.sha256,
        "created_at": book.created_at.isoformat(),
        "coder": book.coder,
        "reason": book.reason,
    }


def _told(change: Mapping[str, str]) -> str:
    code, before, after = change["code"], change["before"], change["after"]
    match change["kind"]:
        case "added":
            return f"added “{code}”" + (f" below “{after}”" if after else "")
        case "removed":
            return f"removed “{code}”"
        case "renamed":
            return f"renamed “{before}” to “{after}”"
        case "moved":
            return f"moved “{code}” from {_place(before)} to {_place(after)}"
        case _:
            return f"changed the {change['field']} of “{code}”: “{before}” → “{after}”"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _place(theme: str) -> str:
    return f"“{theme}”" if theme else "the top"
