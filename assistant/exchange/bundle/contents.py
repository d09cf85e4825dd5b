"""What a reproducibility bundle holds, and its two files: `bundle.json`, and `records.jsonl` with one act on a line."""

import hashlib
import hmac
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.ingest.packages import opened
from store.canonical import sha256_text
from store.errors import InvalidInputError
from store.history import Act, AdjudicationMade, DecisionMade, Person, SampleDrawn, SampleEnded, VersionMade
from store.imports import ImportedMemo
from store.values import Span

FORMAT = "interview-bundle"
VERSION = 1
_HEAD, _RECORDS = "bundle.json", "records.jsonl"
_KINDS: Mapping[str, type[Act]] = {
    "codebook": VersionMade,
    "decision": DecisionMade,
    "double coding": SampleDrawn,
    "double coding ended": SampleEnded,
    "adjudication": AdjudicationMade,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_LARGEST = 2**63
_IDENTITY = re.compile(r"[\w-]{1,64}")
_COLOUR = re.compile(r"(#[0-9a-fA-F]{6})?")


@dataclass(frozen=True, slots=True)
class Holds:
    """What of a study goes into a bundle beside the acts: labels of interviews, names of coders, memos, attributes."""

    labels: bool = True
    names: bool = True
    memos: bool = False
    attributes: bool = False


@dataclass(frozen=True, slots=True)
class BundledInterview:
    """An interview without its text: the hash and length of the text, how it was cut, and what stands in it.

    `cut` is the hash of its segments' places; `codings` counts the codings that stand, `standing` is the hash over
    their places, codes and coders.
    """

    guid: str
    label: str
    sha256: str
    length: int
    cut: str
    codings: int
    standing: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A whole bundle. `checks` are the hashes of slices, by the GUID of the decision or adjudication."""

    study: str
    events: int
    head: str
    made_at: str
    holds: Holds
    interviews: tuple[BundledInterview, ...]
    people: tuple[Person, ...]
    acts: tuple[Act, ...]
    checks: Mapping[str, str]
    memos: tuple[ImportedMemo, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many acts there are of each kind."""
        found = dict.fromkeys(_KINDS, 0)
        for act in self.acts:
            found[_NAMES[type(act)]] += 1
        return found


def slice_check(text: str, span: Span) -> str:
    """A hash of a slice that nobody can make, or guess the slice from, who does not have the whole text."""
    key = sha256_text(f"slices of {text}").encode()
    return hmac.new(key, span.of(text).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def digest(rows: Iterable[object]) -> str:
    """The hash over rows of JSON values, whatever their order."""
    return sha256_text("\n".join(sorted(json.dumps(row, ensure_ascii=False) for row in rows)))


def bundle_bytes(bundle: Bundle) -> bytes:
    """The bundle as a zip file; the same bundle gives the same bytes."""
    from pydantic import TypeAdapter

    writers = {kind: TypeAdapter(kind) for kind in _KINDS.values()}
    lines = []
    for act in bundle.acts:
        line = {"kind": _NAMES[type(act)], **writers[type(act)].dump_python(act, mode="json")}
        if isinstance(act, DecisionMade | AdjudicationMade):
            line["slice"] = bundle.checks[act.guid]
        lines.append(json.dumps(line, ensure_ascii=False))
    records = "".join(f"{line}\n" for line in lines)
    head = {
        "format": FORMAT,
        "version": VERSION,
        "study": {"guid": bundle.study, "events": bundle.events, "head": bundle.head},
        "made_at": bundle.made_at,
        "holds": asdict(bundle.holds),
        "counts": bundle.counts,
        "left_out": dict(bundle.left_out),
        "interviews": [asdict(each) for each in bundle.interviews],
        "people": [asdict(each) for each in bundle.people],
        "memos": TypeAdapter(tuple[ImportedMemo, ...]).dump_python(bundle.memos, mode="json"),
        "records_sha256": sha256_text(records),
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in ((_HEAD, json.dumps(head, ensure_ascii=False, indent=2)), (_RECORDS, records)):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    return held.getvalue()


def read_bundle(path: Path) -> Bundle:
    """The bundle in a file; raises InvalidInputError where it is none, is damaged, or comes from a newer version."""
    with opened(path, "reproducibility bundle") as package:
        head, records = package.part(_HEAD), package.part(_RECORDS)
    if head is None or records is None:
        msg = f"{path.name} is no reproducibility bundle; choose a file that `interview bundle make` made."
        raise InvalidInputError(msg)
    try:
        return _read(path.name, _loaded(head), records.decode())
    except (ValueError, KeyError, TypeError, OverflowError, AttributeError, RecursionError) as error:
        msg = f"{path.name} is damaged or was changed by hand; get the bundle again from where it came."
        raise InvalidInputError(msg) from error


def _read(name: str, head: Mapping[str, Any], records: str) -> Bundle:
    from pydantic import TypeAdapter

    if head["format"] != FORMAT or head["version"] > VERSION:
        msg = f"{name} is of another or a newer format; update this program, then apply the bundle."
        raise InvalidInputError(msg)
    if head["records_sha256"] != sha256_text(records):
        msg = "the records are not those that the bundle was made with"
        raise ValueError(msg)
    _refuse_halves(head)
    readers = {kind: TypeAdapter(form) for kind, form in _KINDS.items()}
    lines = [_loaded(line) for line in records.splitlines()]
    _refuse_halves(lines)
    acts: tuple[Act, ...] = tuple(readers[line["kind"]].validate_python(line) for line in lines)
    memos = TypeAdapter(tuple[ImportedMemo, ...]).validate_python(head["memos"])
    for act in acts:
        _refuse_impossible(act)
    _refuse_twice([act.guid for act in acts if not isinstance(act, VersionMade | SampleEnded)])
    _refuse_twice([memo.guid for memo in memos])
    _refuse_timeless(memo.at for memo in memos if memo.at is not None)
    return Bundle(
        study=str(head["study"]["guid"]),
        events=int(head["study"]["events"]),
        head=str(head["study"]["head"]),
        made_at=str(head["made_at"]),
        holds=Holds(**head["holds"]),
        interviews=TypeAdapter(tuple[BundledInterview, ...]).validate_python(head["interviews"]),
        people=TypeAdapter(tuple[Person, ...]).validate_python(head["people"]),
        acts=acts,
        checks={line["guid"]: str(line["slice"]) for line in lines if "slice" in line},
        memos=memos,
        left_out=dict(head["left_out"]),
    )


def _loaded(text: str | bytes) -> Any:
    """The JSON value; raises ValueError where it holds a number that cannot be kept."""
    return json.loads(text, parse_int=_number, parse_constant=_number)


def _number(text: str) -> int:
    value = int(text)
    if not -_LARGEST <= value < _LARGEST:
        msg = "a number too large to be kept"
        raise ValueError(msg)
    return value


def _refuse_halves(value: object) -> None:
    """Raise UnicodeEncodeError where a text holds half a character, which can be neither kept nor shown."""
    json.dumps(value, ensure_ascii=False).encode()


def _refuse_twice(guids: Sequence[str]) -> None:
    if len(set(guids)) != len(guids):
        msg = "the same thing twice"
        raise ValueError(msg)


def _refuse_impossible(act: Act) -> None:
    _refuse_timeless([act.at, act.recorded_at] if isinstance(act, DecisionMade) else [act.at])
    named = [code.guid for code in act.codes] if isinstance(act, VersionMade) else []
    named += [] if isinstance(act, VersionMade | SampleEnded) else [act.guid]
    if not all(_IDENTITY.fullmatch(guid) for guid in named):
        msg = "a GUID that is none"
        raise ValueError(msg)
    if isinstance(act, VersionMade) and not all(_COLOUR.fullmatch(code.colour) for code in act.codes):
        msg = "a colour that is none"
        raise ValueError(msg)
    if isinstance(act, SampleDrawn) and not 0 <= act.seed < _LARGEST:
        msg = "a seed that no sample has"
        raise ValueError(msg)


def _refuse_timeless(times: Iterable[datetime]) -> None:
    if any(at.tzinfo is None for at in times):
        msg = "a time without a zone"
        raise ValueError(msg)
