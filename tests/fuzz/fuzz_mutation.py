"""Seeded changes to files: of their bytes, and of what their bytes mean.

Every function takes the bytes and a `random.Random`; the same state of it gives the same change.
"""

import copy
import json
import random
import re
import struct
from collections.abc import Callable, Sequence

from fuzz_words import BOMS, ENCODINGS, NUMBERS, RTF, VALUES, WORDS

Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]
LONGEST = 2_000_000
"""Bytes to which a changed file may grow."""
_XML = re.compile(rb"<[^<>]*>|[^<]+|<")
_WORD = re.compile(rb"[A-Za-z0-9_.:+-]+|\s+|[^\sA-Za-z0-9]")
_NUMBER = re.compile(rb"\d+")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_MOST_DEEP = 5_000
_DEEPEST = 40


def changed(data: bytes, kind: str, choose: random.Random, others: Sequence[bytes] = ()) -> bytes:
    """The file after one to five changes, mostly of what its kind is made of; `others` are files of the same kind."""
    for _ in range(1 + min(4, int(choose.expovariate(0.9)))):
        changes = BYTES if choose.random() < 0.2 else KINDS.get(kind, BYTES)
        data = choose.choice(changes)(data, choose, others)[:LONGEST]
    return data


def word(choose: random.Random) -> bytes:
    """Something unexpected, as UTF-8."""
    return choose.choice(NUMBERS if choose.random() < 0.4 else WORDS).encode("utf-8", "surrogatepass")


def _place(data: bytes, choose: random.Random) -> int:
    """A place in the file; the beginning, where formats keep their heads, more often than the rest."""
    return choose.randrange(min(len(data), 64 if choose.random() < 0.3 else len(data)) or 1)


def _stretch(data: bytes, choose: random.Random) -> tuple[int, int]:
    start = _place(data, choose)
    return start, min(len(data), start + 1 + int(choose.expovariate(1 / 40)))


def flip(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A few bytes become others."""
    made = bytearray(data)
    for _ in range(choose.randint(1, 8) if made else 0):
        made[_place(data, choose)] = choose.choice((0, 1, 0x7F, 0x80, 0xFF, choose.randrange(256)))
    return bytes(made)


def cut(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """The end is missing, or the beginning."""
    at = choose.randrange(len(data) + 1)
    return data[:at] if choose.random() < 0.8 else data[at:]


def drop(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A stretch is missing."""
    start, end = _stretch(data, choose)
    return data[:start] + data[end:]


def double(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A stretch is there twice, or very often."""
    start, end = _stretch(data, choose)
    times = choose.choice((2, 3, 100, 3_000))
    return data[:start] + (data[start:end] * times)[: LONGEST // 4] + data[end:]


def splice(data: bytes, choose: random.Random, others: Sequence[bytes]) -> bytes:
    """The beginning of one file and the end of another, or a stretch of it in between."""
    other = choose.choice(others) if others else data
    start, end = sorted((choose.randrange(len(other) + 1), choose.randrange(len(other) + 1)))
    at = choose.randrange(len(data) + 1)
    return data[:at] + other[start:end] + (data[at:] if choose.random() < 0.5 else b"")


def insert(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """Something unexpected stands in between."""
    at = choose.randrange(len(data) + 1)
    return data[:at] + word(choose) + data[at:]


def extreme(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A binary number becomes the smallest or the largest of its width."""
    width, form = choose.choice(((1, "B"), (2, "H"), (4, "I"), (8, "Q")))
    if len(data) < width:
        return data
    at = min(_place(data, choose), len(data) - width)
    value = choose.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), 2 ** (8 * width - 1) - 1, 40))
    return data[:at] + struct.pack(choose.choice("<>") + form, value & (2 ** (8 * width) - 1)) + data[at + width :]


