"""A summary as JSON values, for scripts and exports."""

from typing import Any

from assistant.summaries.standing import RestsOn, StandingSummary

NOTE = (
    "A language model’s words, not a finding and not a quote: read the quotes. “weak” marks a sentence that is not near"
    " its quotes in meaning; that one is near them does not make it true."
)


def as_record(found: StandingSummary) -> dict[str, Any]:
    """A summary with its quotes, what it was made from and what changed since."""
    draft = found.summary.draft
    return {
        "guid": found.summary.guid,
        "theme": found.theme,
        "theme_guid": draft.theme,
        "note": NOTE,
        "basis": dict(draft.basis),
        "counted": found.basis,
        "sentences": [
            {"text": said.text, "support": said.support, "weak": said.weak, "quotes": list(map(_quote, said.quotes))}
            for said in found.sentences
        ],
        "quotes_read": draft.read,
        "quotes": draft.of,
        "people_read": draft.options.get("people_read"),
        "people": draft.options.get("people"),
        "dropped": dict(draft.dropped),
        "since": list(found.since),
        "model": draft.model,
        "model_sha256": draft.model_sha256,
        "prompt": draft.prompt,
        "prompt_sha256": draft.prompt_sha256,
        "options": dict(draft.options),
        "asked_by": found.summary.coder,
        "at": found.summary.at.isoformat(),
    }


def _quote(quote: RestsOn) -> dict[str, Any]:
    return {
        "number": quote.number,
        "interview": quote.interview,
        "speaker": quote.speaker,
        "start_ms": quote.start_ms,
        "text": quote.text,
        "citation": quote.citation,
        "start": quote.start,
        "changed": quote.changed,
        "support": quote.support,
    }
