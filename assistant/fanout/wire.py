"""What is ordered and what was found, as plain values that go to a worker and come back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.transcribe.audio import AudioFacts
from assistant.transcribe.away import Findings, Order
from assistant.transcribe.hearing import HeardWindow
from store.errors import StudyError
from store.values import Utterance, Word

Plain = dict[str, Any]


def order_to_plain(order: Order) -> Plain:
    """As it travels."""
    return asdict(order)


def order_from_plain(plain: Mapping[str, Any]) -> Order:
    """Read back what `order_to_plain` gave."""
    return Order(**plain)


def findings_to_plain(findings: Findings) -> Plain:
    """As they travel."""
    return {
        "language": findings.language,
        "windows": [
            [[_utterance_to_plain(u) for u in window.utterances], window.end_ms, window.guessed, window.certainty]
            for window in findings.windows
        ],
        "by_channel": findings.by_channel,
        "blocks": [[start_ms, heard] for start_ms, heard in findings.blocks],
        "facts": asdict(findings.facts),
        "damaged": findings.damaged,
        "left_out": list(findings.left_out),
        "seconds": findings.seconds,
    }


def findings_from_plain(plain: Mapping[str, Any]) -> Findings:
    """Read back what `findings_to_plain` gave; raises StudyError where it is something else."""
    try:
        return Findings(
            language=_text_or_none(plain["language"]),
            windows=tuple(_window(*each) for each in plain["windows"]),
            by_channel=bool(plain["by_channel"]),
            blocks=tuple((int(start_ms), bytes(heard)) for start_ms, heard in plain["blocks"]),
            facts=AudioFacts(**plain["facts"]),
            damaged=bool(plain["damaged"]),
            left_out=tuple(map(str, plain["left_out"])),
            seconds=float(plain["seconds"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StudyError("it answered something that this version of the program does not know") from error


def _window(utterances: Sequence[Any], end_ms: int, guessed: str | None, certainty: float) -> HeardWindow:
    heard = tuple(_utterance_from_plain(each) for each in utterances)
    return HeardWindow(heard, int(end_ms), _text_or_none(guessed), float(certainty))


def _utterance_to_plain(utterance: Utterance) -> Plain:
    words = [[w.start, w.end, w.start_ms, w.end_ms, w.probability] for w in utterance.words]
    return {
        "start_ms": utterance.start_ms,
        "end_ms": utterance.end_ms,
        "text": utterance.text,
        "words": words,
        "avg_logprob": utterance.avg_logprob,
        "no_speech_prob": utterance.no_speech_prob,
        "compression_ratio": utterance.compression_ratio,
        "language": utterance.language,
    }


def _utterance_from_plain(plain: Mapping[str, Any]) -> Utterance:
    return Utterance(**{**plain, "words": tuple(Word(*word) for word in plain["words"])})


def _text_or_none(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value
