"""Agreement as JSON values, and the sentences that sum it up."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from assistant.agreement.bootstrap import Interval
from assistant.agreement.cautions import uncoded_text
from assistant.agreement.disagreements import Differing
from assistant.agreement.domains import between_themes, within_theme
from assistant.agreement.nominal import Nominal
from assistant.agreement.of_study import Agreement
from assistant.agreement.results import Row
from assistant.agreement.units import Unit
from assistant.agreement.valued_units import ValuedUnits

_PAIR = 2
_SHORT = ("n", "percent", "kappa", "alpha", "ac1")
_UNITS = {Unit.SEGMENT: "segments", Unit.TURN: "turns", Unit.CHARACTER: "characters"}


def as_record(found: Agreement) -> dict[str, Any]:
    """Everything that was worked out; `codes` and `themes` are lists of rows, `pooled` is one over the level asked."""
    drawn = found.work.drawn
    unit = found.asked.unit
    return {
        "coders": list(found.coders),
        "unit": str(unit),
        "level": found.asked.level,
        "units": len(found.units),
        "interviews": list(found.units.interviews),
        "independent": drawn is not None or found.sample is not None,
        "double_coding": None if drawn is None else drawn.name,
        "said": list(found.said),
        "summary": list(summary(found)),
        "codes": [_row(row, unit, "code") for row in found.codes.rows],
        "themes": [
            {**_row(row, unit, "theme"), "u_alphas": _family(within_theme(found, row))} for row in found.themes.rows
        ],
        "pooled": {**_row(found.shown.pooled, unit), "u_alphas": _family(between_themes(found))},
        "pairs": [{"coders": list(names), **_nominal(nominal)} for names, nominal in found.of_pairs],
        "unused": list(found.shown.unused),
        "not_looked_for": list(found.shown.not_looked_for),
        "asked": found.asked.to_json(),
    }


def _row(row: Row, unit: Unit, kind: str = "") -> dict[str, Any]:
    named = {kind: row.line.name, "guid": row.line.guid} if kind else {}
    return {
        **named,
        "unit": str(unit),
        **_nominal(row.found),
        "alpha_u": row.alpha_u,
        "ci": {name: _interval(interval) for name, interval in row.ci.items()},
        "prevalence": dict(row.prevalence),
        "table": None if row.found.table is None else list(row.found.table),
        "pabak": row.found.pabak,
        "positive": row.found.positive,
        "negative": row.found.negative,
        "coded_only": _nominal(row.coded),
        "uncoded_text": asdict(uncoded_text(row.found)) if len(row.prevalence) == _PAIR else None,
        "cautions": [{"kind": caution.kind, "sentence": caution.sentence} for caution in row.cautions],
    }


def _family(of: ValuedUnits | None) -> dict[str, Any] | None:
    """Krippendorff's u-, |u- and cu-alpha with the codes of a theme, or the themes, as values."""
    if of is None:
        return None
    return {"u": of.u, "binary": of.binary, "cu": of.cu, "covered": of.covered, "overlapping": of.overlapping}


def _nominal(nominal: Nominal) -> dict[str, Any]:
    return {name: getattr(nominal, name) for name in _SHORT}


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]


def number(value: float | None) -> str:
    """A coefficient as it is printed: 1.00 only where it is 1, and a dash where it cannot be estimated.

    >>> number(0.617), number(-0.05), number(0.998), number(1.0), number(None)
    ('.62', '−.05', '>.99', '1.00', '–')
    """
    if value is None:
        return "–"
    if 0.995 <= value < 1:  # noqa: PLR2004 - would be rounded to 1
        return ">.99"
    text = f"{abs(value):.2f}".removeprefix("0")
    return f"−{text}" if value < 0 and float(text) else text


def percent(value: float | None) -> str:
    """A share as it is printed; 100 only where it is all, 0 only where it is nothing.

    >>> percent(0.62), percent(0.9951), percent(0.99996), percent(1.0), percent(None)
    ('62', '99.5', '>99.9', '100', '–')
    """
    if value is None:
        return "–"
    if 0 < value < 0.001 or 0.999 < value < 1:  # noqa: PLR2004 - a tenth of a per cent
        return "<0.1" if value < 0.5 else ">99.9"  # noqa: PLR2004
    text = f"{100 * value:.1f}"
    return text if 0 < value < 0.1 or 0.9 < value < 1 else f"{100 * value:.0f}"  # noqa: PLR2004


def between(interval: Interval | None) -> str:
    """An interval as it is printed, empty where there is none."""
    return "" if interval is None else f"{number(interval.low)} to {number(interval.high)}"


def count(units: int, unit: Unit) -> str:
    """So many units in words."""
    return f"1 {unit}" if units == 1 else f"{units:,} {_UNITS[unit]}"


def summary(found: Agreement) -> tuple[str, ...]:
    """What the figures say, in plain words: on how much, how well, and what text that nobody coded does to it."""
    pooled, units = found.shown.pooled, len(found.units)
    if not units:
        return (f"There is no {found.asked.unit} that all of these coders read, so that nothing can be compared.",)
    where = f"{len(found.units.interviews)} interviews" if len(found.units.interviews) != 1 else "one interview"
    used = sum(row.used for row in found.shown.rows)
    said = [
        f"Compared on {count(units, found.asked.unit)} of {where} that all of them read, with {_codes(found, used)}."
    ]
    if not used:
        return (
            *said,
            "None of them gave any code there: they agree that nothing applies, which no coefficient can tell.",
        )
    interval = between(pooled.ci.get("kappa"))
    said.append(
        f"All taken together, they agree on {percent(pooled.found.percent)} % of the yes-or-no decisions; beyond"
        f" chance, kappa is {number(pooled.found.kappa)}{f' (95 % interval {interval})' if interval else ''},"
        f" alpha {number(pooled.found.alpha)} and AC1 {number(pooled.found.ac1)}."
    )
    said.append(_uncoded(found))
    return tuple(said)


def _codes(found: Agreement, used: int) -> str:
    what = "theme" if found.asked.level == "theme" else "code"
    return f"one {what} that anybody gave" if used == 1 else f"{used} {what}s that anybody gave"


def _uncoded(found: Agreement) -> str:
    """What the units that nobody coded do to kappa."""
    pooled = found.shown.pooled
    lines = sum(row.used for row in found.shown.rows)
    whole, coded = pooled.found, pooled.coded
    left = 0 if not whole.n else (whole.n - coded.n) / whole.n
    if not left or not lines:
        return "Somebody gave a code to every one of them, so that text without codes plays no part."
    return (
        f"Nobody gave any code to {percent(left)} % of what they read. That counts as agreement, for it was read: with"
        f" it kappa is {number(whole.kappa)}, over the rest alone {number(coded.kappa)} ({percent(coded.percent)} % of"
        f" the decisions agree instead of {percent(whole.percent)} %)."
    )


def differing_record(cases: Iterable[Differing], texts: Mapping[int, str]) -> list[dict[str, Any]]:
    """Disagreements as JSON values; `texts` holds the transcripts' by id."""
    return [
        {
            "interview": case.segment.interview,
            "start": case.span.start,
            "end": case.span.end,
            "start_ms": case.segment.start_ms,
            "speaker": case.segment.speaker,
            "text": case.span.of(texts[case.segment.transcript_id]),
            "gave": {side.coder: side.gave for side in case.sides},
            "memos": {side.coder: list(side.memos) for side in case.sides if side.memos},
            "chance": next((side.chance for side in case.sides if side.chance is not None), None),
        }
        for case in cases
    ]
