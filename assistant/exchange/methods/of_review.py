"""Facts on what several people did together, and on the record itself."""

from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Any

from assistant.exchange.methods.history import History, day
from assistant.review import Compared, compare
from store.adjudications import adjudications
from store.audit import verify
from store.double_coding import DoubleCoding, double_codings
from store.event_log import hash_of, last_event
from store.exports import WITHHELD_EVENT
from store.milestones import milestones
from store.values import CoderRole

_PACKAGES = ("faster-whisper", "ctranslate2", "llama-cpp-python", "sentence-transformers", "chromadb", "scikit-learn")
_OWN = "interview-assistant"


def double_coding_facts(past: History) -> list[dict[str, Any]]:
    """Each blind double coding with its sample and what was adjudicated; compared only once it is finished."""
    drawn = {entry.payload["guid"] for entry in past.of("double_coding.drawn")}
    return [_drawn(past, each) for each in double_codings(past.study) if each.guid in drawn]


def _drawn(past: History, each: DoubleCoding) -> dict[str, Any]:
    is_over = each.ended_event is not None and each.ended_event <= past.through
    found = compare(past.study, each) if is_over and each.ended == "finished" else None
    return {
        "name": each.name,
        "guid": each.guid,
        "lead": each.lead,
        "second": each.second,
        "on": day(each.at),
        "seed": each.seed,
        "share": each.share,
        "segments": each.size,
        "interviews": len(each.spans),
        "ended": each.ended if is_over else None,
        "ended_on": None if each.ended_at is None or not is_over else day(each.ended_at),
        "compared": None if found is None else found.segments,
        "alone": None if found is None else found.alone,
        "disagreements": None if found is None else len(found.disagreements),
        "adjudicated": None if found is None else _adjudicated(past, found),
    }


def _adjudicated(past: History, found: Compared) -> int:
    """How many disagreements had been adjudicated by then."""
    said = adjudications(past.study, double_coding=found.double_coding.guid, through=past.through)
    places = {(each.transcript_id, each.span, each.code) for each in said}
    last = (each.resolved for each in found.disagreements)
    return sum(each is not None and (each.transcript_id, each.span, each.code) in places for each in last)


def review_facts(past: History) -> dict[str, Any]:
    """The remarks of open second reviews by kind, and how discussions ended."""
    said = [entry.payload for entry in past.of("remark.made")]
    kinds = Counter(str(payload["kind"]) for payload in said)
    outcomes = Counter(str(payload["outcome"]) for payload in said if payload.get("outcome"))
    return {
        "remarks": len(said),
        "codings": len({payload["decision"] for payload in said}),
        "reviewers": len({payload["coder"] for payload in said}),
        "agree": kinds["agree"],
        "challenge": kinds["challenge"],
        "comment": kinds["comment"],
        "outcomes": kinds["outcome"],
        "kept": outcomes["kept"],
        "changed": outcomes["changed"],
        "withdrawn": outcomes["withdrawn"],
    }


def people_facts(past: History) -> list[dict[str, Any]]:
    """Everybody who codes, with the role that was given to them last."""
    roles = {entry.payload["coder"]: entry.payload["role"] for entry in past.of("coder.role_set")}
    return [
        {
            "name": entry.payload["name"],
            "kind": entry.payload["kind"],
            "role": roles.get(entry.payload["guid"], str(CoderRole.CODER)),
        }
        for entry in past.of("coder.added")
    ]


def memo_facts(past: History) -> dict[str, Any]:
    """Memos and debriefing notes that stand, and by how many people they were written."""
    last = {entry.payload["guid"]: entry.payload for entry in past.of("memo.kept")}
    stand = [payload for payload in last.values() if not payload.get("gone")]
    return {
        "memos": sum(payload["kind"] == "memo" for payload in stand),
        "debriefings": sum(payload["kind"] == "debriefing" for payload in stand),
        "writers": len({entry.event.coder for entry in past.of("memo.kept") if entry.payload["guid"] in last}),
    }


def milestone_facts(past: History) -> list[dict[str, Any]]:
    """The milestones frozen before that event."""
    return [
        {"name": each.name, "on": day(each.at), "coder": each.coder, "event": each.through, "codebook": each.codebook}
        for each in milestones(past.study)
        if each.through < past.through
    ]


def exchange_facts(past: History) -> dict[str, Any]:
    """What came in from other programs, and what left as files."""
    withheld = {entry.payload["event"] for entry in past.of(WITHHELD_EVENT)}
    files = [
        str(entry.payload.get("kind", "quotes"))
        for entry in past.of("quotes.exported", "file.exported")
        if entry.event.id not in withheld
    ]
    imports = [entry.payload for entry in past.of("project.imported")]
    return {
        "imports": [{name: each[name] for name in ("file", "sha256", "origin")} for each in imports],
        "exports": [{"kind": kind, "files": count} for kind, count in Counter(files).most_common()],
        "exported": len(files),
    }


def record_facts(past: History) -> dict[str, Any]:
    """Whether the log is whole, how long it is, and the hash at its end."""
    report = verify(past.study)
    return {
        "events": past.through,
        "head": hash_of(past.study, past.through),
        "whole": not report.faults,
        "first_broken": report.first_broken,
        "is_now": past.through == last_event(past.study),
    }


def software_facts() -> dict[str, Any]:
    """The program, Python, and the libraries that do the work, as installed where the appendix is written."""
    return {
        "program": _version(_OWN),
        "python": python_version(),
        "libraries": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
