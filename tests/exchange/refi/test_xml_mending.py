"""XML with plain slips is read and the slips are said; what is cut off or hides something is refused as before."""

import pytest
from refi_files import coded, coded_project, qdpx, text_source

from assistant.exchange.refi.reading import read_qdc, read_qdpx
from store.errors import InvalidInputError

TALK = "Ana: The café is dear 😀, she said."
LATIN = "Ana: The café is dear, she said."
CAFE = (TALK.index("café"), TALK.index("café") + 4)


def xml(talk=TALK, encoding="utf-8"):
    made = coded_project(text_source(coded(talk, [CAFE]), content=talk))
    return made.replace('encoding="utf-8"', f'encoding="{encoding}"')


def read(tmp_path, data):
    return read_qdpx(qdpx(tmp_path / "a.qdpx", data), tmp_path)


def words(found):
    source = found.project.sources[0]
    return [source.text[each.start : each.end] for each in source.selections]


def kinds(found):
    return [each.kind for each in found.findings]


@pytest.mark.parametrize(
    ("data", "talk"),
    [
        (xml(encoding="utf-16").encode(), TALK),
        (xml(encoding="windows-1252").encode(), TALK),
        (xml(encoding="no-such").encode(), TALK),
        (xml(LATIN).encode("cp1252"), LATIN),
    ],
)
def test_a_wrong_name_of_the_encoding_is_seen_and_said(tmp_path, data, talk):
    found = read(tmp_path, data)
    assert found.project.sources[0].text == talk
    assert words(found) == ["café"]
    assert kinds(found) == ["guessed"]


@pytest.mark.parametrize(
    ("data", "talk"),
    [
        (xml(LATIN, "windows-1252").encode("cp1252"), LATIN),
        (xml(encoding="utf-16").encode("utf-16"), TALK),
        (xml().encode("utf-16"), TALK),
        (("\r\n" + xml()).encode("utf-8-sig"), TALK),
        (b"\xef\xbb\xbf" + xml().encode("utf-8-sig"), TALK),
        (xml().encode() + b"\n\0\0", TALK),
    ],
)
def test_encodings_and_edges_that_mean_nothing_else_are_read_without_a_word(tmp_path, data, talk):
    found = read(tmp_path, data)
    assert found.project.sources[0].text == talk
    assert kinds(found) == []


def test_one_broken_byte_does_not_make_utf_8_western(tmp_path):
    data = xml().encode().replace(b"she", b"sh\xff")
    assert read(tmp_path, data).project.sources[0].text == TALK.replace("she", "sh\ufffd")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("she & he < 5", "she & he < 5"),
        ("5&6 <3", "5&6 <3"),
        ("&nbsp;she &eacute; &lt;", "\xa0she é <"),
        ("&unheard; &amp;amp; &#38; &#x26;", "&unheard; &amp; & &"),
        ("<![CDATA[a & b < c]]> & d", "a & b < c & d"),
    ],
)
def test_signs_that_should_be_escaped_are_taken_as_they_stand(tmp_path, written, meant):
    data = xml().replace("she said", f"{written} & said")
    found = read(tmp_path, data.encode())
    assert found.project.sources[0].text == TALK.replace("she said", f"{meant} & said")
    assert words(found) == ["café"]
    assert kinds(found) == ["changed"]


def test_end_tags_of_selections_of_recordings_with_a_slip(tmp_path):
    inner = (
        '<Sources><AudioSource name="a"><AudioSelection begin="1" end="5"></Audio\'Selection></AudioSource>'
        '<VideoSource name="b"><VideoSelection begin="2" end="6"></Video\'Selection></VideoSource></Sources>'
    )
    found = read(tmp_path, f'<Project xmlns="urn:QDA-XML:project:1.0" name="x">{inner}</Project>')
    assert [source.selections[0].begin_ms for source in found.project.sources] == [1, 2]
    assert [each.said for each in found.findings if "slip" in each.said]


def test_cut_off_at_any_byte_it_is_refused_with_a_sentence(tmp_path):
    """A mended file is a whole one: nothing that is cut off passes for one with fewer codings."""
    whole = xml().replace("she", "she & he").encode("utf-8-sig")
    path = tmp_path / "a.qde"
    for length in range(len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidInputError, match=r"a\.qde .*[.;]"):
            read_qdc(path)
    path.write_bytes(whole)
    assert read_qdc(path).project.sources


def test_a_zip_cut_off_at_any_byte_is_refused_with_a_sentence(tmp_path):
    given = qdpx(tmp_path / "a.qdpx", xml().encode(), note_txt=b"Ask again")
    whole = given.read_bytes()
    for length in range(0, len(whole), 7):
        given.write_bytes(whole[:length])
        with pytest.raises(InvalidInputError):
            read_qdpx(given, tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.qdpx"]


def test_entities_stay_refused_though_there_is_something_to_mend(tmp_path):
    data = '<!DOCTYPE p [<!ENTITY a "b">]>' + xml().partition("?>")[2].replace("she", "&a; & she")
    with pytest.raises(InvalidInputError):
        read(tmp_path, data)
