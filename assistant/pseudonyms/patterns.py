"""Contact data, numbers and dates by their form, as they are written, dictated and sent by post."""

import re
from collections.abc import Iterator

from assistant.pseudonyms.found import Found
from assistant.pseudonyms.kinds import Kind

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_STREETS = "street|road|avenue|lane|drive|close|terrace|square|court|crescent|way|place|gardens|boulevard|st|rd|ave"
_ROADS = "street|road|avenue|lane|crescent|terrace|gardens|boulevard"
_DOMAINS = (
    "com|org|net|edu|gov|info|io|eu|uk|ie|de|at|ch|fr|nl|be|it|es|pt|pl|cz|se|no|dk|fi|us|ca|au|nz|in|za|br|mx|jp"
)
_DIGIT = "zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple"
_REGIONS = ("GB", "US", "DE", "FR", "ES", "IT", "NL", "IN", "AU")
"""Countries in which a telephone number without a country code is looked for."""

_FORMS = (
    (Kind.CONTACT, re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@\w[\w-]{0,62}(?:\.\w[\w-]{0,62}){1,8}")),
    (Kind.CONTACT, re.compile(r"(?i)\b(?:https?://|www\d?\.)[^\s<>\"“”]{2,2000}")),
    (Kind.CONTACT, re.compile(rf"\b(?:[a-z0-9-]{{1,63}}\.){{1,8}}(?:{_DOMAINS})\b(?:/[^\s<>\"“”]{{0,2000}})?")),
    (Kind.CONTACT, re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)")),
    (Kind.CONTACT, re.compile(r"(?<![\d-])\d{3}[- ]\d{4}(?![\d-])")),
    (Kind.CONTACT, re.compile(rf"(?i)\b(?:(?:{_DIGIT})[ ,-]{{1,3}}){{5,30}}(?:{_DIGIT})\b")),
    (Kind.CONTACT, re.compile(r"(?i)\b[a-z0-9._%+-]{1,64} (?:at|\[at\]|\(at\)) [a-z0-9-]{1,63} dot [a-z]{2,10}\b")),
    (Kind.CONTACT, re.compile(r"(?<![\w@.])@[A-Za-z0-9_][A-Za-z0-9_.]{1,38}\w\b")),
    (Kind.CONTACT, re.compile(r"(?i)\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")),
    (Kind.CONTACT, re.compile(rf"(?i)\b\d{{1,4}}[a-z]? (?:[\w'’.-]{{1,30}} ){{1,3}}(?:{_ROADS})\b")),
    (Kind.CONTACT, re.compile(rf"\b\d{{1,4}}[A-Za-z]? (?:[A-Z][\w'’.-]{{1,30}} ){{1,3}}(?i:{_STREETS})\b")),
    (Kind.DATE, re.compile(rf"(?i)\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS}),? \d{{4}}\b")),
    (Kind.DATE, re.compile(rf"(?i)\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b")),
    (Kind.DATE, re.compile(r"\b(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})\b")),
    (Kind.NUMBER, re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")),
    (Kind.NUMBER, re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,4})?\b")),
    (Kind.NUMBER, re.compile(r"(?<![\d.,])\d(?:[ -]?\d){8,18}(?![\d.,]*\d)")),
)
_SOME_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}")
_TRIES = 500
"""Stretches of digits that are no telephone number, after which a piece is taken to hold none."""
_LONGEST = 20_000
"""Code points that are looked through in one go."""


def patterns(text: str) -> Iterator[Found]:
    """Addresses of mail and web, telephone, account and identity numbers, postal addresses, dates with a year."""
    from phonenumbers import PhoneNumberMatcher

    for start, piece in _pieces(text):
        for kind, form in _FORMS:
            for hit in form.finditer(piece):
                yield Found(start + hit.start(), start + hit.end(), kind, "pattern")
        for region in _REGIONS if _SOME_DIGITS.search(piece) else ():
            for number in PhoneNumberMatcher(piece, region, max_tries=_TRIES):
                yield Found(start + number.start, start + number.end, Kind.CONTACT, "pattern")


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A long text in pieces that end at a line's end or a space."""
    at = 0
    while at < len(text):
        end = min(len(text), at + _LONGEST)
        if end < len(text):
            cut = max(text.rfind("\n", at + 1, end), 0) or max(text.rfind(" ", at + 1, end), 0)
            end = cut or end
        yield at, text[at:end]
        at = end
