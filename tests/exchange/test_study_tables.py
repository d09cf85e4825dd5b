import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from double_coded import give, read, spoken
from quoted_study import build, guid, segment_at
from study_builder import codebook_codes

from assistant.codebook.files import as_drafts, read_with_report
from assistant.exchange.outgoing import outgoing
from assistant.exchange.study_files import Parts, record_study_file, study_file, write_study_file
from assistant.exchange.study_tables import What, table_of
from assistant.review import Basis, draw
from store.codebook import current_codebook, keep_codebook
from store.coders import add_coder, set_role
from store.decisions import codings, decisions
from store.errors import ConflictError, InvalidInputError
from store.exports import exports
from store.milestones import keep_milestone
from store.transcripts import transcript
from store.values import Code, CoderRole, Verdict


@pytest.fixture
def study(tmp_path):
    with build(tmp_path) as made:
        yield made


def rows(out, what):
    table = table_of(out, what)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def test_every_coding_has_a_row_with_exactly_its_words(study):
    """As many as stand, each the slice of its interview, with who speaks, when, the theme and attributes."""
    out = outgoing(study, Basis(), "ann")
    found = rows(out, What.CODINGS)
    assert len(found) == len(codings(study)) == 10
    for row in found:
        assert row["quote"] == transcript(study, row["interview"]).text[row["start"] : row["end"]]
    first = found[0]
    assert (first["interview"], first["speaker"], first["time"], first["role"]) == (
        "I1",
        "Ada",
        "00:00:10",
        "participant",
    )
    assert (first["code"], first["theme"], first["region"]) == ("queue", "compute", "north")
    assert [row["number"] for row in found] == list(range(1, 11))
    places = [(row["interview"], row["start"], -row["end"]) for row in found]
    assert places == sorted(places)


def test_a_codebook_as_csv_is_read_back_as_it_was(study, tmp_path):
    """Names, themes, definitions, examples, formulas and colours survive; the counts beside them are right."""
    codes = [
        *current_codebook(study).codes,
        Code("x", "=odd", None, "-1 is a number", "+", "@home", ("a | b", "two\nlines"), "#00FF00"),
    ]
    kept = keep_codebook(study, codes, coder="ada", reason="odd")
    out = outgoing(study, Basis(), "ann")
    path = tmp_path / "book.csv"
    write_study_file(path, out, Parts((What.CODEBOOK,)))
    assert list(read_with_report(path).codes) == as_drafts(kept)
    queue = next(row for row in rows(out, What.CODEBOOK) if row["name"] == "queue")
    assert (queue["parent"], queue["codings"], queue["interviews"]) == ("compute", 5, 3)


def test_the_matrix_counts_codings_and_tells_nothing_from_not_looked_for(study):
    """Its sum is the number of codings; 0 where a code was looked for; empty in an interview that nobody has read."""
    out = outgoing(study, Basis(coder="ann"), "ann")
    found = {row["code"]: row for row in rows(out, What.MATRIX)}
    assert sum(row["codings"] for row in found.values()) == len(codings(study, coder="ann")) == 4
    assert found["queue"]["I1"] == 2
    assert found["cleaning"]["I1"] == 0
    assert found["cleaning"]["I3"] is None
    assert found["licence"]["interviews"] == 2


def test_every_decision_has_a_row(study):
    """Rejections and readings too, each with the words as they stood then; a reading has none of them."""
    read(study, "eve", spoken(study, "I1"))
    found = rows(outgoing(study, Basis(), "ann"), What.DECISIONS)
    assert [row["decision GUID"] for row in found] == [each.guid for each in decisions(study)]
    rejected = next(row for row in found if row["verdict"] == "reject")
    assert (rejected["code"], rejected["suggested"], rejected["quote"]) == ("cost", "yes", "Filtering texts is dull.")
    readings = [row for row in found if row["verdict"] == "read"]
    assert len(readings) == len(spoken(study, "I1"))
    assert {(row["code"], row["quote"], row["codebook version"]) for row in readings} == {("", "", 1)}


