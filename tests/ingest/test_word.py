import pytest
from written_files import W, bold, docx, para, run, word_table, zipped

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError


def read(tmp_path, body, mapping=None, **parts):
    return read_transcript(docx(tmp_path / "talk.docx", body, **parts), mapping or Mapping())


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


def left_out(result):
    return {entry.why: (entry.characters, entry.sample) for entry in result.left_out}


@pytest.mark.parametrize(
    "body",
    [
        [para("Ana: One."), para("Bo: Two."), para("Ana: Six.")],
        [para(bold("Ana:"), " One."), para(bold("Bo:"), " Two."), para(bold("Ana:"), " Six.")],
        [para(bold("Ana"), ": One."), para(bold("Bo"), ": Two."), para(bold("Ana"), ": Six.")],
        [para(bold("Ana"), "\tOne."), para(bold("Bo"), "\tTwo."), para(bold("Ana"), "\tSix.")],
        [para(bold("Ana"), "\nOne."), para(bold("Bo"), "\nTwo."), para(bold("Ana"), "\nSix.")],
        [para(bold("Ana")), para("One."), para(bold("Bo")), para("Two."), para(bold("Ana")), para("Six.")],
        [para(bold("A"), bold("na")), para("One."), para(bold("Bo")), para("Two."), para(bold("Ana")), para("Six.")],
        [para(), para(bold("Ana"), "   0:01\nOne."), para(bold("Bo"), "   0:04\nTwo."), para("Ana   0:09\nSix.")],
        [para("Ana   0:01"), para("One."), para(), para("Bo   0:04"), para("Two."), para("Ana   0:09"), para("Six.")],
        [para("[00:01] Ana: One."), para("[00:04] Bo: Two."), para("[00:09] Ana: Six.")],
        [word_table([["Ana", "One."], ["Bo", "Two."], ["Ana", "Six."]])],
        [word_table([["Speaker", "Text"], ["Ana", "One."], ["Bo", "Two."], ["Ana", "Six."]])],
        [word_table([["Time", "Speaker", "Text"], ["0:01", "Ana", "One."], ["0:04", "Bo", "Two."],
                     ["0:09", "Ana", "Six."]])],
    ],
)  # fmt: skip
def test_speakers_are_recognised_as_word_users_write_them(tmp_path, body):
    """Labels, bold names, meeting programs' lines and tables give the same turns."""
    assert said(read(tmp_path, "".join(body))) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]


def test_a_bold_style_is_bold_and_a_bold_question_is_no_name(tmp_path):
    """Bold may come from a style on which another is based; whole bold sentences name nobody."""
    styles = (
        '<w:style w:styleId="Base"><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:styleId="Name"><w:basedOn w:val="Base"/></w:style>'
        '<w:style w:styleId="Off"><w:basedOn w:val="Base"/><w:rPr><w:b w:val="0"/></w:rPr></w:style>'
    )
    name = '<w:pStyle w:val="Name"/>'
    body = "".join(
        para(who, properties=name) + para(what) for who, what in [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]
    )
    result = read(tmp_path, body, styles=("styles", styles))
    assert said(result) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]
    titled = read(tmp_path, para("Interview 4", properties=name) + body, styles=("styles", styles))
    assert said(titled) == said(result)
    assert left_out(titled) == {"lines before the first speaker": (10, "Interview 4")}
    off = read(tmp_path, body.replace("Name", "Off"), styles=("styles", styles))
    assert {speaker for speaker, _ in said(off)} == {None}
    asked = para(bold("Tell me about rain.")) + para("It poured.") + para(bold("And then?")) + para("Sun.")
    assert [speaker for speaker, _ in said(read(tmp_path, asked))] == [None] * 4


def test_paragraphs_without_labels_are_turns(tmp_path):
    """Each paragraph is a turn; a line break within it is none; runs cut words without a trace."""
    result = read(tmp_path, para("One li", "ne\nof one.") + para() + para("Two \U0001f642.") + para("Three."))
    assert said(result) == [(None, "One line of one."), (None, "Two \U0001f642."), (None, "Three.")]
    assert result.left_out == ()


def test_tracked_changes_are_read_as_accepted(tmp_path):
    """Insertions are speech, deletions are reported, a deleted paragraph mark joins two paragraphs."""
    inserted = f'<w:ins w:id="1">{run("now")}</w:ins>'
    deleted = '<w:del w:id="2"><w:r><w:delText>then</w:delText></w:r></w:del>'
    away, here = f"<w:moveFrom>{run('moved away')}</w:moveFrom>", f"<w:moveTo>{run('I: Yes.')}</w:moveTo>"
    body = para("I: Why ", inserted, deleted, "?") + para("P: Rain", properties="<w:rPr><w:del/></w:rPr>")
    body += para(" and snow.") + para(away, here)
    result = read(tmp_path, body)
    assert said(result) == [("I", "Why now?"), ("P", "Rain and snow."), ("I", "Yes.")]
    assert left_out(result)["deleted text of tracked changes"] == (4, "then")
    assert left_out(result)["text that was moved elsewhere, at its old place"] == (9, "moved away")
    assert "Kept: 1 tracked insertion." in result.report


