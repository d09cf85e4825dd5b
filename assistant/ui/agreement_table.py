"""The table of agreement, as a component: its heads sort, and each row has a button that leads to what is behind it."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from assistant.agreement import Agreement, Row
from assistant.agreement.record import between, number, percent
from assistant.ui.scripts import script
from store.canonical import sha256_json

_KEY = "agreement_table"
_HEADS = (
    ("Units", "How many units were compared"),
    ("%", "Share of units on which they agree"),
    ("Kappa", "Cohen’s kappa; of more than two coders the mean over pairs (Light)"),
    ("95 %", "Interval of kappa, from resampled interviews"),
    ("Alpha", "Krippendorff’s alpha, nominal"),
    ("AC1", "Gwet’s AC1"),
    ("Alpha U", "Krippendorff’s unitizing alpha: whether the same stretches are marked"),
    ("Kappa, coded", "Kappa over the units that anybody gave any code: without text that all left uncoded"),
)


def draw_agreement_table(found: Agreement, chosen: str | None, on_choice: Callable[[str], None]) -> None:
    """Draw the rows of the level that was asked for; `on_choice` gets the GUID of the row whose button was pressed."""

    def heard() -> None:
        value = st.session_state[_KEY].get("chosen") or {}
        on_choice(str(value.get("guid", "")))

    data = table_data(found)
    draw_table({**data, "chosen": chosen, "serial": sha256_json(data)}, heard)


def draw_table(data: dict[str, Any], heard: Callable[[], None]) -> None:
    """Put the component into the page."""
    _table()(key=_KEY, data=data, on_chosen_change=heard)


@cache
def _table() -> Any:
    return st.components.v2.component("agreement_table", js=script("agreement_table.js"), isolate_styles=False)


def table_data(found: Agreement) -> dict[str, Any]:
    """Heads and rows as the component draws them; the pooled row has no GUID and stays below."""
    what = "Theme" if found.asked.level == "theme" else "Code"
    shares = [(f"{name}, %", f"Share of units to which {name} gave it") for name in found.coders]
    heads = [{"text": what}, *({"text": t, "title": why, "number": True} for t, why in (*_HEADS, *shares))]
    heads.append({"text": "Cautions", "title": "What to know before reading the figures"})
    rows = [row for row in found.shown.rows if row.used]
    caption = f"Agreement of {', '.join(found.coders)}, {what.lower()} by {what.lower()}"
    drawn = [_row(row) for row in (*rows, found.shown.pooled)]
    return {"caption": caption, "heads": heads, "rows": drawn}


def _row(row: Row) -> dict[str, Any]:
    of, interval = row.found, row.ci.get("kappa")
    figures = [
        (f"{of.n:,}", of.n),
        (percent(of.percent), of.percent),
        (number(of.kappa), of.kappa),
        (between(interval), None if interval is None else interval.low),
        (number(of.alpha), of.alpha),
        (number(of.ac1), of.ac1),
        (number(row.alpha_u), row.alpha_u),
        (number(row.coded.kappa), row.coded.kappa),
        *((f"{100 * share:.1f}", share) for share in row.prevalence.values()),
    ]
    cells = [{"text": text, "sort": "" if sort is None else round(sort, 6), "number": True} for text, sort in figures]
    own = [caution for caution in row.cautions if caution.kind != "few interviews"]
    told = {"text": "; ".join(caution.kind for caution in own), "title": " ".join(c.sentence for c in own)}
    return {"guid": row.line.guid, "name": row.line.name, "cells": [*cells, told]}


def exported(found: Agreement) -> tuple[list[str], list[list[object]]]:
    """The same as headers and rows for a file: plain figures, every code, intervals of every statistic."""
    names = ("percent", "kappa", "alpha", "ac1", "alpha_u")
    headers = ["name", "unit", "n", *(part for name in names for part in (name, f"{name}_low", f"{name}_high"))]
    headers += [f"given_{name}" for name in found.coders] + ["kappa_coded_only", "n_coded_only", "cautions"]
    rows = []
    for row in (*found.shown.rows, found.shown.pooled):
        figures: list[object] = []
        for name in names:
            interval = row.ci.get(name)
            ends = ("", "") if interval is None else (interval.low, interval.high)
            figures += [row.alpha_u if name == "alpha_u" else getattr(row.found, name), *ends]
        said = " ".join(caution.sentence for caution in row.cautions)
        last = [*row.prevalence.values(), row.coded.kappa, row.coded.n, said]
        rows.append([row.line.name, str(found.asked.unit), row.found.n, *figures, *last])
    return headers, rows
