"""What spoke for a suggestion, in plain words: the voices of the learner."""

from collections.abc import Mapping

from assistant.suggest.learner import VOICE

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


def voices(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    """The voices in plain words with their log-odds, the loudest first; the quiet ones are left out."""
    found: dict[str, float] = {}
    for name, value in scores.items():
        if name.startswith(VOICE):
            voice = name.removeprefix(VOICE).removesuffix(", often used")
            words = _WORDS.get(voice, voice)
            found[words] = found.get(words, 0.0) + value
    loud = [(words, value) for words, value in found.items() if abs(value) >= _LEAST]
    return sorted(loud, key=lambda item: -abs(item[1]))[:_MOST]
