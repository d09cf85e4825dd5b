"""Whatever becomes of a project file, it is read or refused with a sentence, soon, and nothing is written elsewhere.

`FUZZ_EXAMPLES=2000` in the environment sets how many examples each test tries.
"""

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from refi_files import packed, project
from test_reading import WHOLE

from assistant.exchange.refi.reading import read_qdc, read_qdpx
from store.errors import InvalidInputError

TRIES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
XML = project(WHOLE, 'name="Costs" origin="ATLAS.ti"')
WORDS = [
    "",
    "-1",
    "1e9",
    "99999999999999999999",
    "{}",
    "true",
    "2024-02-30",
    "internal://../../x",
    "#12",
    "😀",
]
bounded = settings(max_examples=TRIES, deadline=None, suppress_health_check=list(HealthCheck))
PLACES = st.integers(0, 1 << 20)


def changes(most):
    """Places of bytes, taken round the end, and new values."""
    return st.lists(st.tuples(PLACES, st.integers(0, 255)), min_size=1, max_size=most)


@pytest.fixture(scope="module")
def whole_file():
    recording = XML.replace("<Sources>", '<Sources><AudioSource guid="x" name="t" path="internal://t.mp3"/>')
    return packed({"project.qde": recording, "sources/note.txt": b"Ask again", "sources/t.mp3": bytes(999)})


def try_reading(data):
    """Read the bytes as both kinds of file."""
    folder = Path(tempfile.mkdtemp())
    try:
        into = folder / "study" / "media"
        into.mkdir(parents=True)
        given = folder / "a.qdpx"
        given.write_bytes(data)
        refusals = []
        began = time.process_time()
        for read in (lambda: read_qdpx(given, into), lambda: read_qdc(given)):
            try:
                assert_sound(read())
            except InvalidInputError as error:
                refusals.append(str(error))
        assert all(said.endswith(".") for said in refusals)
        assert time.process_time() - began < 10
        assert {each.name for each in folder.rglob("*") if each.parent != into} == {"a.qdpx", "study", "media"}
    finally:
        shutil.rmtree(folder)


def assert_sound(found):
    """What others rely on: GUIDs are one's own, stretches lie in their texts, references lead somewhere."""
    codes = {code.guid for code in found.project.codes}
    assert len(codes) == len(found.project.codes)
    selections = [each for source in found.project.sources for each in source.selections]
    assert len({each.guid for each in selections}) == len(selections)
    for source in found.project.sources:
        for each in source.selections:
            assert (each.start is None) == (each.end is None)
            assert each.start is None or 0 <= each.start <= each.end <= len(source.text)
            assert {coding.code for coding in each.codings} <= codes


@bounded
@given(changes(8), PLACES)
def test_bytes_of_the_zip_file_changed_or_cut(whole_file, changed, cut):
    data = bytearray(whole_file)
    for place, value in changed:
        data[place % len(data)] = value
    try_reading(bytes(data[: cut % len(data)] if cut % 3 == 0 else data))


@bounded
@given(changes(4), PLACES)
def test_bytes_of_the_xml_changed_or_cut(changed, cut):
    data = bytearray(XML.encode())
    for place, value in changed:
        data[place % len(data)] = value
    try_reading(packed({"project.qde": bytes(data[: cut % len(data)] if cut % 5 == 0 else data)}))


@bounded
@given(st.integers(0, 1 << 30), st.integers(1, 6))
def test_elements_and_attributes_dropped_moved_copied_and_replaced(seed, number):
    choose = random.Random(seed)
    root = etree.fromstring(XML.encode())
    for _ in range(number):
        change(root, choose)
    try_reading(packed({"project.qde": etree.tostring(root), "sources/note.txt": b"Ask again"}))


def change(root, choose):
    """One change at a place of the tree."""
    elements = list(root.iter(etree.Element))
    one, other = choose.choice(elements), choose.choice(elements)
    what = choose.randrange(6)
    if what == 0 and one is not root:
        one.getparent().remove(one)
    elif what == 1 and one not in other.iterancestors() and one is not other and one is not root:
        other.append(one)
    elif what == 2 and one is not root:
        one.getparent().append(etree.fromstring(etree.tostring(one)))
    elif what == 3 and one.attrib:
        del one.attrib[choose.choice(list(one.attrib))]
    elif what == 4 and one.attrib:
        one.set(choose.choice(list(one.attrib)), choose.choice(WORDS))
    elif what == 5:
        one.tag = other.tag
