"""Builders of double-coded studies for the tests of agreement."""

from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.segments import segments
from store.values import DecisionDraft, Role, Span, Verdict


def spoken(study, label=None):
    """The participants' segments in study order."""
    return [s for s in segments(study, label) if s.role is not Role.INTERVIEWER]


def code(study, name):
    """The GUID of a code."""
    return current_codebook(study).find(name).guid


def read(study, coder, found):
    """Read some segments under the newest codebook, as the desk does."""
    book = current_codebook(study).id
    keep_decisions(
        study, coder, [DecisionDraft(s.transcript_id, s.span, Verdict.READ, codebook_id=book) for s in found]
    )


def give(study, coder, segment, name, start=0, end=None, memo=""):
    """Code a stretch of a segment, counted from its start; all of it without `end`."""
    at = segment.span.start
    span = Span(at + start, segment.span.end if end is None else at + end)
    draft = DecisionDraft(segment.transcript_id, span, Verdict.ADD, code(study, name), memo=memo)
    return keep_decisions(study, coder, [draft])[0]
