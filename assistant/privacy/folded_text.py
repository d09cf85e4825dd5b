"""Text as a reader hears it: without invisible characters and letters in disguise, and with the way back to the text.

All offsets are code points into the text as it is given.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u0305\u0332-\u0338]"
)
"""What is not drawn, or only over the letter before: default-ignorable characters (DerivedCoreProperties) and
lines through or below letters."""
_CLUSTER = re.compile("(?:[\\x00-\\x7f](?![\u0300-\u036f]))+|.[\u0300-\u036f\u3099\u309a\u1100-\u11ff]*", re.DOTALL)
_FOREIGN = re.compile("[\u0370-\u058f\u13a0-\u13ff\u1d00-\u1d7f\ua4d0-\ua4ff]")
_DIGIT_WITHIN = re.compile(r"[A-Za-z][013457@$][A-Za-z]|\b[013457@$][A-Za-z]{2}")
_MIXED_WORD = re.compile(r"(?=[\w@$]*[A-Za-z])[\w@$]*[013457@$][\w@$]*")
_DIGITS = str.maketrans("013457@$", "oieastas")
_LOOKALIKES = str.maketrans(
    "аАВсСԁеЕЁёɡһНіІїЇјЈкКӏМоОрРԛѕЅТѵѴԝхХуУʏʀɴᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍᴏᴘᴛᴜᴠᴡᴢαΑΒεΕΗιΙκΚΜνΝοΟρΡτΤυΥχΧΖωӀոսցհքօոՕ",
    "aABcCdeEEeghHiIiIjJkKlMoOpPqsSTvVwxXyYyrnabcdefghijklmoptuvwzaABeEHiIkKMvNoOpPtTuYxXZwInugnqonO",
)
"""Letters of other alphabets that pass for Latin ones (Unicode Technical Standard 39, confusables), one for one."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `at` gives for each of its characters where it comes from, None where nothing was moved.

    `size` is the length of the text that it was made from.
    """

    text: str
    at: Sequence[int] | None
    size: int

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the folded text stands in the text as it was given."""
        if self.at is None:
            return start, end
        return self.at[start], self.at[end] if end < len(self.at) else self.size


def folded(text: str) -> Folded:
    r"""The text in compatibility form (NFKC), letter by letter, without what is invisible.

    >>> folded("\uff29g\u200bnore").text
    'Ignore'
    """
    if text.isascii() or (not INVISIBLE.search(text) and unicodedata.is_normalized("NFKC", text)):
        return Folded(text, None, len(text))
    made: list[str] = []
    places: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = match[0]
        if piece.isascii():
            made.append(piece)
            places.extend(range(match.start(), match.end()))
        else:
            plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", piece))
            made.append(plain)
            places.extend([match.start()] * len(plain))
    return Folded("".join(made), places, len(text))


def undisguised(text: str) -> str:
    r"""The same text, as long as before, with look-alike letters and digits that stand for letters as Latin letters.

    >>> undisguised("\u0456gn0r\u0435 14 rules")
    'ignore 14 rules'
    """
    latin = text.translate(_LOOKALIKES) if _FOREIGN.search(text) else text
    if _DIGIT_WITHIN.search(latin):
        latin = _MIXED_WORD.sub(lambda word: word[0].translate(_DIGITS), latin)
    return latin