def test_interviews_have_their_attributes_and_no_names_of_files(study):
    """The file may be called after who was interviewed, so that its name is not told."""
    out = outgoing(study, Basis(), "ann")
    found = rows(out, What.INTERVIEWS)
    assert [(row["interview"], row["region"], row["codings"], row["codes found"]) for row in found] == [
        ("I1", "north", 6, 3),
        ("I2", "south", 2, 2),
        ("I3", "west", 2, 2),
    ]
    assert found[0]["minutes"] == 1.0
    assert b"I1.txt" not in study_file(out, "csv", Parts((What.INTERVIEWS,))).content


def test_an_attribute_called_like_a_column_is_told_apart(study):
    """No two columns have the same name."""
    from store.interviews import set_attributes

    set_attributes(study, "I1", {"Code": "x", "speaker": "y"})
    names = [column.name for column in table_of(outgoing(study, Basis(), "ann"), What.CODINGS).columns]
    assert len({name.casefold() for name in names}) == len(names)
    assert "Code (attribute)" in names


def test_a_basis_limits_every_table(study):
    """Of one coder, of some interviews, and of an earlier moment."""
    keep_milestone(study, "ann", "Then", "")
    then = outgoing(study, Basis(), "ann").log.count
    give(study, "ann", segment_at(study, "I2", 1), "cost")
    assert len(rows(outgoing(study, Basis(through=then), "ann"), What.CODINGS)) == 10
    assert len(rows(outgoing(study, Basis(through=then), "ann"), What.DECISIONS)) == 11
    out = outgoing(study, Basis(coder="ann", where=(("region", "South"),)), "ann")
    assert [row["code"] for row in rows(out, What.CODINGS)] == ["cost", "licence"]
    assert {row["coder"] for row in rows(out, What.DECISIONS)} == {"ann"}
    assert [row["interview"] for row in rows(out, What.INTERVIEWS)] == ["I2"]


def test_who_codes_blind_gets_nothing_of_others_in_a_file(study):
    """Neither codings nor decisions of others in the interviews of an unfinished double coding."""
    for name, role in (("eve", CoderRole.LEAD), ("ben", CoderRole.SECOND)):
        add_coder(study, name, by="eve")
        set_role(study, name, role, by="eve")
    draw(study, "eve", "Round", "ben", interviews=["I1"], seed=1)
    out = outgoing(study, Basis(), "ben")
    assert {row["interview"] for what in (What.CODINGS, What.DECISIONS) for row in rows(out, what)} == {"I2", "I3"}
    assert "coding blind" in dict(out.about)["Hidden"]
    assert len(rows(outgoing(study, Basis(), "ann"), What.CODINGS)) == 10


def test_a_code_that_is_no_more_keeps_its_name(study):
    """Codings of a code that was taken out stand under the name that it had last."""
    book = current_codebook(study)
    keep_codebook(study, [c for c in book.codes if c.name != "licence"], coder="ada", reason="out")
    out = outgoing(study, Basis(), "ann")
    assert sum(row["code"] == "licence" for row in rows(out, What.CODINGS)) == 2
    assert next(row for row in rows(out, What.MATRIX) if row["code"] == "licence")["codings"] == 2
    assert out.path(guid(study, "queue")) == "compute › queue"


def test_a_workbook_holds_all_tables_and_where_they_are_from(study):
    """Five sheets, and one with the basis, the time, the version of the software and the end of the log."""
    out = outgoing(study, Basis(), "ann")
    made = study_file(out, ".XLSX")
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    assert book.sheetnames == ["Codings", "Codebook", "Matrix", "Decisions", "Interviews", "About"]
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["What counts"] == "Confirmed codings of all coders."
    assert about["Event log"].endswith(out.log.hash)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert openpyxl.load_workbook(io.BytesIO(study_file(out, "xlsx", Parts((What.MATRIX,))).content)).sheetnames == [
        "Matrix",
        "About",
    ]


