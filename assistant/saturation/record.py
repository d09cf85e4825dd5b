"""A report as JSON values, under the names that scripts rely on."""

from dataclasses import asdict
from typing import Any

from assistant.saturation.meaning import EXPLORATORY, Meaning
from assistant.saturation.report import Groups, Report, Since, Whole
from assistant.saturation.stopping import GuestDraws, GuestResult
from assistant.saturation.table import as_record
from assistant.saturation.words import answer

_ESTIMATES = (
    "chao2",
    "chao2_se",
    "chao2_ci",
    "chao2_bc",
    "chao2_bc_se",
    "chao2_bc_ci",
    "ichao2",
    "ice",
    "jack1",
    "jack1_se",
    "jack2",
    "boot",
    "coverage",
    "coverage_ci",
)


def report_record(of: Report) -> dict[str, Any]:
    """The table and everything computed from it; what cannot be estimated is null.

    `guest[].result` is written as its authors do (`6+2`: after the sixth interview, as the next two show); points of
    `rarefaction` and `extrapolation` say for how many interviews they stand.
    """
    return {
        **as_record(of.table),
        "observed": of.richness.observed,
        "guest": [
            _setting(*each) for each in zip(of.guest, of.resampled or _none(of), of.reordered or _none(of), strict=True)
        ],
        **{name: getattr(of.richness, name) for name in _ESTIMATES},
        "q1": of.richness.q1,
        "q2": of.richness.q2,
        "order_band": asdict(of.band),
        "rarefaction": [asdict(point) for point in of.rarefaction],
        "extrapolation": [asdict(point) for point in of.extrapolation],
        "expected_new": [asdict(each) for each in of.expected],
        "chance_of_new": None if of.chance is None else asdict(of.chance),
        "interviews_to_95": of.interviews_to_95,
        "interviews_to_95_ci": of.interviews_to_95_ci,
        "summary": list(answer(of)),
        "cautions": list(of.cautions),
    }


def _none(of: Report) -> tuple[None, ...]:
    return (None,) * len(of.guest)


def _setting(found: GuestResult, resampled: GuestDraws | None, reordered: GuestDraws | None) -> dict[str, Any]:
    return {
        "base": found.base,
        "run": found.run,
        "threshold": found.threshold,
        "result": found.reported,
        "last_interview": found.result,
        "base_codes": found.base_codes,
        "ratios": list(found.ratios),
        "resampled": None if resampled is None else _draws(resampled),
        "random_orders": None if reordered is None else _draws(reordered),
    }


def _draws(found: GuestDraws) -> dict[str, Any]:
    kept = asdict(found)
    return {name: value for name, value in kept.items() if name not in ("base", "run", "threshold")}


def groups_record(found: Groups) -> dict[str, Any]:
    """Sub-groups side by side."""
    return {
        "by": found.by,
        "groups": [{"value": group.value, **report_record(group.report)} for group in found.groups],
        "without": list(found.without),
    }


def since_record(found: Since) -> dict[str, Any]:
    """What is so now, beside an earlier state that the rest of the record speaks of."""
    return {"now": report_record(found.now), "gained": list(found.gained), "lost": list(found.lost)}


def meaning_record(found: Meaning) -> dict[str, Any]:
    """Meaning saturation of one code."""
    facets = found.facets
    return {
        "exploratory": EXPLORATORY,
        "code": found.code.name,
        "note": found.note,
        "new_facets": None if facets is None else list(facets.new),
        "cumulative_facets": None if facets is None else list(facets.cumulative),
        "last_new": None if facets is None or facets.last_new is None else found.interviews[facets.last_new - 1],
        "silhouette": None if facets is None else facets.silhouette,
        "structure": None if facets is None else facets.structure,
        "quotes": len(found.quotes),
        "without_vector": found.without,
    }


def whole_record(found: Whole) -> dict[str, Any]:
    """A report with whatever else was asked for beside it."""
    record = report_record(found.report)
    if found.since is not None:
        record |= since_record(found.since)
    if found.groups is not None:
        record["groups"] = groups_record(found.groups)
    if found.meaning is not None:
        record["meaning"] = meaning_record(found.meaning)
    return record
