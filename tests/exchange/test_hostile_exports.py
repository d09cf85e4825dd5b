"""Files made of a hostile study: no formula, no link to elsewhere, no mark-up of what people said."""

import csv
import re
import zipfile

import openpyxl
import pytest
from hostile_study import FOREIGN, LEAD, hostile_study

from assistant.exchange.outgoing import outgoing
from assistant.exchange.study_files import Parts, write_study_file
from assistant.exchange.study_tables import What
from assistant.review import Basis
from store.interviews import interviews

FORMULA = re.compile(r"[=+@\t\r-]")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    with hostile_study(folder) as study:
        yield outgoing(study, Basis(), LEAD)


@pytest.mark.parametrize("what", list(What))
def test_no_cell_of_a_csv_is_a_formula(out, tmp_path, what):
    """Numbers apart, none begins as spreadsheets take for one."""
    path = tmp_path / "table.csv"
    write_study_file(path, out, Parts((what,)))
    with path.open(encoding="utf-8-sig", newline="") as opened:
        cells = [cell for row in csv.reader(opened) for cell in row]
    assert cells
    assert [cell for cell in cells if FORMULA.match(cell) and not re.fullmatch(r"-?[\d.]+", cell)] == []


def test_no_cell_of_a_workbook_is_a_formula_and_nothing_leads_out(out, tmp_path):
    """Strings stay strings, and no part of the file names another host as a target."""
    path = tmp_path / "tables.xlsx"
    write_study_file(path, out)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any(FOREIGN in str(cell.value) for cell in cells), "the words are there"
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert _targets(path) == []


@pytest.mark.parametrize("transcripts", [False, True])
def test_a_word_file_leads_nowhere(out, tmp_path, transcripts):
    """No relationship to another place, no field that would fetch or compute one."""
    path = tmp_path / "quotes.docx"
    labels = tuple(each.label for each in interviews(out.study)) if transcripts else ()
    write_study_file(path, out, Parts(transcripts=labels) if transcripts else None)
    assert _targets(path) == []
    with zipfile.ZipFile(path) as opened:
        text = opened.read("word/document.xml").decode()
    assert FOREIGN in text
    assert not re.search(r"instrText[^>]*>[^<]*(HYPERLINK|INCLUDE|DDE)", text)


def test_markdown_shows_what_was_said(out, tmp_path):
    """No element, picture or link of anybody's is one in the file."""
    path = tmp_path / "tables.md"
    write_study_file(path, out)
    text = path.read_text(encoding="utf-8")
    assert FOREIGN in text
    assert re.findall(r"(?<!\\)<(?:script|img|svg|a)\b", text) == []
    assert re.findall(r"(?<!\\)\]\((?:javascript|http)", text) == []


def _targets(path):
    """Where the parts of an Office file lead outside of it."""
    with zipfile.ZipFile(path) as opened:
        parts = [opened.read(name).decode() for name in opened.namelist() if name.endswith(".rels")]
    return [found for part in parts for found in re.findall(r'Target="[^"]*"[^>]*TargetMode="External"', part)]
