"""`interview review`: the app, on this machine only."""

import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.app_process import (
    HOST,
    OPTIONS,
    app_command,
    app_environment,
    app_file,
    free_port,
    mended,
    run_app,
)
from assistant.privacy.app_key import KEY_VARIABLE, address_of, new_key, opening_page, path_of
from assistant.privacy.uploads import UPLOADS
from store.opening import REPAIRS
from store.rooms import room

__all__ = ["OPTIONS", "app_command", "app_file", "review_command"]


def review_command(
    study: Annotated[Path, typer.Argument(help="The study's folder.")],
    port: Annotated[int, typer.Option(help="Where to listen; 0 takes a free port from 8501 on.", max=65535)] = 0,
) -> None:
    """Open the app in a browser of this machine; Ctrl+C ends it."""
    said = mended(study)
    chosen, key = free_port(port), new_key()
    address = address_of(key, HOST, chosen)
    with room(study) as place:
        environment = _environment(study, key) | {REPAIRS: json.dumps(said), UPLOADS: str(place.resolve())}

        def opened() -> None:
            print(f"The study is open at {address} (Ctrl+C ends it).", file=sys.stderr, flush=True)
            if sys.stderr.isatty():
                webbrowser.open(opening_page(place, address).as_uri())

        run_app(app_command(study, chosen), environment, HOST, chosen, opened)


def _environment(study: Path, key: str) -> dict[str, str]:
    return {**app_environment(study), KEY_VARIABLE: key, "STREAMLIT_SERVER_BASE_URL_PATH": path_of(key)}
