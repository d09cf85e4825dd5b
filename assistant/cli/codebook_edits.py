"""`interview codebook rename, move, edit, merge, split, retire, restore, diff`: edits from a script, each a version."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from assistant.cli.codebook import codebook_app
from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json
from store.codebook import codebook_versions, current_codebook
from store.errors import NotFoundError
from store.study import Study
from store.values import Code, Codebook

Name = Annotated[str, typer.Argument(help="The code's name or GUID.", show_default=False)]
By = Annotated[str, typer.Option("--coder", help="Who does it.", show_default=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do to what is coded.")]


def _code(study: Study, name: str) -> Code:
    codebook = current_codebook(study)
    found = None if codebook is None else codebook.find(name)
    if found is None:
        msg = f"There is no code “{name}” in the codebook; correct the name."
        raise NotFoundError(msg)
    return found


def _tell(impact: Any) -> None:
    for sentence in impact.sentences:
        note(sentence)


def _done(codebook: Codebook) -> None:
    print(f"Codebook version {codebook.version}: {codebook.reason}.")


@codebook_app.command("rename")
def rename_command(study: StudyFolder, code: Name, name: str, coder: By, dry_run: DryRun = False) -> None:
    """Give a code another name; its codings keep standing."""
    from assistant.codebook import change_code
    from assistant.codebook.impact import effect_of_change

    with opened(study) as (open_study, _):
        guid = _code(open_study, code).guid
        _tell(effect_of_change(open_study, guid))
        if not dry_run:
            _done(change_code(open_study, guid, {"name": name}, coder=coder))


@codebook_app.command("edit")
def edit_command(
    study: StudyFolder,
    code: Name,
    coder: By,
    definition: Annotated[str | None, typer.Option(help="What it means.")] = None,
    include: Annotated[str | None, typer.Option(help="When to use it.")] = None,
    exclude: Annotated[str | None, typer.Option(help="When not to.")] = None,
    example: Annotated[list[str] | None, typer.Option(help="An example; may be given again, replaces all.")] = None,
    colour: Annotated[str | None, typer.Option(help="Such as #1A2B3C.")] = None,
) -> None:
    """Change the fields of a code that are given; others stay."""
    from assistant.codebook import change_code

    given: dict[str, Any] = {"definition": definition, "include": include, "exclude": exclude, "colour": colour}
    given["examples"] = None if example is None else tuple(example)
    changes = {key: value for key, value in given.items() if value is not None}
    with opened(study) as (open_study, _):
        _done(change_code(open_study, _code(open_study, code).guid, changes, coder=coder))


@codebook_app.command("move")
def move_command(
    study: StudyFolder,
    code: Name,
    coder: By,
    into: Annotated[str | None, typer.Option(help="The theme; the top otherwise.")] = None,
    before: Annotated[str | None, typer.Option(help="The sibling that comes after it; the end otherwise.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Put a code, with all below it, into a theme or to the top."""
    from assistant.codebook import move_code
    from assistant.codebook.impact import effect_of_move

    with opened(study) as (open_study, _):
        guid = _code(open_study, code).guid
        parent = None if into is None else _code(open_study, into).guid
        _tell(effect_of_move(open_study, guid, parent))
        if not dry_run:
            sibling = None if before is None else _code(open_study, before).guid
            _done(move_code(open_study, guid, parent, before=sibling, coder=coder))


@codebook_app.command("merge")
def merge_command(
    study: StudyFolder,
    codes: Annotated[list[str], typer.Argument(help="The codes that go.", show_default=False)],
    into: Annotated[str, typer.Option(help="The code that stays.", show_default=False)],
    coder: By,
    dry_run: DryRun = False,
) -> None:
    """Merge codes into another one; their codings count as that one's."""
    from assistant.codebook import merge_codes
    from assistant.codebook.impact import effect_of_merge

    with opened(study) as (open_study, _):
        guids = [_code(open_study, code).guid for code in codes]
        stays = _code(open_study, into).guid
        _tell(effect_of_merge(open_study, stays, guids))
        if not dry_run:
            _done(merge_codes(open_study, stays, guids, coder=coder))


@codebook_app.command("split")
def split_command(
    study: StudyFolder,
    code: Name,
    part: Annotated[list[str], typer.Option(help="“name: definition”; once for each part.", show_default=False)],
    coder: By,
    dry_run: DryRun = False,
) -> None:
    """Split a code into parts; each coder sorts their own codings on the Codebook page."""
    from assistant.codebook import DraftCode, split_code
    from assistant.codebook.impact import effect_of_split

    parts = [DraftCode(name.strip(), definition=text.strip()) for name, _, text in (p.partition(":") for p in part)]
    with opened(study) as (open_study, _):
        guid = _code(open_study, code).guid
        _tell(effect_of_split(open_study, guid))
        if not dry_run:
            _done(split_code(open_study, guid, parts, coder=coder))


@codebook_app.command("retire")
def retire_command(
    study: StudyFolder,
    code: Name,
    coder: By,
    back: Annotated[bool, typer.Option("--back", help="Offer it again.")] = False,
) -> None:
    """Stop offering a code; its codings stay."""
    from assistant.codebook import retire_code

    with opened(study) as (open_study, _):
        _done(retire_code(open_study, _code(open_study, code).guid, coder=coder, retired=not back))


@codebook_app.command("restore")
def restore_command(
    study: StudyFolder,
    version: Annotated[int, typer.Argument(min=1, help="The version to bring back.", show_default=False)],
    coder: By,
    dry_run: DryRun = False,
) -> None:
    """Keep the codes of an earlier version as a new one."""
    from assistant.codebook import restore_version
    from assistant.codebook.impact import effect_of_restoring

    with opened(study) as (open_study, _):
        _tell(effect_of_restoring(open_study, _version(open_study, version)))
        if not dry_run:
            _done(restore_version(open_study, version, coder=coder))


@codebook_app.command("diff")
def diff_command(
    study: StudyFolder,
    before: Annotated[int, typer.Argument(min=1, help="The earlier version.", show_default=False)],
    after: Annotated[int | None, typer.Argument(min=1, help="The later one; the newest otherwise.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions."""
    from assistant.codebook import differences

    with opened(study) as (open_study, _):
        old = _version(open_study, before)
        last = codebook_versions(open_study)[-1].version if after is None else after
        found = differences(old, _version(open_study, last))
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        print(f"{each.kind} “{each.code}” {each.field}: {each.before} → {each.after}")


def _version(study: Study, number: int) -> Codebook:
    found = next((book for book in codebook_versions(study) if book.version == number), None)
    if found is None:
        msg = f"There is no version {number} of the codebook; `interview codebook history` lists them."
        raise NotFoundError(msg)
    return found
