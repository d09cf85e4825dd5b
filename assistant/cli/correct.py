"""`interview correct`: speakers, roles and words of a transcript, corrected from a script."""

from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json
from store.errors import InvalidInputError


def correct_command(
    study: StudyFolder,
    interview: Annotated[str, typer.Option(help="The label of the interview.", show_default=False)],
    coder: Annotated[str, typer.Option(help="Who corrects it.", show_default=False)],
    rename: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Rename a speaker; an existing name merges the two.")
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option(metavar="NAME=ROLE", help="Make a speaker interviewer or participant.")
    ] = None,
    replace: Annotated[
        list[str] | None, typer.Option(metavar="OLD=NEW", help="Replace words, as plain text; capitals do not count.")
    ] = None,
    whole_words: Annotated[bool, typer.Option("--whole-words", help="Replace whole words only.")] = False,
    match_case: Annotated[bool, typer.Option("--match-case", help="Let capitals count.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be replaced; change nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last correction back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Correct a transcript; all that one command asks for is one correction, or none where a part cannot be made."""
    asked = (*_pairs(rename, "--rename"), *_pairs(role, "--role"), *_pairs(replace, "--replace"))
    if undo == bool(asked):
        msg = "Say what is to be corrected: --rename, --role or --replace; or --undo alone."
        raise InvalidInputError(msg)
    if not coder.strip():
        msg = "A correction is kept under somebody's name, and --coder is empty; nothing was changed."
        raise InvalidInputError(msg)
    if preview and not (replace and not rename and not role):
        msg = "--preview goes with --replace alone."
        raise InvalidInputError(msg)
    from assistant.correction import Sought

    wanted = [(Sought(old, whole_words, match_case), new) for old, new in _pairs(replace, "--replace")]
    with opened(study) as (open_study, _):
        if preview:
            _show_hits(open_study, interview, wanted, as_json=as_json)
            return
        done = _corrected(open_study, interview, coder, _pairs(rename, ""), _pairs(role, ""), wanted)
    if as_json:
        found = done.transcript
        print_json({"interview": interview, "revision": found.revision, "changed": done.changed, "said": done.said})
        return
    print(f"{interview}, revision {done.transcript.revision}: {done.said}")


def _corrected(
    study: Any, label: str, coder: str, names: list[tuple[str, str]], roles: list[tuple[str, str]], wanted: list[Any]
) -> Any:
    from assistant.correction import correct, rename_speaker, replace_all, set_role, several, undo

    edits = [
        *(rename_speaker(old, new) for old, new in names),
        *(set_role(name, _role(role)) for name, role in roles),
        *(replace_all(sought, new) for sought, new in wanted),
    ]
    return correct(study, label, several(edits), coder=coder) if edits else undo(study, label, coder=coder)


def _show_hits(study: Any, label: str, wanted: list[Any], *, as_json: bool) -> None:
    from assistant.correction import find, turns_of
    from store.transcripts import transcript

    found = transcript(study, label)
    hits = [(hit, new) for sought, new in wanted for hit in find(turns_of(found), sought)]
    if as_json:
        fields = ("turn", "start", "end", "before", "found", "after")
        print_json([{name: getattr(hit, name) for name in fields} | {"new": new} for hit, new in hits])
        return
    for hit, new in hits:
        print(f"turn {hit.turn + 1}: {hit.before}[{hit.found} → {new}]{hit.after}")
    print(f"{len(hits)} {'place' if len(hits) == 1 else 'places'} in {label}; nothing was changed.")


def _pairs(given: list[str] | None, option: str) -> list[tuple[str, str]]:
    found = []
    for each in given or ():
        old, sign, new = each.partition("=")
        if not sign or not old.strip():
            msg = f"{option} “{each}” is not understood; write OLD=NEW."
            raise InvalidInputError(msg)
        found.append((old, new))
    return found


def _role(name: str) -> Any:
    from store.values import Role

    try:
        return Role(name.strip().casefold())
    except ValueError as error:
        msg = f"“{name}” is no role; a speaker is interviewer or participant."
        raise InvalidInputError(msg) from error
