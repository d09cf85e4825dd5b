"""The licence that a package states about itself, as an SPDX expression where that is certain."""

from dataclasses import dataclass
from email.message import Message

_OF_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "isc license": "ISC",
    "mit license": "MIT",
    "psfl": "PSF-2.0",
}
_WITHOUT_A_WORD = {"sqlcipher3": "Zlib"}
"""Packages whose metadata state no licence; this is what the licence file in them says."""
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST_SPELLING = 60


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as an SPDX expression, or None where the package's own words do not settle it; and those words."""

    spdx: str | None
    words: str

    def __str__(self) -> str:
        return self.spdx or self.words or "not stated"

    @property
    def strong_copyleft(self) -> bool:
        """Whether it is of the GPL family in the strict sense: GPL and AGPL, not LGPL, and no other choice is given."""
        return any(_is_gpl(one) for one in str(self).split(" AND ")) and " OR " not in str(self)


def licence_of(name: str, metadata: Message) -> Licence:
    """The licence of a package by its metadata: the expression first, then the field, then the classifiers."""
    from cyclonedx.spdx import fixup_id, is_expression

    expression = str(metadata.get("License-Expression") or "").strip()
    if expression:
        return Licence(expression, expression)
    field = str(metadata.get("License") or "").strip()
    if field and len(field) <= _LONGEST_SPELLING and "\n" not in field:
        spdx = _SPELLINGS.get(field.lower()) or fixup_id(field) or (field if is_expression(field) else None)
        if spdx:
            return Licence(spdx, field)
    words = [str(each) for each in metadata.get_all("Classifier") or [] if str(each).startswith("License :: ")]
    known = [_OF_CLASSIFIERS.get(each.removeprefix(_CLASSIFIER)) for each in words]
    if known and all(known):
        return Licence(" OR ".join(str(each) for each in known), "; ".join(words))
    first = field.partition("\n")[0][:_LONGEST_SPELLING]
    titled = _SPELLINGS.get(first.strip().lower())  # some state the whole text, which begins with its title
    return Licence(_WITHOUT_A_WORD.get(name) or titled, "; ".join(words) or first)


def _is_gpl(words: str) -> bool:
    plain = words.strip(" ()").upper()
    if "WITH" in plain and "EXCEPTION" in plain:
        return False
    return plain.startswith(("GPL", "AGPL")) or ("GENERAL PUBLIC" in plain and "LESSER" not in plain)
