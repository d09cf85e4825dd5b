"""The fields of a page that say which confirmed codings count: whose, as of when, and in which interviews."""

from collections.abc import Mapping
from typing import Any

from streamlit.delta_generator import DeltaGenerator

from assistant.review import Basis
from assistant.ui.markup import moment
from store.codebook import codebook_versions
from store.coders import coders
from store.interviews import interviews
from store.milestones import milestones
from store.study import Study

_Choice = tuple[str, str | int]
"""A kind of choice, and which of that kind."""


def draw_basis(study: Study, whose: DeltaGenerator, when: DeltaGenerator, keys: tuple[str, str], **how: Any) -> Basis:
    """Two fields, whose codings and as of when, with a key each; `how` goes to both."""
    who = _choose(whose, "Whose codings", _whose(study), key=keys[0], **how)
    at = _choose(when, "As it stood", _moments(study), key=keys[1], **how)
    return Basis(
        coder=str(who[1]) if who[0] == "coder" else None,
        adjudicated=who[0] == "adjudicated",
        through=int(at[1]) if at[0] == "event" else None,
        version=int(at[1]) if at[0] == "version" else None,
    )


def draw_where(study: Study, left: DeltaGenerator, right: DeltaGenerator, name: str) -> tuple[tuple[str, str], ...]:
    """Two fields for an attribute and some of its values; their keys begin with the page's `name`."""
    known = attributes(study)
    key = left.selectbox("Only interviews by", list(known), index=None, key=f"{name}_key", placeholder="All")
    offered = known[key] if key is not None else []
    values = right.multiselect("whose value is", offered, key=f"{name}_values", disabled=key is None, placeholder="Any")
    return () if key is None else tuple((key, value) for value in values)


def attributes(study: Study) -> dict[str, list[str]]:
    """Each attribute of the interviews with the values that it has."""
    known = [interview.attributes for interview in interviews(study)]
    keys = sorted({key for each in known for key in each}, key=str.casefold)
    return {key: sorted({each[key] for each in known if each.get(key)}) for key in keys}


def attribute_pairs(study: Study) -> list[tuple[str, str]]:
    """Each attribute with each of its values."""
    return [(key, value) for key, values in attributes(study).items() for value in values]


def _choose(place: DeltaGenerator, label: str, options: Mapping[_Choice, str], **how: Any) -> _Choice:
    chosen: _Choice = place.selectbox(label, list(options), format_func=lambda each: options.get(each, ""), **how)
    return chosen


def _whose(study: Study) -> Mapping[_Choice, str]:
    everybody: dict[_Choice, str] = {
        ("all", ""): "All coders",
        ("adjudicated", ""): "All coders, disputes as adjudicated",
    }
    return everybody | {("coder", name): name for name in coders(study)}


def _moments(study: Study) -> Mapping[_Choice, str]:
    found: dict[_Choice, str] = {("now", ""): "Now"}
    found |= {("event", m.through): f"Milestone “{m.name}”" for m in reversed(milestones(study))}
    older = codebook_versions(study)[:-1]
    return found | {
        ("version", b.version): f"Codebook version {b.version} ({moment(b.created_at)[:10]})" for b in reversed(older)
    }
