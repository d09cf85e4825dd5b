"""The report as a page: one file that loads nothing, runs one script that it carries, and works without it."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.exchange.outgoing import Outgoing
from assistant.exchange.report.parts import code_tree, matrix, themes
from assistant.exchange.report.statistics import AGREEMENT_COLUMNS, compared, related, saturation_told
from assistant.exchange.study_tables import interviews_table
from assistant.exchange.table_files import MadeFile
from assistant.review.citation import source

_HERE = Path(__file__).parent


def study_as_html(out: Outgoing) -> MadeFile:
    """The whole report; all that comes from the study is escaped."""
    style, script = _own("report.css"), _own("report.js")
    page = (
        _templates()
        .get_template("report.html")
        .render(
            title=out.study.title,
            style=Markup(style),  # noqa: S704 - files of ours
            script=Markup(script),  # noqa: S704
            policy=_policy(script),
            **_parts(out),
        )
    )
    return MadeFile(page.encode(), tuple(out.unplaced(out.codings)))


def _parts(out: Outgoing) -> Mapping[str, Any]:
    return {
        "about": out.about,
        "sentence": out.of.sentence,
        "interviews": interviews_table(out),
        "labels": [interview.label for interview in out.of.interviews],
        "version": out.codebook.version,
        "codes": code_tree(out),
        "matrix": matrix(out),
        "themes": themes(out),
        "unplaced": out.unplaced(out.codings),
        "saturation": saturation_told(out),
        "agreement": tuple(compared(out)),
        "agreement_columns": AGREEMENT_COLUMNS,
        "related": related(out),
    }


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["source"] = lambda line: source(line.interview, line.start_ms)
    return made


def _own(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """What the page may do: show itself, and run this one script."""
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src 'sha256-{digest}'"
    )
