"""The catalogue of injected instructions, and studies that hold them in every place that a model reads."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).parent / "injections" / "catalogue.yaml"


@dataclass(frozen=True)
class Injection:
    id: str
    language: str
    text: str
    where: str = "passage"
    kind: str | None = None
    flagged: bool = True
    note: str = ""


@cache
def catalogue() -> tuple[tuple[Injection, ...], tuple[str, ...]]:
    """The injections, and harmless things that people say."""
    read = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    return tuple(Injection(**each) for each in read["injections"]), tuple(read["harmless"])


def injections() -> tuple[Injection, ...]:
    return catalogue()[0]


def with_entry(code, injection):
    """The code with the injection where the catalogue has it; in the definition, where that is no place of a code."""
    if injection.where == "example":
        return replace(code, examples=(injection.text,))
    field = injection.where if injection.where in {"name", "include"} else "definition"
    return replace(code, **{field: injection.text})
