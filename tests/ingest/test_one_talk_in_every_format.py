"""The same talk, written as each kind of document, is the same turns; and no character of it goes missing."""

import itertools
import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_files import docx, odt, para, word_table

from assistant.ingest import read_transcript
from store.transcripts import clean_text

NAMES = ["Ana Berg", "Bo"]


def txt_file(path, lines):
    path.write_text("\n\n".join(lines), encoding="utf-8")
    return path


def docx_file(path, lines):
    return docx(path, "".join(map(para, lines)))


def odt_file(path, lines):
    return odt(path, "".join(f"<text:p>{escape(line)}</text:p>" for line in lines))


def html_file(path, lines):
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    path.write_text(f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>", encoding="utf-8")
    return path


def rtf_file(path, lines):
    path.write_text("{\\rtf1\\ansi " + "\\par ".join(map(_rtf, lines)) + "}", encoding="ascii")
    return path


def _rtf(text):
    units = text.encode("utf-16-le")
    numbers = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
    return "".join(chr(n) if 32 <= n < 127 and chr(n) not in "\\{}" else f"\\u{n}?" for n in numbers)


FILES = {".txt": txt_file, ".docx": docx_file, ".odt": odt_file, ".html": html_file, ".rtf": rtf_file}
words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=12)
marks = st.sampled_from(["🙂", "e\u0301", "👩‍👩‍👧", "&amp;", "<b>", "{x}", "\\par", "שלום", "–"])
texts = st.lists(st.one_of(words, marks), min_size=1, max_size=6).map(" ".join)
plain = texts.filter(lambda text: clean_text(text) and not re.search(r"[:\[<(#\t|*_/]|\d|^[-–]", clean_text(text)))
numbers = itertools.count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(plain, min_size=2, max_size=6))
def test_every_format_gives_the_same_turns(tmp_path_factory, spoken):
    """Emoji, combining marks, right-to-left text and signs that mean something in the format are all kept."""
    folder = tmp_path_factory.mktemp("talk")
    said = list(zip(itertools.cycle(NAMES), ["Go.", "Yes.", *spoken, "Ok.", "Ok."], strict=False))
    for ending, write in FILES.items():
        path = write(folder / f"{next(numbers)}{ending}", [f"{name}: {text}" for name, text in said])
        result = read_transcript(path)
        assert [(t.speaker, t.text) for t in result.turns] == [(n, clean_text(t)) for n, t in said], ending
        assert result.left_out == ()


@pytest.mark.parametrize("ending", FILES)
def test_every_character_is_accounted_for(tmp_path, ending):
    """What is in no turn, label or time is in the account, to the character; white space does not count."""
    head = ["Study of rain 🙂", "Interview of 2 May"]
    talk = ["[00:01] Ana Berg: Why now? ", "[00:04] Bo: Because, well: rain.", "[00:09] Ana Berg:", "[00:12] Bo: Yes."]
    result = read_transcript(FILES[ending](tmp_path / f"talk{ending}", [*head, *talk]))
    names_and_times = "[00:01]AnaBerg:[00:04]Bo:[00:09]AnaBerg:[00:12]Bo:"
    source = sum(len("".join(line.split())) for line in [*head, *talk])
    kept = sum(len(turn.text.replace(" ", "")) for turn in result.turns)
    assert source == kept + len(names_and_times) + sum(entry.characters for entry in result.left_out)
    assert [turn.start_ms for turn in result.turns] == [1000, 4000]


@pytest.mark.parametrize("ending", FILES)
def test_what_was_guessed_reads_the_same_when_it_is_stated(tmp_path, ending):
    """The mapping that comes back, given again, changes nothing."""
    lines = ["Study of rain", "Ana Berg: Why?", "Bo: Rain.", "Ana Berg: So.", "Bo: Yes."]
    path = FILES[ending](tmp_path / f"talk{ending}", lines)
    first = read_transcript(path)
    again = read_transcript(path, first.mapping)
    assert again.turns == first.turns
    assert again.mapping == first.mapping


def test_a_table_reads_the_same_when_it_is_stated(tmp_path):
    """So does that of a table within a document."""
    path = docx(tmp_path / "talk.docx", word_table([["Who", "Said"], ["Ana", "Why?"], ["Bo", "Rain."], ["Ana", "So."]]))
    first = read_transcript(path)
    assert read_transcript(path, first.mapping).turns == first.turns
