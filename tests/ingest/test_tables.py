import re

import pytest

from assistant.ingest import read_attributes, read_table
from store.errors import InvalidInputError


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "cases.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_separator_and_encoding(tmp_path, delimiter, encoding):
    """The same table reads the same, whatever a spreadsheet made of it; quoted separators stay in their cells."""
    rows = [["interview", "Größe"], ["I1", '"klein, aber; gut"'], ["", ""], ["I2", "groß"]]
    path = write(tmp_path, "\r\n".join(delimiter.join(row) for row in rows), encoding)
    assert read_attributes(path) == {"I1": {"Größe": "klein, aber; gut"}, "I2": {"Größe": "groß"}}


def test_the_label_column_is_found_by_name_or_comes_first(tmp_path):
    """A column named interview, label or case holds labels wherever it stands; empty cells set nothing."""
    assert read_attributes(write(tmp_path, "region,Case\nnorth,I1\n,I2\n")) == {"I1": {"region": "north"}, "I2": {}}
    assert read_attributes(write(tmp_path, "who,region\nI1,north\n")) == {"I1": {"region": "north"}}
    assert read_attributes(write(tmp_path, "sep=;\nwho;a,b\nI1;2,5\n")) == {"I1": {"a,b": "2,5"}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("interview,region\nI1,north,cold\n", "more cells at line 2"),
        ("interview,region,Region\nI1,a,b\n", "two columns named"),
        ("interview,region\n,north\n", "names no interview at line 2"),
        ("interview,region\nI1,north\nI1,south\n", "names I1 a second time at line 3"),
        ("interview,region\n", "no interview"),
        (',,\n""\n', "holds no table"),
        ('interview,region\nI1,"north\n', "cannot be read as csv at line"),
    ],
)
def test_broken_tables_are_refused_with_a_sentence(tmp_path, text, sentence):
    """What would lose or misplace a cell is refused, with the line."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read_attributes(write(tmp_path, text))


def test_rows_keep_their_line_numbers(tmp_path):
    """Cells with line breaks do not shift the numbers by which errors name lines."""
    table = read_table(write(tmp_path, 'name,definition\na,"one\ntwo"\nb,three\n'))
    assert [(row.line, row.cells["name"]) for row in table.rows] == [(3, "a"), (4, "b")]
