"""Names are found as whole words in every spelling that counts as the same, the longest first."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.pseudonyms.kinds import Kind
from assistant.pseudonyms.matching import Names
from assistant.pseudonyms.roster import Roster, one_letter_apart, without_capitals
from assistant.pseudonyms.tokens import spelling_key, tokens


def found(text, *names):
    return [(text[m.start : m.end], m.named) for m in Names((name, name) for name in names).find(text)]


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Ann met Anna and Ann Lee.", ("Ann", "Anna", "Ann Lee"), ["Ann", "Anna", "Ann Lee"]),
        ("annabel and Hannah", ("Ann", "Anna"), []),
        ("MARIA maria Maria’s Marías", ("Maria",), ["MARIA", "maria", "Maria"]),
        ("Jose\u0301 and jose and JOSÉ", ("José",), ["Jose\u0301", "jose", "JOSÉ"]),
        ("C++ (UK) Ltd. and C", ("C++ (UK) Ltd.",), ["C++ (UK) Ltd."]),
        ("a.* [x] $1", ("[x]", ".*"), [".*", "[x]"]),
        ("🙂 Bob and 👩‍👧 Bob", ("🙂 Bob",), ["🙂 Bob"]),
        ("田中さんは東京", ("田中", "東京"), ["田中", "東京"]),
        ("قال مُحَمَّد ثم محمد", ("محمد",), ["مُحَمَّد", "محمد"]),
        ("Ma\u00adria and Ma\u200bria", ("Maria",), ["Ma\u00adria", "Ma\u200bria"]),
        ("Ann_Lee.docx", ("Ann",), ["Ann"]),
        ("Ann  Lee, Ann\nLee", ("Ann Lee",), ["Ann  Lee", "Ann\nLee"]),
        ("Strasse Straße", ("Straße",), ["Strasse", "Straße"]),
        ("Łukasz lukasz", ("Łukasz",), ["Łukasz", "lukasz"]),
        ("I will ask Will, WILL!", ("Will",), ["Will", "WILL"]),
        ("so will asked", ("will",), ["will"]),
        ("O'Neill and O’Neill", ("O'Neill",), ["O'Neill", "O’Neill"]),
    ],
)
def test_a_name_is_found_where_it_stands(text, names, expected):
    """Regex signs, accents, emoji, scripts without spaces or from right to left, hidden signs: all by whole words."""
    assert [hit for hit, _ in found(text, *names)] == expected


def test_ten_thousand_names_are_looked_for_in_a_long_text_at_once():
    """In a second or so, not in ten thousand passes."""
    names = Names((f"Name{n} Other{n}", n) for n in range(10_000))
    text = " ".join(f"well Name{n} said Name{n} Other{n}" for n in range(0, 10_000, 7))
    started = time.process_time()
    assert [m.named for m in names.find(text)] == list(range(0, 10_000, 7))
    assert time.process_time() - started < 5


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_words_and_signs_cover_a_text_in_order(text):
    """Whatever the text, tokens lie apart, in order and within it, and between them is nothing that is seen."""
    at = 0
    for token in tokens(text):
        assert at <= token.start < token.end <= len(text)
        at = token.end
    visible = [c for c in text if re.match(r"\w", c)]
    covered = "".join(text[t.start : t.end] for t in tokens(text))
    assert all(c in covered for c in visible)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="Aa nné.*+[(\u0301", min_size=1, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_a_name_between_spaces_is_always_found(name, before, after):
    """No name can be written so that it is overlooked where it stands by itself."""
    if not spelling_key(name):
        return
    text = f"{before} {name} {after}"
    hits = Names([(name, 1)]).find(text)
    assert any(m.start <= len(before) + 1 + len(name) and m.end >= len(before) + 1 for m in hits)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("maria", "mario", True),
        ("maria", "marias", True),
        ("maria", "mria", True),
        ("maria", "maira", True),
        ("maria", "naria", True),
        ("maria", "maria", False),
        ("maria", "marko", False),
        ("maria", "amrai", False),
        ("maria", "maria12", False),
    ],
)
def test_one_letter_apart(one, other, near):
    """One letter more, less, another, or two exchanged."""
    assert one_letter_apart(one, other) is near
    assert one_letter_apart(other, one) is near


def test_a_known_name_is_found_misspelt_in_parts_and_without_capitals():
    """As people type and recognisers hear: Gonzales, Maira, mueller; short names only as they are."""
    roster = Roster({"Maria Gonzalez": Kind.PERSON, "Jörg Müller": Kind.PERSON, "Ann": Kind.PERSON})
    text = "Maria, Maira and Gonzales rang Joerg Mueller and jorg muller. Ane and mania."
    hits = {text[f.start : f.end]: (f.by, f.like) for f in roster.find(text, any_case=False)}
    assert hits == {
        "Maria": ("roster", "Maria Gonzalez"),
        "Maira": ("spelling", "Maria Gonzalez"),
        "Gonzales": ("spelling", "Maria Gonzalez"),
        "Joerg Mueller": ("roster", "Jörg Müller"),
        "jorg muller": ("roster", "Jörg Müller"),
    }
    small = "then maira said"
    assert [f.like for f in roster.find(small, any_case=True)] == ["Maria Gonzalez"]
    assert without_capitals(["so maria said " * 40])
    assert not without_capitals(["Maria said. Then I went."])