def test_markdown_has_tables_and_every_quote_under_its_themes(study):
    """A stretch stands once under each theme; one within another of the same codes is told with it."""
    text = study_file(outgoing(study, Basis(), "ann"), "md").content.decode()
    compute = text.split("### compute")[1].split("### data")[0]
    assert compute.count("> “We wait in a queue for machines. It takes weeks") == 1
    assert "> “We wait in a queue for machines.” " not in text
    assert "queue (ann, eve)" in compute
    assert "> “Licences of the texts" in text.split("### data")[1]
    assert "## Matrix" in text
    assert "## Codings" not in text
    assert "## Codings" in study_file(outgoing(study, Basis(), "ann"), "md", Parts((What.CODINGS,))).content.decode()


@pytest.mark.parametrize(
    ("ending", "parts", "said"),
    [
        ("pdf", Parts(), "choose one of xlsx, csv, docx, html, md"),
        ("csv", Parts(), "say which with --what"),
        ("csv", Parts((What.MATRIX, What.CODINGS)), "say which with --what"),
        ("docx", Parts((What.MATRIX,)), "holds no single tables"),
        ("xlsx", Parts(transcripts=("I1",)), "not as xlsx"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(study, ending, parts, said):
    """By a sentence."""
    with pytest.raises(InvalidInputError, match=said):
        study_file(outgoing(study, Basis(), "ann"), ending, parts)


def test_an_export_is_written_whole_and_recorded(study, tmp_path):
    """A file that is there stays; the log says who made which file, of what, and its hash."""
    out = outgoing(study, Basis(coder="eve"), "ann")
    path = tmp_path / "codings.csv"
    made = write_study_file(path, out, Parts((What.CODINGS,)))
    with pytest.raises(ConflictError, match="give --force to replace it"):
        write_study_file(path, out, Parts((What.CODINGS,)))
    (kept,) = exports(study)
    assert (kept.name, kept.kind, kept.coder) == ("codings.csv", "csv", "ann")
    assert kept.holds == {"interviews": 3, "codings": 6}
    assert kept.options == {"basis": {"coder": "eve"}, "what": ["codings"]}
    assert kept.head == out.log.hash
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_study_file(tmp_path / "no" / "x.csv", out, Parts((What.CODINGS,)))
    record_study_file(out, "again.csv", made)
    assert [each.sha256 for each in exports(study)] == [kept.sha256] * 2
    assert len(list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))) == 7


@pytest.mark.parametrize("what", list(What))
def test_what_is_said_of_a_single_table_is_what_it_holds(study, what):
    """The log says how many rows of which kind left, and names no codings where only the codebook went out."""
    out = outgoing(study, Basis(), "ann")
    made = study_file(out, "csv", Parts((what,)))
    kinds = {
        What.CODINGS: "codings",
        What.CODEBOOK: "codes",
        What.DECISIONS: "decisions",
        What.INTERVIEWS: "interviews",
    }
    if what in kinds:
        assert made.holds[kinds[what]] == len(table_of(out, what).rows)
    assert ("codings" in made.holds) is (what in (What.CODINGS, What.MATRIX))
    assert ("interviews" in made.holds) is (what is not What.CODEBOOK)


def test_a_study_without_codings_makes_every_file(tmp_path):
    """Empty tables, not an error; without a codebook a sentence says what to do."""
    from study_builder import add_talk

    from assistant.segment import segment_new
    from store.study import create_study

    with create_study(tmp_path / "empty", "Empty") as study:
        add_talk(study, tmp_path, "I1")
        segment_new(study)
        with pytest.raises(InvalidInputError, match="no codebook yet"):
            outgoing(study, Basis(), "ann")
        keep_codebook(study, codebook_codes(), coder="ada", reason="start")
        out = outgoing(study, Basis(), "ann")
        for ending in ("xlsx", "docx", "html", "md"):
            assert study_file(out, ending).content
        assert study_file(replace(out), "docx", Parts(transcripts=("I1",))).content
        assert Verdict.READ not in {row["verdict"] for row in rows(out, What.DECISIONS)}
