"""What the page Relations is asked: which kind, on which codings, and in which way; all of it stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from assistant.relations import Level, Within
from assistant.review import Basis
from store.codebook import codebook_versions
from store.coders import coders
from store.interviews import interviews
from store.milestones import milestones
from store.study import Study

Kind = Literal["together", "attribute", "map", "timeline"]
KINDS: Mapping[Kind, str] = {
    "together": "Codes together",
    "attribute": "By attribute",
    "map": "Map",
    "timeline": "Timeline",
}
_WAYS = {"segment": "in the same segment", "overlap": "on the same words", "turns": "within some turns"}
_EVERYBODY, _ADJUDICATED, _NOW = "All coders", "All coders, disputes as adjudicated", "Now"


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
    whose = two.selectbox("Whose codings", [_EVERYBODY, _ADJUDICATED, *coders(study)], key="whose", **_BOUND)
    moments = _moments(study)
    moment = three.selectbox("As it stood", list(moments), key="as_it_stood", **_BOUND)
    offered = _pairs(study)
    where = four.multiselect("Only interviews with", offered, key="only_with", placeholder="All", **_BOUND)
    basis = Basis(
        coder=None if whose in (_EVERYBODY, _ADJUDICATED) else whose,
        adjudicated=whose == _ADJUDICATED,
        where=tuple(offered[each] for each in where),
        through=moments.get(moment, (None, None))[0],
        version=moments.get(moment, (None, None))[1],
    )
    within: Within = _within() if kind in ("together", "map") else "segment"
    return Asked(
        kind=kind,
        level=level,
        basis=basis,
        within=within,
        attribute=_one("Attribute", _keys(study), "attribute") if kind == "attribute" else None,
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


def _moments(study: Study) -> dict[str, tuple[int | None, int | None]]:
    """By name: the event of a milestone, or a version of the codebook."""
    found: dict[str, tuple[int | None, int | None]] = {_NOW: (None, None)}
    found |= {f"Milestone “{m.name}”": (m.through, None) for m in reversed(milestones(study))}
    older = codebook_versions(study)[:-1]
    return found | {f"Codebook version {book.version}": (None, book.version) for book in reversed(older)}


def _pairs(study: Study) -> dict[str, tuple[str, str]]:
    """Attributes with their values, as they are offered."""
    found = {(key, value) for i in interviews(study) for key, value in i.attributes.items() if value}
    return {f"{key}: {value}": (key, value) for key, value in sorted(found)}


def _keys(study: Study) -> list[str]:
    return sorted({key for interview in interviews(study) for key in interview.attributes}, key=str.casefold)


def _labels(study: Study) -> list[str]:
    return [interview.label for interview in interviews(study) if interview.transcribed]
