"""What the page Relations is asked: which kind, on which codings, and in which way; all of it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from assistant.relations import Level, Within
from assistant.review import Basis
from assistant.ui.basis_fields import attribute_pairs, attributes, draw_basis
from store.interviews import interviews
from store.study import Study

Kind = Literal["together", "attribute", "map", "timeline"]
KINDS: Mapping[Kind, str] = {
    "together": "Codes together",
    "attribute": "By attribute",
    "map": "Map",
    "timeline": "Timeline",
}
_WAYS = {"segment": "in the same segment", "overlap": "on the same words", "turns": "within some turns"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the fields say; `attribute` and `interview` are None where there is nothing to choose."""

    kind: Kind
    level: Level
    basis: Basis
    within: Within
    attribute: str | None
    interview: str | None

    @property
    def query(self) -> dict[str, Any]:
        """As JSON values, to go out with figures and tables."""
        own: dict[Kind, dict[str, Any]] = {
            "together": {"within": self.within},
            "map": {"within": self.within},
            "attribute": {"attribute": self.attribute},
            "timeline": {"interview": self.interview},
        }
        return {"relations": self.kind, "level": self.level, "basis": self.basis.to_json(), **own[self.kind]}


def draw_fields(study: Study) -> Asked:
    """The choice of kind, a row of fields for the codings that count, and one for the kind."""
    kind = _chosen("Kind of relation", KINDS, key="relations", label_visibility="collapsed")
    one, two, three, four = st.columns([3, 3, 3, 4])
    with one:
        level: Level = _chosen("Relate", {"code": "Codes", "theme": "Themes"}, key="relate")
    basis = draw_basis(study, two, three, ("whose", "as_it_stood"), **_BOUND)
    offered = {f"{key}: {value}": (key, value) for key, value in attribute_pairs(study)}
    where = four.multiselect("Only interviews with", offered, key="only_with", placeholder="All", **_BOUND)
    within: Within = _within() if kind in ("together", "map") else "segment"
    return Asked(
        kind=kind,
        level=level,
        basis=replace(basis, where=tuple(offered[each] for each in where)),
        within=within,
        attribute=_one("Attribute", list(attributes(study)), "attribute") if kind == "attribute" else None,
        interview=_one("Interview", _labels(study), "of_interview") if kind == "timeline" else None,
    )


_BOUND: Mapping[str, Any] = {"bind": "query-params"}


def _chosen(label: str, options: Mapping[Any, str], **how: Any) -> Any:
    """One of a few, by its key; the first where the address says something else."""
    names = list(options.values())
    chosen = st.segmented_control(label, names, default=names[0], required=True, **how, **_BOUND)
    return next((each for each, name in options.items() if name == chosen), next(iter(options)))


def _within() -> Within:
    with st.container(horizontal=True, vertical_alignment="bottom", key="relations_within"):
        way = _chosen("Together means", _WAYS, key="together_means")
        if way == "turns":
            return int(st.number_input("Turns, at most", 0, 1000, 3, key="turns", width=150, **_BOUND))
    return "segment" if way == "segment" else "overlap"


def _one(label: str, options: Sequence[str], key: str) -> str | None:
    return st.selectbox(label, options, key=key, width=320, **_BOUND) if options else None


def _labels(study: Study) -> list[str]:
    return [interview.label for interview in interviews(study) if interview.transcribed]
