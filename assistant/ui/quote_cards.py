"""Quotes as cards for the browser: plain values, and for each code who gave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from assistant.quotes import Quote, Said, citation, neighbours
from assistant.quotes.given import Given, given_codes
from assistant.review import Blindness, Ledger
from assistant.ui.markup import clock
from assistant.ui.quote_desk import Place
from assistant.ui.seat import seat_query
from store.interviews import interviews
from store.study import Study
from store.values import Codebook, Interview, State

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws quotes as the coder who looks may see them."""

    study: Study
    codebook: Codebook | None
    ledger: Ledger
    hidden: Blindness
    known: Mapping[str, Interview]

    @classmethod
    def of(cls, study: Study, codebook: Codebook | None, ledger: Ledger, hidden: Blindness) -> "Drawer":
        """For a study as it is now."""
        return cls(study, codebook, ledger, hidden, {i.label: i for i in interviews(study)})

    def card(self, quote: Quote) -> Card:
        """A quote as the browser draws it; places are transcript, start and end, times milliseconds."""
        return {
            "id": card_id(place_of(quote)),
            "place": list(place_of(quote)),
            "where": " · ".join(part for part in (quote.interview, clock(quote.start_ms)) if part),
            "text": quote.text,
            "citation": citation(quote),
            "speaker": quote.speaker or "Speaker unknown",
            "role": "" if (quote.speaker or "").casefold() == quote.role else str(quote.role),
            "attributes": [[key, value] for key, value in quote.attributes.items()],
            "state": str(quote.state),
            "codes": self._codes(quote),
            "note": "",
            "link": self._link(quote),
            "recording": self.recording(quote),
            "start_ms": quote.start_ms,
            "end_ms": quote.end_ms,
            "partners": [
                {"code": each.code, "text": each.text, "turns": each.turns, "clock": clock(each.start_ms)}
                for each in quote.partners
            ],
            "duplicates": [
                {"where": self.card(twin.quote)["where"], "text": twin.quote.text, "link": self._link(twin.quote)}
                for twin in quote.folded
            ],
        }

    def recording(self, quote: Quote) -> int | None:
        """The interview's number where the quote can be heard."""
        interview = self.known.get(quote.interview)
        if interview is None or interview.media is None or quote.start_ms is None:
            return None
        return interview.id if (self.study.folder / interview.media).is_file() else None

    def given(self, quote: Quote) -> Given:
        """Each code of a quote with those who gave it there."""
        return given_codes(quote, self.ledger, self.codebook, self.hidden)

    def _codes(self, quote: Quote) -> list[dict[str, Any]]:
        chance = quote.probability if quote.state is State.SUGGESTED and len(quote.codes) == 1 else None
        found = [
            {"name": name, "by": list(by), "state": str(quote.state), "p": chance} for name, by in self.given(quote)
        ]
        more = [name for name in quote.suggested if name not in quote.codes]
        return found + [{"name": name, "by": [], "state": str(State.SUGGESTED), "p": None} for name in more]

    def _link(self, quote: Quote) -> str:
        return f"transcripts?{urlencode({'interview': quote.interview, 'at': quote.start, **seat_query()})}"


def turns_around(study: Study, quote: Quote, turns: int) -> Card:
    """What was said around a quote, so many turns of it, and whether there may be more; nothing of it is coded."""
    near = neighbours(study, quote, turns)
    who = quote.speaker or "Speaker unknown"
    lead = [{"speaker": who, "clock": "", "text": near.lead.strip()}] if near.lead.strip() else []
    tail = [{"speaker": who, "clock": "", "text": near.tail.strip()}] if near.tail.strip() else []
    return {
        "turns": turns,
        "before": [*map(_turn, near.before), *lead],
        "after": [*tail, *map(_turn, near.after)],
        "more": turns in (len(near.before), len(near.after)),
    }


def _turn(said: Said) -> dict[str, str]:
    return {"speaker": said.speaker or "Speaker unknown", "clock": clock(said.start_ms), "text": said.text}


def place_of(quote: Quote) -> Place:
    """Where a quote stands, by the transcript's id."""
    return quote.transcript_id, quote.start, quote.end


def card_id(place: Place) -> str:
    """A place as one word."""
    return ":".join(map(str, place))
