import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ingest import read_transcript
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError
from store.values import Role

GUESS = Mapping()


def read(tmp_path, text, mapping=GUESS, encoding="utf-8"):
    path = tmp_path / "talk.srt"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_transcript(path, mapping)


def told(transcript):
    return [(t.speaker, t.text, t.start_ms, t.end_ms) for t in transcript.turns]


CLEAN = """1
00:00:01,000 --> 00:00:02,500
Interviewer: When did you move?

2
00:00:03,000 --> 00:00:04,000
Mrs. Ö: In May,

3
00:00:04,000 --> 00:00:05,250
Mrs. Ö: I think.
"""
EXPECTED = [("Interviewer", "When did you move?", 1000, 2500), ("Mrs. Ö", "In May, I think.", 3000, 5250)]


@pytest.mark.parametrize(
    "text",
    [
        CLEAN,
        CLEAN.replace("\n", "\r\n"),
        CLEAN.replace("\n", "\r"),
        "\ufeff" + CLEAN,
        CLEAN.replace(",000", ".000").replace(",250", ".25").replace(",500", ".5"),
        re.sub(r"\n\n(?=\d\n)", "\n", CLEAN),
        re.sub(r"(?m)^\d\n", "", CLEAN),
        CLEAN.replace("\n00:", "\n\n00:"),
        CLEAN.replace("\n\n", "\n \t\n\n"),
        CLEAN.replace("-->", "  -->  ").replace("02,500", "02,500 X1:10 Y1:20"),
        CLEAN.replace("Interviewer: When", "{\\an8}<i>Interviewer: When</i>").replace(
            "I think", '<font color="red">I think'
        ),
    ],
    ids=["clean", "crlf", "cr", "bom", "points", "no blank lines", "no numbers", "gaps", "blanks", "places", "markup"],
)
def test_srt_in_every_state_gives_the_same(tmp_path, text):
    """Line ends, byte order marks, points for commas, missing lines and formatting change nothing that is said."""
    result = read(tmp_path, text)
    assert told(result) == EXPECTED
    assert result.turns[0].role is Role.INTERVIEWER
    assert result.left_out == ()
    assert result.mapping.layout == "captions"
    assert result.mapping.labels == ("Interviewer", "Mrs. Ö")


def test_other_encodings_are_read_and_stated(tmp_path):
    """Western files that are no UTF-8 are guessed; a stated encoding is taken."""
    assert told(read(tmp_path, CLEAN, encoding="cp1252")) == EXPECTED
    assert read(tmp_path, CLEAN, encoding="cp1252").mapping.encoding == "cp1252"
    assert read(tmp_path, CLEAN, Mapping(encoding="cp1250"), encoding="cp1252").mapping.encoding == "cp1250"
    assert told(read(tmp_path, CLEAN, encoding="utf-16")) == EXPECTED


def test_cues_out_of_order_are_put_in_order(tmp_path):
    """Time decides, beyond 99 hours as well, and the report says so."""
    text = "1\n100:00:02,5 --> 100:00:03,000\nLast.\n\n2\n00:00:04,000 --> 00:00:05,000\nFirst.\n"
    result = read(tmp_path, text)
    assert told(result) == [(None, "First.", 4000, 5000), (None, "Last.", 360_002_500, 360_003_000)]
    assert "Put in the order of time: 1 cue that came too late in the file." in result.report


def test_what_looks_like_markup_but_is_speech_is_kept(tmp_path):
    """Entities become characters; signs, arrows, numbers, times and unknown tags stay; `<br>` is a space."""
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\nP1: a &lt; b &amp; c<br>d < e --> f <inaudible> {so}\n42\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\nP2: 10:30 is late.\n\n"
        "3\n00:00:05,000 --> 00:00:06,000\n1999\n\nP1: still talking\n"
    )
    assert [t.text for t in read(tmp_path, text).turns] == [
        "a < b & c d < e --> f <inaudible> {so} 42",
        "10:30 is late.",
        "1999",
        "still talking",
    ]


def test_every_character_is_accounted_for(tmp_path):
    """What is no speech is left out by reason, white space not counted."""
    text = "A film by Ö.\n\n1\n00:00:01,000 --> 00:00:02,000\n(music)\n\n2\n00:00:03,000 --> 00:00:02,000\nYes.\n\n"
    text += "3\n00:00:99,000 --> x\nlost here\n\n4\n00:61:01,000 --> 01:99:02,000\nlost too\n"
    result = read(tmp_path, text)
    assert told(result) == [(None, "Yes.", 3000, 3000)]
    assert [(left.characters, left.why) for left in result.left_out] == [
        (len("AfilmbyÖ."), "before the first cue"),
        (len("00:00:99,000-->xlosthere00:61:01,000-->01:99:02,000losttoo"), "cues with times that cannot be read"),
        (len("(music)"), "remarks that nobody says"),
    ]


