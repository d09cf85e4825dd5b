"""What a participant is asked, in the words of the pack, and by which keys the answers are found again.

A key is `passage-3`, `theme-2` or `all`; a comment and an answer can belong to each.
"""

import re
from collections.abc import Mapping, Sequence

TITLE = "What you told us, and how we understood it"
ALL = "all"
ANSWERS: Mapping[str, str] = {
    "yes": "Yes, as it stands",
    "change": "Yes, with the change that I wrote",
    "no": "No",
}
"""What can be answered where it is asked whether something may be quoted, the strictest last."""
ASKED_OF_ALL = "Is anything wrong or missing?"
QUOTED_AT_ALL = "May we quote what you told us?"
SAID_BY_A_MODEL = "What we say about these passages (a language model’s draft, in its words):"
PLACEHOLDER = "Click here and write."
OFF, ON = "☐", "☒"
_TICKS = "☒☑✓✔✗✘🗹🗷"
_TICKED = re.compile(rf"\s*{OFF}?\s*(?:[{_TICKS}]|\[[xX]\]|[xX](?=[\s{OFF}]))")
_COMMENT_ON = re.compile(r"\s*Your comment on (passage|theme) (\d{1,6})\s*", re.IGNORECASE)
_QUOTED = re.compile(r"\s*May we quote passage (\d{1,6})\?\s*", re.IGNORECASE)
_PASSAGE = re.compile(r"\s*Passage (\d{1,6})\s*", re.IGNORECASE)
_TOKEN = re.compile(r"(?<![\w-])[0-9a-f]{4}(?:-[0-9a-f]{4}){3}(?![\w-])", re.IGNORECASE)


def passage_key(number: int) -> str:
    """The key of a passage."""
    return f"passage-{number}"


def theme_key(number: int) -> str:
    """The key of a theme."""
    return f"theme-{number}"


def passage_label(number: int) -> str:
    """What stands beside a passage."""
    return f"Passage {number}"


def comment_label(key: str) -> str:
    """What stands beside the room for a comment."""
    return ASKED_OF_ALL if key == ALL else f"Your comment on {key.replace('-', ' ')}"


def quoting_label(key: str) -> str:
    """What is asked about quoting."""
    return QUOTED_AT_ALL if key == ALL else f"May we quote {key.replace('-', ' ')}?"


def passages(count: int) -> str:
    """How many passages, in words for the participant."""
    return "1 passage of yours" if count == 1 else f"{count} passages of yours"


def elsewhere(numbers: Sequence[int]) -> str:
    """Which passages of a theme stand under an earlier one."""
    which = f"passage{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"
    return f"Also part of this theme, and shown above: {which}."


def theme_heading(number: int, name: str) -> str:
    """What stands above a theme."""
    return f"Theme {number}: {name}"


def commented(label: str) -> str | None:
    """The key of the comment that stands beside this label; None where it is none of ours."""
    if _plain(label) == _plain(ASKED_OF_ALL):
        return ALL
    found = _COMMENT_ON.fullmatch(label)
    return None if found is None else f"{found[1].casefold()}-{int(found[2])}"


def quoting(label: str) -> str | None:
    """The key of the answer that stands beside this label; None where it is none of ours."""
    if _plain(label) == _plain(QUOTED_AT_ALL):
        return ALL
    found = _QUOTED.fullmatch(label)
    return None if found is None else passage_key(int(found[1]))


def passage_of(label: str) -> str | None:
    """The key of the passage that stands beside this label; None where it is none of ours."""
    found = _PASSAGE.fullmatch(label)
    return None if found is None else passage_key(int(found[1]))


def ticked(line: str) -> bool:
    """Whether a line of an answer is ticked, with a box or by hand: `☒ No`, `[x] No`, `x No`."""
    return _TICKED.match(line) is not None


def answer_of(line: str) -> str | None:
    """Which answer a line is, ticked or not; None where it is none of ours."""
    plain = line.strip().lstrip(f"{OFF}{_TICKS}[]xX ").casefold()
    return next((name for name, text in ANSWERS.items() if text.casefold() == plain), None)


def tokens_in(text: str) -> tuple[str, ...]:
    """What looks like the code of a pack, in the order of the text."""
    return tuple(dict.fromkeys(found.casefold() for found in _TOKEN.findall(text)))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
