"""The file that names an identity provider and holds the secret shared with it: `--oidc FILE`."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.privacy.serving import is_loopback
from store.errors import InvalidInputError

_NEEDED = ("client_id", "client_secret", "server_metadata_url", "redirect_uri", "cookie_secret")
_SHORTEST_SECRET = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 65_536


def provider_of(file: Path, url: str, study: Path) -> str:
    """The host of the provider that a file names, for an app that browsers open at `url`.

    The file is a TOML table `[auth]` with client_id, client_secret, server_metadata_url, redirect_uri, cookie_secret
    and perhaps client_kwargs, as Streamlit reads it. Raises InvalidInputError where it cannot be read, is open to other
    accounts, lies in the study, says anything else, or leads somewhere that is not safe.
    """
    auth = _table(file, study)
    missing = [name for name in _NEEDED if not isinstance(auth.get(name), str) or not auth[name]]
    if missing:
        raise InvalidInputError(f"{file} lacks {', '.join(missing)} in [auth]; add them and start again.")
    unknown = sorted(set(auth) - {*_NEEDED, "client_kwargs"})
    if unknown:
        raise InvalidInputError(f"{file} says {', '.join(unknown)} in [auth], which is not used here; take that out.")
    if len(auth["cookie_secret"]) < _SHORTEST_SECRET:
        raise InvalidInputError(
            f"The cookie_secret in {file} has fewer than {_SHORTEST_SECRET} characters; choose a long random one."
        )
    if auth["redirect_uri"] != f"{url}/oauth2callback":
        raise InvalidInputError(f"The redirect_uri in {file} must be {url}/oauth2callback, as the provider knows it.")
    return _host(auth["server_metadata_url"], file)


def _table(file: Path, study: Path) -> dict[str, Any]:
    try:
        if file.resolve().is_relative_to(study.resolve()):
            raise InvalidInputError(f"{file} lies in the study, and would go with its copies; keep it elsewhere.")
        there = file.stat()
        if os.name == "posix" and there.st_mode & _OTHERS:
            raise InvalidInputError(
                f"{file} holds a secret that other accounts of this machine can reach; take that right away: "
                f"chmod 600 {file}"
            )
        if there.st_size > _LONGEST:
            raise InvalidInputError(f"{file} is too long to name a provider; give the file with the table [auth].")
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read ({error.strerror}); name the file with [auth].") from error
    except ValueError as error:
        raise InvalidInputError(f"{file} is no TOML file ({error}); mend it.") from error
    auth = found.get("auth")
    if not isinstance(auth, dict) or set(found) != {"auth"}:  # Streamlit would make the rest environment variables
        raise InvalidInputError(f"{file} must hold the table [auth] and nothing else.")
    return auth


def _host(metadata: str, file: Path) -> str:
    try:
        parts = urlsplit(metadata)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    here = host == "localhost" or is_loopback(host)
    if not host or parts.username is not None or not (parts.scheme == "https" or (parts.scheme == "http" and here)):
        raise InvalidInputError(f"The server_metadata_url in {file} must be an https address; give your provider's.")
    return host
