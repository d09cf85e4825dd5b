"""What an edit of the codebook did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.codebook.csv_file import join_examples
from store.values import Code, Codebook

Kind = Literal["added", "removed", "renamed", "moved", "changed"]
_FIELDS = ("definition", "include", "exclude", "colour")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two versions; `code` is its name in the later one, or the last it had."""

    kind: Kind
    code: str
    field: str = ""
    before: str = ""
    after: str = ""


def differences(before: Codebook | None, after: Codebook) -> list[Difference]:
    """What changed from one version to a later one, codes matched by GUID; their order does not count."""
    old = {code.guid: code for code in before.codes} if before else {}
    new = {code.guid: code for code in after.codes}
    found = [Difference("removed", code.name) for guid, code in old.items() if guid not in new]
    for guid, code in new.items():
        if guid in old:
            found.extend(_changes(old[guid], code, old, new))
        else:
            found.append(Difference("added", code.name, after=_theme(code, new)))
    return found


def _changes(before: Code, after: Code, old: dict[str, Code], new: dict[str, Code]) -> Iterator[Difference]:
    if before.name != after.name:
        yield Difference("renamed", after.name, "name", before.name, after.name)
    if before.parent != after.parent:
        yield Difference("moved", after.name, "parent", _theme(before, old), _theme(after, new))
    for field in _FIELDS:
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield Difference("changed", after.name, field, was, now)
    if before.retired != after.retired:
        yield Difference(
            "changed", after.name, "in use", *("no" if code.retired else "yes" for code in (before, after))
        )
    if before.examples != after.examples:
        examples = join_examples(before.examples), join_examples(after.examples)
        yield Difference("changed", after.name, "examples", *examples)


def _theme(code: Code, codes: dict[str, Code]) -> str:
    return codes[code.parent].name if code.parent in codes else ""
