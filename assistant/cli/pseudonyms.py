"""`interview pseudonyms new|name|find|list|set|apply|check|restore`: names out of a study, and back with the key."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from store.errors import InvalidInputError

if TYPE_CHECKING:  # importing it loads what showing help can do without
    from assistant.pseudonyms import Applied, Finding, Key, Kind, Restored
    from assistant.settings import Settings
    from store.study import Study

PASSPHRASE = "INTERVIEW_PASSPHRASE"  # noqa: S105 - the name of a variable

pseudonyms_app = typer.Typer(
    help="Find names, places, organisations and contact data; replace them by pseudonyms; bring them back.",
    no_args_is_help=True,
)

KeyFile = Annotated[
    Path | None,
    typer.Option("--key", help="The key’s file; beside the study’s folder otherwise.", show_default=False),
]
Coder = Annotated[str | None, typer.Option(help="Who does it; the name of your account otherwise.")]
Strings = Annotated[list[str] | None, typer.Argument(help="Names as they stand in the texts.", show_default=False)]
KindName = Annotated[
    str, typer.Option(help="What it names: person, place, organisation, contact, number, date or other.")
]


@pseudonyms_app.command("new")
def new_command(study: StudyFolder, key: KeyFile = None, as_json: AsJson = False) -> None:
    """Make a key, an encrypted file outside the study; its passphrase is asked for, or INTERVIEW_PASSPHRASE."""
    from assistant.pseudonyms import create_key, default_path

    with opened(study) as (open_study, _):
        path = key or default_path(open_study)
        create_key(open_study, path, passphrase(new=True))
    if as_json:
        print_json({"key": str(path)})
    else:
        print(f"Made the key {path}. Without it and its passphrase nobody finds the names again: keep both well.")


@pseudonyms_app.command("name")
def name_command(
    study: StudyFolder,
    names: Strings = None,
    kind: KindName = "person",
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Type in names that you know, such as those of participants: they are found in any case, and misspelt."""
    from assistant.pseudonyms import Key, with_name

    def named(before: Key) -> Key:
        for name in names or ():
            before = with_name(before, name, kind_named(kind))
        return before

    with opened(study) as (open_study, _):
        after = _changed(open_study, key, named)
    if as_json:
        print_json({name: str(kind) for name, kind in after.names.items()})
    else:
        print(f"The key knows {_number(len(after.names), 'name')}. Next: interview pseudonyms find {study}")


