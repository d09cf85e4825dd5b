"""The key to one run of the app: only who knows it sees the study, whoever else has an account on this machine."""

import hashlib
import secrets
from html import escape
from pathlib import Path

KEY_VARIABLE = "INTERVIEW_APP_KEY"
"""The environment variable that hands the key to the app; a command line could be read by every account."""


def new_key() -> str:
    """A key that nobody can guess, of 43 characters that stand in an address as they are."""
    return secrets.token_urlsafe(32)


def path_of(key: str) -> str:
    """The path below which a run with this key answers; by itself it opens nothing, and tells nothing of the key."""
    return hashlib.sha256(f"path:{key}".encode()).hexdigest()[:16]


def address_of(key: str, host: str, port: int) -> str:
    """The address that opens the app in a browser."""
    return f"http://{host}:{port}/{path_of(key)}/?key={key}"


def opening_page(folder: Path, address: str) -> Path:
    """A page in that folder that leads to the address: a browser's command line names it, and no key.

    The folder must be one that its owner alone may read.
    """
    page = folder / "open.html"
    head = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Interview analysis</title>'
    page.write_text(
        f'{head}<meta http-equiv="refresh" content="0; url={escape(address)}"></head>'
        f'<body><p><a href="{escape(address)}">Open the study</a></p></body></html>',
        encoding="utf-8",
    )
    return page
