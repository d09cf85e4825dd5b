"""Member checking: what a participant said and how it was understood goes out to them; their comments come back."""

from assistant.exchange.participants.pack import DEFAULT_GREETING, MOST_TURNS, Pack, Theme, Wishes, pack_for
from assistant.exchange.participants.passages import Line, Passage
from assistant.exchange.participants.person import NAMING, Participant, one_person, participant_of, speakers_of
from assistant.exchange.participants.record import KIND, Given, given_packs
from assistant.exchange.participants.taking import TITLES, Taken, take_comments
from assistant.exchange.participants.writing import ENDINGS, pack_file, record_pack, write_pack

__all__ = [
    "DEFAULT_GREETING",
    "ENDINGS",
    "KIND",
    "MOST_TURNS",
    "NAMING",
    "TITLES",
    "Given",
    "Line",
    "Pack",
    "Participant",
    "Passage",
    "Taken",
    "Theme",
    "Wishes",
    "given_packs",
    "one_person",
    "pack_file",
    "pack_for",
    "participant_of",
    "record_pack",
    "speakers_of",
    "take_comments",
    "write_pack",
]
