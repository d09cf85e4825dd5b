"""Texts are read in whatever encoding and place they stand; one that cannot be read costs nothing else."""

import io
import re
import unicodedata
import zipfile
from contextlib import suppress

import pytest
from refi_files import SOURCE, coded_project, guid, packed, qdpx, text_source
from written_files import docx, para

from assistant.exchange.refi.reading import read_qdpx
from store.errors import InvalidInputError

TALK = "Ana: ça va.\r\nBen: “Who pays?”\n"


def read_text(path, data, **kept):
    return read_qdpx(qdpx(path, coded_project(text_source(**kept)), **{"0_txt": data}), path.parent)


def source_of(read):
    return read.project.sources[0]


def said(read, what):
    return any(what in each.said and each.where == "Source “Interview 1”" for each in read.findings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(tmp_path, encoding):
    read = read_text(tmp_path / "a.qdpx", TALK.encode(encoding))
    assert source_of(read).text == TALK.replace("\r\n", "\n")
    assert said(read, "was read as cp1252") == (encoding == "cp1252")


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"x", "x"), (b"\n", "\n"), (b"\r", "\n"), (b"\0", "\ufffd")])
def test_texts_of_one_byte_or_none(tmp_path, data, text):
    """MAXQDA writes sources of one byte."""
    read = read_text(tmp_path / "a.qdpx", data)
    assert source_of(read).text == text


def test_a_byte_that_is_no_utf_8_is_guessed_and_said(tmp_path):
    read = read_text(tmp_path / "a.qdpx", b"\xff")
    assert len(source_of(read).text) == 1
    assert said(read, "Its text was read as")


def test_control_characters_keep_their_place(tmp_path):
    read = read_text(tmp_path / "a.qdpx", b"The\0 bus\x07 is dear.")
    assert source_of(read).text == "The\ufffd bus\ufffd is dear."
    assert said(read, "Control characters")


def test_characters_that_no_xml_may_hold_are_replaced_in_place(tmp_path):
    """Some programs write them all the same, and nobody should lose a project over a vertical tab."""
    xml = coded_project(text_source(content="The bus")).replace("The bus", "The\x0b bus&#x1; is&#10;dear&#xD800;")
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", xml), tmp_path)
    assert source_of(read).text == "The\ufffd bus\ufffd is\ndear\ufffd"


def test_a_missing_text_is_said_and_the_rest_is_read(tmp_path):
    xml = coded_project(text_source(), text_source(number=1, content="Hello", name="Interview 2"))
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", xml), tmp_path)
    assert [source.text for source in read.project.sources] == [None, "Hello"]
    assert said(read, "is missing")


def test_a_text_in_the_xml_and_in_a_file(tmp_path):
    inner = text_source(content="Hello\nthere", attributes='plainTextPath="internal://0.txt"')
    same = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(inner), **{"0_txt": b"Hello\r\nthere"}), tmp_path)
    other = read_qdpx(qdpx(tmp_path / "b.qdpx", coded_project(inner), **{"0_txt": b"Hello you"}), tmp_path)
    assert not same.findings
    assert source_of(other).text == "Hello you"
    assert said(other, "differently")


def test_a_text_that_stands_only_in_a_word_file(tmp_path):
    document = docx(tmp_path / "a.docx", para("The bus") + para("is dear.")).read_bytes()
    inner = f'<TextSource guid="{SOURCE}" name="Interview 1" richTextPath="internal://0.docx"/>'
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(inner), **{"0_docx": document}), tmp_path)
    broken = read_qdpx(qdpx(tmp_path / "b.qdpx", coded_project(inner), **{"0_docx": b"PK broken"}), tmp_path)
    assert source_of(read).text == "The bus\nis dear."
    assert said(read, "from a Word file")
    assert source_of(broken).text is None
    assert said(broken, "neither a Word nor an RTF file")


RTF = b"{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}\\f0 Ana: The bus\\par is {\\b dear}, caf\\'e9.}"


@pytest.mark.parametrize("attribute", ["richTextPath", "plainTextPath"])
def test_a_text_that_stands_only_in_an_rtf_file(tmp_path, attribute):
    inner = f'<TextSource guid="{SOURCE}" name="Interview 1" {attribute}="internal://0.rtf"/>'
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(inner), **{"0_rtf": RTF}), tmp_path)
    assert source_of(read).text == "Ana: The bus\nis dear, café."
    assert said(read, "from an RTF file")


def test_lines_that_end_with_two_carriage_returns(tmp_path):
    """Programs that write carriage returns as text on Windows get them twice; a few of them are the text's own."""
    read = read_text(tmp_path / "a.qdpx", b"One\r\r\ntwo\r\r\n")
    assert source_of(read).text == "One\ntwo\n"
    assert said(read, "two carriage returns")
    mixed = read_text(tmp_path / "b.qdpx", b"One\r\r\ntwo\r\n")
    assert source_of(mixed).text == "One\n\ntwo\n"


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ('plainTextPath="internal://sources/Talk%201.txt"', "Talk 1"),
        ('richTextPath="relative:///Texts/Talk 1.docx"', "Talk 1"),
        (f'plainTextPath="internal://{guid(7)}.txt"', ""),
        ('name=" " plainTextPath="internal://0.txt"', "0"),
        ('name="Mine" plainTextPath="internal://Talk.txt"', "Mine"),
    ],
)
def test_a_source_without_a_name_is_called_after_its_file(tmp_path, attributes, name):
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(f'<TextSource guid="{SOURCE}" {attributes}/>')), tmp_path)
    assert source_of(read).name == name


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("Sources/ABC.TXT", "internal://abc.txt"),
        ("My project\\sources\\abc.txt", "internal://abc.txt"),
        ("sources/a b.txt", "internal://a%20b.txt"),
        ("sources/abc.txt", "internal:///sources/abc.txt"),
        ("abc.txt", "abc.txt"),
        ("texts/abc.txt", "Internal://abc.txt"),
    ],
)
def test_texts_are_found_whatever_the_case_and_the_folder(tmp_path, part, given):
    xml = coded_project(f'<TextSource guid="{SOURCE}" name="1" plainTextPath="{given}"/>')
    path = tmp_path / "a.qdpx"
    of_a_mac = {"__MACOSX/._project.qde": b"\0\5\x16\7", "._project.qde": b"\0\5\x16\7"}
    path.write_bytes(packed({**of_a_mac, "MY PROJECT/PROJECT.QDE": xml, part: b"Hello"}))
    assert source_of(read_qdpx(path, tmp_path)).text == "Hello"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("flagged", [True, False])
