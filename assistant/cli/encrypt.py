"""`interview encrypt` and `decrypt`: a study under a passphrase, another passphrase, and back into the clear."""

import getpass
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, counted, note, print_json
from assistant.settings import load_settings
from store.encryption import Converted, decrypt_study, encrypt_study
from store.errors import InvalidInputError
from store.keys import PASSPHRASE_VARIABLE, change_passphrase, is_encrypted

NEW_PASSPHRASE = "INTERVIEW_NEW_PASSPHRASE"  # noqa: S105 - the name of it


def encrypt_command(
    study: StudyFolder,
    change: Annotated[
        bool, typer.Option("--change", help="Give an encrypted study another passphrase; nothing else changes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt a study: database, recordings and backups. Whoever loses the passphrase loses the study.

    The passphrase is asked for, or taken from INTERVIEW_STUDY_PASSPHRASE; with --change, the new one from
    INTERVIEW_NEW_PASSPHRASE.
    """
    if change:
        change_passphrase(study, given_passphrase(study), new_passphrase(NEW_PASSPHRASE))
        if as_json:
            print_json({"study": str(study), "passphrase": "changed"})
        else:
            print(f"{study} has another passphrase now. Archives made before still open with the old one.")
        return
    from assistant.exchange.withdrawal import forget_prefixes

    chosen = given_passphrase(study) if is_encrypted(study) else new_passphrase(PASSPHRASE_VARIABLE)
    with counted("Encrypting", "files") as show:
        made = encrypt_study(study, chosen, show)
    forget_prefixes(load_settings())
    _say(study, made, "Encrypted", as_json=as_json)
    if not as_json:
        note("Keep the passphrase well: without it nobody can open the study, not even we.")


def decrypt_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Write an encrypted study in the clear again."""
    with counted("Decrypting", "files") as show:
        made = decrypt_study(study, show)
    _say(study, made, "Decrypted", as_json=as_json)


def ask_passphrase(folder: Path, again: bool) -> str | None:
    """Ask the person on the terminal; None where there is nobody to ask."""
    if not sys.stdin.isatty():
        return None
    if again:
        note("That passphrase does not open it.")
    return getpass.getpass(f"Passphrase of {folder.name}: ")


def given_passphrase(folder: Path) -> str:
    """The study's present passphrase; raises InvalidInputError where nobody gives it."""
    return os.environ.get(PASSPHRASE_VARIABLE) or ask_passphrase(folder, again=False) or _missing(PASSPHRASE_VARIABLE)


def new_passphrase(variable: str) -> str:
    """A passphrase from the environment, or typed twice; raises InvalidInputError where the two differ."""
    if os.environ.get(variable):
        return os.environ[variable]
    if not sys.stdin.isatty():
        _missing(variable)
    first = getpass.getpass("New passphrase (eight characters or more; five words are good): ")
    if first != getpass.getpass("The same again: "):
        msg = "The two passphrases differ; nothing was changed."
        raise InvalidInputError(msg)
    return first


def _missing(variable: str) -> str:
    msg = (
        f"A passphrase is needed; put it into the variable {variable}, or run this in a terminal. Nothing was changed."
    )
    raise InvalidInputError(msg)


def _say(study: Path, made: Converted, word: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"study": str(study), **asdict(made)})
        return
    print(f"{word} {study}: the database, {made.recordings} recordings and {made.backups} backups.")
    if made.in_the_clear and word == "Encrypted":
        note(
            f"In the clear are still, in {study}: {', '.join(made.in_the_clear)}. "
            "They were made for others or set aside; delete those that you do not need."
        )
