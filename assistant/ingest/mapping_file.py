"""Mappings as json or yaml: how files are to be taken, written down by a person or by `interview add --preview`."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import yaml

from assistant.ingest.decoding import read_text
from assistant.ingest.mapping import Mapping, SpeakerAs
from assistant.ingest.text_yaml import load_yaml
from store.errors import InvalidInputError
from store.values import Role

_KNOWN = tuple(each.name for each in fields(Mapping))
_SPEAKER = ("name", "role")
_TIME_UNITS = ("s", "ms")
_EVERY = "*"
_LONGEST_FILE = 1_000_000
_MOST_HEAD_LINES = 1_000_000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Mappings:
    """What a mapping file says: of every file, and of single files by name (case ignored), which goes before."""

    every: Mapping = field(default_factory=Mapping)
    files: dict[str, Mapping] = field(default_factory=dict)

    def of(self, name: str) -> Mapping:
        """The mapping for the file of that name."""
        own = next((mapping for known, mapping in self.files.items() if known.casefold() == name.casefold()), None)
        return self.every if own is None else laid_over(self.every, own)

    def unused(self, names: Iterable[str]) -> list[str]:
        """The file names it speaks of that are not among `names`."""
        there = {name.casefold() for name in names}
        return [name for name in self.files if name.casefold() not in there]


def laid_over(below: Mapping, above: Mapping) -> Mapping:
    """What `above` states, and where it is silent, what `below` states."""
    stated = {each.name: value for each in fields(Mapping) if (value := getattr(above, each.name)) is not None}
    return replace(below, **{**stated, "speakers": {**below.speakers, **above.speakers}})


def read_mappings(path: Path) -> Mappings:
    """The mappings of a json or yaml file: one for all files, or `files:` with one for each, `*` for all others.

    Raises InvalidInputError with a sentence that names what is not known, and what is.
    """
    if path.is_file() and path.stat().st_size > _LONGEST_FILE:
        msg = f"{path.name} is too large for a mapping, which is a few lines; choose another file."
        raise InvalidInputError(msg)
    text, _ = read_text(path)
    value = _from_json(text, path.name) if path.suffix.lower() == ".json" else load_yaml(text, path.name)
    if isinstance(value, dict) and "files" in value:
        return _by_file(value, path.name)
    return Mappings(mapping_from(value, path.name))


def _by_file(value: dict[str, Any], where: str) -> Mappings:
    _only_known(value, ("files",), f"{where}, beside `files`,")
    listed = value["files"]
    if not isinstance(listed, dict) or not all(isinstance(name, str) for name in listed):
        msg = f"{where} holds no file names below `files`; write each as `name.docx:` with its mapping below it."
        raise InvalidInputError(msg)
    found = {name: mapping_from(entry, f"{where}, for {name},") for name, entry in listed.items()}
    folded = Counter(name.casefold() for name in found)
    if double := [name for name in found if folded[name.casefold()] > 1]:
        msg = f"{where} names {double[0]} twice; give each file one mapping."
        raise InvalidInputError(msg)
    every = found.pop(_EVERY, Mapping())
    return Mappings(every, found)


def mapping_from(value: object, where: str) -> Mapping:
    """The mapping that parsed json or yaml holds; `where` begins the sentence about what is wrong with it."""
    if not isinstance(value, dict):
        msg = f"{where} holds no mapping; write lines such as `head_lines: 3`. It may say: {', '.join(_KNOWN)}."
        raise InvalidInputError(msg)
    _only_known(value, _KNOWN, where)
    given = {name: each for name, each in value.items() if each is not None}
    read: dict[str, Any] = {name: _text(each, name, where) for name, each in given.items() if name not in _SHAPED}
    read |= {name: _SHAPED[name](each, where) for name, each in given.items() if name in _SHAPED}
    _check(read, where)
    return Mapping(**read)


def mapping_to(mapping: Mapping) -> dict[str, Any]:
    """The mapping as json and yaml hold it: what is left to the reader's guess is not there."""
    plain: dict[str, Any] = {}
    for name in _KNOWN:
        value = getattr(mapping, name)
        if name == "speakers":
            value = {label: _speaker_to(kept) for label, kept in value.items()} or None
        elif isinstance(value, tuple):
            value = list(value)
        if value is not None:
            plain[name] = value
    return plain


def mapping_yaml(mapping: Mapping) -> str:
    """The mapping as a mapping file says it."""
    return yaml.safe_dump(mapping_to(mapping), allow_unicode=True, sort_keys=False, width=10_000)


