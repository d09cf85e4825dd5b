"""The quotes of a list as they stand in the transcripts now, with the codes that whoever looks may see."""

from collections.abc import Iterable

from assistant.quotes import Quote
from assistant.review import Blindness
from assistant.ui.quote_cards import Drawer
from assistant.ui.transcript_view import text_payload
from store.quote_lists import Pick, picks
from store.study import Study
from store.values import Codebook, Decision, State, Verdict


def visible_picks(study: Study, name: str, hidden: Blindness) -> tuple[Pick, ...]:
    """What a list holds, without what others picked in interviews that are coded blind."""
    return tuple(pick for pick in picks(study, name) if not hidden.hides(pick.interview, pick.coder)) if name else ()


def picked_quote(drawer: Drawer, pick: Pick) -> Quote | None:
    """The quote that a pick names; None where its place was lost in a correction of the transcript."""
    payload, span = text_payload(drawer.study, pick.interview), pick.span
    turns = [turn for turn in payload["turns"] if turn[0] < span.end and span.start < turn[1]]
    if payload["transcript"] != pick.transcript_id or not turns:
        return None
    words = [word for turn in turns for word in turn[6] if word[0] < span.end and span.start < word[1]]
    _, _, speaker, role, start_ms, *_ = turns[0]
    given = _codings(drawer, pick)
    codes = _codes(drawer.codebook, given)
    return Quote(
        interview=pick.interview,
        speaker=speaker,
        role=role,
        start=span.start,
        end=span.end,
        start_ms=words[0][2] if words else start_ms,
        end_ms=words[-1][3] if words else turns[-1][5],
        text=span.of(payload["text"]),
        codes=tuple(codes.values()),
        coders=tuple(dict.fromkeys(word.coder for word in given)),
        state=State.CONFIRMED if codes else State.UNCODED,
        attributes=drawer.known[pick.interview].attributes,
        transcript_id=pick.transcript_id,
        guids=tuple(codes),
    )


def _codings(drawer: Drawer, pick: Pick) -> list[Decision]:
    return [
        word
        for word in drawer.ledger.words(pick.transcript_id)
        if word.verdict in (Verdict.ACCEPT, Verdict.ADD)
        and word.span.overlaps(pick.span)
        and not drawer.hidden.hides(pick.interview, word.coder)
    ]


def _codes(codebook: Codebook | None, given: Iterable[Decision]) -> dict[str, str]:
    """GUID → name of the codes, in the order of the codebook."""
    if codebook is None:
        return {}
    there = {codebook.present(word.code or "") for word in given}
    return {code.guid: code.name for code in codebook.codes if code.guid in there}
