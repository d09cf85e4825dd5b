"""What a project adds to interviews that a study has already, and what is said of that."""

from collections import Counter
from collections.abc import Mapping

from assistant.exchange.refi.codings_taken import CodingsTaken
from assistant.exchange.refi.codings_there import CodingsThere
from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.sources_there import There
from store.values import Interview

_CORRECTED = "its text was corrected in the study since; what the file adds is where the corrections have put it"


def new_attributes(given: Mapping[str, str], interview: Interview, tally: Tally) -> dict[str, str]:
    """The attributes that the interview lacks; where it has another value, its own stays, which is said."""
    own = interview.attributes
    for name, value in given.items():
        if own.get(name, value) != value:
            said = f"has another value of “{name}” in the study, which stays"
            tally.told("left out", f"“{interview.label}”", said, source=interview.guid)
    return {name: value for name, value in given.items() if name not in own}


def tell_added(there: Mapping[str, There], coded: CodingsTaken, codings: CodingsThere, tally: Tally) -> None:
    """Say of each interview that it was there, how many codings came, and what corrections have touched."""
    came = Counter(coding.interview for coding in coded.codings)
    touched = Counter(c.interview for c in coded.codings if codings.touched(c.interview, c.span))
    for guid, each in there.items():
        where = f"“{each.interview.label}”"
        new, known = came[guid], coded.there[guid]
        said = f"added to the interview that is there, {_codings(new)} new, {known} there already"
        tally.told("changed", where, said, source=guid)
        if each.corrected:
            tally.told("changed", where, _CORRECTED, source=guid)
        if touched[guid]:
            said = f"{_codings(touched[guid])} on words that were corrected in the study since; worth a look"
            tally.told("doubtful", where, said, source=guid)


def _codings(number: int) -> str:
    return f"{number} coding" if number == 1 else f"{number} codings"
