"""Facts on coding: the codebook's versions, the machine's runs and suggestions, and what each coder did."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.codebook import differences
from assistant.exchange.methods.answers import Answers, Fate, Shown, answers_of, key_of
from assistant.exchange.methods.history import History, day
from assistant.settings import Settings
from assistant.suggest import in_blind_sample
from store.codebook import codebook_versions
from store.coders import coder_list
from store.decisions import codings, decisions
from store.event_log import LogFilter, events_of, log
from store.imports import READ_ON_IMPORT
from store.runs import suggestions
from store.segments import segments
from store.steps import decided_by_rule
from store.values import Codebook, Coding, Decision, Role, Suggestion, Verdict


def history_record(versions: Sequence[Codebook]) -> list[dict[str, Any]]:
    """What `interview codebook history --json` prints of the changes of each version."""
    steps = zip([None, *versions], versions, strict=False)
    return [{"changes": [asdict(each) for each in differences(before, after)]} for before, after in steps]


def codebook_facts(past: History) -> dict[str, Any]:
    """The versions with their size, day and author; what came of the machine's proposals for new codes."""
    versions = codebook_versions(past.study, through=past.through)
    answered = Counter(str(entry.payload["verdict"]) for entry in past.of("candidate.answered"))
    return {
        "versions": [
            {
                "version": book.version,
                "on": day(book.created_at),
                "coder": book.coder,
                "reason": book.reason,
                "codes": len(book.active) - sum(theme in book.active for theme in book.themes),
                "themes": sum(theme in book.active for theme in book.themes),
                "retired": len(book.codes) - len(book.active),
                "defined": sum(bool(code.definition.strip()) for code in book.active),
            }
            for book in versions
        ],
        "editors": len({book.coder for book in versions}),
        "proposals_accepted": answered["accept"],
        "proposals_merged": answered["merge"],
        "proposals_dismissed": answered["dismiss"],
    }


def machine_facts(past: History, settings: Settings) -> dict[str, Any]:
    """The suggester's runs, what it was asked for, the blind sample, and texts that a model wrote."""
    runs = [entry.payload for entry in past.of("run.started")]
    return {
        "runs": [_run(payload) for payload in runs],
        "expected_precision": settings.expected_precision,
        "blind": _blind(past, runs, settings.blind_share),
        "written": {
            "rationales": len(tuple(past.of("rationale.written"))),
            "names": len(tuple(past.of("candidate.named"))),
            "summaries": len(tuple(past.of("summary.written"))),
        },
        "allow_remote": settings.allow_remote,
        "endpoint": settings.endpoint,
    }


def _run(payload: Mapping[str, Any]) -> dict[str, Any]:
    settings = payload["settings"]
    return {
        "on": day(payload["created_at"]),
        "codebook": payload["codebook"],
        "llm": payload["llm"],
        "llm_sha256": settings.get("llm_sha256"),
        "served": _served(settings.get("llm_details")),
        "prompt": settings.get("prompt"),
        "prompt_sha256": settings.get("prompt_sha256"),
        "embedder": settings.get("embedder"),
        "shortlist": settings.get("shortlist"),
        "seed": settings.get("seed"),
    }


def _served(details: object) -> dict[str, Any] | None:
    """Where a served model was asked, as the run recorded it; None for a model of this machine."""
    return dict(details) if isinstance(details, Mapping) and "endpoint" in details else None


def _blind(past: History, runs: Sequence[Mapping[str, Any]], share: float) -> dict[str, Any] | None:
    """The sample that is decided before suggestions are shown; None without a run, or where it is switched off."""
    if not runs or not share:
        return None
    seed = runs[-1]["settings"].get("seed", 0)
    labels = {interview.label for interview in past.interviews}
    spoken = [s for s in segments(past.study) if s.role is not Role.INTERVIEWER and s.interview in labels]
    drawn = sum(in_blind_sample(segment, seed if isinstance(seed, int) else 0, share) for segment in spoken)
    return {"share": share, "seed": seed, "segments": len(spoken), "drawn": drawn}


