"""Names by their capital letter, and by lists of first and family names."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from assistant.pseudonyms.found import Found
from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.ordinary import is_ordinary, names_nobody
from assistant.pseudonyms.tokens import Token, spelling_key

_LISTS = """
    ar_AA cs_CZ da_DK de_DE en_GB en_IN en_KE en_NG en_NZ en_PK en_US es_ES es_MX et_EE fi_FI fr_FR ga_IE ha_NG hr_HR
    hu_HU id_ID ig_NG it_IT lt_LT lv_LV nl_NL no_NO pl_PL pt_PT ro_RO sv_SE sw tr_TR tw_GH yo_NG zu_ZA
"""
_OF_ORGANISATIONS = """
    university college school institute hospital clinic trust council ministry department company ltd inc gmbh llc plc
    bank church charity foundation association union society centre center group lab labs agency board committee club
    academy surgery partnership federation
"""
_OF_PLACES = "street road avenue lane river lake mount valley bay island north south east west park county"
_WITHIN = "of the de da di del la le van von der den bin ibn"
_ORGANISATIONS, _PLACES, _BETWEEN = (frozenset(words.split()) for words in (_OF_ORGANISATIONS, _OF_PLACES, _WITHIN))
_ENDS = '.!?…:“”"«»[](){}•–—\n'


def capitals(text: str, words: Sequence[Token]) -> Iterator[Found]:
    """Stretches of words with capital letters inside sentences, and first names wherever they stand."""
    at = 0
    while at < len(words):
        end = _run(text, words, at)
        if end == at:
            at += 1
            continue
        found = _judged(text, words, at, end)
        if found is not None:
            yield found
        at = end


def _run(text: str, words: Sequence[Token], at: int) -> int:
    """Where a stretch of words with capital letters ends that begins here; here where none begins."""
    end = at
    here = at
    while here < len(words):
        token = words[here]
        if _is_large(text, token):
            end = here + 1
        elif not (end > at and _joins(text, words, here)):
            break
        here += 1
    return end


def _is_large(text: str, token: Token) -> bool:
    return token.is_word and text[token.start].isupper() and not names_nobody(text[token.start : token.end])


def _joins(text: str, words: Sequence[Token], here: int) -> bool:
    """Whether a word in small letters, or a sign, stands inside a name: University of Leeds, Anne-Marie, O'Neill."""
    token, following = words[here], words[here + 1] if here + 1 < len(words) else None
    if following is None:
        return False
    if token.folded in "'-&":
        close = words[here - 1].end == token.start and token.end == following.start
        return (close or token.folded == "&") and _is_large(text, following)
    return token.folded in _BETWEEN and text[token.end] == " "


def _judged(text: str, words: Sequence[Token], at: int, end: int) -> Found | None:
    while at < end and _begins_sentence(text, words, at) and not _is_name(text, words[at]):
        at += 1
    if at == end:
        return None
    run = [token for token in words[at:end] if token.is_word]
    if not run or not _is_large(text, words[at]):
        return _judged(text, words, at + 1, end) if at + 1 < end else None
    start, stop = words[at].start, words[end - 1].end
    if any(_is_name(text, token) for token in run):
        return Found(start, stop, Kind.PERSON, "first names")
    if stop - start == 1:
        return None
    folded = {token.folded for token in run}
    kind = Kind.ORGANISATION if folded & _ORGANISATIONS else Kind.PLACE if folded & _PLACES else Kind.OTHER
    return Found(start, stop, kind, "capital")


def _begins_sentence(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a word would have its capital letter whatever it means."""
    if at == 0:
        return True
    between = text[words[at - 1].end : words[at].start]
    before = words[at - 1]
    if "\n" in between:
        return True
    if before.is_word:
        return False
    abbreviated = before.folded == "." and at > 1 and words[at - 2].folded in _TITLES
    return before.folded in _ENDS and not abbreviated


_TITLES = frozenset(("mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr"))


def _is_name(text: str, token: Token) -> bool:
    return token.folded in first_names() and not is_ordinary(text[token.start : token.end])


@cache
def first_names() -> frozenset[str]:
    """First names of many languages, folded; those with fewer than three letters are left out."""
    found = {spelling_key(name) for module in _providers() for name in module.first_names}
    return frozenset(name for name in found if re.fullmatch(r"\w{3,}", name) and name not in _ORGANISATIONS)


def _providers() -> Iterator[Any]:
    for locale in _LISTS.split():
        yield import_module(f"faker.providers.person.{locale}").Provider