def _speaker_to(kept: SpeakerAs) -> dict[str, str]:
    role = {} if kept.role is None else {"role": str(kept.role)}
    return {"name": kept.name, **role} if kept.name else role


def _from_json(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, name))
    except json.JSONDecodeError as error:
        msg = f"{name} cannot be read as json at line {error.lineno} ({error.msg}); mend that line."
        raise InvalidInputError(msg) from error
    except (RecursionError, ValueError) as error:
        msg = f"{name} cannot be read as json; it nests too deeply or holds an impossible number."
        raise InvalidInputError(msg) from error


def _once(pairs: list[tuple[str, Any]], name: str) -> dict[str, Any]:
    keys = Counter(key for key, _ in pairs)
    if len(keys) < len(pairs):
        double = next(key for key, times in keys.items() if times > 1)
        msg = f"{name} says “{_short(double)}” twice in one place; keep one of them."
        raise InvalidInputError(msg)
    return dict(pairs)


def _only_known(value: dict[Any, Any], known: Iterable[str], where: str) -> None:
    names = tuple(known)
    if unknown := [key for key in value if key not in names]:
        msg = f"{where} says “{_short(unknown[0])}”, which is not known; it may say: {', '.join(names)}."
        raise InvalidInputError(msg)


def _text(value: object, name: str, where: str) -> str:
    if not isinstance(value, str):
        msg = f"{where} gives `{name}` {_kind(value)} where a text must stand."
        raise InvalidInputError(msg)
    return value.strip()


def _labels(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        msg = f"{where} gives `labels` {_kind(value)} where a list must stand, such as [I, P1]."
        raise InvalidInputError(msg)
    return tuple(_text(each, "labels", where) for each in value)


def _head_lines(value: object, where: str) -> int:
    digits = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (digits.isdecimal() and len(digits) <= len(str(_MOST_HEAD_LINES)) and int(digits) <= _MOST_HEAD_LINES):
        msg = f"{where} gives `head_lines` {_kind(value)} where a number of lines must stand, 0 or more."
        raise InvalidInputError(msg)
    return int(digits)


def _speakers(value: object, where: str) -> dict[str, SpeakerAs]:
    if not isinstance(value, dict) or not all(isinstance(label, str) for label in value):
        msg = f"{where} gives `speakers` {_kind(value)} where each speaker must stand with a name or role."
        raise InvalidInputError(msg)
    said = f"{where.rstrip(',')}, of speaker"
    return {label: _speaker(kept, f"{said} {_short(label)},") for label, kept in value.items()}


def _speaker(value: object, where: str) -> SpeakerAs:
    if value is None:
        return SpeakerAs()
    if isinstance(value, str):
        return SpeakerAs(" ".join(value.split()))
    if not isinstance(value, dict):
        msg = f"{where} says {_kind(value)} where `name` and `role` must stand."
        raise InvalidInputError(msg)
    _only_known(value, _SPEAKER, where)
    name = " ".join(_text(value["name"], "name", where).split()) if value.get("name") is not None else ""
    if (role := value.get("role")) is None:
        return SpeakerAs(name)
    if role not in (roles := [str(each) for each in Role]):
        msg = f"{where} gives the role “{_short(role)}”; a role is one of: {', '.join(roles)}."
        raise InvalidInputError(msg)
    return SpeakerAs(name, Role(role))


def _check(read: dict[str, Any], where: str) -> None:
    if (unit := read.get("time_unit")) is not None and unit not in _TIME_UNITS:
        msg = f"{where} gives `time_unit` “{_short(unit)}”; it is one of: {', '.join(_TIME_UNITS)}."
        raise InvalidInputError(msg)
    if (encoding := read.get("encoding")) is not None:
        try:
            "a".encode(encoding)  # codecs that are no encodings of text, such as hex, are refused too
        except (LookupError, ValueError, UnicodeError) as error:
            msg = f"{where} gives `encoding` “{_short(encoding)}”, which is not known; write utf-8 or cp1252, say."
            raise InvalidInputError(msg) from error


def _kind(value: object) -> str:
    if isinstance(value, str | int | float):
        return f"“{_short(value)}”"
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "nothing"


def _short(value: object) -> str:
    text = str(value) if isinstance(value, str | int | float) else type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


_SHAPED = {"labels": _labels, "head_lines": _head_lines, "speakers": _speakers}
