"""What pages share: tables that sort, tables as files, and the way to the quotes."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st
from lxml import html
from streamlit.testing.v1 import AppTest

from assistant.quotes.asked import QuoteQuery
from assistant.ui.figure import table_csv
from assistant.ui.quote_links import quotes_href
from assistant.ui.seat import Seat
from assistant.ui.sortable import Cell


def _table_page():
    from assistant.ui.sortable import Cell, sortable_table

    rows = [
        ("<b>I1</b>", Cell("12 (40 %)", sort=12, href='quotes?ask=%22&coder=a"b', title="twelve")),
        ("I2", Cell("–", css_class="not-looked")),
    ]
    sortable_table(("Interview", "Codes <new>"), rows, numbers=(1,), key="found", totals=[("All", 12)], caption="Found")


def drawn():
    app = AppTest.from_function(_table_page).run()
    assert not app.exception
    return html.fromstring(app.get("html")[0].proto.body)


def test_a_table_is_a_real_one_with_buttons_in_its_heads_and_text_as_text():
    """Screen readers find caption and heads; what a file says is never markup."""
    found = drawn()
    assert [b.text for b in found.findall(".//th/button")] == ["Interview", "Codes <new>"]
    assert found.find(".//caption").text.startswith("Found.")
    assert found.find(".//td").text == "<b>I1</b>"
    assert not found.findall(".//b")


def test_a_cell_has_what_it_sorts_by_its_link_and_words_that_screen_readers_say():
    """The link survives quotation marks; totals are marked so that they stay below."""
    found = drawn()
    cell = found.findall(".//td")[1]
    assert cell.get("data-sort") == "12"
    assert cell.find("a").get("href") == 'quotes?ask=%22&coder=a"b'
    assert cell.find("span").text == "twelve"
    assert found.findall(".//tr")[-1].get("class") == "total"
    assert "not-looked" in found.findall(".//td")[3].get("class")


def test_a_table_goes_out_as_a_file_with_its_query():
    """Cells by their text, formulas defused, in an encoding that spreadsheets know."""
    content = table_csv("found", ("Code", "n"), [("=cmd()", Cell("7", sort=7)), ("Zoë", 3)], {"level": "code"})
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [
        ["Code", "n"],
        ["'=cmd()", "7"],
        ["Zoë", "3"],
        [],
        ["Table", "found"],
        ["Query", '{"level": "code"}'],
    ]


@pytest.mark.parametrize("coder", ["Ana & Co", ""])
def test_a_link_to_the_quotes_holds_the_query_and_who_codes(monkeypatch, coder):
    """Whatever stands in names and words comes through the address as it was."""
    seat = Seat("a study", coder, None) if coder else None
    monkeypatch.setattr(st, "session_state", {"seat": seat})
    query = QuoteQuery(words='"a & b" -c#', codes=("é=1",), interviews=("I 1",))
    parts = urlsplit(quotes_href(query))
    given = parse_qs(parts.query)
    assert parts.path == "quotes"
    assert QuoteQuery.from_address(given["ask"][0]) == query
    assert given.get("visit", [""]) == [seat.secret if seat else ""]
    assert "coder" not in given
