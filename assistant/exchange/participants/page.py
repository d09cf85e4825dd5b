"""A pack as a page that works by itself: opened from a disk it loads nothing, sends nothing, and saves its comments.

What comes from a study is escaped by the template; no script but the page's own one runs.
"""

import base64
import hashlib
import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.exchange.participants import questions
from assistant.exchange.participants.pack import Pack

HERE = Path(__file__).parent
FORMAT = 1
"""Of the comments within a saved page."""


def pack_as_html(pack: Pack) -> bytes:
    """The page in UTF-8, with no comments yet."""
    script, style = (_read(name) for name in ("page.js", "page.css"))
    held = json.dumps({"format": FORMAT, "pack": pack.token, "comments": {}, "answers": {}})
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(HERE))
    page = environment.get_template("page.html.jinja").render(
        pack=pack,
        asked=questions,
        held=Markup(held),  # noqa: S704 - made above of nothing but a random token
        script=Markup(script),  # noqa: S704 - the page's own
        style=Markup(style),  # noqa: S704 - the page's own
        script_hash=_hash(script),
        style_hash=_hash(style),
    )
    return page.encode("utf-8", "replace")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """By which a browser knows that this is the text that the page was made with."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
