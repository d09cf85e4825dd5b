"""RTF as tokens, and the code pages of its fonts."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})?\ ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<open>\{)|(?P<close>\})|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
_WORDS = {
    "tab": "\t",
    "line": "\n",
    "softline": "\n",
    "emdash": "—",
    "endash": "–",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "~": "\u00a0",
    "_": "\u2011",
    "{": "{",
    "}": "}",
    "\\": "\\",
}
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_DEFAULTS = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}


class Kind(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    WORD = auto()
    HEX = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token: a control word or symbol with its number, a byte as `number`, or text."""

    kind: Kind
    text: str = ""
    number: int | None = None


def tokens(data: bytes) -> Iterator[Token]:
    """The tokens of an RTF file; binary data is passed over."""
    at = 0
    while at < len(data):
        found = _TOKEN.match(data, at)
        if found is None:
            at += 1
            continue
        at = found.end()
        if found["word"]:
            word, number = found["word"].decode("ascii"), found["number"]
            if word == "bin":
                at += max(0, int(number or 0))
                continue
            yield Token(Kind.WORD, word, None if number is None else int(number))
        elif found["hex"]:
            yield Token(Kind.HEX, number=int(found["hex"], 16))
        elif found["symbol"]:
            yield _symbol(found["symbol"])
        elif found["open"] or found["close"]:
            yield Token(Kind.OPEN if found["open"] else Kind.CLOSE)
        elif found["text"]:
            yield from _text(found["text"])


def _symbol(symbol: bytes) -> Token:
    """A backslash before a line end is a paragraph's end; before a sign that RTF needs, it is that sign."""
    text = symbol.decode("latin-1")
    return Token(Kind.WORD, "par" if text in "\r\n" else text)


def _text(data: bytes) -> Iterator[Token]:
    """Text; bytes beyond ASCII, which RTF should not hold, are read as if they were written as hex."""
    for part in re.findall(rb"[\x00-\x7f]+|[\x80-\xff]", data):
        if part[0] < 0x80:  # noqa: PLR2004 - the end of ASCII
            yield Token(Kind.TEXT, part.decode("ascii"))
        else:
            yield Token(Kind.HEX, number=part[0])


def characters(word: str) -> str | None:
    """The characters that a control word stands for; None for one that stands for none."""
    return _WORDS.get(word)


@dataclass(slots=True)
class Fonts:
    """Which code page the bytes of each font are in, as far as the file has said."""

    _default: str = "cp1252"
    _of_font: dict[int, str] = field(default_factory=dict)
    _current: int = 0

    def learn(self, word: str, number: int | None, *, within_table: bool) -> None:
        """Take what a control word says of code pages; other words change nothing."""
        if word in _DEFAULTS:
            self._default = _DEFAULTS[word]
        elif word == "ansicpg" and number:
            self._default = _known(f"cp{number}", self._default)
        elif within_table and word == "f":
            self._current = number or 0
        elif within_table and word == "fcharset" and number in _CHARSETS and number:
            self._of_font[self._current] = _CHARSETS[number]
        elif within_table and word == "cpg" and number:
            self._of_font[self._current] = _known(f"cp{number}", self._default)

    def decoded(self, data: bytes, font: int) -> str:
        """Bytes of a font as text; what its code page does not have becomes the replacement character."""
        return data.decode(self._of_font.get(font, self._default), "replace")


def _known(encoding: str, otherwise: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return "utf-8" if encoding == "cp65001" else otherwise
    return encoding
