"""`interview serve`: the app for a team, behind a login."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from assistant.cli.app_process import app_command, app_environment, free_port, run_app
from assistant.cli.common import note
from assistant.privacy import allow_host
from assistant.privacy.serving import Serving, checked_address, checked_url, handed, is_everywhere, is_loopback
from assistant.privacy.uploads import UPLOADS
from store.errors import InvalidInputError, StudyError
from store.opening import REPAIRS
from store.rooms import room
from store.study import open_study

_LOOPBACK = ["127.0.0.1", "localhost", "::1"]
_PACKAGES = 'pip install "interview-assistant[servers]"'


def serve_command(
    study: Annotated[Path, typer.Argument(help="The study's folder.")],
    address: Annotated[str, typer.Option(help="The address of this machine to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65535)] = 8501,
    url: Annotated[str, typer.Option(help="The address under which people open the app, behind your proxy.")] = "",
    oidc: Annotated[
        Path | None,
        typer.Option(help="A TOML file that names an identity provider; without it, members have passwords."),
    ] = None,
    trust_proxy: Annotated[
        bool, typer.Option("--trust-proxy", help="Believe a reverse proxy on this machine from where requests come.")
    ] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve other machines without https, in a network that is yours alone.")
    ] = False,
) -> None:
    """Run the app for several people, each behind their own login; Ctrl+C ends it."""
    serving = _serving(study, address, port, url, oidc, trust_proxy=trust_proxy, insecure=insecure)
    said = _ready(study, with_passwords=oidc is None)
    if not is_loopback(serving.address):
        allow_host(serving.address)  # to try whether it can be listened at
    free_port(port, serving.address)
    changed: dict[str, str | list[str]] = {
        "server.address": serving.address,
        "client.showErrorDetails": "none",  # what a bug says of the server stays in its log
        "server.allowedHosts": list(dict.fromkeys([*_LOOPBACK, serving.host])),
    }
    with room(study) as place:
        # without a provider there is no such file: one that this account keeps for other apps is not read
        changed["secrets.files"] = [str((oidc or place / "none.toml").resolve())]
        environment = app_environment(study) | handed(serving)
        environment |= {REPAIRS: json.dumps(said), UPLOADS: str(place.resolve())}
        environment["STREAMLIT_SERVER_BASE_URL_PATH"] = serving.path.strip("/")
        environment["FORWARDED_ALLOW_IPS"] = "127.0.0.1,::1" if trust_proxy else "nobody"

        def opened() -> None:
            print(f"The study is served at {serving.url} (Ctrl+C ends it).", file=sys.stderr, flush=True)

        command = app_command(study, port, changed)
        run_app(command, environment, _reached_at(serving.address), port, opened)


def _serving(
    study: Path, address: str, port: int, url: str, oidc: Path | None, *, trust_proxy: bool, insecure: bool
) -> Serving:
    """How the app is to be served; raises InvalidInputError for what would not be safe."""
    where = checked_address(address)
    if is_everywhere(where) and not url:
        raise InvalidInputError(f"At {where} the app has no name of its own; say with --url how people open it.")
    shown = f"[{where}]" if ":" in where else where
    opened_at = checked_url(url or f"http://{shown}:{port}", insecure=insecure)
    if not is_loopback(where):
        if trust_proxy:
            raise InvalidInputError(
                "A proxy is believed on this machine alone: leave out --address, or leave out --trust-proxy."
            )
        if not opened_at.startswith("https://") and not insecure:
            raise InvalidInputError(
                f"At {where} other machines would reach the app without https; give the https address that leads to it "
                "as --url, or say --insecure if this network is yours alone."
            )
        note(f"Whoever is in the network of {where} reaches the login, and what crosses that network is not encrypted.")
    elif not trust_proxy and not _is_here(opened_at):
        note(
            "Without --trust-proxy all requests count as your proxy's: whoever guesses at passwords slows down "
            "signing in for everybody."
        )
    if oidc is None:
        _require("argon2")
        return Serving(opened_at, where, trust_proxy)
    _require("argon2", "authlib")
    from assistant.privacy.oidc_file import provider_of

    return Serving(opened_at, where, trust_proxy, provider_of(oidc, opened_at, study))


def _is_here(url: str) -> bool:
    """Whether that address is this machine's own."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or is_loopback(host)


def _require(*packages: str) -> None:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise StudyError(f"Serving needs packages that are not installed ({', '.join(missing)}): {_PACKAGES}")


def _ready(study: Path, *, with_passwords: bool) -> list[str]:
    """What opening the study mended; raises StudyError for a study that nobody could sign in to as its lead."""
    from store.members import MemberRole, members

    with open_study(study) as opened:
        said = list(opened.repairs)
        leads = [each for each in members(opened) if each.role is MemberRole.LEAD]
    for sentence in said:
        note(sentence)
    if not leads:
        raise StudyError(
            f"Nobody leads the study in {study}, so nobody could let others in: `interview members add {study} NAME "
            "--role lead`."
        )
    if with_passwords and not any(each.has_password for each in leads):
        raise StudyError(
            f"No lead of the study in {study} has a password to sign in with: `interview members password {study} "
            f"{leads[0].name}`, or name an identity provider with --oidc."
        )
    if not with_passwords and not any(each.identity for each in leads):
        raise StudyError(
            f"No lead of the study in {study} has an identity at your provider: `interview members add {study} "
            f"{leads[0].name} --role lead --identity …`."
        )
    return said


def _reached_at(address: str) -> str:
    """Where this machine itself reaches it."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - recognised, not bound
