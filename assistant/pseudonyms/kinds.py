"""What kinds of things identify a person, and what stands in their place."""

from enum import StrEnum


class Kind(StrEnum):
    """What a found string names; `other` where nobody knows yet."""

    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    CONTACT = "contact"
    NUMBER = "number"
    DATE = "date"
    OTHER = "other"


STEMS = {kind: kind.value.capitalize() for kind in Kind} | {Kind.OTHER: "Name"}
"""The word in a pseudonym such as [Person 1]."""

_NEUTRAL = """
    Ash Avery Bay Blake Cam Charlie Cleo Dana Darcy Eden Ellis Emery Finley Flynn Frankie Harley Indigo Jamie Jes Jodie
    Jules Kai Kerry Kim Kit Lane Lee Lou Luca Marlow Mika Morgan Nico Noor Ocean Paris Perry Quinn Reese Remy Riley
    Robin Rowan Sacha Sam Shay Sky Sol Taylor Toni Val Wren Yael Zion
"""
NEUTRAL_NAMES = tuple(_NEUTRAL.split())
"""First names that tell neither gender nor one culture, for those who do not want brackets."""
