"""Files that would harm a careless reader: each ends in one sentence, and soon."""

import io
import struct
import zipfile

import pytest
from written_files import ODF, W, docx, odt, para, zipped

from assistant.ingest import read_transcript
from store.errors import InvalidInputError

IN_ODT = "<office:body><office:text>%s</office:text></office:body>"
KINDS = {
    ".docx": (
        "word/document.xml",
        f"<w:document {W}><w:body>%s</w:body></w:document>",
        "<w:p><w:r><w:t>%s</w:t></w:r></w:p>",
    ),
    ".odt": (
        "content.xml",
        f"<office:document-content {ODF}>{IN_ODT}</office:document-content>",
        "<text:p>%s</text:p>",
    ),
}


@pytest.mark.parametrize("ending", KINDS)
def test_zip_bombs_are_not_unpacked(tmp_path, ending):
    """A part of gigabytes is refused after the first megabytes, whatever size it says that it has."""
    name, outer, _ = KINDS[ending]
    path = tmp_path / f"bomb{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as part:
        part.write(outer.partition("%s")[0].encode())
        for _ in range(300):
            part.write(b" " * 1_000_000)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(InvalidInputError, match="unpacks to more than an interview can hold"):
        read_transcript(path)


@pytest.mark.parametrize("ending", KINDS)
def test_a_part_that_lies_about_its_size_is_refused(tmp_path, ending):
    """The size in the directory is not believed."""
    name, outer, block = KINDS[ending]
    path = zipped(tmp_path / f"lie{ending}", {name: outer % (block % ("word " * 20_000))})
    data = path.read_bytes()
    size = struct.pack("<I", len(outer % (block % ("word " * 20_000))))
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 100)))
    with pytest.raises(InvalidInputError, match="damaged"):
        read_transcript(path)


@pytest.mark.parametrize("ending", KINDS)
def test_entities_are_not_unfolded(tmp_path, ending):
    """Neither a bomb of entities nor one that reads another file does anything but fail with a sentence."""
    name, outer, block = KINDS[ending]
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret", encoding="utf-8")
    for declared in (
        "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10)),
        f'<!ENTITY e9 SYSTEM "{secret.as_uri()}">',
    ):
        path = zipped(tmp_path / f"bomb{ending}", {name: f"<!DOCTYPE x [{declared}]>{outer % (block % '&e9;')}"})
        with pytest.raises(InvalidInputError, match=r"declares entities|is damaged") as failure:
            read_transcript(path)
        assert "a secret" not in str(failure.value)


@pytest.mark.parametrize("ending", KINDS)
def test_truncated_files_are_refused(tmp_path, ending):
    """No part of a document that is cut off is taken for the whole."""
    name, outer, block = KINDS[ending]
    data = zipped(tmp_path / f"whole{ending}", {name: outer % (block % "I: Why?"), "other": "x" * 500}).read_bytes()
    for length in range(0, len(data) - 1, 37):
        path = tmp_path / f"cut{ending}"
        path.write_bytes(data[:length])
        with pytest.raises(InvalidInputError):
            read_transcript(path)
    broken = zipped(tmp_path / f"broken{ending}", {name: (outer % (block % "I: Why?"))[:-9]})
    with pytest.raises(InvalidInputError, match="is damaged or cut off"):
        read_transcript(broken)


@pytest.mark.parametrize("ending", KINDS)
def test_flipped_bytes_never_end_in_a_traceback(tmp_path, ending):
    """Whatever byte is changed, the file is read or refused with a sentence."""
    name, outer, block = KINDS[ending]
    whole = zipped(tmp_path / f"whole{ending}", {name: outer % (block % "I: Why?" + block % "P: Rain.")}).read_bytes()
    path = tmp_path / f"flipped{ending}"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            said = read_transcript(path).turns[0].text
        except InvalidInputError as refused:
            said = str(refused)
        assert said


@pytest.mark.parametrize("ending", KINDS)
def test_deep_nesting_and_wrong_parts_are_refused(tmp_path, ending):
    """A document nested a thousand deep, binary data for XML, and a zip file within a zip file."""
    name, outer, block = KINDS[ending]
    deep = "<w:sdt><w:sdtContent>" * 1000, "</w:sdtContent></w:sdt>" * 1000
    if ending == ".odt":
        deep = "<text:section>" * 1000, "</text:section>" * 1000
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(name, outer % "")
    for content in (outer % f"{deep[0]}{block % 'I: Why?'}{deep[1]}", b"\0\1\2\3" * 100, inner.getvalue(), b""):
        with pytest.raises(InvalidInputError):
            read_transcript(zipped(tmp_path / f"bad{ending}", {name: content}))


def test_broken_parts_beside_the_text_are_refused_too(tmp_path):
    """Comments that cannot be read would be missing from the account of what was left out."""
    path = docx(tmp_path / "talk.docx", para("I: Why?"), comments=("comments", "<w:broken>"))
    with pytest.raises(InvalidInputError, match=r"comments\.xml"):
        read_transcript(path)


def test_a_long_document_is_read_in_good_time(tmp_path):
    """Twenty thousand paragraphs, and cells of spaces without end, are no trouble."""
    body = "".join(para(f"{'I' if n % 2 else 'P'}: Sentence number {n}.") for n in range(20_000))
    assert len(read_transcript(docx(tmp_path / "long.docx", body)).turns) == 20_000
    wide = '<text:p>I: Why<text:s text:c="999999999"/>so?</text:p><text:p>P: Rain.</text:p>' * 100
    assert len(read_transcript(odt(tmp_path / "wide.odt", wide)).turns) == 200
