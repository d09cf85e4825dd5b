"""A place in an interview as a candidate, for what was picked earlier and need not fit the query."""

from assistant.quotes.candidates import Candidate
from assistant.quotes.holding import Texts
from assistant.quotes.quote import Place
from store.values import Span, State


def placed(texts: Texts, place: Place) -> Candidate | None:
    """That place in the interview's current text; None where there is none."""
    label, start, end = place
    transcript_id = next((key for key, rows in texts.rows.items() if texts.segments[rows[0]].interview == label), None)
    if transcript_id is None or not 0 <= start < end:
        return None
    rows = texts.touched(transcript_id, Span(start, end))
    return Candidate(label, transcript_id, Span(start, end), rows, State.UNCODED, (), (), ()) if rows else None