def coder_facts(past: History) -> dict[str, Any]:
    """What became of the suggestions that were shown, and each coder's decisions."""
    made = decisions(past.study, through=past.through)
    shown = _shown(past)
    by_rule = _by_rule(past)
    stand = codings(past.study, through=past.through)
    rows, answered = [], set[Shown]()
    for coder in coder_list(past.study):
        own = [decision for decision in made if decision.coder == coder.name]
        if not own:
            continue
        answers = answers_of(own, shown, by_rule)
        answered |= {key for key, fate in answers.fates.items() if fate is not Fate.TAKEN_BACK}
        theirs = [coding for coding in stand if coding.coder == coder.name]
        rows.append(
            {"coder": coder.name, "kind": coder.kind, **_did(own, theirs), **_answered(answers)},
        )
    every = {key_of(suggestion) for suggestion in shown.values()}
    people = [row for row in rows if row["kind"] == "person"]
    return {
        "shown": len(every),
        "answered": len(every & answered),
        "unanswered": len(every - answered),
        "people": len(people),
        "models": len(rows) - len(people),
        "codings": len(stand),
        "coded_interviews": len({coding.interview for coding in stand}),
        "first": min((row["first"] for row in rows), default=None),
        "last": max((row["last"] for row in rows), default=None),
        "taken_as_read": sum(row["taken_as_read"] for row in rows),
        "each": rows,
        "all": _together(rows),
    }


def _shown(past: History) -> dict[int, Suggestion]:
    """The suggestions shown up to that event, by id."""
    found = log(past.study, wanted=LogFilter(types=("suggestion.shown",), through=past.through))
    guids = {json.loads(event.payload)["guid"] for event in found if event.payload is not None}
    return {each.id: each for each in suggestions(past.study) if each.guid in guids}


def _by_rule(past: History) -> frozenset[str]:
    numbers = sorted(number for number in decided_by_rule(past.study) if number <= past.through)
    events = events_of(past.study, numbers)
    return frozenset(json.loads(event.payload)["guid"] for event in events if event.payload is not None)


def _did(own: Sequence[Decision], theirs: Sequence[Coding]) -> dict[str, Any]:
    read = [decision for decision in own if decision.verdict is Verdict.READ]
    taken = [decision for decision in read if decision.memo == READ_ON_IMPORT]
    by_hand = [decision for decision in read if decision.memo != READ_ON_IMPORT]
    days = sorted(day(decision.at) for decision in own)
    return {
        "first": days[0],
        "last": days[-1],
        "read": len({(decision.transcript_id, decision.span) for decision in by_hand}),
        "taken_as_read": len({decision.interview for decision in taken}),
        "interviews": len({decision.interview for decision in own}),
        "codings": len(theirs),
        "codes": len({coding.code for coding in theirs}),
    }


_COUNTED = (
    "answered",
    "accepted",
    "other_stretch",
    "other_code",
    "changed",
    "rejected",
    "by_rule",
    "taken_back",
    "added",
)
_SHARES = ("accepted", "changed", "rejected")


def _answered(answers: Answers) -> dict[str, Any]:
    changed = answers.count(Fate.OTHER_STRETCH, Fate.OTHER_CODE)
    accepted, rejected = answers.count(Fate.ACCEPTED), answers.count(Fate.REJECTED, Fate.BY_RULE)
    return _with_shares(
        {
            "answered": accepted + changed + rejected,
            "accepted": accepted,
            "other_stretch": answers.count(Fate.OTHER_STRETCH),
            "other_code": answers.count(Fate.OTHER_CODE),
            "changed": changed,
            "rejected": rejected,
            "by_rule": answers.count(Fate.BY_RULE),
            "taken_back": answers.count(Fate.TAKEN_BACK),
            "added": answers.added,
        }
    )


def _together(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same over all coders; where two answered one suggestion, each answer counts."""
    return _with_shares({name: sum(row[name] for row in rows) for name in _COUNTED})


def _with_shares(counts: dict[str, int]) -> dict[str, Any]:
    """With the shares of the answers that accept, change and reject; None where there are no answers."""
    total = counts["answered"]
    return {**counts, **{f"{name}_share": counts[name] / total if total else None for name in _SHARES}}
