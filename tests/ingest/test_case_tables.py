import datetime as dt
import re
import zipfile

import openpyxl
import pytest

from assistant.ingest import read_attributes
from assistant.ingest.attributes import Case, read_case_table
from assistant.ingest.cases import Known, case_table_among, labels_from, match
from store.errors import InvalidInputError


def workbook(path, rows, sheets=("Cases",)):
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for name in sheets[1:]:
        book.create_sheet(name)
    for row in rows:
        book[sheets[-1]].append(row)
    book.save(path)
    return path


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_excel_cells_are_what_a_person_sees(tmp_path):
    """Dates as ISO, whole numbers without `.0`, empty rows and a first empty sheet passed over."""
    rows = [
        ["interview", "Größe", "on", "share", "at", "mood 🙂", "agreed"],
        [None] * 7,
        ["I1", 12.0, dt.date(2026, 3, 1), 0.1, dt.time(9, 30), "e\u0301tabli", True],
        ["I2", 1e20, dt.datetime.fromisoformat("2026-03-01 09:30:05"), None, None, " wide ", None],
    ]
    path = workbook(tmp_path / "cases.xlsx", rows, ("Notes", "Cases"))
    table = read_case_table(path)
    assert [case.line for case in table.cases] == [3, 4]
    assert table.cases[0].attributes == {
        "Größe": "12", "on": "2026-03-01", "share": "0.1", "at": "09:30:00", "mood 🙂": "e\u0301tabli",
        "agreed": "TRUE",
    }  # fmt: skip
    assert table.cases[1].attributes == {"Größe": "1e+20", "on": "2026-03-01 09:30:05", "mood 🙂": "wide"}
    assert (table.attributes[0], table.headed) == ("Größe", True)


def test_formulas_give_their_kept_value_and_far_cells_do_no_harm(tmp_path):
    """A formula that Excel never worked out is empty; a cell in the last row and column is refused in a second."""
    path = workbook(tmp_path / "cases.xlsx", [["interview", "n"], ["I1", "=1+1"]])
    assert read_case_table(path).cases[0].attributes == {}
    book = openpyxl.load_workbook(path)
    book.active["XFD1048576"] = "far"
    book.save(path)
    with pytest.raises(InvalidInputError, match="more cells at line 1048576"):
        read_case_table(path)


@pytest.mark.parametrize("kind", ["empty", "text", "old", "other zip", "cut", "bomb", "no rows"])
def test_broken_excel_files_get_a_sentence(tmp_path, kind):
    """Whatever stands in a file that is called xlsx, the answer is one sentence."""
    path = tmp_path / "cases.xlsx"
    good = workbook(tmp_path / "good.xlsx", [["interview", "n"], ["I1", 1]]).read_bytes()
    contents = {"empty": b"", "text": b"interview,n", "old": b"\xd0\xcf\x11\xe0" + b"\0" * 600, "cut": good[:-300]}
    path.write_bytes(contents.get(kind, b""))
    if kind == "no rows":
        workbook(path, [])
    if kind in ("other zip", "bomb"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("[Content_Types].xml", "<Types/>")
            if kind == "bomb":
                packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 210_000_000)
    wanted = {
        "old": "old or encrypted",
        "bomb": "unpacks to 210 MB",
        "other zip": "damaged",
        "no rows": "holds no table",
    }
    with pytest.raises(InvalidInputError, match=wanted.get(kind, "is no Excel file")):
        read_case_table(path)


def test_old_excel_files_are_told_what_to_do(tmp_path):
    """`.xls` is not read."""
    with pytest.raises(InvalidInputError, match="save it as xlsx or csv"):
        read_case_table(written(tmp_path / "cases.xls", "x"))


def test_a_column_for_files_names_the_interview_and_one_beside_it_labels_it(tmp_path):
    """A file column alone is a key; with a label column it says what the interview is called."""
    alone = read_case_table(written(tmp_path / "a.csv", "region;Datei\nnorth;Müller.docx\n"))
    assert (alone.cases[0].names, alone.cases[0].label) == (("Müller.docx",), "")
    both = read_case_table(written(tmp_path / "b.csv", "file,label,region\na.txt,I8,north\nb,,south\n,I9,\n"))
    assert [(case.names, case.label) for case in both.cases] == [(("I8", "a.txt"), "I8"), (("b",), ""), (("I9",), "I9")]
    assert both.attributes == ("region",)
    assert labels_from([both], ["A.TXT", "b.docx", "I9.mp3"]) == {0: "I8", 2: "I9"}
    with pytest.raises(InvalidInputError, match=re.escape("names A.TXT a second time at line 3")):
        read_case_table(written(tmp_path / "c.csv", "file,label\na.txt,I8\nA.TXT,I9\n"))


def test_rows_find_interviews_by_label_then_file_then_stem():
    """A label goes before a file of that name; a row that names a recording finds its transcript."""
    known = [
        Known("I1", "I2.txt"),
        Known("I2", "Über.docx"),
        Known("I3", "Dr. Ito"),
        Known("I4", "x.mp3"),
        Known("I5", "x.vtt"),
    ]
    table = {"i2": "by label", "ÜBER": "lost", "Dr. Ito": "whole", "X": "stem", "I9": "nobody"}

    cases = [Case(line, (name,), {"said": said}) for line, (name, said) in enumerate(table.items())]
    matches = match(cases, known)
    assert [(case.attributes["said"], [k.label for k in fitting]) for case, fitting in matches.found] == [
        ("by label", ["I2"]), ("whole", ["I3"]), ("stem", ["I4", "I5"]),
    ]  # fmt: skip
    assert [case.attributes["said"] for case in matches.unknown] == ["lost", "nobody"]
    assert [each.label for each in matches.without] == ["I1"]


def test_a_row_for_the_recording_finds_the_transcript(tmp_path):
    """Only the ending differs."""
    table = read_case_table(written(tmp_path / "a.csv", "file,region\nI8.mp3,north\n"))
    assert match(table.cases, [Known("I1", "i8.vtt")]).found[0][1] == (Known("I1", "i8.vtt"),)


def test_what_looks_like_a_case_table(tmp_path):
    """Rows that name the other files do; a transcript that names its speakers, or a foreign table, does not."""
    others = [Known("", "a.txt"), Known("", "b.txt"), Known("I1", "c.txt")]
    yes = written(tmp_path / "cases.csv", "who,region\na,north\nB.txt,south\ni1,west\nd,east\n")
    talk = written(tmp_path / "talk.csv", "speaker,text\nI1,Why?\nP1,So.\nI1,I see.\n")
    foreign = written(tmp_path / "foreign.csv", "who,region\na,north\nx,south\ny,south\n")
    planned = written(tmp_path / "planned.csv", "interview,region\na,north\nx,south\ny,south\n")
    keys_only = written(tmp_path / "keys.csv", "who\na\nb\n")
    found = {path.name: case_table_among(path, others) for path in (yes, talk, foreign, planned, keys_only)}
    assert [name for name, table in found.items() if table] == ["cases.csv", "planned.csv"]
    assert case_table_among(tmp_path / "a.txt", others) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_umlauts_are_safe_in_every_encoding(tmp_path, encoding):
    """As spreadsheets save csv."""
    path = written(tmp_path / "cases.csv", "interview;Straße\nMüller;Größe\n", encoding)
    assert read_attributes(path) == {"Müller": {"Straße": "Größe"}}
