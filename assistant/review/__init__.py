"""The person's side: the queue of segments, decisions on suggestions, and taking them back."""

from assistant.review.decide import as_json, decide, read_decisions
from assistant.review.evidence import Confirmed, NearQuote, confirmed_quotes
from assistant.review.outlook import outlook_sentence
from assistant.review.queue import Card, Option, Queue, is_blind, queue
from assistant.review.route import Read, next_segment, read_by
from assistant.review.sitting import Sitting

__all__ = [
    "Card",
    "Confirmed",
    "NearQuote",
    "Option",
    "Queue",
    "Read",
    "Sitting",
    "as_json",
    "confirmed_quotes",
    "decide",
    "is_blind",
    "next_segment",
    "outlook_sentence",
    "queue",
    "read_by",
    "read_decisions",
]
