"""Where what was decided on an older revision of a transcript stands now."""

from collections.abc import Callable

from store.study import Study
from store.transcripts import Moved, SpanMover, current_transcripts
from store.values import Span

Mover = Callable[[int, Span], Moved]
"""From a transcript's id and a span in it to where that stands now; `needs_look` where a correction touched it."""


def span_mover(study: Study) -> Mover:
    """Follows every correction made so far; make it again after a new one."""
    with study.read() as session:
        return SpanMover(session).move


def current_transcript_ids(study: Study) -> frozenset[int]:
    """The newest revision of every interview's transcript."""
    with study.read() as session:
        return frozenset(current_transcripts(session).values())
