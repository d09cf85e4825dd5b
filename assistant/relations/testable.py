"""Where a test of a code against an attribute would say something, and the sentence that says why it would not."""

from collections import Counter
from collections.abc import Sequence

from assistant.review import Basis
from store.values import Interview

FEWEST = 5
"""Interviews per value. With five of each the smallest p there can be is 2/252 = 0.008; with three it is 0.1."""

LEVEL = 0.05
"""A code that could not reach this p, however it were split, is not tested."""

_PERSONS = frozenset(
    ("participant", "participant id", "person", "person id", "interviewee", "respondent", "informant", "pseudonym")
)


def no_test(basis: Basis, key: str, values: Sequence[str], read: Sequence[Interview]) -> str:
    """Why Fisher's exact test is not shown; empty where its assumptions may hold.

    It needs two groups, fixed before anybody looked at the codes, of interviews that are independent units, and
    enough of them.
    """
    why = _not_two(key, values) or _picked(basis, key) or _repeated(read) or _too_few(key, values, read)
    return f"No test is shown: {why}." if why else ""


def _not_two(key: str, values: Sequence[str]) -> str:
    if len(values) < 2:  # noqa: PLR2004 - Fisher's test compares two groups
        return f"only one value of {key} is among the interviews that were read" if values else f"nobody has a {key}"
    if len(values) > 2:  # noqa: PLR2004
        return f"{key} has {len(values)} values, and the test compares two groups of interviews"
    return ""


def _picked(basis: Basis, key: str) -> str:
    if basis.interviews:
        return "these interviews were picked one by one, and a p value says nothing about groups chosen by looking"
    if any(each == key for each, _ in basis.where):
        return f"these values of {key} were picked out, and a p value says nothing about groups chosen by looking"
    return ""


def _repeated(read: Sequence[Interview]) -> str:
    """Interviews of one person are not independent; said of attributes that name persons."""
    for key in sorted({key for interview in read for key in interview.attributes}):
        if key.casefold().replace("_", " ").strip() not in _PERSONS:
            continue
        said = [interview.attributes.get(key, "").strip().casefold() for interview in read]
        twice = next((value for value, times in Counter(said).items() if value and times > 1), None)
        if twice is not None:
            labels = [i.label for i, value in zip(read, said, strict=True) if value == twice]
            return f"{' and '.join(labels[:2])} have the same {key}, so interviews are not independent of each other"
    return ""


def _too_few(key: str, values: Sequence[str], read: Sequence[Interview]) -> str:
    for value in values:
        have = sum(i.attributes.get(key, "").strip().casefold() == value.casefold() for i in read)
        if have < FEWEST:
            return f"it needs at least {FEWEST} interviews that were read for each value, and {value} has {have}"
    return ""
