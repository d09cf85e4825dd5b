"""`interview coders`: who codes in a study, and what each may do."""

from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json
from store.errors import InvalidInputError
from store.values import CoderRole

coders_app = typer.Typer(help="Who codes, and what each may do.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The coder's name.", show_default=False)]
By = Annotated[str, typer.Option("--coder", help="Who does it.", show_default=False)]


@coders_app.command("list")
def list_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show everybody who codes, with their role."""
    from store.coders import coder_list
    from store.passphrases import coders_with_passphrase

    with opened(study) as (open_study, _):
        found, guarded = coder_list(open_study), coders_with_passphrase(open_study)
    if as_json:
        print_json([{**asdict(each), "passphrase": each.name in guarded} for each in found])
        return
    for each in found:
        print(f"{each.name}: {each.role}{', with a passphrase' if each.name in guarded else ''}")


@coders_app.command("add")
def add_command(study: StudyFolder, name: Name, coder: By) -> None:
    """Make a coder known before they decide anything."""
    from store.coders import add_coder

    with opened(study) as (open_study, _):
        print(f"{add_coder(open_study, name, by=coder).name} is known.")


@coders_app.command("role")
def role_command(
    study: StudyFolder,
    name: Name,
    role: Annotated[str, typer.Argument(help="coder, second coder or lead.", show_default=False)],
    coder: By,
) -> None:
    """Give a coder a role; while nobody is a lead anybody may, afterwards only a lead."""
    from store.coders import set_role

    if role not in set(CoderRole):
        msg = f"“{role}” is no role; there are: {', '.join(CoderRole)}."
        raise InvalidInputError(msg)
    with opened(study) as (open_study, _):
        given = set_role(open_study, name, CoderRole(role), by=coder)
    print(f"{given.name} is {given.role} now.")


@coders_app.command("passphrase")
def passphrase_command(
    study: StudyFolder,
    name: Name,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away: anybody may code under the name.")] = False,
    forgotten: Annotated[
        bool, typer.Option("--forgotten", help="Do not ask for the one before; the log keeps that it was changed.")
    ] = False,
) -> None:
    """Let nobody code in the app under a coder's name without a passphrase, which is asked for here."""
    from assistant.privacy.coder_passphrases import give_passphrase, opens, take_passphrase_away
    from store.errors import NotAllowedError
    from store.passphrases import coder_passphrase

    with opened(study) as (open_study, _):
        before = None if forgotten else coder_passphrase(open_study, name)
        if before is not None and not opens(before, typer.prompt("The passphrase until now", hide_input=True)):
            msg = f"That is not the passphrase of {name}; nothing was changed."
            raise NotAllowedError(msg)
        if remove:
            take_passphrase_away(open_study, name)
            print(f"Anybody may code as {name} now.")
            return
        give_passphrase(open_study, name, typer.prompt("The passphrase", hide_input=True, confirmation_prompt=True))
        print(f"Nobody codes as {name} in the app without the passphrase now.")