def test_names_beyond_ascii_are_found_however_the_zip_file_writes_them(tmp_path, form, flagged):
    """Zip files of macOS take letters apart, and some writers do not say that names are UTF-8."""
    name = "Gespräch é.txt"
    inner = f'<TextSource guid="{SOURCE}" name="Interview 1" plainTextPath="internal://{name}"/>'
    parts = {"project.qde": coded_project(inner), f"sources/{unicodedata.normalize(form, name)}": b"yes"}
    path = tmp_path / "a.qdpx"
    path.write_bytes(packed(parts) if flagged else unflagged(packed(parts)))
    assert source_of(read_qdpx(path, tmp_path)).text == "yes"


def unflagged(data):
    """The bytes of a zip file in which no name is marked as UTF-8."""
    made = bytearray(data)
    for signature, place in ((b"PK\3\4", 7), (b"PK\1\2", 9)):
        for found in re.finditer(re.escape(signature), data):
            made[found.start() + place] &= ~0x08
    return bytes(made)


def test_a_project_packed_once_more_is_named(tmp_path):
    path = tmp_path / "a.qdpx"
    path.write_bytes(packed({"From Ana/looms.qdpx": b"PK"}))
    with pytest.raises(InvalidInputError, match=r"holds the project “looms\.qdpx”; unpack it"):
        read_qdpx(path, tmp_path)


def test_breaks_of_pages_and_within_paragraphs_are_line_ends(tmp_path):
    read = read_text(tmp_path / "a.qdpx", b"One\x0ctwo\x0bthree")
    assert source_of(read).text == "One\ntwo\nthree"
    assert read.findings == ()


def test_the_file_in_the_folder_of_sources_is_taken_before_others(tmp_path):
    path = tmp_path / "a.qdpx"
    path.write_bytes(packed({"0.txt": b"no", "project.qde": coded_project(text_source()), "sources/0.txt": b"yes"}))
    assert source_of(read_qdpx(path, tmp_path)).text == "yes"


def test_a_recording_beside_the_project_is_taken_but_none_from_above(tmp_path):
    folder, into = tmp_path / "given", tmp_path / "study"
    (folder / "media").mkdir(parents=True)
    into.mkdir()
    (folder / "media" / "talk.mp3").write_bytes(b"sound")
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    with suppress(OSError):  # Windows asks for a privilege to make links
        (folder / "link.mp3").symlink_to(tmp_path / "secret.mp3")
    paths = ["relative://media/talk.mp3", "relative://../secret.mp3", "relative:///link.mp3", "relative://a.qdpx",
             f"absolute://{tmp_path}/secret.mp3", f"file://{tmp_path}/secret.mp3"]  # fmt: skip
    inner = "".join(f'<AudioSource guid="{guid(31 + n)}" name="n" path="{path}"/>' for n, path in enumerate(paths))
    read = read_qdpx(qdpx(folder / "a.qdpx", coded_project(inner)), into)
    assert [source.media.file and source.media.file.read_bytes() for source in read.project.sources] == [
        b"sound", None, None, None, None, None,
    ]  # fmt: skip
    assert [each.name for each in into.iterdir()] == [f"{guid(31)}.mp3"]


def test_a_recording_in_the_folder_that_the_project_calls_its_base(tmp_path):
    """MAXQDA and ATLAS.ti put large recordings into a folder beside the file; nothing above it is looked at."""
    folder, into = tmp_path / "given", tmp_path / "study"
    (folder / "Looms media").mkdir(parents=True)
    into.mkdir()
    (folder / "Looms media" / "talk.m4a").write_bytes(b"sound")
    (tmp_path / "talk.m4a").write_bytes(b"secret")
    inner = f'<VideoSource guid="{guid(31)}" name="Talk" path="relative:///talk.m4a"/>'
    for base, found in (("C:\\Data\\Looms media", b"sound"), ("..", None), ("file:///x/Looms%20media", b"sound")):
        given = qdpx(folder / "a.qdpx", coded_project(inner).replace("<Project ", f'<Project basePath="{base}" '))
        media = source_of(read_qdpx(given, into)).media
        assert (media.file and media.file.read_bytes()) == found
        for each in into.iterdir():
            each.unlink()


def test_a_recording_that_two_sources_name_is_unpacked_once(tmp_path):
    inner = "".join(f'<VideoSource guid="{guid(31 + n)}" name="v" path="internal://v.mp4"/>' for n in range(2))
    read = read_qdpx(qdpx(tmp_path / "a.qdpx", coded_project(inner), v_mp4=b"film"), tmp_path)
    assert len({source.media.file for source in read.project.sources}) == 1


def test_a_stored_zip_without_compression_is_read(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("project.qde", coded_project(text_source()))
        archive.writestr("sources/0.txt", "Hello")
    (tmp_path / "a.qdpx").write_bytes(held.getvalue())
    assert source_of(read_qdpx(tmp_path / "a.qdpx", tmp_path)).text == "Hello"