def number(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A number becomes another one."""
    return _replaced(data, _NUMBER, choose.choice(NUMBERS).encode(), choose)


def recode(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """The text in another encoding, or with another mark of one."""
    if choose.random() < 0.3:
        return choose.choice(BOMS) + data
    return data.decode("utf-8", "replace").encode(choose.choice(ENCODINGS), "replace")


def line_ends(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """Other line ends, or none."""
    return data.replace(b"\n", choose.choice((b"\r\n", b"\r", b"\n\n", b" ", "\u2028".encode(), b"\x0b")))


def _replaced(data: bytes, form: re.Pattern[bytes], by: bytes, choose: random.Random) -> bytes:
    found = list(form.finditer(data))
    if not found:
        return data
    start, end = choose.choice(found).span()
    return data[:start] + by + data[end:]


def _moved(parts: list[bytes], choose: random.Random, others: Sequence[list[bytes]]) -> list[bytes]:
    """Parts of a file in another order, more or less often, or with those of another file between them."""
    if not parts:
        return parts
    one, two = choose.randrange(len(parts)), choose.randrange(len(parts))
    first, last = sorted((one, two))
    match choose.randrange(6):
        case 0:
            parts[one], parts[two] = parts[two], parts[one]
        case 1:
            del parts[one]
        case 2:
            parts.insert(two, parts[one])
        case 3:
            del parts[first : min(last, first + 20)]
        case 4:
            parts[one:one] = parts[first:last][:20] * choose.choice((1, 2, 30))
        case _ if others:
            other = choose.choice(others)
            at = choose.randrange(len(other) + 1)
            parts[one:one] = other[at : at + choose.randint(1, 15)]
    return parts


def _by(form: re.Pattern[bytes]) -> Change:
    def change(data: bytes, choose: random.Random, others: Sequence[bytes]) -> bytes:
        spare = [form.findall(choose.choice(others))] if others else []
        return b"".join(_moved(form.findall(data), choose, spare))

    return change


def lines(data: bytes, choose: random.Random, others: Sequence[bytes]) -> bytes:
    """Lines in another order, twice, or away."""
    spare = [choose.choice(others).splitlines(keepends=True)] if others else []
    return b"".join(_moved(data.splitlines(keepends=True), choose, spare))


def replaced_word(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A word becomes something unexpected."""
    return _replaced(data, _WORD, word(choose), choose)


def long_line(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A line, or a word, of great length."""
    return _replaced(data, _WORD, word(choose)[:20] * choose.choice((100, 10_000, 60_000)), choose)


def attribute(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A quoted value becomes another one of the file, or something unexpected."""
    found = _QUOTED.findall(data)
    by = (
        choose.choice(found) if found and choose.random() < 0.4 else b'"' + word(choose).replace(b'"', b"&quot;") + b'"'
    )
    return _replaced(data, _QUOTED, by, choose)


def nested(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """An element stands in itself, many levels deep."""
    tags = [found for found in _XML.findall(data) if re.match(rb"<[A-Za-z]", found) and not found.endswith(b"/>")]
    if not tags:
        return data
    tag, depth = choose.choice(tags), choose.choice((3, 50, 300, _MOST_DEEP))
    name = re.split(rb"[\s>]", tag[1:])[0]
    at = data.find(tag)
    return data[:at] + tag * depth + b"x" + (b"</" + name + b">") * depth + data[at:]


def entity(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """Entities are declared, and one is used."""
    declared = choose.choice((
        b'<!ENTITY e "lol">', b'<!ENTITY e SYSTEM "file:///etc/passwd">', b'<!ENTITY % e SYSTEM "http://127.0.0.1:9/x">',
        b'<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY e "' + b"&a;" * 1000 + b'">',
    ))  # fmt: skip
    at = max(0, data.find(b"?>") + 2) if data.startswith(b"<?xml") else 0
    data = data[:at] + b"<!DOCTYPE x [" + declared + b"]>" + data[at:]
    end = data.rfind(b"</")
    return data[:end] + b"&e;" + data[end:]


def json_value(data: bytes, choose: random.Random, others: Sequence[bytes]) -> bytes:
    """A value becomes one of another type, moves, goes, or is nested deep; lines can be files of their own."""
    rows = data.splitlines() if not _parsed(data)[0] else [data]
    at = choose.randrange(len(rows)) if rows else 0
    fine, value = _parsed(rows[at]) if rows else (False, None)
    if not fine:
        return insert(data, choose, others)
    other = _parsed(choose.choice(others))[1] if others else None
    try:
        made = json.dumps(_changed_value(value, choose, other), ensure_ascii=choose.random() < 0.5)
    except RecursionError:
        return insert(data, choose, others)
    rows[at] = made.encode("utf-8", "surrogatepass")
    if choose.random() < 0.05:
        depth = choose.choice((100, 900, 100_000))
        rows[at] = b'{"a":' * depth + rows[at] + b"}" * depth if choose.random() < 0.5 else b"[" * depth + b"]" * depth
    return b"\n".join(rows)


def _parsed(data: bytes) -> tuple[bool, object]:
    try:
        return True, json.loads(data)
    except (ValueError, RecursionError):
        return False, None


def _places(value: object, above: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if len(above) >= _DEEPEST:
        return [above]
    return [above, *(place for key, each in inner for place in _places(each, (*above, key)))]


def _at(value: object, place: Sequence[object]) -> object:
    for key in place:
        value = value[key]  # type: ignore[index]
    return value


def _changed_value(value: object, choose: random.Random, other: object) -> object:
    places = _places(value)
    place = choose.choice(places)
    by = copy.deepcopy(choose.choice(VALUES))
    if choose.random() < 0.3:
        source = other if other is not None and choose.random() < 0.5 else value
        by = copy.deepcopy(_at(source, choose.choice(_places(source))))
    if not place:
        return by if choose.random() < 0.3 else value
    holder = _at(value, place[:-1])
    assert isinstance(holder, dict | list)
    what = choose.random()
    if what < 0.15:
        del holder[place[-1]]
    elif what < 0.25 and isinstance(holder, list):
        holder.extend([by] * choose.choice((1, 3, 2_000)))
    elif what < 0.25:
        holder[str(choose.choice(WORDS))] = by
    else:
        holder[place[-1]] = by
    return json.loads(json.dumps(value))


def cell(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A cell of a table becomes something unexpected, or quoted; a row grows or shrinks; a column moves."""
    mark = max((b",", b";", b"\t"), key=data.count)
    rows = [line.split(mark) for line in data.split(b"\n")]
    row = choose.choice(rows)
    at = choose.randrange(len(row))
    match choose.randrange(6):
        case 0:
            row[at] = word(choose)
        case 1:
            row[at] = b'"' + word(choose).replace(b'"', b'""') + b'"'
        case 2:
            row.insert(at, word(choose))
        case 3:
            del row[at]
        case 4:
            for each in rows:
                if at < len(each):
                    each.append(each.pop(at))
        case _:
            mark = choose.choice((b",", b";", b"\t", b"|"))
    return b"\n".join(mark.join(each) for each in rows)


def control(data: bytes, choose: random.Random, _: Sequence[bytes]) -> bytes:
    """A control word of an RTF file, with a number that is none of its own, or groups without an end."""
    at = choose.randrange(len(data) + 1)
    return data[:at] + choose.choice(RTF).encode() + data[at:]


BYTES: tuple[Change, ...] = (flip, flip, cut, drop, double, splice, insert, extreme, number)
_TEXT: tuple[Change, ...] = (
    *(lines, lines, replaced_word, replaced_word, number, number),
    *(insert, recode, line_ends, long_line, splice),
)
KINDS: dict[str, tuple[Change, ...]] = {
    "text": _TEXT,
    "table": (cell, cell, cell, *_TEXT),
    "xml": (_by(_XML), _by(_XML), attribute, attribute, replaced_word, number, nested, entity, insert, splice, recode),
    "json": (json_value, json_value, json_value, json_value, json_value, replaced_word, number, splice, recode),
    "rtf": (control, control, _by(_WORD), number, replaced_word, drop, splice),
    "pdf": (number, number, _by(_WORD), replaced_word, flip, drop, splice, extreme),
    "sound": (extreme, extreme, flip, flip, drop, double, cut, splice),
}
