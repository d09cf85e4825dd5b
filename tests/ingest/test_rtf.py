import pytest
from striprtf.striprtf import rtf_to_text

from assistant.ingest import read_transcript
from store.errors import InvalidInputError

HEAD = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl\f0\fswiss\fcharset0 Arial;{\f1\fcharset204 Arial Cyr;}}{\colortbl;\red0;}" "\n"
)


def read(tmp_path, body, head=HEAD, end="}"):
    path = tmp_path / "talk.rtf"
    path.write_bytes((head + body + end).encode("latin-1"))
    return read_transcript(path)


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


@pytest.mark.parametrize(
    "body",
    [
        r"Ana: One.\par Bo: Two.\par Ana: Six.",
        "\\f0\\fs24 Ana: One.\\\nBo: Two.\\\nAna: Six.",
        r"{\b Ana:} One.\par{\b Bo:} Two.\par\b Ana:\b0  Six.",
        r"{\b Ana}\line One.\par {\b Bo}\tab Two.\par\pard\b Ana\plain\par Six.",
        r"{\b Ana}\par One.\par {\b Bo}\par Two.\par {\b Ana}\par Six.",
        r"Ana   0:01\par One.\par\par Bo   0:04\par Two.\par\par Ana   0:09\par Six.",
        r"\trowd\intbl Ana\cell One.\cell\row\trowd\intbl Bo\cell Two.\cell\row\intbl Ana\cell Six.\cell\row\pard",
    ],
)
def test_speakers_are_recognised(tmp_path, body):
    """Labels, bold names, times and tables give the same turns."""
    assert said(read(tmp_path, body)) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Gr\'f6\'dfe, \'84ja\'93 \'96 5 \'80", "Größe, „ja“ – 5 €"),
        (r"It doesn\'92t {\f1\'c4\'e0} \emdash  \ldblquote so\rdblquote", "It doesn’t Да — “so”"),
        (r"\u228?\u8364 ?\u-10179?\u-8638? \uc0\u9731 end \uc2\u228\'61\'62c", "ä€\U0001f642 ☃end äc"),
        (r"\uc1\u8217'\u228\'e4 two {\uc2\u228 ab}\u228 cd", "’ä two ääd"),
        (r"a lone \u-10179? surrogate", "a lone \ufffd surrogate"),
        (r"braces \{\} slash \\ non\~breaking op\-tional", "braces {} slash \\ non breaking optional"),
        (r"{\upr{old}{\*\ud{new}}} {\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "new link"),
        (r"before {\pict\pngblip\bin5 }}}}}after} end", "before end"),
        ("line\r\nends are\nno spaces", "lineends areno spaces"),
    ],
)
def test_characters_are_what_was_typed(tmp_path, body, text):
    """Escapes by code page, font and Unicode, with what old programs show instead passed over, become characters."""
    assert said(read(tmp_path, body)) == [(None, text)]


@pytest.mark.parametrize(
    "body", [r"Gr\'f6\'dfe \'84ja\'93", r"\u228?\u8364 ?\emdash  x\par next\tab y", r"{\b Ana:} {\i One.}\par Bo: Two."]
)
def test_another_reader_of_rtf_agrees(tmp_path, body):
    """An independent library reads the same words."""
    result = read(tmp_path, body)
    words = " ".join(f"{speaker}: {text}" if speaker else text for speaker, text in said(result))
    assert words.split() == rtf_to_text(HEAD + body + "}").split()


def test_what_is_no_speech_is_left_out_and_reported(tmp_path):
    """Notes, comments, margins, deleted and hidden text, boxes and list numbers are accounted for."""
    body = (
        r"{\header Study\par}{\footer 1}{\info{\author Me}}{\*\generator X;}I: Why{\*\annotation Check this}?"
        r"{\footnote A note}\par P: {\deleted wet }Rain.{\v secret}\par {\listtext 1.\tab}I: So.{\shp{\*\shpinst"
        r"{\sp{\sn x}{\sv 1}}{\shptxt In a box}}}"
    )
    result = read(tmp_path, body)
    assert said(result) == [("I", "Why?"), ("P", "Rain."), ("I", "So.")]
    assert {entry.why: (entry.characters, entry.sample) for entry in result.left_out} == {
        "page headers and footers": (6, "Study"),
        "comments": (9, "Check this"),
        "footnotes": (5, "A note"),
        "deleted text of tracked changes": (3, "wet"),
        "hidden text": (6, "secret"),
        "list numbers and bullets": (2, "1."),
        "text boxes": (6, "In a box"),
    }


def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path):
    """The report says that the end is missing."""
    result = read(tmp_path, r"I: Why?\par P: Rai", end="")
    assert said(result) == [("I", "Why?"), ("P", "Rai")]
    assert "The file ends in the middle; what there is of it was read." in result.report


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"I: Why?", "no RTF file"),
        (b"{\\rtf1 }", "no spoken text"),
        (b"{\\rtf1 " + b"{" * 100_000 + b"x", "nested"),
        (b"", "is empty"),
    ],
)
def test_other_files_are_refused_with_a_sentence(tmp_path, data, sentence):
    """What is no RTF, or not one that a program wrote, says so."""
    (tmp_path / "talk.rtf").write_bytes(data)
    with pytest.raises(InvalidInputError, match=sentence):
        read_transcript(tmp_path / "talk.rtf")


def test_hostile_control_words_do_no_harm(tmp_path):
    """Numbers beyond all bounds, unknown words and stray ends are passed over."""
    assert said(read(tmp_path, r"I: Why?\uc999999999\zzz-9999999999\par P: Rain.}}}} more")) == [
        ("I", "Why?"), ("P", "Rain."),
    ]  # fmt: skip
    pages = r"{\rtf1\ansi\ansicpg12{\fonttbl{\f0\cpg1 Arial;}}\f0 "
    assert said(read(tmp_path, r"I: Gr\'fcn?", head=pages)) == [("I", "Grün?")]
    with pytest.raises(InvalidInputError, match="no spoken text"):
        read(tmp_path, r"\bin9999999999 I: Why?")
