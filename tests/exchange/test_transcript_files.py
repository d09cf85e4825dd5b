import unicodedata

import pytest
import webvtt
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from assistant.exchange import write_transcript
from assistant.exchange.transcript_files import as_srt, as_text, as_webvtt
from assistant.ingest import read_transcript
from store.errors import ConflictError, InvalidInputError
from store.transcripts import add_transcript, clean_text, transcript
from store.values import NewTurn

WRITERS = {".vtt": as_webvtt, ".srt": as_srt, ".txt": as_text}
# What formats take for their own, and what people write with more than one code point.
TROUBLE = [
    "-->", "00:00:01.000 --> 00:00:02.000", "5 --> 6", "<v Bo>", "</v>", "<i>", "<00:00:01.000>", "<br>", "a < b > c",
    "&amp;", "&lt", "R&D", "&#47;", "{\\an8}", "NOTE", "STYLE", "WEBVTT", "1", "//S02: yes//", "Anna: no", "[00:12]",
    "(laughs)", "\U0001f469\u200d\U0001f467", "e\u0301", "\u05e9\u05dc\u05d5\u05dd", "\u202eabc\u202c", "日本語。",
    "ǅ", "…", "“x”", "\\N", "''", "#00:00:01-2#", "- no",
]  # fmt: skip
# No control characters, which no text file holds, and no byte order mark, which is none of the text at its start.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff")
WILD = st.lists(st.one_of(st.text(LETTERS, max_size=12), st.sampled_from(TROUBLE)), min_size=1, max_size=4).map(
    " ".join
)
TEXTS = WILD.map(clean_text).filter(bool)
NAMES = TEXTS.map(lambda name: name[:40].strip()).filter(bool)
TAME_NAMES = st.sampled_from(["Anna Berg", "P3", "Özgür", "Interviewer", "Dr. Li", "Мария", "佐藤", "Jean-Luc O’Neil"])
TAME_TEXTS = st.lists(
    st.sampled_from(["yes", "no,", "so", "R&D", "5 < 6", "ça", "👍🏽", "they said: go.", "x"]), min_size=1
)


def stamped(spoken):
    """Turns one after the other, with pauses and without."""
    turns, at = [], 0
    for speaker, text, pause, length in spoken:
        turns.append(NewTurn(text, speaker, start_ms=at + pause, end_ms=at + pause + length))
        at += pause + length
    return turns


def talks(names, texts, fewest=1):
    turn = st.tuples(names, texts, st.integers(0, 4_000_000), st.integers(1, 90_000))
    return st.lists(turn, min_size=fewest, max_size=6).map(stamped)


def runs(turns, *, ends=True):
    """Who said what from when to when; turns in a row of one speaker are one."""
    found = []
    for t in turns:
        if found and found[-1][0] == t.speaker:
            found[-1] = (t.speaker, f"{found[-1][1]} {t.text}", found[-1][2], t.end_ms if ends else None)
        else:
            found.append((t.speaker, t.text, t.start_ms, t.end_ms if ends else None))
    return found


def again(folder, ending, text):
    path = folder / f"talk{ending}"
    path.write_text(text, encoding="utf-8", newline="\n")
    return read_transcript(path).turns


def one_spelling(turns):
    """Whether no two names differ in capitals only, which readers take for one."""
    names = {t.speaker for t in turns}
    return len({name.casefold() for name in names}) == len(names)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(talks(NAMES, TEXTS).filter(one_spelling))
@example(stamped([("//S02", "a --> b", 0, 1), ("A:B <x> & [c]", "<v Bo>&amp;{\\an8}", 1, 2), ("👍", "NOTE", 0, 5)]))
@example(stamped([("A", "0", 0, 1), ("A", "0 0", 0, 1), ("A", "0 0 0", 0, 1), ("A", "0 0 0 0", 0, 1)]))
def test_webvtt_holds_every_name_text_and_time(tmp_path, turns):
    """Whatever is said by whoever has a name comes back from WebVTT to the character and the millisecond."""
    written = as_webvtt(turns)
    assert written.notes == ()
    assert runs(again(tmp_path, ".vtt", written.text)) == runs(turns)
    others = webvtt.from_string(written.text).captions
    assert [(c.start_time.in_milliseconds(), c.end_time.in_milliseconds()) for c in others] == [
        (t.start_ms, t.end_ms) for t in turns
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(talks(TAME_NAMES, TAME_TEXTS.map(" ".join), fewest=2), st.sampled_from([".vtt", ".srt", ".txt"]))
def test_what_people_say_comes_back_from_every_format(tmp_path, turns, ending):
    """Names as people have them and sentences with `&`, `<`, colons and emoji need no word of warning."""
    written = WRITERS[ending](turns)
    assert written.notes == ()
    ends = ending != ".txt"
    assert runs(again(tmp_path, ending, written.text), ends=ends) == runs(turns, ends=ends)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(talks(st.one_of(st.none(), NAMES), TEXTS), st.sampled_from([".vtt", ".srt", ".txt"]))
@example(stamped([("A:B", "x", 0, 1), ("C", "y", 0, 1)]), ".srt")
@example(stamped([(None, "(laughs)", 0, 1), ("C", "y", 0, 1)]), ".vtt")
@example(stamped([(None, "5 --> 6", 0, 1), (None, "<i>", 0, 1)]), ".srt")
def test_what_does_not_come_back_is_said(tmp_path, turns, ending):
    """A file that would be read otherwise than it was written is never written without a note."""
    written = WRITERS[ending](turns)
    ends = ending != ".txt"
    try:
        same = runs(again(tmp_path, ending, written.text), ends=ends) == runs(turns, ends=ends)
    except InvalidInputError:
        same = False
    assert same or written.notes


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TAME_NAMES, TEXTS), min_size=2, max_size=6))
def test_srt_holds_every_text(tmp_path, spoken):
    """Markup that is spoken is escaped in SubRip, and nothing else is."""
    turns = stamped([(name, text, 10, 500) for name, text in spoken])
    written = as_srt(turns)
    if len({t.speaker for t in turns}) > 1:
        found = again(tmp_path, ".srt", written.text)
        assert " ".join(t.text for t in found).endswith(turns[-1].text)
        assert written.notes or runs(found) == runs(turns)
    for turn in turns:
        if not any(mark in turn.text for mark in ("<", "&", "{", "-->")):
            assert f": {turn.text}\n" in written.text


