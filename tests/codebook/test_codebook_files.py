import re
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.codebook import DraftCode, read_codebook, write_codebook
from assistant.codebook.csv_file import join_examples, split_examples
from assistant.codebook.drafts import plain
from assistant.codebook.files import as_drafts, read_with_report
from store.errors import InvalidInputError
from store.values import Code, Codebook

HEAD = "name,parent,definition,include,exclude,examples\n"


def write(tmp_path, text, name="book.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_csv_with_every_column(tmp_path):
    """Each column reaches its field; examples are divided by bars or line ends; columns may be named in capitals."""
    text = "Name;PARENT;Definition;include;exclude;examples;Color\n"
    text += 'rain;weather;"Wet; cold";a;b;"one | two\nthree";#a1b2c3\n'
    assert read_codebook(write(tmp_path, text, encoding="cp1252"))[1] == DraftCode(
        "rain", "weather", "Wet; cold", "a", "b", ("one", "two", "three"), "#A1B2C3"
    )


def test_only_the_name_is_needed(tmp_path):
    """A single column of names is a codebook."""
    assert read_codebook(write(tmp_path, "name\nrain\nsnow\n")) == [DraftCode("rain"), DraftCode("snow")]


def test_what_was_made_or_not_read_is_reported(tmp_path):
    """A parent that is not listed becomes a theme before its first code; unknown columns and colours are named."""
    path = write(tmp_path, "name,parent,mood,colour\nrain,Weather,sad,blue\nsnow,weather,,\n")
    read = read_with_report(path)
    assert [(c.name, c.parent) for c in read.codes] == [("Weather", None), ("rain", "Weather"), ("snow", "weather")]
    assert read.report == (
        "Not read: the columns mood.",
        "The colour “blue” of “rain” is not like #1A2B3C; another was chosen.",
        "Made as themes because codes stand below them: Weather.",
    )


def test_formulas_are_text(tmp_path):
    """A cell that looks like a formula is read as written, and written so that a spreadsheet does not run it."""
    codes = read_codebook(write(tmp_path, 'name,definition\nsum,"=HYPERLINK(""http://x"")"\n'))
    assert codes[0].definition == '=HYPERLINK("http://x")'
    written = tmp_path / "out.csv"
    write_codebook(book(codes), written)
    assert "'=HYPERLINK" in written.read_text(encoding="utf-8")
    assert read_codebook(written) == codes


NESTED = """
codes:
  - name: weather
    definition: What falls.
    children:
      - name: rain
        examples: [wet, "no"]
        children: [drizzle]
      - snow
  - name: yes
    parent: weather
"""


def test_yaml_nested_or_by_parent(tmp_path):
    """Children may be nested or name their parent; plain words stay words, `yes` and `no` as well."""
    assert read_codebook(write(tmp_path, NESTED, "book.yaml")) == [
        DraftCode("weather", definition="What falls."),
        DraftCode("rain", "weather", examples=("wet", "no")),
        DraftCode("drizzle", "rain"),
        DraftCode("snow", "weather"),
        DraftCode("yes", "weather"),
    ]
    assert read_codebook(write(tmp_path, "- rain\n- name: snow\n  definition:\n", "b.yml")) == [
        DraftCode("rain"),
        DraftCode("snow"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("b.csv", "", "b.csv is empty"),
        ("b.csv", "code,theme\nrain,weather\n", "no column “name”; its columns are: code, theme"),
        ("b.csv", "name\n", "holds no code"),
        ("b.csv", HEAD + "rain,,,,,\nRAIN,,,,,\n", "has the code “RAIN” twice"),
        ("b.csv", HEAD + "rain,,,,,\n,weather,what falls,,,\n", "b.csv, line 3, has a code without a name"),
        ("b.csv", HEAD + "x" * 201 + ",,,,,\n", "a name of 201 characters"),
        ("b.csv", HEAD + "a,b,,,,\nb,A,,,,\n", "below themselves (a → b → a)"),
        ("b.csv", HEAD + "a,a,,,,\n", "below themselves (a → a)"),
        ("b.csv", HEAD + "a,b,wet, cold,,,,\n", "more cells at line 2"),
        ("b.yaml", "weather: rain\n", "holds no list of codes"),
        ("b.yaml", "codes: []\n", "holds no list of codes"),
        ("b.yaml", "- name: [a\n", "cannot be read as YAML at line"),
        ("b.yaml", "- name: a\n  name: b\n", "“name” stands twice in one place"),
        ("b.yaml", "- &a {name: a, children: [*a]}\n", "aliases are not read"),
        ("b.yaml", "- name: {a: b}\n", "something other than text at `name`"),
        ("b.yaml", "- [a]\n", "neither a name nor a code"),
        ("b.yaml", "- name: !!python/object/apply:os.getcwd []\n", "cannot be read as YAML"),
        ("b.yaml", "- name: a\n  children:\n    - {name: b, parent: c}\n- c\n", "below “a” and says `parent: c`"),
        ("b.yaml", "[" * 3000, "cannot be read as YAML"),
        ("b.yaml", "- " + "{name: a, children: " * 25 + "x" + "}" * 25, "deep"),
        ("b.qdc", "x", "give a file ending in .csv, .tsv, .yaml, .yml"),
    ],
)
def test_broken_codebooks_are_refused_with_a_sentence(tmp_path, name, text, sentence):
    """What cannot be a codebook, or would lose a code, ends in a sentence that says what to mend."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read_codebook(write(tmp_path, text, name))


def book(drafts):
    """A stored version that holds these codes."""
    guids = {d.name.casefold(): str(uuid.uuid4()) for d in drafts}
    codes = tuple(
        Code(
            guid=guids[d.name.casefold()],
            name=d.name,
            parent=guids[d.parent.casefold()] if d.parent else None,
            definition=d.definition,
            include=d.include,
            exclude=d.exclude,
            examples=d.examples,
            colour=d.colour,
        )
        for d in drafts
    )
    return Codebook(1, 1, "", codes, datetime.now(UTC), "Ana", "")


awkward = st.sampled_from(
    [",", ";", "\t", '"', "'", "=", "-", "|", " | ", "\\", "\n", "🙂", "e\u0301", "\u2028", "#", ": "]
)
words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), max_size=6)
prose = st.lists(st.one_of(awkward, words), max_size=6).map("".join).map(plain)
names = st.lists(st.one_of(awkward, words), min_size=1, max_size=4).map(lambda parts: " ".join("".join(parts).split()))


@st.composite
def codebooks(draw):
    """Trees of codes with awkward names and texts, children anywhere in the order."""
    listed = draw(st.lists(names.filter(bool), min_size=1, max_size=6, unique_by=str.casefold))
    drafts = []
    for place, name in enumerate(listed):
        above = draw(st.sampled_from([None, *listed[:place]]))
        examples = tuple(text for text in draw(st.lists(prose, max_size=3)) if text)
        colour = draw(st.sampled_from(["", "#AA4499"]))
        drafts.append(DraftCode(name, above, draw(prose), draw(prose), draw(prose), examples, colour))
    return book(draw(st.permutations(drafts)))


@settings(max_examples=150, deadline=None)
@given(codebooks(), st.sampled_from([".csv", ".yaml"]))
@example(book([DraftCode("a", examples=("one | two", "three\nfour\\", "\\|"))]), ".csv")
@example(book([DraftCode("-", definition="'=1"), DraftCode("'-")]), ".csv")
@example(book([DraftCode("null"), DraftCode("~"), DraftCode("2024-01-01"), DraftCode("no")]), ".yaml")
def test_a_written_codebook_reads_back_the_same(tmp_path_factory, codebook, ending):
    """Nothing that a codebook can hold is lost or changed on the way through a file."""
    path = tmp_path_factory.mktemp("books") / f"book{ending}"
    write_codebook(codebook, path)
    assert read_codebook(path) == as_drafts(codebook)


def test_the_escaping_of_examples():
    """A backslash goes before backslash, bar and line end; other backslashes written by hand stay."""
    assert join_examples(["a | b", "c"]) == r"a \| b | c"
    assert split_examples(r"a \| b | C:\new | d|e") == ["a | b", r"C:\new", "d|e"]


def test_other_endings_are_not_written(tmp_path):
    """The sentence names the endings that can be written."""
    with pytest.raises(InvalidInputError, match=r"ends in \.csv, \.yaml, \.yml"):
        write_codebook(book([DraftCode("a")]), tmp_path / "book.pdf")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_codebook(book([DraftCode("a")]), tmp_path / "no folder" / "book.csv")
