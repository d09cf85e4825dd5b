import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError

GUESS = Mapping()


def book(path, **sheets):
    """An Excel file with these sheets of rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def with_part(path, part, change):
    """The same Excel file with one of its parts changed."""
    whole = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
    return path


def told(transcript):
    return [(t.speaker, t.text, t.start_ms, t.end_ms) for t in transcript.turns]


SHEET = "xl/worksheets/sheet1.xml"
TALK = [["Speaker", "Text"], ["Ann", "When did it begin?"], ["Bo", "In May."]]


@pytest.mark.parametrize(
    "times",
    [
        [dt.time(0, 0, 1), dt.time(0, 0, 4), dt.time(0, 1, 2, 500_000)],
        [dt.timedelta(seconds=1), dt.timedelta(seconds=4), dt.timedelta(minutes=1, seconds=2, milliseconds=500)],
        [1, 4, 62.5],
        ["0:01", "0:04", "1:02.5"],
        ["00:00:01", "00:00:04", "00:01:02,500"],
    ],
    ids=["times", "durations", "numbers", "texts", "clocks"],
)
def test_times_of_every_kind_of_cell(tmp_path, times):
    """Excel keeps times as times, durations, numbers or texts; they mean the same."""
    texts = ["When did it begin, and where?", "In May, in the north, I think.", "Oh."]
    rows = [["Zeit", "Wer", "Aussage"], *zip(times, ["Ann", "Bo", "Ann"], texts, strict=True)]
    result = read_transcript(book(tmp_path / "talk.xlsx", Talk=rows))
    assert [t.start_ms for t in result.turns] == [1000, 4000, 62_500]
    assert [t.speaker for t in result.turns] == ["Ann", "Bo", "Ann"]
    assert result.mapping.sheet == "Talk"
    assert told(read_transcript(tmp_path / "talk.xlsx", result.mapping)) == told(result)


def test_more_than_a_day(tmp_path):
    """Durations beyond 24 hours, which Excel keeps as dates of 1900, count from its first day."""
    rows = [["start", "text"], [dt.timedelta(hours=23), "So"], [dt.timedelta(hours=30, seconds=5), "it went on."]]
    result = read_transcript(book(tmp_path / "talk.xlsx", Talk=rows))
    assert [t.start_ms for t in result.turns] == [82_800_000, 108_005_000]


def test_minutes_that_excel_took_for_hours(tmp_path):
    """Whoever types 0:15 for fifteen seconds gets fifteen minutes; the text is far too short for that."""
    rows = [["time", "speaker", "text"]]
    rows += [[dt.time(0, 5 * n), "AB"[n % 2], f"Sentence number {n} of them, of a usual length."] for n in range(8)]
    result = read_transcript(book(tmp_path / "talk.xlsx", Talk=rows))
    assert [t.start_ms for t in result.turns][:3] == [0, 5000, 10_000]
    assert any("hours were taken as minutes" in sentence for sentence in result.report)
    rows = [["time", "speaker", "text"], *([dt.time(0, n), "AB"[n % 2], "word " * 200] for n in range(8))]
    result = read_transcript(book(tmp_path / "talk.xlsx", Talk=rows))
    assert [t.start_ms for t in result.turns][:3] == [0, 60_000, 120_000]


def test_sheets(tmp_path):
    """The first sheet with text is read, another where it is named; what stands in the others is accounted for."""
    path = book(tmp_path / "talk.xlsx", Empty=[], Numbers=[[1, 2]], Talk=TALK, Notes=[["a note"], ["another"]])
    result = read_transcript(path)
    assert (result.mapping.sheet, len(result.turns)) == ("Talk", 2)
    assert [(left.characters, left.why) for left in result.left_out] == [
        (2, "sheet “Numbers”, which is not used"),
        (len("anoteanother"), "sheet “Notes”, which is not used"),
    ]
    assert "Left out: the sheets “Numbers”, “Notes”." in result.report
    assert [t.text for t in read_transcript(path, Mapping(sheet="notes")).turns] == ["a note", "another"]
    with pytest.raises(InvalidInputError, match="has no sheet “Extra”; it has “Empty”, “Numbers”, “Talk”, “Notes”"):
        read_transcript(path, Mapping(sheet="Extra"))


def test_formulas_give_what_was_computed(tmp_path):
    """The kept value is the text; a formula that was never computed is counted, an error is no speech."""
    rows = [*TALK, ["Ann", "kept"], ["Bo", '=CONCATENATE("a","b")'], ["Ann", "#REF!"], ["Bo", "Yes."]]
    path = book(tmp_path / "talk.xlsx", Talk=rows)
    computed = b'<c r="B4" t="str"><f>A1</f><v>Ha.</v></c>'
    with_part(path, SHEET, lambda xml: re.sub(rb'<c r="B4".*?</c>', computed, xml))
    result = read_transcript(path)
    assert [t.text for t in result.turns] == ["When did it begin?", "In May.", "Ha.", "Yes."]
    assert any("1 formula without a computed value" in sentence for sentence in result.report)
    assert ("cells that show a spreadsheet's error", 5) in [(left.why, left.characters) for left in result.left_out]


def test_comments_on_cells_are_accounted_for(tmp_path):
    """A reviewer's comment is no speech, but is not lost without a word."""
    made = openpyxl.Workbook()
    for row in TALK:
        made.active.append(row)
    made.active["B2"].comment = openpyxl.comments.Comment("Ask again!", "Cy")
    made.save(tmp_path / "talk.xlsx")
    result = read_transcript(tmp_path / "talk.xlsx")
    assert [t.text for t in result.turns] == ["When did it begin?", "In May."]
    assert [(left.why, left.characters) for left in result.left_out] == [("comments on cells", len("Askagain!"))]
    assert "Left out: comments on cells." in result.report


