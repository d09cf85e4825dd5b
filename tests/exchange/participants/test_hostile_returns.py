"""Files that would harm a careless reader: each ends in one sentence or a note, soon, and leaves no memo behind."""

import contextlib
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from participants_study import participants_study
from written_files import W, docx, para, word_table, zipped

from assistant.exchange.participants import pack_file, pack_for, participant_of, record_pack, take_comments
from assistant.exchange.participants.returned import LONGEST, read_returned
from store.errors import InvalidInputError, StudyError
from store.memos import memos

CODE = "0123-4567-89ab-cdef"


def saved(path, held):
    """A page that holds this text in the place of its comments."""
    held = held.replace("<", "\\u003c")
    path.write_text(f'<!doctype html><script type="application/json" id="comments">{held}</script>', encoding="utf-8")
    return path


def test_a_word_file_that_is_a_bomb(tmp_path):
    """Refused after the first megabytes."""
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        part.write(f"<w:document {W}><w:body>".encode())
        for _ in range(200):
            part.write(b" " * 1_000_000)
    with pytest.raises(InvalidInputError, match="unpacks to more than"):
        read_returned(path)


@pytest.mark.parametrize("part", ["document", "comments"])
def test_a_word_file_that_declares_entities(tmp_path, part):
    """Neither a billion laughs nor a file of this machine comes in, in whichever part."""
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret", encoding="utf-8")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    for declared in (bomb, f'<!ENTITY e9 SYSTEM "{secret.as_uri()}">'):
        hostile = f"<!DOCTYPE x [{declared}]><w:x {W}><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:x>"
        plain = f"<w:document {W}><w:body/></w:document>"
        path = zipped(tmp_path / "x.docx", {"word/document.xml": plain, f"word/{part}.xml": hostile})
        with pytest.raises(InvalidInputError, match=r"declares entities|is damaged") as failure:
            read_returned(path)
        assert "a secret" not in str(failure.value)


def test_a_word_file_that_is_cut_off(tmp_path):
    """No part of it is taken for the whole."""
    data = docx(tmp_path / "whole.docx", word_table([["Your comment on passage 1", "x"]])).read_bytes()
    path = tmp_path / "cut.docx"
    for length in range(0, len(data) - 1, 29):
        path.write_bytes(data[:length])
        with pytest.raises(InvalidInputError):
            read_returned(path)


@pytest.mark.parametrize(
    "held",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "[" * 100_000,
        '{"comments": []}',
        '{"comments": {"all": 1}}',
        '{"comments": {"all": {"deep": "x"}}}',
        '{"answers": "no"}',
    ],
)
def test_comments_that_are_no_comments(tmp_path, held):
    """Whatever stands in their place, it is one sentence."""
    for path in (saved(tmp_path / "x.html", held), tmp_path / "x.json"):
        if path.suffix == ".json":
            path.write_text(held, encoding="utf-8")
        with pytest.raises(InvalidInputError, match=r"x\.(html|json)"):
            read_returned(path)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.html", "<p>Only the text was copied.</p>", "holds no comments"),
        ("page.html", "", "is empty"),
        ("page.pdf", "x", "no file in which comments come back; those end in .docx, .html, .htm, .json"),
        ("page", "x", "no file in which comments come back"),
        ("page.docx", "x", "no Word document"),
        ("missing.html", None, "no file"),
    ],
)
def test_files_of_another_kind(tmp_path, name, content, why):
    """Each is told by its name, and what to do."""
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=why):
        read_returned(tmp_path / name)


def test_a_comment_of_ten_megabytes(tmp_path):
    """Its beginning is kept, and it is said where the rest is."""
    long = "x" * 10_000_000
    page = saved(tmp_path / "x.html", json.dumps({"pack": CODE, "comments": {"passage-1": long}}))
    word = docx(tmp_path / "x.docx", word_table([["Your comment on passage 1", long]]) + para(CODE))
    for path in (page, word):
        found = read_returned(path)
        assert found.comments == {"passage-1": "x" * LONGEST}
        (note,) = found.notes
        assert note.startswith("What was written on passage 1 has 10,000,000 characters; the first 50,000 were kept")


def test_markup_and_characters_that_no_file_can_hold(tmp_path):
    """They come in as text; halves of characters and control characters are marked where they are kept."""
    held = {"pack": CODE, "comments": {"all": "<script>alert(1)</script>\ud83d\x00"}, "answers": {"all": "maybe"}}
    with participants_study(tmp_path) as study:
        pack = pack_for(study, participant_of(study, ["I1"]))
        record_pack(study, pack, "pack", b"", coder="Ana")
        held["pack"] = pack.token
        (memo,) = take_comments(study, saved(tmp_path / "x.html", json.dumps(held)), coder="Ana").kept
        assert memo.text == "<script>alert(1)</script>?\ufffd"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_files_end_in_a_sentence(damaged, data):
    """Bytes changed, taken out or put in, anywhere: either it can be read or it is refused; nothing else happens."""
    study, packs, folder = damaged
    ending = data.draw(st.sampled_from(["docx", "html"]))
    content = bytearray(packs[ending])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    path = folder / f"damaged.{ending}"
    path.write_bytes(bytes(content))
    before = {p for p in folder.parent.rglob("*") if "study" not in p.parts}
    with contextlib.suppress(StudyError):
        take_comments(study, path, coder="Ana")
    assert {p for p in folder.parent.rglob("*") if "study" not in p.parts} == before


@pytest.fixture(scope="module")
def damaged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    with participants_study(folder) as study:
        pack = pack_for(study, participant_of(study, ["I1"]))
        record_pack(study, pack, "pack", b"", coder="Ana")
        yield study, {ending: pack_file(pack, ending) for ending in ("docx", "html")}, folder


def test_a_refused_file_leaves_no_memo(tmp_path):
    """All or nothing: what cannot be read is not kept in part."""
    with participants_study(tmp_path) as study:
        before = memos(study)
        with pytest.raises(InvalidInputError):
            take_comments(study, saved(tmp_path / "x.html", '{"comments": {"all": "x"}, "answers": []}'), coder="Ana")
        assert memos(study) == before