def test_a_person_says_who_is_a_name(tmp_path):
    """Stated labels are taken, none at all too; the mapping that comes back reads the file the same way."""
    text = "1\n00:00:01,000 --> 00:00:02,000\nlady: Yes: no.\n\n2\n00:00:03,000 --> 00:00:04,000\nMr. X: Well.\n\n"
    guessed = read(tmp_path, text)
    assert told(read(tmp_path, text, Mapping(labels=("Lady", "Mr. X")))) == [
        ("lady", "Yes: no.", 1000, 2000),
        ("Mr. X", "Well.", 3000, 4000),
    ]
    assert [t.text for t in read(tmp_path, text, Mapping(labels=())).turns] == ["lady: Yes: no.", "Mr. X: Well."]
    assert told(read(tmp_path, text, guessed.mapping)) == told(guessed)


def rolling(*texts):
    cues = [f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{text}\n" for n, text in enumerate(texts, start=1)]
    return "\n".join(cues)


def test_captions_that_roll_or_grow_are_kept_once(tmp_path):
    """Two and three lines that move up, and one line that grows, are folded and counted."""
    two = read(tmp_path, rolling("so we", "so we\nbegan", "began\nin the", "in the\nspring"))
    assert told(two) == [(None, "so we began in the spring", 1000, 5000)]
    assert two.mapping.layout == "rolling captions"
    assert [(left.characters, left.why) for left in two.left_out] == [(14, "lines that the next cue repeats")]
    three = read(tmp_path, rolling("a\nb\nc", "b\nc\nd", "c\nd\ne", "d\ne\nf"))
    assert told(three) == [(None, "a b c d e f", 1000, 5000)]
    growing = read(tmp_path, rolling("so", "so we", "so we began", "so we began early", "and late."))
    assert [t.text for t in growing.turns] == ["so we began early and late."]


def test_folding_can_be_forbidden_and_ordered(tmp_path):
    """The layout of the mapping decides over the guess."""
    text = rolling("so we", "so we\nbegan", "began\nin the", "in the\nspring")
    kept = read(tmp_path, text, Mapping(layout="captions"))
    assert kept.turns[0].text == "so we so we began began in the in the spring"
    assert kept.left_out == ()
    once = rolling("Yes.", "Yes.", "No.", "Well.", "So.", "Go.", "On.")
    assert [t.text for t in read(tmp_path, once).turns][:2] == ["Yes.", "Yes."]
    assert [t.text for t in read(tmp_path, once, Mapping(layout="rolling captions")).turns][:2] == ["Yes.", "No."]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"   \n\n", "nothing but white space"),
        (b"just words\n", "has no cue with times"),
        (b"1\n00:00:01,000 --> ", "has no cue with times"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n", "no cue with spoken text"),
        (b"1\n99999999999999:00:01,000 --> 99999999999999:00:02,000\nx\n", "has no cue with times"),
        (b"1\n-1:00:01,000 --> 00:00:02,000\nx\n", "has no cue with times"),
        (b"PK\x03\x04rest", "is a Word, OpenDocument or zip file"),
        (b"\x00\x01\x02\x03" * 100, "cannot be read as text"),
    ],
)
def test_what_is_no_srt_ends_in_a_sentence(tmp_path, data, sentence):
    """Empty, truncated, binary and absurd files are refused."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read(tmp_path, data)


def test_a_file_made_to_take_long_does_not(tmp_path):
    """Tens of thousands of tags, brackets and arrows in one line are read in a moment."""
    marks = (
        "<00:00:01.500>a" * 20_000 + "<v " * 20_000 + "(" * 20_000 + "{\\" * 20_000 + "&amp" * 20_000 + " --> " * 20_000
    )
    result = read(tmp_path, f"1\n00:00:01,000 --> 00:00:02,000\n{marks}\n")
    assert result.turns[0].text.startswith("aaa")


LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
PARTS = [
    "1", "12", "00:00:01,000 --> 00:00:02,000", "00:00:03.5 --> 00:00:02.1", "00:00:99,000 --> x", "5 --> 6", "", "",
    "WEBVTT", "NOTE a", "STYLE", "Ann: Yes.", "<v Bo>No.</v>", "<v //Bo>over//", "<00:00:01.500>word <00:00:01.700>by",
    "(music)", "{\\an8}", "&amp; &lt;", "Bo:", "<v >x", "- a", "[00:12] Ann:", "\ufeff", "\u2028", "<br>", " ",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PARTS) | st.text(LETTERS, max_size=6), max_size=14), st.sampled_from([".srt", ".vtt"]))
def test_any_lines_are_read(tmp_path, lines, ending):
    """In whatever order the lines of a caption file come, there are clean turns with sane times."""
    path = tmp_path / f"talk{ending}"
    before = ["WEBVTT", "", "1", "00:00:00,500 --> 00:00:00,900", "So."][2 if ending == ".srt" else 0 :]
    path.write_text("\n".join([*before, *lines]), encoding="utf-8", errors="replace", newline="\n")
    result = read_transcript(path)
    for turn in result.turns:
        assert turn.text == " ".join(turn.text.split()) != ""
        assert turn.start_ms is not None
        assert turn.end_ms is not None
        assert 0 <= turn.start_ms <= turn.end_ms
        assert all(0 <= w.start < w.end <= len(turn.text) and w.start_ms <= w.end_ms for w in turn.words)
    again = read_transcript(path, result.mapping)
    assert (again.turns, again.left_out) == (result.turns, result.left_out)
