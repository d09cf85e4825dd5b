"""The person's side: the desk's queue, decisions and taking them back, second coders, adjudication."""

from assistant.review.adjudication import Compared, Disagreement, compare, finished, verdict_on
from assistant.review.basis import Basis, Counted, counted, fitting_interviews
from assistant.review.blindness import Blindness, blindness
from assistant.review.decide import as_json, decide, read_decisions
from assistant.review.double_coding import Assignment, assignment, draw, finish
from assistant.review.evidence import Confirmed, NearQuote, confirmed_quotes
from assistant.review.filters import Filters, matching
from assistant.review.ground import Ground, Place, ground, ground_of, partly_read, places_read
from assistant.review.ledger import Ledger, ReadSegments
from assistant.review.looked_for import Looked, codings_per_interview, heirs_of, looked_for
from assistant.review.outlook import outlook_sentence
from assistant.review.queue import Card, Cards, Option, is_blind
from assistant.review.resumed import resume_sitting
from assistant.review.route import Read, next_segment, read_by
from assistant.review.rules import Rule, RulePreview, preview
from assistant.review.second_review import Reviewed, Talk, left_open, reviewed_codings
from assistant.review.sitting import Sitting, Step

__all__ = [
    "Assignment",
    "Basis",
    "Blindness",
    "Card",
    "Cards",
    "Compared",
    "Confirmed",
    "Counted",
    "Disagreement",
    "Filters",
    "Ground",
    "Ledger",
    "Looked",
    "NearQuote",
    "Option",
    "Place",
    "Read",
    "ReadSegments",
    "Reviewed",
    "Rule",
    "RulePreview",
    "Sitting",
    "Step",
    "Talk",
    "as_json",
    "assignment",
    "blindness",
    "codings_per_interview",
    "compare",
    "confirmed_quotes",
    "counted",
    "decide",
    "draw",
    "finish",
    "finished",
    "fitting_interviews",
    "ground",
    "ground_of",
    "heirs_of",
    "is_blind",
    "left_open",
    "looked_for",
    "matching",
    "next_segment",
    "outlook_sentence",
    "partly_read",
    "places_read",
    "preview",
    "read_by",
    "read_decisions",
    "resume_sitting",
    "reviewed_codings",
    "verdict_on",
]