@pseudonyms_app.command("find")
def find_command(
    study: StudyFolder,
    everything: Annotated[bool, typer.Option("--all", help="Also what was decided on already.")] = False,
    natural: Annotated[bool, typer.Option("--natural", help="Propose first names instead of [Person 1].")] = False,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Find what may identify somebody: each string once, with its places and a proposed pseudonym."""
    from assistant.pseudonyms import find_names, proposals
    from assistant.pseudonyms.texts import passages

    with opened(study) as (open_study, settings):
        opened_key = _key(open_study, key)
        found = find_names(open_study, opened_key, _heard(settings))
        texts = [passage.text for passage in passages(open_study)]
        proposed = proposals(found, opened_key, texts, natural=natural)
    shown = [each for each in found if everything or not each.reviewed]
    if as_json:
        print_json([_described(each, proposed.get(each.text, "")) for each in shown])
        return
    for each in shown:
        _print_finding(each, proposed.get(each.text, ""))
    unreviewed = sum(not each.reviewed for each in found)
    note(f"{unreviewed} of {len(found)} strings are not reviewed. Decide with `interview pseudonyms set`.")


@pseudonyms_app.command("list")
def list_command(study: StudyFolder, key: KeyFile = None, as_json: AsJson = False) -> None:
    """Show what was decided: who is called what, and what stays."""
    with opened(study) as (open_study, _):
        found = _key(open_study, key)
    if as_json:
        print_json(found.to_json()["entries"])
        return
    for entry in found.entries:
        said = entry.pseudonym or "stays"
        print(f"{', '.join(entry.spellings)} ({entry.kind}): {said} · {entry.by}, {entry.at[:10]}")


@pseudonyms_app.command("set")
def set_command(
    study: StudyFolder,
    texts: Strings = None,
    pseudonym: Annotated[str, typer.Option("--as", help="Replace by this pseudonym.", show_default=False)] = "",
    same: Annotated[
        str, typer.Option("--same-as", help="The same as that name or pseudonym.", show_default=False)
    ] = "",
    keep: Annotated[bool, typer.Option("--keep", help="It identifies nobody and stays.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the decision back.")] = False,
    kind: KindName = "person",
    file: Annotated[
        Path | None,
        typer.Option(help="Decisions from a csv file: text, decision (replace, keep, undo), pseudonym, kind."),
    ] = None,
    coder: Coder = None,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Decide on strings: a pseudonym, the same person as another string, or that it stays."""
    from assistant.pseudonyms import Key, Ruling, ruled, rulings_in, same_as
    from assistant.pseudonyms.texts import passages

    if file is None and (sum(map(bool, (pseudonym, same, keep, undo))) != 1 or not texts):
        msg = "Name the strings and one of --as, --same-as, --keep and --undo, or a table with --file."
        raise InvalidInputError(msg)
    wanted, who = kind_named(kind), acting(coder)

    with opened(study) as (open_study, _):
        standing = [passage.text for passage in passages(open_study)]

        def decided(before: Key) -> Key:
            made = list(rulings_in(file)) if file is not None else []
            for text in texts or ():
                made.append(same_as(before, text, same) if same else Ruling(text, pseudonym, wanted, undo=undo))
            return ruled(before, made, by=who, texts=standing)

        after = _changed(open_study, key, decided)
    if as_json:
        print_json(after.to_json()["entries"])
    else:
        kept = len(after.entries) - len(after.replaced)
        print(f"The key has {_number(len(after.replaced), 'pseudonym')}; {_number(kept, 'string')} stay as they are.")


@pseudonyms_app.command("apply")
def apply_command(study: StudyFolder, coder: Coder = None, key: KeyFile = None, as_json: AsJson = False) -> None:
    """Replace each name that has a pseudonym in transcripts, attributes, memos, codebook, sets; codings stay exact."""
    from assistant.pseudonyms import apply_pseudonyms, default_path

    with opened(study) as (open_study, _):
        path = key or default_path(open_study)
        done = apply_pseudonyms(open_study, path, passphrase(), coder=acting(coder))
    if as_json:
        said: dict[str, Any] = {"interviews": list(done.interviews), "replaced": dict(done.replaced)}
        print_json(said | _counts(done) | {"left": list(done.left)})
        return
    names = ", ".join(f"{count} {kind}" for kind, count in done.replaced.items()) or "no names"
    print(f"Replaced in {_number(len(done.interviews), 'transcript')}: {names}.")
    print(f"Rewritten besides: {_besides(done)}.")
    for sentence in done.left:
        note(sentence)


@pseudonyms_app.command("check")
def check_command(
    study: StudyFolder,
    file: Annotated[
        Path | None, typer.Argument(help="A file that is to be shared; the study alone otherwise.", show_default=False)
    ] = None,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Say whether everything is reviewed, and whether a file is safe to share: exit status 1 where it is not."""
    from assistant.pseudonyms import assert_safe, refuse_unreviewed

    with opened(study) as (open_study, settings):
        opened_key = _key(open_study, key)
        found = refuse_unreviewed(open_study, opened_key, heard=_heard(settings))
        checked = None if file is None else assert_safe(file, opened_key)
    if as_json:
        parts = {} if checked is None else {"parts": checked.parts, "pictures": checked.pictures}
        print_json({"reviewed": len(found), "file": None if file is None else str(file), **parts})
        return
    print(f"All {len(found)} strings that may identify somebody are reviewed.")
    if checked is not None:
        print(f"{file}: no name of the key stands in it ({_number(checked.parts, 'part')} looked through).")
        if checked.pictures:
            note(f"What its {_number(checked.pictures, 'picture')} shows was not read; look yourself.")


@pseudonyms_app.command("restore")
def restore_command(study: StudyFolder, coder: Coder = None, key: KeyFile = None, as_json: AsJson = False) -> None:
    """Bring the names back: exactly where nothing was corrected since, else as the key spells them first."""
    from assistant.pseudonyms import default_path, restore_names

    with opened(study) as (open_study, _):
        path = key or default_path(open_study)
        done = restore_names(open_study, path, passphrase(), coder=acting(coder))
    if as_json:
        said: dict[str, Any] = {"exact": list(done.exact), "by_key": list(done.by_key)}
        print_json(said | _counts(done))
        return
    print(f"As before to the character: {_number(len(done.exact), 'transcript')}.")
    if done.by_key:
        print(f"Corrected since, so that names came back as the key spells them first: {', '.join(done.by_key)}.")
    print(f"Brought back besides: {_besides(done)}.")


def passphrase(*, new: bool = False) -> str:
    """The passphrase from INTERVIEW_PASSPHRASE or, on a terminal, as it is typed; raises InvalidInputError without."""
    given = os.environ.get(PASSPHRASE)
    if given:
        return given
    if not sys.stdin.isatty():
        msg = f"The key needs its passphrase; put it into the variable {PASSPHRASE}, or run this in a terminal."
        raise InvalidInputError(msg)
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))


def kind_named(name: str) -> "Kind":
    """The kind of that name; raises InvalidInputError with those there are."""
    from assistant.pseudonyms import Kind

    try:
        return Kind(name.strip().casefold())
    except ValueError as error:
        msg = f"“{name}” is no kind; write one of {', '.join(Kind)}."
        raise InvalidInputError(msg) from error


def _number(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _besides(done: "Applied | Restored") -> str:
    return ", ".join(_number(count, what.removesuffix("s")) for what, count in _counts(done).items())


def _counts(done: "Applied | Restored") -> dict[str, int]:
    """How much was rewritten beside transcripts, by kind."""
    return {"attributes": done.attributes, "memos": done.memos, "codes": done.codes, "sets": done.sets}


def _key(study: "Study", path: Path | None) -> "Key":
    from assistant.pseudonyms import default_path, open_key

    return open_key(study, path or default_path(study), passphrase())


def _changed(study: "Study", path: Path | None, change: Any) -> "Key":
    from assistant.pseudonyms import change_key, default_path

    return change_key(study, path or default_path(study), passphrase(), change)


def _heard(settings: "Settings") -> Any:
    from assistant.pseudonyms import NOT_INSTALLED, model_names

    heard = model_names(settings)
    if heard is None:
        note(NOT_INSTALLED)
    return heard


def _described(found: "Finding", proposed: str) -> dict[str, Any]:
    entry = found.entry
    return {
        "text": found.text,
        "kind": str(found.kind),
        "found_by": found.by,
        "like": found.like,
        "state": "unreviewed" if entry is None else str(entry.state),
        "pseudonym": proposed if entry is None else entry.pseudonym,
        "hits": [
            {
                "place": hit.place,
                "interview": hit.interview,
                "start": hit.start,
                "before": hit.before,
                "text": hit.text,
                "after": hit.after,
            }
            for hit in found.hits
        ],
    }


def _print_finding(found: "Finding", proposed: str) -> None:
    entry = found.entry
    said = f"→ {proposed}?" if entry is None else entry.pseudonym or "stays"
    like = f", like “{found.like}”" if found.like else ""
    print(f"“{found.text}” ({found.kind}{like}), {len(found.hits)} × {said}")
    for hit in found.hits[:3]:
        print(f"   {hit.place}: {_around(hit.before, hit.text, hit.after)}")


def _around(before: str, text: str, after: str) -> str:
    return " ".join(f"…{before}»{text}«{after}…".split())
