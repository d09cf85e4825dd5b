"""Where a suggestion came from: its run, its learner, what spoke for it, and what the language model saw."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.llm import load_prompt
from assistant.segment.cut import cut
from assistant.suggest.earlier import CODES_SEEN
from assistant.suggest.learner import VOICE
from assistant.suggest.llm_scores import code_words
from store.canonical import sha256_text
from store.codebook import codebook_versions
from store.errors import NotFoundError
from store.event_log import Logged, logged
from store.interviews import interviews
from store.runs import event_of_suggestion, runs
from store.study import Study
from store.transcripts import transcript
from store.values import Code, Codebook, Role, Run, Span, Transcript

SUGGESTION_SHOWN = "suggestion.shown"
_KNOWN = "decisions"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the language model read for one pair of segment and code; `why_not` says why it cannot be told."""

    text: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A suggestion as it was shown, with all that led to it; offsets are those of that revision of the transcript.

    `scores` are the run's raw scores, `voices` what spoke for (above 0) and against it in log-odds, the loudest first.
    `known` is the number of the last decision that the learner knew, 0 where there was none.
    """

    interview: str
    span: Span
    text: str
    code: str
    name: str
    probability: float
    evidence: tuple[str, ...]
    run: Run
    learner: str
    known: int
    scores: Mapping[str, float]
    voices: Mapping[str, float]
    seen: Seen


def explain_suggestion(study: Study, guid: str) -> Explanation:
    """Explain the suggestion of that GUID; raises NotFoundError where it is gone."""
    return explain(study, logged(study, event_of_suggestion(study, guid)))


def explain(study: Study, event: Logged) -> Explanation:
    """Explain the event of a suggestion that was shown; raises NotFoundError where its content was erased."""
    if event.payload is None:
        msg = f"The content of event {event.id} was erased with its interview; there is nothing left to explain."
        raise NotFoundError(msg)
    told: dict[str, Any] = json.loads(event.payload)
    run = next(run for run in runs(study) if run.guid == told["run"])
    label = next(i.label for i in interviews(study) if i.guid == told["interview"])
    text = transcript(study, label, told["revision"])
    codebook = next(book for book in codebook_versions(study) if book.version == run.codebook_version)
    span = Span(told["start"], told["end"])
    voices = {name.removeprefix(VOICE): value for name, value in told["scores"].items() if name.startswith(VOICE)}
    raw = {name: value for name, value in told["scores"].items() if not name.startswith(VOICE) and name != _KNOWN}
    return Explanation(
        interview=label,
        span=span,
        text=span.of(text.text),
        code=told["code"],
        name=_name(study, told["code"]),
        probability=told["probability"],
        evidence=tuple(text.text[start:end] for start, end in told["evidence"]),
        run=run,
        learner=told["learner"],
        known=int(told["scores"].get(_KNOWN, 0)),
        scores=raw,
        voices=dict(sorted(voices.items(), key=lambda voice: -abs(voice[1]))),
        seen=_seen(run, codebook, text, span, told["code"]) if "llm" in raw else Seen(why_not=_not_asked(run)),
    )


def _name(study: Study, guid: str) -> str:
    """The code's newest name; it may have been split or merged away since."""
    named = (code.name for book in reversed(codebook_versions(study)) for code in book.codes if code.guid == guid)
    return next(named, guid)


def _not_asked(run: Run) -> str:
    if run.llm is None:
        return "No language model took part in this run."
    return f"{run.llm} was not asked about this pair: the code was not among those nearest to the segment."


def _seen(run: Run, codebook: Codebook, text: Transcript, span: Span, guid: str) -> Seen:
    """The prompt as it was rendered, made again and checked against the hashes that the run kept."""
    name = str(run.settings.get("prompt", ""))
    code = next((code for code in codebook.codes if code.guid == guid), None)
    file = load_prompt(name)
    if code is None or file.sha256 != run.settings.get("prompt_sha256"):
        return Seen(why_not=f"The prompt file {name} or the code is not the one of that run any more.")
    rendered = file.render(code=code_words(code, codebook), question=_asked(text, span), segment=span.of(text.text))
    if sha256_text(rendered.tail) != _hash_of(run, code):
        return Seen(why_not="What the model was told of this code cannot be made again: its hash does not fit.")
    return Seen("\n\n".join([rendered.system, f"{rendered.prefix}{rendered.suffix}{rendered.tail}"]))


def _hash_of(run: Run, code: Code) -> str | None:
    hashes = run.settings.get(CODES_SEEN)
    return str(hashes[code.guid]) if isinstance(hashes, Mapping) and code.guid in hashes else None


def _asked(text: Transcript, span: Span) -> str:
    """The interviewer's last words before a segment, as the segments were cut."""
    before = [part.span for part in cut(text) if part.role is Role.INTERVIEWER and part.span.end <= span.start]
    return before[-1].of(text.text) if before else ""
