import csv
import io
import re
from datetime import datetime, timedelta, timezone

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.exchange.markdown_text import fence, in_cell, plain
from assistant.exchange.table_files import Column, Table, as_csv, as_markdown, as_xlsx

WHEN = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
TABLE = Table(
    "Things",
    (Column("=name", 10), Column("count"), Column("share"), Column("when"), Column("note", 40)),
    [["=1+1", -3, 0.5, WHEN, 'two\nlines, "quoted"'], ["#N/A", None, -0.25, None, "plain | <b>"]],
    "thing",
    frozen=2,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_csv_has_the_mark_and_line_ends_of_excel_and_numbers_as_they_are():
    """A negative number is no formula and stays a number; a time is one that Excel reads, in UTC; text is defused."""
    content = as_csv(TABLE, [("About", "@home")])
    assert content.startswith(b"\xef\xbb\xbf'=name,count,share,when,note\r\n")
    assert rows_of(content)[1:] == [
        ["'=1+1", "-3", "0.5", "2026-03-01 10:30:00", 'two\nlines, "quoted"'],
        ["#N/A", "", "-0.25", "", "plain | <b>"],
        ["About", "'@home"],
    ]


@settings(max_examples=200, deadline=None)
@given(TEXT)
@example("'=1")
@example("''@")
@example("＝1")
def test_defusing_can_be_undone_and_leaves_no_formula(said):
    """One apostrophe before a formula, or before apostrophes and a formula; taken away, the text is exact."""
    (row,) = rows_of(as_csv(Table("T", (Column("x"), Column("y")), [[said, 1]])))[1:]
    found = row[0]
    assert not found.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert re.sub(r"\A'('*[=+\-@\t\r＝＋－＠])", r"\1", found) == said


def test_a_workbook_has_numbers_times_and_text_and_never_a_formula():
    """Kinds of cells are kept, what looks like an error is text, the head stays in sight, and rows can be filtered."""
    made = as_xlsx([TABLE], [("Study", "=x")])
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    sheet = book["Things"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["'=1+1", -3, 0.5, datetime(2026, 3, 1, 10, 30), 'two\nlines, "quoted"'],  # noqa: DTZ001 - as Excel holds it
        ["#N/A", None, -0.25, None, "plain | <b>"],
    ]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d", "s"]
    assert sheet["A3"].data_type == "s"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C2", "A1:E3")
    assert sheet.column_dimensions["E"].width == 40
    assert sheet["A1"].font.bold
    assert [[cell.value for cell in row] for row in book["About"].iter_rows()] == [["Study", "'=x"]]
    assert made.notes == ()


@pytest.mark.parametrize(
    ("said", "height"),
    [
        ("short", None),
        ("x" * 40, None),
        ("x" * 41, 30),
        ("one\ntwo\n\nfour", 60),
        ("字" * 41, 45),
        ("x" * 9_000, 409),
    ],
)
def test_a_row_is_as_high_as_its_longest_text_needs(said, height):
    """LibreOffice gives every row one line else; no row is higher than Excel shows, narrow columns are not broken."""
    table = Table("T", (Column("wide", 40), Column("narrow", 10)), [[said, "y" * 200], ["a", "b"]])
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx([table]).content))["T"]
    assert (sheet.row_dimensions[2].height, sheet.row_dimensions[3].height) == (height, None)


def test_a_workbook_is_printed_across_the_page_with_all_columns_and_the_head_on_each():
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([TABLE], [("Study", "x")]).content))
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
        assert (sheet.page_setup.fitToHeight, sheet.page_setup.paperSize) == (0, 9)
    assert book["Things"].print_title_rows == "$1:$1"


@pytest.mark.parametrize(("said", "whole"), [("x" * 32_767, True), ("x" * 32_768, False), ("👩" * 16_384, False)])
def test_a_cell_holds_as_much_as_excel_allows_and_the_rest_is_told(said, whole):
    """Excel counts UTF-16 units, so that emoji count twice; what is cut is cut between letters, and said."""
    made = as_xlsx([Table("T", (Column("x"),), [[said]], "thing")])
    kept = openpyxl.load_workbook(io.BytesIO(made.content))["T"]["A2"].value
    assert said.startswith(kept)
    assert len(kept.encode("utf-16-le")) // 2 <= 32_767
    assert (kept == said) is whole
    assert bool(made.notes) is not whole
    if not whole:
        assert made.notes[0].startswith("1 thing is cut in the Excel file")


def test_a_markdown_table_has_a_line_for_each_row():
    """Numbers stand to the right; line ends, bars and markup do not break the table."""
    assert as_markdown(TABLE).split("\n") == [
        "| \\=name | count | share | when | note |",
        "| --- | ---: | ---: | --- | --- |",
        '| \\=1+1 | -3 | 0.5 | 2026-03-01 10:30 | two<br>lines, "quoted" |',
        "| \\#N/A |  | -0.25 |  | plain \\| \\<b\\> |",
    ]


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_text_in_markdown_is_exact_without_its_backslashes(said):
    """Nothing but backslashes is added, and a cell is always one line."""
    lines = said.replace("\r\n", "\n").replace("\r", "\n")
    undone = re.sub(r"\\([\\`*_{}\[\]<>#|~$!&\-+=.)])", r"\1", plain(said))
    assert undone.replace("\\", "") == lines.replace("\\", "")
    assert "\n" not in in_cell(said)
    assert fence(said) not in said


def test_no_sheet_lies_in_the_folder_for_temporary_files(monkeypatch):
    """What people said is not left for others to read, not even while a workbook is written."""
    monkeypatch.setattr("tempfile.tempdir", "/there/is/no/such/folder")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([TABLE], [("From", "a study")]).content))
    assert book["Things"]["B2"].value == -3
    assert book["About"]["B1"].value == "a study"
