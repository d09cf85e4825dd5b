import csv
import io
import json
import re

import openpyxl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.exchange.quote_files import ENDINGS, quote_file, write_quotes
from assistant.exchange.quote_lines import AskedFor, QuoteLine
from assistant.review.citation import citation
from store.errors import ConflictError, InvalidInputError

ASKED = AskedFor("Quotes of “Machines”", "Confirmed quotes of Machines.", {"theme": "Machines"}, "Ana", "2026-03-01")
LINES = (
    QuoteLine(
        "I8",
        "We wait for weeks.\nNobody likes that 👩‍👧.",
        10,
        48,
        751_000,
        "Ada",
        "participant",
        {"region": "north"},
        (("Queue", ("Ana", "Ben")), ("Cost", ("Ana",))),
        "confirmed",
        "For the findings.",
        ("Machines", "Money"),
    ),
    QuoteLine("I9", '=HYPERLINK("http://x.y")', 0, 24, headings=("Money",)),
    QuoteLine("I2", "# *not* <b>bold</b> | 1. [x](y) &amp; $z$", 3, 40, 0, state="suggested"),
)


def test_a_quote_is_cited_as_in_a_paper():
    """Quotation marks, interview and time as hh:mm:ss; without a time the interview alone."""
    assert citation("We wait.", "I8", 751_999) == "“We wait.” (I8, 00:12:31)"
    assert citation("We wait.", "I8", 360_000_000) == "“We wait.” (I8, 100:00:00)"
    assert citation("We wait.", "I8", None) == "“We wait.” (I8)"


def test_a_word_file_holds_every_quote_under_its_headings():
    """Under each of its headings a quote stands whole, with citation, role, attributes, codes, note; then the query."""
    document = Document(io.BytesIO(quote_file("docx", LINES, ASKED).content))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        "Quotes of “Machines”",
        "Machines (1)",
        "Money (2)",
        "Without a code (1)",
        "How these quotes were found",
    ]
    texts = [p.text for p in document.paragraphs]
    whole = "“We wait for weeks.\nNobody likes that 👩‍👧.” (I8, 00:12:31)"
    assert texts.count(whole) == 2
    assert texts[texts.index(whole) + 1] == (
        "Ada · participant · region: north · Codes: Queue (Ana, Ben), Cost (Ana) · confirmed · For the findings."
    )
    assert json.loads(texts[-1].removeprefix("Query: ")) == {"theme": "Machines"}


def test_without_headings_the_order_is_the_one_given():
    """No heading but the title's and the query's; quotes as they were handed over, whatever the order of interviews."""
    bare = [QuoteLine("I9", "b", 0, 1), QuoteLine("I1", "a", 0, 1)]
    for lines in (bare, bare[::-1]):
        document = Document(io.BytesIO(quote_file("docx", lines, ASKED).content))
        assert [p.text for p in document.paragraphs if p.text.startswith("“")] == [
            citation(line.text, line.interview, None) for line in lines
        ]


def test_an_excel_file_holds_text_and_no_formula():
    """Every cell but the numbers is text; what looks like a formula has an apostrophe; attributes have columns."""
    book = openpyxl.load_workbook(io.BytesIO(quote_file("xlsx", LINES, ASKED).content))
    names, *rows = book["Quotes"].iter_rows()
    found = [{n.value: c.value for n, c in zip(names, row, strict=True)} for row in rows]
    assert [row["quote"] for row in found] == [LINES[0].text, f"'{LINES[1].text}", LINES[2].text]
    assert found[0]["region"] == "north"
    assert found[0]["citation"].endswith("(I8, 00:12:31)")
    assert found[0]["coders"] == "Ana, Ben"
    assert [row["number"] for row in found] == [1, 2, 3]
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert ["Query", '{"theme": "Machines"}'] in [[cell.value for cell in row] for row in book["Query"].iter_rows()]


def test_a_csv_file_opens_rightly_in_excel():
    """It begins with the mark of UTF-8, no cell begins a formula, and the query is in the last lines."""
    content = quote_file("csv", LINES, ASKED).content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1][1] == LINES[0].text
    assert rows[2][1] == "'" + LINES[1].text
    assert ["Query", '{"theme": "Machines"}'] in rows


def test_markdown_shows_what_was_said_and_no_markup():
    """Marks of Markdown in a quote have a backslash; taken away again, the quote is exact; the query is JSON."""
    text = quote_file("md", LINES, ASKED).content.decode()
    assert "## Machines\n\n> “We wait for weeks.\n> Nobody likes that 👩‍👧.” (I8, 00:12:31)\n" in text
    assert "<b>" not in re.sub(r"\\<", "", text)
    assert LINES[2].text in re.sub(r"\\(?=[\\`*_{}\[\]<>#|~$!&])", "", text)
    assert json.loads(text.split("```json\n")[1].split("\n```")[0]) == {"theme": "Machines"}


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_whatever_was_said_can_be_written(said):
    """No character makes a file fail; csv holds it exactly, but for the apostrophe before a formula."""
    line = QuoteLine("I1", said, 0, len(said), attributes={said: said}, codes=((said, (said,)),), headings=(said,))
    for ending in ENDINGS:
        content = quote_file(ending, [line], AskedFor(said, said, {"words": said}, said)).content
        if ending == "csv":
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            assert rows[1][1] in (said, f"'{said}")
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)
        if ending == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(content))["Quotes"]
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_what_excel_cannot_hold_is_said():
    """A quote longer than a cell is cut in Excel alone, and that is said."""
    line = QuoteLine("I1", "x" * 40_000, 0, 40_000)
    assert quote_file("xlsx", [line], ASKED).notes[0].startswith("1 quote is cut in the Excel file")
    assert quote_file("csv", [line], ASKED).notes == ()


def test_quote_files_are_written_whole_or_not_at_all(tmp_path):
    """Other endings, files that are there and missing folders are sentences, and leave nothing behind."""
    assert write_quotes(tmp_path / "a.CSV", LINES, ASKED) == ()
    with pytest.raises(ConflictError, match="is there already; choose another name, or give --force"):
        write_quotes(tmp_path / "a.CSV", LINES, ASKED)
    write_quotes(tmp_path / "a.CSV", LINES[:1], ASKED, force=True)
    with pytest.raises(InvalidInputError, match="choose one of docx, xlsx, csv, md"):
        write_quotes(tmp_path / "a.pdf", LINES, ASKED)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_quotes(tmp_path / "no" / "a.md", LINES, ASKED)
    assert [path.name for path in tmp_path.iterdir()] == ["a.CSV"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_quotes_make_an_empty_file(ending):
    """An empty result is written too, with the query that found nothing."""
    content = quote_file(ending, [], ASKED).content
    assert content
    if ending in ("csv", "md"):
        assert b"Machines" in content
