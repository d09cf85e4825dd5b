"""What spoke for a suggestion, in plain words: the voices of the learner, and the nearest confirmed quotes."""

from collections.abc import Mapping, Sequence
from html import escape

from assistant.review import NearQuote
from assistant.suggest.learner import VOICE
from assistant.ui.markup import element

_LEAST = 0.05
_MOST = 6
_WORDS = {
    "definition": "the passage is like the definition",
    "sentence": "one sentence is like the definition",
    "definition beside": "the passages beside it are like the definition",
    "llm": "the language model’s answer",
    "llm asked": "the language model was asked about it",
    "meaning": "similar in meaning to confirmed quotes",
    "words": "wording",
    "asked": "the interviewer’s question",
    "meaning before": "what was said before and after",
    "meaning after": "what was said before and after",
    "meaning around": "what was said before and after",
    "theme": "other codes of its theme fit",
    "topmost theme": "other codes of its theme fit",
    "anything": "whether anything is coded in such a passage",
    "prior": "how often the code is used",
    "never used": "how often the code is used",
    "often used": "how often the code is used",
}


def spoken_for(scores: Mapping[str, float], near: Sequence[NearQuote]) -> str:
    """A folded box with what spoke for and against, the loudest first, and quotes that speak for it."""
    voices = "".join(f"<li>{escape(words)} <b>{_signed(value)}</b></li>" for words, value in _voices(scores))
    heard = f"<ul>{voices}</ul>" if voices else "<p>Nothing spoke loudly for or against it.</p>"
    quotes = "".join(map(_quote, near))
    nearest = f"<p>Nearest confirmed quotes of this code:</p>{quotes}" if quotes else ""
    note = "Positive numbers speak for the code, negative ones against it (log-odds)."
    return (
        '<details class="spoken-for"><summary>What spoke for it</summary>'
        f"{heard}{element('p', note, 'page-note')}{nearest}</details>"
    )


def _voices(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    for name, value in scores.items():
        if name.startswith(VOICE):
            voice = name.removeprefix(VOICE).removesuffix(", often used")
            words = _WORDS.get(voice, voice)
            found[words] = found.get(words, 0.0) + value
    loud = [(words, value) for words, value in found.items() if abs(value) >= _LEAST]
    return sorted(loud, key=lambda item: -abs(item[1]))[:_MOST]


def _signed(value: float) -> str:
    return f"+{value:.1f}" if value > 0 else f"−{abs(value):.1f}"


def _quote(quote: NearQuote) -> str:
    where = element("span", f"{quote.interview} · likeness {quote.similarity:.2f}", "speaker")
    return f"<blockquote>{element('span', quote.text)} {where}</blockquote>"
