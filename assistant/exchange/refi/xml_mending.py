"""XML that is not what it should be, as programs nonetheless write it → XML that can be read, and what was changed.

Only slips whose meaning is plain are mended: an encoding other than the one that is named, characters before the
declaration or behind the end, characters and references that no XML may hold, signs that should be escaped, and the
end tags of QualCoder's selections of recordings. Everything else that is not well-formed stays so.
"""

import re
from dataclasses import dataclass
from html.entities import html5

_DECLARATION = re.compile(r"\A<\?xml[^>]{0,200}\?>")
_NAMED = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_WESTERN = frozenset(("windows-1252", "cp1252", "iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso-8859-15"))
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_OUTSIDE = "\ufeff \t\r\n\0"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,8}));")
_END_TAG = re.compile(r"</(Audio|Video)'Selection>")
_LOOSE = re.compile(
    r"(?P<kept><!\[CDATA\[.*?\]\]>|<!--.*?-->)"
    r"|&(?P<entity>[A-Za-z][A-Za-z0-9]{1,31});|(?P<sign>&(?!#[0-9]+;|#x[0-9a-fA-F]+;)|<(?![A-Za-z_/!?]))",
    re.DOTALL,
)
_PREDEFINED = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SURROGATES = range(0xD800, 0xE000)

_REPLACED = "Characters that no XML may hold were replaced by “\ufffd”."
_TAKEN_AS_IT_STANDS = "Signs that XML must write in another way (“&”, “<”) were taken as they stand."
_END_TAGS = "End tags with a slip in them were taken as they were meant."


@dataclass(frozen=True, slots=True)
class Mended:
    """XML in UTF-8 that can be tried, what was changed in it, and what was guessed, in sentences."""

    data: bytes
    changed: tuple[str, ...]
    guessed: tuple[str, ...]


def names_another_encoding(data: bytes) -> bool:
    """Whether XML names a Western encoding of one byte for each character, but is UTF-8 all the same."""
    named = _NAMED.match(data[:400])
    if named is None or named[1].decode("ascii").lower() not in _WESTERN or data.isascii():
        return False
    return _is_utf8(data)


def mended(data: bytes) -> Mended | None:
    """The XML with plain slips mended; None where none was found, or where it declares entities."""
    if data.startswith(_WIDE_MARKS) or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None
    text, guessed = _decoded(data)
    inner = _DECLARATION.sub("", text.strip(_OUTSIDE), count=1)
    changed = []
    for mend, said in ((_without_illegal, _REPLACED), (_with_end_tags, _END_TAGS), (_escaped, _TAKEN_AS_IT_STANDS)):
        after = mend(inner)
        if after != inner:
            changed.append(said)
        inner = after
    made = inner.encode()
    return None if made == data else Mended(made, tuple(changed), guessed)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of XML, and what was guessed where its bytes are not in the encoding that it names."""
    named = _NAMED.match(data[:400])
    said = "utf-8" if named is None else named[1].decode("ascii").lower()
    if _is_utf8(data):
        return data.decode(), () if said in ("utf-8", "utf8") else (_read_as("UTF-8", said),)
    shown = data.decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in shown)
    if shown.count("\ufffd") * 2 < beyond:
        return shown, ()
    return data.decode("cp1252", "replace"), () if said in _WESTERN else (_read_as("cp1252", said),)


def _read_as(encoding: str, said: str) -> str:
    return f"It names {said} as its encoding, but is written in another; it was read as {encoding}."


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _without_illegal(text: str) -> str:
    """One replacement for each character, so that offsets stay."""
    return _REFERENCE.sub(_legal_reference, _ILLEGAL.sub("\ufffd", text))


def _legal_reference(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    is_control = number < ord(" ") and chr(number) not in "\t\n\r"
    bad = is_control or number in _SURROGATES or number in (0xFFFE, 0xFFFF) or number > 0x10FFFF  # noqa: PLR2004 - XML 1.0, 2.2
    return "\ufffd" if bad else found[0]


def _with_end_tags(text: str) -> str:
    return _END_TAG.sub(r"</\1Selection>", text)


def _escaped(text: str) -> str:
    return _LOOSE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    entity = found["entity"]
    if found["sign"]:
        return _ESCAPED[found["sign"]]
    if entity is None or entity in _PREDEFINED:
        return found[0]
    meant = html5.get(f"{entity};", f"&{entity};")
    return "".join(_ESCAPED.get(each, each) for each in meant)
