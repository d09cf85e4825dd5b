"""The person's side: the queue of segments, decisions on suggestions, and taking them back."""

from assistant.review.decide import as_json, decide, read_decisions
from assistant.review.queue import Card, Option, queue
from assistant.review.sitting import Sitting

__all__ = ["Card", "Option", "Sitting", "as_json", "decide", "queue", "read_decisions"]