def test_what_is_no_speech_is_left_out_and_reported(tmp_path):
    """Comments, notes, margins, text boxes, hidden text and descriptions of pictures are accounted for."""
    box = f"<w:r><w:pict><w:txbxContent>{para('In a box')}</w:txbxContent></w:pict></w:r>"
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="A rainy day"/></wp:inline></w:drawing></w:r>'
    body = para("I: Why?", box, run("secret", "<w:vanish/>")) + para("P: Rain.", picture) + para("I: Yes.")
    result = read(
        tmp_path,
        body,
        comments=("comments", f"<w:comment>{para('Check this')}</w:comment>"),
        footnotes=("footnotes", f"<w:footnote>{para('A note')}</w:footnote>"),
        endnotes=("endnotes", f"<w:endnote>{para('An end note')}</w:endnote>"),
        header1=("hdr", para("Study of rain")),
        footer2=("ftr", para("Page 1")),
    )
    assert said(result) == [("I", "Why?"), ("P", "Rain."), ("I", "Yes.")]
    assert left_out(result) == {
        "text boxes": (6, "In a box"),
        "hidden text": (6, "secret"),
        "descriptions of pictures": (9, "A rainy day"),
        "comments": (9, "Check this"),
        "footnotes": (5, "A note"),
        "endnotes": (9, "An end note"),
        "page headers and footers": (16, "Study of rain"),
    }
    assert "Left out: comments (“Check this”)." in result.report


def test_new_content_is_read_once_and_boxes_where_nothing_else_is(tmp_path):
    """Of content written twice for old programs one is read; a document of boxes only is their text."""
    new, old = para("I: Why?"), para("I: Why?")
    twice = f"<mc:Choice>{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>"
    twice = f"<mc:AlternateContent xmlns:mc='m'>{twice}</mc:AlternateContent>"
    assert said(read(tmp_path, twice + para("P: Rain."))) == [("I", "Why?"), ("P", "Rain.")]
    box = f"<w:txbxContent>{para('I: Why?')}{para('P: Rain.')}</w:txbxContent>"
    assert said(read(tmp_path, f"<w:p><w:r><w:pict>{box}</w:pict></w:r></w:p>")) == [("I", "Why?"), ("P", "Rain.")]


def test_a_table_of_facts_before_the_talk_is_its_head(tmp_path):
    """A small table is running text; a transcript table leaves out what stands around it, unless stated otherwise."""
    facts = word_table([["Date", "2 May"], ["Place", "Ulm"]])
    talk = "".join(map(para, ["I: Why?", "P: Rain.", "I: I see that it rained for long.", "P: Yes."]))
    result = read(tmp_path, facts + talk)
    assert said(result)[0] == ("I", "Why?")
    assert left_out(result) == {"lines before the first speaker": (16, "Date 2 May Place Ulm")}
    rows = word_table([["I", "Why?"], ["P", "Because it rained\nfor long."], ["I", "I see."], ["P", "Yes."]])
    around = read(tmp_path, para("Interview 3") + rows)
    assert said(around)[1] == ("P", "Because it rained for long.")
    assert left_out(around) == {"text outside the table of the transcript": (10, "Interview 3")}
    assert around.mapping.layout == "table"
    turned = read(tmp_path, rows, Mapping(text_column="column 1", speaker_column="column 2"))
    assert said(turned)[0] == ("Why?", "I")
    with pytest.raises(InvalidInputError, match="has no table"):
        read(tmp_path, talk, Mapping(layout="table"))
    lines = read(tmp_path, para("Interview 3") + rows, Mapping(layout="paragraphs"))
    assert said(lines)[0] == (None, "Interview 3")


def test_notes_of_a_meeting_program_are_no_speech(tmp_path):
    """The start and the end of a transcription, with date and length, are left out."""
    lines = ["Rain study", "2 May 2026", "Ana started transcription", "Ana   0:01\nWhy?", "Bo   0:04\nRain.",
             "Ana   0:09\nYes.", "Ana stopped transcription"]  # fmt: skip
    result = read(tmp_path, "".join(map(para, lines)))
    assert said(result) == [("Ana", "Why?"), ("Bo", "Rain."), ("Ana", "Yes.")]
    assert [turn.start_ms for turn in result.turns] == [1000, 4000, 9000]
    assert left_out(result)["notes of the recording program"] == (23 * 2, "Ana started transcription")


def test_other_files_are_refused_with_a_sentence(tmp_path):
    """What is no Word file, or an old or protected one, says so."""
    with pytest.raises(InvalidInputError, match=r"no Word file \(it has no word/document.xml\)"):
        read_transcript(zipped(tmp_path / "a.docx", {"content.xml": "<x/>"}))
    with pytest.raises(InvalidInputError, match="no spoken text"):
        read(tmp_path, "")
    with pytest.raises(InvalidInputError, match="has no text in it"):
        read_transcript(zipped(tmp_path / "b.docx", {"word/document.xml": f"<w:document {W}/>"}))
    for name in ("c.docx", "c.doc"):
        (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
        with pytest.raises(InvalidInputError, match=r"old Word file.* save it as \.docx"):
            read_transcript(tmp_path / name)


@pytest.mark.parametrize(
    "data", [b"{\\rtf1 I: Why?\\par P: Rain.}", b"<html><body><p>I: Why?</p><p>P: Rain.</p></body></html>"]
)
def test_a_doc_that_is_another_kind_of_file_is_read_as_that(tmp_path, data):
    """Programs save RTF and HTML under the old ending."""
    (tmp_path / "talk.doc").write_bytes(data)
    assert said(read_transcript(tmp_path / "talk.doc")) == [("I", "Why?"), ("P", "Rain.")]
