import pytest
from written_files import ODF, odt, zipped

from assistant.ingest import read_transcript
from store.errors import InvalidInputError

BOLD = (
    '<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="C" style:family="text" style:parent-style-name="B"/>'
    '<style:style style:name="N" style:family="paragraph"><style:text-properties fo:font-weight="700"/></style:style>'
)


def p(inner="", style=""):
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def table(rows):
    cells = [["".join(map(p, cell.split("\n"))) for cell in row] for row in rows]
    in_rows = ["".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in row) for row in cells]
    inner = "".join(f"<table:table-row>{row}</table:table-row>" for row in in_rows)
    return f"<table:table>{inner}</table:table>"


def said(result):
    return [(turn.speaker, turn.text) for turn in result.turns]


def read(tmp_path, body, styles=BOLD, **parts):
    return read_transcript(odt(tmp_path / "talk.odt", body, styles, **parts))


@pytest.mark.parametrize(
    "body",
    [
        p("Ana: One.") + p("Bo: Two.") + p("Ana: Six."),
        "<text:h>Ana: One.</text:h><text:list><text:list-item>" + p("Bo: Two.") + "</text:list-item></text:list>"
        "<text:section>" + p("Ana: Six.") + "</text:section>",
        p('<text:span text:style-name="B">Ana</text:span><text:tab/>One.')
        + p('<text:span text:style-name="C">Bo</text:span><text:line-break/>Two.')
        + p('<text:span text:style-name="B">Ana</text:span><text:tab/>Six.'),
        p("Ana", "N") + p("One.") + p("Bo", "N") + p("Two.") + p("Ana", "N") + p("Six."),
        p('Ana<text:s text:c="3"/>0:01') + p("One.") + p('Bo<text:s text:c="3"/>0:04') + p("Two.")
        + p('Ana<text:s text:c="3"/>0:09') + p("Six."),
        table([["Ana", "One."], ["Bo", "Two."], ["Ana", "Six."]]),
    ],
)  # fmt: skip
def test_speakers_are_recognised(tmp_path, body):
    """Labels, bold names by span, parent or paragraph style, times and tables give the same turns."""
    assert said(read(tmp_path, body)) == [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]


def test_white_space_is_what_opendocument_means(tmp_path):
    """A line end in the file is a space, nested spans keep their order, an endless run of spaces is none."""
    body = p('One<text:s text:c="99999999999"/>\n   <text:span>two <text:span>three</text:span> four</text:span> five.')
    assert said(read(tmp_path, body)) == [(None, "One two three four five.")]


def test_what_is_no_speech_is_left_out_and_reported(tmp_path):
    """Tracked deletions, comments, notes, boxes, pictures' descriptions, contents and margins are accounted for."""
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Me</dc:creator>"
        f"</office:change-info>{p('gone')}</text:deletion></text:changed-region></text:tracked-changes>"
        f"<text:table-of-content><text:index-body>{p('Contents')}</text:index-body></text:table-of-content>"
        + p(
            "I: Why<office:annotation><dc:creator>Me</dc:creator><dc:date>2026-05-02T10:00:00</dc:date>"
            f"{p('Check this')}</office:annotation><text:change-start/> now<text:change-end/>?"
        )
        + p(
            'P: Rain.<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
            f"<text:note-body>{p('A note')}</text:note-body></text:note>"
            f"<draw:frame><draw:text-box>{p('In a box')}</draw:text-box></draw:frame>"
            "<draw:frame><draw:image/><svg:desc>A rainy day</svg:desc></draw:frame>"
        )
    )
    margins = f"<style:master-page><style:header>{p('Study')}</style:header><style:footer>{p('1')}</style:footer></style:master-page>"  # noqa: E501
    result = read(tmp_path, body, margins=margins)
    assert said(result) == [("I", "Why now?"), ("P", "Rain.")]
    assert {entry.why: (entry.characters, entry.sample) for entry in result.left_out} == {
        "deleted text of tracked changes": (4, "gone"),
        "tables of contents": (8, "Contents"),
        "comments": (9, "Check this"),
        "footnotes": (5, "A note"),
        "text boxes": (6, "In a box"),
        "descriptions of pictures": (9, "A rainy day"),
        "page headers and footers": (6, "Study"),
    }


def test_other_files_are_refused_with_a_sentence(tmp_path):
    """A spreadsheet, a protected text and a zip file of something else say what they are."""
    sheet = f"<office:document-content {ODF}><office:body><office:spreadsheet/></office:body></office:document-content>"
    with pytest.raises(InvalidInputError, match="another kind of document"):
        read_transcript(zipped(tmp_path / "a.odt", {"content.xml": sheet}))
    manifest = "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    with pytest.raises(InvalidInputError, match="protected by a password"):
        read(tmp_path, p("I: Why?"), **{"META-INF/manifest.xml": manifest})
    with pytest.raises(InvalidInputError, match="no OpenDocument text"):
        read_transcript(zipped(tmp_path / "b.odt", {"word/document.xml": "<x/>"}))
    with pytest.raises(InvalidInputError, match="no spoken text"):
        read(tmp_path, "")
