"""Files made to do harm, and broken ones, are refused with one sentence; nothing is written outside of the folder."""

import io
import stat
import time
import zipfile

import pytest
from refi_files import SOURCE, USERS, coded_project, guid, packed, project, qdpx, text_source

from assistant.exchange.refi.reading import read_qdc, read_qdpx
from store.errors import InvalidInputError

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghij", "bcdefghijk", strict=True))
    + ']><Project xmlns="urn:QDA-XML:project:1.0" name="&k;"><Description>&k;</Description></Project>'
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/hostname">]><Project name="a">&a;</Project>'
PARAMETERS = (
    '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY % a "x"><!ENTITY % b "%a;%a;"> %b; <!ENTITY % c SYSTEM "http://127.0.0.1:9/">'
    ' %c;]><Project name="a"/>'
)


def refused(path, into=None):
    into = into or path.parent
    began = time.process_time()
    with pytest.raises(InvalidInputError) as refusal:
        read_qdpx(path, into)
    assert time.process_time() - began < 10
    said = str(refusal.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def written(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("xml", [LAUGHS, OUTSIDE, PARAMETERS])
def test_entities_are_refused(tmp_path, xml):
    for path in (qdpx(tmp_path / "a.qdpx", xml), written(tmp_path / "a.qdc", xml)):
        assert "entities" in refused(path) or "damaged" in refused(path)


def test_xml_nested_without_end_is_refused(tmp_path):
    deep = "<Code>" * 100_000 + "</Code>" * 100_000
    assert "nested deeper" in refused(qdpx(tmp_path / "a.qdpx", project(f"<CodeBook><Codes>{deep}</Codes></CodeBook>")))


def test_an_attribute_without_end_is_refused(tmp_path):
    """Twelve megabytes for a name; two gigabytes do not even get unpacked."""
    assert "longer" in refused(qdpx(tmp_path / "a.qdpx", project("", f'name="{"x" * 12_000_000}"')))


def bomb(path, name, size):
    """A zip file whose part unpacks to zeros far beyond its own size."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if name != "project.qde":
            source = (
                text_source() if name.endswith("txt") else f'<AudioSource guid="{SOURCE}" path="internal://0.wav"/>'
            )
            archive.writestr("project.qde", coded_project(source))
        with archive.open(name, "w", force_zip64=True) as part:
            for _ in range(size // 1_000_000):
                part.write(bytes(1_000_000))
    return path


@pytest.mark.parametrize("name", ["project.qde", "sources/0.txt", "sources/0.wav"])
def test_zip_bombs_are_refused_before_they_go_off(tmp_path, name):
    into = tmp_path / "into"
    into.mkdir()
    assert "packed far more tightly" in refused(bomb(tmp_path / "a.qdpx", name, 250_000_000), into)
    assert list(into.iterdir()) == []


def test_a_part_whose_size_is_a_lie_is_refused(tmp_path):
    """The directory says ten bytes, the part has a million."""
    data = bytearray(packed({"project.qde": bytes(1_000_000)}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert "damaged" in refused(written(tmp_path / "a.qdpx", bytes(data)))


@pytest.mark.parametrize(
    "name", ["../../evil", "/evil", "C:\\evil", "..\\evil", "sources/../../evil", "\\\\host\\evil"]
)
def test_no_recording_is_written_where_the_file_says(tmp_path, name):
    into = tmp_path / "study" / "media"
    into.mkdir(parents=True)
    inner = f'<AudioSource guid="{SOURCE}" name="{name}" path="internal://{name}.mp3"/>'
    given = written(tmp_path / "a.qdpx", packed({"project.qde": coded_project(inner), f"{name}.mp3": b"sound"}))
    before = {each for each in tmp_path.rglob("*") if each.parent != into}
    read = read_qdpx(given, into)
    assert {each for each in tmp_path.rglob("*") if each.parent != into} == before
    assert [each.name for each in into.iterdir()] == [f"{SOURCE}.mp3"]
    assert read.project.sources[0].media.file.read_bytes() == b"sound"


def test_a_guid_that_is_a_path_becomes_none(tmp_path):
    into = tmp_path / "into"
    into.mkdir()
    inner = '<AudioSource guid="../../evil" name="a" path="internal://a.m/../../p3"/>'
    given = written(tmp_path / "a.qdpx", packed({"project.qde": coded_project(inner), "sources/p3": b"sound"}))
    read_qdpx(given, into)
    assert {each.name for each in tmp_path.iterdir()} == {"a.qdpx", "into"}
    assert len(list(into.iterdir())) == 1


def test_a_link_in_the_zip_file_is_only_its_own_text(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("project.qde", coded_project(text_source()))
        link = zipfile.ZipInfo("sources/0.txt")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/hostname")
    read = read_qdpx(written(tmp_path / "a.qdpx", held.getvalue()), tmp_path)
    assert read.project.sources[0].text == "/etc/hostname"


def encrypted():
    """A zip file whose parts say that they are encrypted."""
    data = bytearray(packed({"project.qde": project(USERS)}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"PK", "cut off"),
        (packed({"project.qde": project(USERS)})[:-30], "cut off"),
        (packed({"sources/a.txt": "no project"}), "no project.qde"),
        (packed({"project.qde": ""}), "empty"),
        (packed({"project.qde": "Just a letter."}), "damaged"),
        (packed({"project.qde": project(USERS)[:-20]}), "damaged"),
        (packed({"project.qde": project(USERS, namespace="urn:other")}), "no REFI-QDA project"),
        (packed({"project.qde": '<Study xmlns="urn:QDA-XML:project:1.0"/>'}), "begins with “Study”"),
        (encrypted(), "password"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "damaged"),
        (b"<html><body>Not found</body></html>", "begins with “html”"),
        (bytes(range(256)) * 40, "damaged"),
    ],
)
def test_broken_files_are_refused_with_what_is_wrong(tmp_path, data, what):
    path = written(tmp_path / "a.qdpx", data)
    assert what in refused(path)
    with pytest.raises(InvalidInputError):
        read_qdc(path)


def test_missing_files_and_folders(tmp_path):
    assert "check its name" in refused(tmp_path / "a.qdpx")
    (tmp_path / "b.qdpx").mkdir()
    refused(tmp_path / "b.qdpx", tmp_path)


def test_a_damaged_recording_leaves_nothing_half_written(tmp_path):
    into = tmp_path / "into"
    into.mkdir()
    inner = f'<AudioSource guid="{SOURCE}" name="a" path="internal://a.mp3"/>'
    sound = bytes(range(256)) * 2_000
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("project.qde", coded_project(inner))
        archive.writestr("sources/a.mp3", sound)
    data = held.getvalue().replace(sound, bytes(len(sound)))
    assert "damaged" in refused(written(tmp_path / "a.qdpx", data), into)
    assert list(into.iterdir()) == []


def test_stretches_over_the_whole_of_a_long_text_take_no_time(tmp_path):
    """A thousand of them over two megabytes, with names that do not fit."""
    text = "the bus is dear 😀 \n" * 100_000
    inner = "".join(
        f'<PlainTextSelection guid="{guid(1000 + n)}" startPosition="0" endPosition="{2_000_000 + n}" name="xxxxxxx"/>'
        for n in range(1000)
    )
    began = time.process_time()
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(text_source(inner)), **{"0_txt": text.encode()}), tmp_path)
    assert len(read.project.sources[0].selections) == 1000
    assert time.process_time() - began < 10