def test_names_that_cannot_be_read_are_changed_and_said(tmp_path):
    """SubRip and plain text have only a colon after the name; another name never gets the same spelling."""
    turns = stamped(
        [("Dr: Who", "One.", 0, 9), ("Dr Who", "Two.", 1, 9), ("[X]", "Three.", 1, 9), ("Note", "Four.", 1, 9)]
    )
    for ending in (".srt", ".txt"):
        written = WRITERS[ending](turns)
        assert [t.text for t in again(tmp_path, ending, written.text)] == ["One.", "Two.", "Three.", "Four."]
        assert len({t.speaker for t in again(tmp_path, ending, written.text)}) == 4
        assert any("“Dr: Who” is written as" in note for note in written.notes)


def test_turns_of_nobody_beside_others(tmp_path):
    """In plain text they need a name, in captions they do not."""
    turns = stamped([("Anna", "One.", 0, 9), (None, "A voice.", 1, 9), ("Bo", "Two.", 1, 9), ("Anna", "Three.", 1, 9)])
    assert [t.speaker for t in again(tmp_path, ".vtt", as_webvtt(turns).text)] == ["Anna", None, "Bo", "Anna"]
    text = as_text(turns)
    assert [t.speaker for t in again(tmp_path, ".txt", text.text)] == ["Anna", "Unknown", "Bo", "Anna"]
    assert text.notes == ("1 turn of nobody stand under “Unknown”, for plain text needs a name.",)


def test_more_than_99_hours_and_no_ends(tmp_path):
    """Hours have as many digits as they need; an end that is not known is the next start."""
    turns = [NewTurn("One.", "Anna", start_ms=360_000_001), NewTurn("Two.", "Bo", start_ms=360_000_500)]
    for ending in (".vtt", ".srt"):
        found = again(tmp_path, ending, WRITERS[ending](turns).text)
        assert [(t.start_ms, t.end_ms) for t in found] == [(360_000_001, 360_000_500), (360_000_500, 360_001_500)]
        assert "2 turns had no end" in WRITERS[ending](turns).notes[0]


def kept(study, turns):
    (study.folder / "media").mkdir(exist_ok=True)
    label = study_label(study)
    add_transcript(study, label, turns, origin="import")
    return transcript(study, label)


def study_label(study):
    from store.interviews import add_interview

    source = study.folder / "talk.txt"
    source.write_text("x", encoding="utf-8")
    return add_interview(study, source, "transcript", label="T1").label


def test_files_are_written_whole_or_not_at_all(machines, tmp_path):
    """Other endings, files that are there, missing times and missing folders are sentences, and leave nothing."""
    found = kept(machines, [NewTurn("Ja.", "Anna", start_ms=0, end_ms=5), NewTurn("Né.", "Bo", start_ms=5, end_ms=9)])
    assert write_transcript(found, tmp_path / "a.VTT").turns == 2
    assert (tmp_path / "a.VTT").read_bytes().startswith(b"WEBVTT\n\n00:00:00.000 --> 00:00:00.005\n<v Anna>Ja.\n")
    with pytest.raises(ConflictError, match="is there already; choose another name, or give --force"):
        write_transcript(found, tmp_path / "a.VTT")
    assert write_transcript(found, tmp_path / "a.VTT", force=True).turns == 2
    with pytest.raises(InvalidInputError, match=r"can be written as \.vtt, \.srt, \.txt"):
        write_transcript(found, tmp_path / "a.pdf")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        write_transcript(found, tmp_path / "a.VTT" / "a.txt")
    assert [path.name for path in tmp_path.iterdir() if path.suffix not in (".txt", "")] == ["a.VTT"]


def test_captions_need_times(machines, tmp_path):
    """The sentence names the turn and the format that can hold it."""
    found = kept(machines, [NewTurn("Ja.", "Anna", start_ms=0, end_ms=5), NewTurn("Né.", "Bo")])
    with pytest.raises(
        InvalidInputError, match=r"T1: turn 2 \(“Né.”\) has no time, which \.srt needs; export it as \.txt"
    ):
        write_transcript(found, tmp_path / "a.srt")
    assert write_transcript(found, tmp_path / "a.txt").notes == ()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "Anna [00:00:00.000]: Ja.\n\nBo: Né.\n"


def test_text_is_not_normalised():
    """Composed and decomposed letters stay what they are."""
    composed, decomposed = unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")
    text = as_text(stamped([("Anna", composed + decomposed, 0, 1), ("Bo", "x", 0, 1)])).text
    assert composed + decomposed in text
