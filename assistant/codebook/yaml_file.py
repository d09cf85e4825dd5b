"""Codebooks as YAML: a list of codes, or a mapping with `codes:`; children nested, or named by `parent:`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from assistant.codebook.drafts import COLUMNS, DraftCode, ReadCodebook, draft, with_themes
from assistant.ingest import read_text
from assistant.ingest.text_yaml import load_yaml
from store.errors import InvalidInputError

_DEEPEST = 20
_KNOWN = (*COLUMNS, "children")
_OTHERWISE = "look at its indentation, or write the codebook as csv"


def read_yaml(path: Path) -> ReadCodebook:
    """The codes of a YAML file; raises InvalidInputError with a sentence where it is no codebook.

    A field that any code of the file has counts as given, and empty, for those that leave it out.
    """
    text, guessed = read_text(path)
    report = list(guessed)
    loaded = load_yaml(text, path.name, _OTHERWISE)
    listed = loaded.get("codes") if isinstance(loaded, dict) else loaded
    if not isinstance(listed, list) or not listed:
        msg = f"{path.name} holds no list of codes; write one, each with `name:`, or put it below `codes:`."
        raise InvalidInputError(msg)
    unknown = set(loaded) - {"codes"} if isinstance(loaded, dict) else set()
    codes = list(_drafts(listed, None, path, report, unknown))
    given = frozenset[str]().union(*(code.given for code in codes))
    codes = [replace(code, given=given) for code in codes]
    if unknown:
        report.append(f"Not read: {', '.join(sorted(map(str, unknown)))}.")
    return with_themes(codes, path.name, report)


def _drafts(
    items: Iterable[Any], parent: str | None, path: Path, report: list[str], unknown: set[str], depth: int = 1
) -> Iterator[DraftCode]:
    if depth > _DEEPEST:
        msg = f"{path.name} nests codes more than {_DEEPEST} deep; make the codebook flatter."
        raise InvalidInputError(msg)
    for item in items:
        entry = _entry(item, path)
        unknown.update(key for key in entry if key not in _KNOWN)
        values = {key: _text(entry[key], key, path) for key in COLUMNS if key in entry and key != "examples"}
        if parent is not None:
            values["parent"] = _only_parent(parent, values.get("parent", ""), path)
        examples = [_text(example, "examples", path) for example in _as_list(entry.get("examples"))]
        given = {*values, *(key for key in ("examples",) if key in entry)}
        code = draft(values, examples, where=path.name, given=given, report=report)
        yield code
        children = _as_list(entry.get("children"))
        yield from _drafts(children, code.name, path, report, unknown, depth + 1)


def _entry(item: Any, path: Path) -> dict[str, Any]:
    if isinstance(item, str):
        return {"name": item}
    if not isinstance(item, dict):
        msg = f"{path.name} has an entry that is neither a name nor a code with `name:` ({str(item)[:40]}); change it."
        raise InvalidInputError(msg)
    folded = {str(key).strip().casefold(): value for key, value in item.items()}
    if "color" in folded:
        folded.setdefault("colour", folded.pop("color"))
    return folded


def _only_parent(nested: str, stated: str, path: Path) -> str:
    if stated and stated.casefold() != nested.casefold():
        msg = f"{path.name} puts one code below “{nested}” and says `parent: {stated}`; take one of them out."
        raise InvalidInputError(msg)
    return nested


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any, key: str, path: Path) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        msg = f"{path.name} has something other than text at `{key}` ({str(value)[:40]}); put it in quotation marks."
        raise InvalidInputError(msg)
    return value


def yaml_text(codes: Iterable[DraftCode]) -> str:
    """A codebook as YAML, to be read back by `read_yaml` without loss; empty fields are left out."""
    entries = []
    for code in codes:
        fields = {column: getattr(code, column) for column in COLUMNS}
        fields["examples"] = list(code.examples)
        entries.append({column: value for column, value in fields.items() if value})
    return yaml.safe_dump({"codes": entries}, allow_unicode=True, sort_keys=False, width=120)
