"""Addresses of schedulers and of recordings: what may be written there, and whether this machine goes there."""

from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from urllib.request import url2pathname

from store.errors import InvalidInputError
from store.hosts import is_this_machine, refuse_foreign

SCHEDULER = "The scheduler of the workers"
_FORMS = ("tcp", "tls")
_MEDIA = ("file", "http", "https", "s3", "gs", "gcs", "az", "abfs", "abfss", "sftp", "smb")
"""Where recordings may lie, by fsspec's names; no form that unpacks, caches or combines others."""


def scheduler_host(address: str) -> str:
    """The host in a scheduler's address; raises InvalidInputError where it cannot be one, or is not allowed here."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment and parts.username is None
    if parts.scheme not in _FORMS or not parts.hostname or not port or not plain:
        raise InvalidInputError(
            f"“{address}” is no address of a scheduler; give it as tcp://host:8786, or tls://host:8786."
        )
    refuse_foreign(parts.hostname, SCHEDULER)
    return parts.hostname


def worker_host(address: str) -> str:
    """The host in a worker's address as the scheduler names it; empty where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def stays_here(address: str) -> bool:
    """Whether a worker or scheduler of that address is on this machine."""
    return address.startswith("inproc://") or is_this_machine(worker_host(address))


def media_prefix(url: str) -> str:
    """The address of a study's recordings without a slash at its end; raises InvalidInputError as `media_host` does."""
    media_host(url)
    return url.rstrip("/")


def media_host(url: str) -> str | None:
    """The host of a recording's address, None for a file; raises InvalidInputError where it is not to be gone to."""
    parts = _split(url)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise InvalidInputError(
                f"“{url}” names another machine's file; mount that folder, or give another address."
            )
        return None
    refuse_foreign(parts.hostname, f"The address of recordings ({parts.scheme}://…)")
    return parts.hostname


def media_path(url: str) -> Path | None:
    """The file that a `file://` address or a plain path names; None for other addresses."""
    if "://" not in url:
        return Path(url)
    parts = _split(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in _MEDIA or "::" in url:
        raise InvalidInputError(
            f"“{url}” is no address where recordings can lie; give one that begins with "
            f"{', '.join(f'{name}://' for name in _MEDIA[:4])} or such."
        )
    if parts.password is not None or parts.query or parts.fragment:
        raise InvalidInputError(
            "An address of recordings holds no password and no query, for it is kept and shown; give the workers "
            "their credentials as their environment's."
        )
    return parts
