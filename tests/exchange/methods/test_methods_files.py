"""The appendix as Word, Markdown, LaTeX and JSON: whole, without dangling notes, and nothing taken for markup."""

import io
import json
import re
import zipfile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from methods_study import methods_study

from assistant.exchange.methods import ENDINGS, appendix, methods_file, write_methods
from assistant.exchange.methods.latex import escaped
from assistant.exchange.methods.notes import all_notes
from assistant.exchange.methods.written import shares
from assistant.settings import load_settings
from store.codebook import current_codebook, keep_codebook
from store.coders import add_coder
from store.decisions import keep_decisions
from store.errors import ConflictError, InvalidInputError
from store.segments import segments
from store.values import DecisionDraft, Verdict

HOSTILE = r"\input{/etc/passwd} $x_1$ 100% & #1 ~^ [a](b) <b> | `c` *d* {"
COMMANDS = {
    *("title", "author", "date", "begin", "end", "maketitle", "section", "label", "query", "footnotesize", "caption"),
    *("toprule", "midrule", "bottomrule", "endhead", "textbf", "linewidth", "hyperref", "ref", "texttt", "item"),
    *("hypertarget", "raggedright", "allowbreak", "textsuperscript", "ensuremath", "textbackslash", "textasciicircum"),
    *("textasciitilde", "textless", "textgreater", "textbar", "textquotedbl", "textquotesingle", "textasciigrave"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The appendix of a study in which a coder and a reason are full of markup."""
    with methods_study(tmp_path_factory.mktemp("methods")) as study:
        add_coder(study, HOSTILE, by="Ana")
        first = segments(study, "I1")[1]
        keep_decisions(study, HOSTILE, [DecisionDraft(first.transcript_id, first.span, Verdict.ADD, "c1")])
        keep_codebook(study, current_codebook(study).codes[:-1], coder=HOSTILE, reason=f"{HOSTILE}\nand\x0bmore")
        yield appendix(study, load_settings(study.settings()))


def body(made):
    text = methods_file("tex", made).decode()
    return text[text.index("\\title") :]


def test_latex_holds_only_commands_of_ours(made):
    """Whatever a person named or wrote is text: no command, no maths, no comment, no stray brace or ampersand."""
    text = body(made)
    assert set(re.findall(r"\\([A-Za-z]+)", text)) <= COMMANDS
    assert "input" in text
    assert not re.search(r"(?<!\\)[$%#^~_](?!\})", text.replace("~", "")), "special signs only where they are escaped"
    bare = re.sub(r"\\[{}\\&]", "", text)
    assert bare.count("{") == bare.count("}")


def test_latex_tables_have_as_many_cells_as_columns(made):
    """Each row of each table, and every environment that begins ends."""
    text = body(made)
    tables = re.findall(r"\\begin\{longtable\}\{(.*?)\}\n(.*?)\\end\{longtable\}", text, re.DOTALL)
    assert len(tables) > 6
    for columns, inside in tables:
        rows = [line for line in inside.split("\n") if line.endswith("\\\\") and not line.startswith("\\caption")]
        assert {len(re.findall(r"(?<!\\)&", row)) + 1 for row in rows} == {columns.count("L{")}
    begun = re.findall(r"\\begin\{(\w+)\}", text)
    assert sorted(begun) == sorted(re.findall(r"\\end\{(\w+)\}", text))


def test_latex_notes_and_references_lead_somewhere(made):
    """Each cited query is in the list, each section that a checklist names is labelled."""
    text = body(made)
    assert set(re.findall(r"\\query\{(\d+)\}", text)) == set(re.findall(r"\\hypertarget\{query\.(\d+)\}", text))
    assert set(re.findall(r"\\ref\*\{(\w+)\}", text)) <= set(re.findall(r"\\label\{(\w+)\}", text))


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_escaped_text_is_text(text):
    """Any text: what LaTeX would act on is gone, and braces are balanced."""
    made = escaped(text)
    left = re.sub(r"\\(?:[a-z]+\{\}|ensuremath\{-\}|[{}$&#%_])", "", made, flags=re.IGNORECASE)
    assert not re.search(r"[\\$&#%_^<>|\n\r]", left)
    assert left.count("{") == left.count("}")


def test_markdown_has_each_footnote_once_and_no_markup_of_others(made):
    """Every note that is cited is there and the other way round; names are no links, tags or code."""
    text = methods_file("md", made).decode()
    head, _, tail = text.partition("## Queries")
    cited = {int(n) for n in re.findall(r"\[\^(\d+)\]", head)}
    assert cited == {int(n) for n in re.findall(r"^\[\^(\d+)\]: ", tail, re.MULTILINE)}
    assert cited == {note.number for note in all_notes(made)}
    assert "](b)" not in text.replace("\\](b)", "")
    assert "<b>" not in text.replace("\\<b\\>", "")
    for line in head.split("\n"):
        if line.startswith("| ") and "---" not in line:
            assert len(re.findall(r"(?<!\\)\|", line)) in range(4, 13)


def test_links_between_sections_of_markdown_lead_to_headings(made):
    """As the usual programs make anchors of headings."""
    text = methods_file("md", made).decode()
    headings = {
        re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^## (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings


def test_word_links_lead_to_marks_and_the_text_is_whole(made):
    """Every link within the document has its mark; heads repeat; a coder's name stands there as it was typed."""
    content = methods_file("docx", made)
    document = Document(io.BytesIO(content))
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    marks = re.findall(r'w:bookmarkStart[^>]* w:name="([^"]+)"', xml)
    assert len(marks) == len(set(marks))
    assert set(re.findall(r'w:anchor="([^"]+)"', xml)) <= set(marks)
    assert {f"query_{note.number}" for note in all_notes(made)} <= set(marks)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert HOSTILE in cells
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"][:2] == [
        "About this appendix",
        "Interviews",
    ]


def test_json_holds_the_facts_the_text_and_the_queries(made):
    """The file is what the command prints."""
    record = json.loads(methods_file("json", made))
    assert record["facts"]["interviews"]["count"] == 3
    assert [each["name"] for each in record["checklists"]] == ["COREQ", "SRQR"]
    assert record["queries"][0]["command"].startswith("interview methods STUDY --through")


def test_files_are_written_whole_and_never_over_others(made, tmp_path):
    """Each ending; another ending is refused, and a file that is there stays unless one insists."""
    for ending in ENDINGS:
        path = tmp_path / f"methods.{ending}"
        assert write_methods(path, made) == path.read_bytes()
        path.write_text("mine", encoding="utf-8")
        with pytest.raises(ConflictError, match="is there already"):
            write_methods(path, made)
        assert path.read_text(encoding="utf-8") == "mine"
        write_methods(path, made, force=True)
        assert path.read_bytes() != b"mine"
    with pytest.raises(InvalidInputError, match="docx, md, tex, json"):
        write_methods(tmp_path / "methods.pdf", made)


@given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_columns_share_the_line(lines):
    """Whatever they hold, they take all of it and none takes nothing."""
    found = shares(lines)
    assert sum(found) == pytest.approx(1)
    assert min(found) > 0.05
