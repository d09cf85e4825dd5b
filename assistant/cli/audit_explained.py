"""A suggestion's explanation, for reading and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing it loads what opening a log can do without
    from assistant.suggest.explanation import Explanation

_LONG = ("codes_seen", "seen")
"""Settings of a run that are told in another way."""


def explained_json(found: "Explanation") -> dict[str, Any]:
    """The explanation as JSON values."""
    run = found.run
    return {
        "interview": found.interview,
        "start": found.span.start,
        "end": found.span.end,
        "text": found.text,
        "code": found.code,
        "name": found.name,
        "probability": found.probability,
        "evidence": list(found.evidence),
        "run": {
            "guid": run.guid,
            "fingerprint": run.fingerprint,
            "created_at": run.created_at.isoformat(),
            "llm": run.llm,
            "codebook_version": run.codebook_version,
            "settings": dict(run.settings),
        },
        "learner": {"state": found.learner, "last_decision": found.known},
        "scores": dict(found.scores),
        "voices": dict(found.voices),
        "seen": asdict(found.seen),
    }


def explained(found: "Explanation") -> Iterator[str]:
    """The explanation in lines, from the passage to what the language model saw."""
    yield f"Passage: {found.interview} {found.span.start}–{found.span.end}: “{found.text}”"
    yield f"Code: {found.name} ({found.code}), shown with {100 * found.probability:.1f} %"
    yield from (f"Carried by: “{sentence}”" for sentence in found.evidence)
    run = found.run
    yield f"\nRun {run.guid} of {run.created_at.isoformat()[:19]}, codebook version {run.codebook_version}"
    yield f"  language model: {run.llm or 'none'}"
    yield from _numbers({name: value for name, value in run.settings.items() if name not in _LONG})
    yield f"\nLearner in the state {found.learner}"
    yield f"  {_known(found.known)}"
    yield "\nThe run's raw scores:"
    yield from _numbers(found.scores)
    yield "\nWhat spoke for it (+) and against it (−), in log-odds:"
    yield from (f"  {name}: {value:+.4f}" for name, value in found.voices.items())
    yield "\nWhat the language model saw:"
    yield from (f"  {line}" for line in (found.seen.text or found.seen.why_not).splitlines())


def _known(number: int) -> str:
    return f"It knew all decisions up to number {number}." if number else "It knew no decision yet."


def _numbers(values: Mapping[str, object]) -> Iterator[str]:
    yield from (f"  {name}: {value}" for name, value in values.items())
