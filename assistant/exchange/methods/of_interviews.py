"""Facts on the interviews: how many, how long, in which languages, with which attributes, and how they became text."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from assistant.exchange.methods.history import Entry, History
from assistant.exchange.participants import NAMING
from assistant.pseudonyms.applying import ORIGIN as PUT_IN
from assistant.pseudonyms.restoring import BACK
from store.consent import ConsentState, Covers
from store.erase import WITHDRAWN
from store.interviews import RECORDING_ERASED
from store.pseudonymised import APPLIED_EVENT, RESTORED_EVENT
from store.transcripts import transcript
from store.values import Interview, Role, Transcript

_MS_PER_MINUTE = 60_000
_MOST_VALUES = 8
"""An attribute with more values than so many, or none that two interviews share, says who somebody is."""


def interview_facts(past: History) -> dict[str, Any]:
    """Counts, durations in minutes, words, languages and attributes; `each` has a row for every interview."""
    rows = [_row(past, interview) for interview in past.interviews]
    recorded = [row for row in rows if row["kind"] == "recording"]
    minutes = [row["minutes"] for row in recorded if row["minutes"] is not None]
    words = [row["words"] for row in rows if row["words"] is not None]
    added = sorted(entry.day for entry in past.of("interview.added"))
    return {
        "count": len(rows),
        "recordings": len(recorded),
        "transcripts": len(rows) - len(recorded),
        "without_text": sum(row["words"] is None for row in rows),
        "erased": len(tuple(past.of("interview.erased"))),
        "withdrawn": sum(entry.payload.get("why") == WITHDRAWN for entry in past.of("interview.erased")),
        "consent": _consent(past),
        "first_added": next(iter(added), None),
        "last_added": next(reversed(added), None),
        "recordings_timed": len(minutes),
        "minutes": _spread(minutes, 1),
        "words": _spread(words, 0),
        "languages": _counted(row["language"] for row in rows),
        "attributes": _attributes(past),
        "each": rows,
    }


def _consent(past: History) -> dict[str, Any] | None:
    """The interviews by what is recorded of their consent, and by what it covers; None where nothing is recorded."""
    there = {interview.label for interview in past.interviews}
    newest = {entry.event.interview: entry.payload for entry in past.of("consent.recorded")}
    known = [said for label, said in newest.items() if label in there and said["state"] != ConsentState.UNKNOWN]
    if not known:
        return None
    return {
        "recorded": len(known),
        "unknown": len(there) - len(known),
        "restricted": sum(said["state"] == ConsentState.RESTRICTED for said in known),
        **{str(each): sum(each in said["covers"] for said in known) for each in Covers},
        "recordings_erased": len({entry.event.interview for entry in past.of(RECORDING_ERASED)} & there),
    }


def _row(past: History, interview: Interview) -> dict[str, Any]:
    revised = [entry for entry in _revisions(past) if entry.event.interview == interview.label]
    text = None if not revised else transcript(past.study, interview.label, revised[-1].payload["revision"])
    ms = interview.duration_ms if interview.kind == "recording" else None
    return {
        "label": interview.label,
        "kind": interview.kind,
        "minutes": None if ms is None else round(ms / _MS_PER_MINUTE, 1),
        "words": None if text is None else len(text.text.split()),
        "participants": _speakers(text, Role.PARTICIPANT),
        "interviewers": _speakers(text, Role.INTERVIEWER),
        "language": interview.language,
        "revisions": len(revised),
    }


def _revisions(past: History) -> tuple[Entry, ...]:
    return tuple(past.of("transcript.revised"))


def _speakers(text: Transcript | None, role: Role) -> int | None:
    """How many speakers with a name have a role; None where no turn says who speaks."""
    if text is None or all(turn.speaker is None for turn in text.turns):
        return None
    return len({turn.speaker for turn in text.turns if turn.speaker is not None and turn.role is role})


def _spread(values: Sequence[float], digits: int) -> dict[str, float | int] | None:
    """Sum, mean, least and most; None where there are no values."""
    if not values:
        return None
    total = round(sum(values), digits) if digits else sum(values)
    return {"total": total, "mean": round(fmean(values), 1), "least": min(values), "most": max(values)}


def _counted(values: Iterable[str | None]) -> list[dict[str, Any]]:
    """How many interviews have each value, the most frequent first; those without one are not counted."""
    found = Counter(value for value in values if value)
    return [{"value": value, "interviews": count} for value, count in found.most_common()]


def _attributes(past: History) -> list[dict[str, Any]]:
    """Each attribute with its values; of one that could tell who somebody is, only how many values there are."""
    known: dict[str, dict[str, str]] = {}
    for entry in past.of("attributes.set"):
        known[entry.payload["interview"]] = entry.payload["values"]
    given = [known.get(interview.guid, {}) for interview in past.interviews]
    names = sorted({name for values in given for name in values}, key=str.casefold)
    return [_attribute(name, [values.get(name, "") for values in given]) for name in names]


def _attribute(name: str, values: Sequence[str]) -> dict[str, Any]:
    counted = _counted(values)
    shared = any(each["interviews"] > 1 for each in counted)
    tells = name.casefold() in NAMING or len(counted) > _MOST_VALUES or not shared
    return {
        "name": name,
        "different": len(counted),
        "without": sum(not value for value in values),
        "values": [] if tells else counted,
    }


def transcription_facts(past: History) -> dict[str, Any]:
    """What made the transcripts: models with their settings, readers of files, and people who corrected."""
    first = [entry for entry in _revisions(past) if entry.payload["revision"] == 1]
    later = [entry for entry in _revisions(past) if entry.payload["revision"] > 1 and not _by_pseudonyms(entry.payload)]
    heard = [entry for entry in first if entry.payload["origin"] == "transcription"]
    read = [entry for entry in first if entry.payload["origin"] != "transcription"]
    return {
        "transcribed": len(heard),
        "imported": len(read),
        "models": _models([entry.payload["details"] for entry in heard]),
        "readers": _counted(entry.payload["details"].get("reader") for entry in read),
        "pseudonyms": _pseudonyms(past),
        "corrections": len(later),
        "corrected": len({entry.event.interview for entry in later}),
        "by": [
            {"coder": name, "corrections": count} for name, count in Counter(e.event.coder for e in later).most_common()
        ],
    }


def _by_pseudonyms(revision: Mapping[str, Any]) -> bool:
    """Whether a revision only replaces names by pseudonyms, or brings them back."""
    return revision["origin"] in (PUT_IN, BACK)


def _pseudonyms(past: History) -> dict[str, Any]:
    """How often and in how many places names were replaced, and whether they still are."""
    done = sorted(past.of(APPLIED_EVENT, RESTORED_EVENT), key=lambda entry: entry.event.id)
    applied = [entry.payload["replaced"] for entry in done if entry.event.type == APPLIED_EVENT]
    return {
        "applied": len(applied),
        "places": sum(sum(counts.values()) for counts in applied),
        "in_place": bool(done) and done[-1].event.type == APPLIED_EVENT,
    }


def _models(details: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row for each speech model with the same weights, decoding and way of telling speakers apart."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in details:
        apart = each.get("speakers") or {}
        key = (each.get("weights_sha256"), each.get("beam_size"), each.get("compute_type"), apart.get("weights_sha256"))
        row = found.setdefault(
            key,
            {
                "model": each.get("model"),
                "sha256": each.get("weights_sha256"),
                "compute_type": each.get("compute_type"),
                "beam_size": each.get("beam_size"),
                "versions": dict(each.get("versions") or {}),
                "glossary": bool(each.get("glossary_sha256")),
                "speakers_model": apart.get("model"),
                "speakers_sha256": apart.get("weights_sha256"),
                "interviews": 0,
            },
        )
        row["interviews"] += 1
    return list(found.values())
