"""`interview members`: who may use a study that is served to a team, in what role, and how they sign in."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, opened, print_json
from store.errors import InvalidInputError
from store.permissions import MemberRole

members_app = typer.Typer(help="Who may use a study that is served to a team.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The member's name, under which they code.", show_default=False)]
By = Annotated[str | None, typer.Option("--coder", help="Who does it; else the account's name.", show_default=False)]


@members_app.command("list")
def list_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show all members with their roles and how they sign in."""
    from store.members import members

    with opened(study) as (open_study, _):
        found = members(open_study)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        ways = [*(["a password"] if each.has_password else []), *([each.identity] if each.identity else [])]
        print(f"{each.name}: {each.role}, signs in with {' or '.join(ways) or 'nothing yet'}")
    if not found:
        print(f"No members yet; `interview members add {study} NAME --role lead` makes the first.")


@members_app.command("add")
def add_command(
    study: StudyFolder,
    name: Name,
    role: Annotated[str, typer.Option(help="lead, coder, reviewer or reader.")] = "coder",
    identity: Annotated[
        str | None,
        typer.Option(help="What your provider calls them: “issuer|subject” or a verified e-mail; empty: nothing."),
    ] = None,
    coder: By = None,
) -> None:
    """Make somebody a member, or give a member another role or identity; done again, it changes nothing."""
    from store.members import set_member

    wanted = _role(role)
    with opened(study) as (open_study, _):
        made = set_member(open_study, name, wanted, identity=identity, by=acting(coder))
    print(f"{made.name} is a member: {made.role}.")


@members_app.command("role")
def role_command(
    study: StudyFolder,
    name: Name,
    role: Annotated[str, typer.Argument(help="lead, coder, reviewer or reader.", show_default=False)],
    coder: By = None,
) -> None:
    """Give a member another role; it counts from their next act."""
    from store.errors import NotFoundError
    from store.members import member, set_member

    wanted = _role(role)
    with opened(study) as (open_study, _):
        if member(open_study, name) is None:
            msg = f"There is no member “{name}” in this study; `interview members list {study}` names them."
            raise NotFoundError(msg)
        made = set_member(open_study, name, wanted, by=acting(coder))
    print(f"{made.name} is {made.role} now.")


@members_app.command("password")
def password_command(
    study: StudyFolder,
    name: Name,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from the standard input, one line.")] = False,
    coder: By = None,
) -> None:
    """Set the password with which a member signs in; it is asked for here, and never an argument."""
    from assistant.privacy.accounts import verifier_of
    from store.members import set_member_password

    verifier = None if remove else verifier_of(_password(stdin=stdin))
    with opened(study) as (open_study, _):
        set_member_password(open_study, name, verifier, by=acting(coder))
    print(f"{name} has no password any more." if remove else f"{name} signs in with the new password from now on.")


@members_app.command("remove")
def remove_command(study: StudyFolder, name: Name, coder: By = None) -> None:
    """Let somebody be a member no more, from their next act on; what they did stays theirs."""
    from store.members import remove_member

    with opened(study) as (open_study, _):
        remove_member(open_study, name, by=acting(coder))
    print(f"{name} is not a member any more.")


def _role(role: str) -> MemberRole:
    if role not in set(MemberRole):
        msg = f"“{role}” is no role; there are: {', '.join(MemberRole)}."
        raise InvalidInputError(msg)
    return MemberRole(role)


def _password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("The password", hide_input=True, confirmation_prompt=True))