def test_names_above_texts_in_one_column(tmp_path):
    """A sheet into which a Teams transcript was pasted."""
    rows = [["Ann Lee   0:01"], ["When?"], [], ["Bo Li   0:04"], ["In May."], [], ["Ann Lee   0:09"], ["Oh."]]
    result = read_transcript(book(tmp_path / "talk.xlsx", Talk=rows))
    assert told(result) == [
        ("Ann Lee", "When?", 1000, 4000),
        ("Bo Li", "In May.", 4000, 9000),
        ("Ann Lee", "Oh.", 9000, None),
    ]


def test_a_million_empty_rows(tmp_path):
    """Rows without text, written or left away, cost a moment and no memory."""
    empty = b"".join(b'<row r="%d"/>' % n for n in range(4, 300_000))
    last = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>Ann</t></is></c>'
    last += b'<c r="B1048576" t="inlineStr"><is><t>The end.</t></is></c></row>'
    path = book(tmp_path / "talk.xlsx", Talk=TALK)
    with_part(path, SHEET, lambda xml: xml.replace(b"</sheetData>", empty + last + b"</sheetData>"))
    assert [t.text for t in read_transcript(path).turns] == ["When did it begin?", "In May.", "The end."]


@pytest.mark.parametrize("row", [b"99999999999", b"0", b"-7", b"x"])
def test_rows_that_cannot_be(tmp_path, row):
    """A row far beyond the last of Excel's, or without a number, ends in a sentence or is read, but ends."""
    path = book(tmp_path / "talk.xlsx", Talk=TALK)
    with_part(path, SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="' + row + b'"'))
    try:
        assert read_transcript(path).turns
    except InvalidInputError as error:
        assert "rows and columns without end" in str(error) or "damaged" in str(error)  # noqa: PT017 - either is right


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open(SHEET, "w") as part:
        for _ in range(201):
            part.write(bytes(1_000_000))


def entities(path):
    dtd = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 1000 + b'">'
    dtd += b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 30) for n in range(8)) + b"]>"
    book(path, Talk=TALK)
    with_part(path, SHEET, lambda xml: dtd + xml.replace(b"In May.", b"&i;"))


def outside(path):
    secret = path.with_name("secret.txt")
    secret.write_text("a secret", encoding="utf-8")
    dtd = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]>'.encode()
    book(path, Talk=TALK)
    with_part(path, SHEET, lambda xml: dtd + xml.replace(b"In May.", b"&a;"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.write_bytes(b""), "is no Excel file"),
        (lambda path: path.write_bytes(b"speaker,text\nAnn,Yes.\n"), "is no Excel file"),
        (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)), "is an old or encrypted Excel file"),
        (lambda path: book(path, Talk=[]), "no sheet with text"),
        (lambda path: book(path, Talk=[[1, 2], [3, 4]]), "no sheet with text"),
        (lambda path: book(path, Talk=[["speaker", "text"]]), "no row with text"),
        (bomb, "unpacks to 201 MB"),
        (entities, "damaged"),
    ],
    ids=["empty", "csv", "old", "no rows", "numbers", "headings", "bomb", "entities"],
)
def test_what_is_no_workbook_ends_in_a_sentence(tmp_path, make, sentence):
    """Wrong types, empty sheets and files made to do harm are refused."""
    make(tmp_path / "talk.xlsx")
    with pytest.raises(InvalidInputError, match=sentence):
        read_transcript(tmp_path / "talk.xlsx")


def test_old_workbooks_are_refused_by_name(tmp_path):
    """`.xls` has its own sentence."""
    (tmp_path / "talk.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(InvalidInputError, match="save it as xlsx without a password, or as csv"):
        read_transcript(tmp_path / "talk.xls")


def test_files_outside_are_never_read(tmp_path):
    """An entity that names another file gives nothing of it."""
    outside(tmp_path / "talk.xlsx")
    try:
        assert "secret" not in str(read_transcript(tmp_path / "talk.xlsx"))
    except InvalidInputError as error:
        assert "a secret" not in str(error)  # noqa: PT017 - refused is as good


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated_workbooks(tmp_path, share):
    """A download that broke off is refused."""
    path = book(tmp_path / "talk.xlsx", Talk=TALK)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InvalidInputError, match="is no Excel file"):
        read_transcript(path)


BROKEN = [b"", b"<", b"<a/>", b"\x00\xff", b"<sst><si><t>", b"<worksheet><sheetData><row r='1'><c r='?'>"]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "_rels/.rels"])
@pytest.mark.parametrize("data", BROKEN)
def test_damaged_parts(tmp_path, part, data):
    """Whatever is broken inside, there is a sentence, or else what can still be read."""
    path = with_part(book(tmp_path / "talk.xlsx", Talk=TALK), part, lambda _: data)
    try:
        assert read_transcript(path).turns
    except InvalidInputError as error:
        assert "talk.xlsx" in str(error)  # noqa: PT017 - either is right
