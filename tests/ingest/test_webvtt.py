import re

import pytest

from assistant.ingest import read_transcript
from store.errors import InvalidInputError
from store.values import Role


def read(tmp_path, text):
    path = tmp_path / "talk.vtt"
    path.write_bytes(text.encode())
    return read_transcript(path)


def cue(start, end, text):
    return f"00:00:{start:06.3f} --> 00:00:{end:06.3f}\n{text}\n\n"


def told(transcript):
    return [(t.speaker, t.text, t.start_ms, t.end_ms) for t in transcript.turns]


def test_voices_become_speakers(tmp_path):
    """Voice tags name speakers, two in one cue as well; classes, other tags and entities do not reach the text."""
    text = "WEBVTT\n\n" + cue(1, 2, "<v.loud Ana>Salt &amp; <i>pepper</i>, 1 &lt; 2</v>")
    text += cue(2, 4, "<v Bo>Yes.</v> <v Ana>No.</v>") + cue(3.5, 5, "<v //Bo>Over you.")
    assert told(read(tmp_path, text)) == [
        ("Ana", "Salt & pepper, 1 < 2", 1000, 2000),
        ("Bo", "Yes.", 2000, 4000),
        ("Ana", "No.", 2000, 4000),
        ("Bo", "Over you.", 3500, 5000),
    ]


def test_name_prefixes_become_speakers_and_cues_in_a_row_are_joined(tmp_path):
    """Names before a colon count when they come back; an aside with a colon does not; CRLF changes nothing."""
    text = "WEBVTT\n\n1\n" + cue(1, 2, "Ana Berg: One.") + "2\n" + cue(2, 3, "Ana Berg: Note: two.")
    text += "3\n" + cue(3.001, 4.5, "Bo: Three.") + "4\n" + cue(5, 6, "Bo: And\nlast: four.")
    expected = [("Ana Berg", "One. Note: two.", 1000, 3000), ("Bo", "Three. And last: four.", 3001, 6000)]
    assert told(read(tmp_path, text)) == expected
    assert told(read(tmp_path, text.replace("\n", "\r\n"))) == expected


def test_what_is_no_speech_is_left_out_and_counted(tmp_path):
    """Notes, styles, settings, empty cues and remarks of nobody leave no text behind, but a line in the report."""
    text = "WEBVTT - a title\nKind: captions\n\nNOTE made by hand\n\nSTYLE\n::cue { color: red }\n\n"
    text += "00:01.000 --> 00:02.000 align:start position:0%\n<v Ana>One.\n\n"
    text += cue(2, 3, "<i></i>") + cue(3, 4, "(12 seconds pause)") + "NOTE end\n\n99:99 --> x\nlost\n"
    result = read(tmp_path, text)
    assert told(result) == [("Ana", "One.", 1000, 2000)]
    assert list(result.report[:4]) == [
        "Left out: 1 cue without text.",
        "Left out: 3 blocks of notes or style.",
        "Left out: 1 cue with unreadable times.",
        "Left out: 1 remark that nobody says (“(12 seconds pause)”).",
    ]


def test_captions_that_roll_up_are_folded(tmp_path):
    """Lines repeated by the next cue are kept once, as in automatic captions; word times in tags are dropped."""
    text = "WEBVTT\n\n" + cue(0, 2, " \nso we<00:00:01.000><c> began</c>") + cue(2, 2.01, "so we began\n ")
    text += cue(2.01, 4, "so we began\nin the<c> spring</c>") + cue(4, 4.01, "in the spring\n ")
    text += cue(4.01, 6, "in the spring\nwith nothing.")
    result = read(tmp_path, text)
    assert told(result) == [(None, "so we began in the spring with nothing.", 0, 6000)]
    assert "Folded: 4 lines that the next cue repeats." in result.report


def test_a_word_said_twice_is_kept_twice(tmp_path):
    """Repetition between cues of other files is speech, not rolling up."""
    text = "WEBVTT\n\n" + cue(0, 1, "<v Ana>Yes.") + cue(1, 2, "<v Ana>Yes.") + cue(2, 3, "<v Bo>Yes.\nGood.")
    assert [t.text for t in read(tmp_path, text).turns] == ["Yes. Yes.", "Yes. Good."]


def test_cues_of_nobody_are_joined_to_sentences_only(tmp_path):
    """Without speakers a turn ends with the sentence, a pause of two seconds, or thirty seconds."""
    text = "WEBVTT\n\n" + cue(0, 2, "We began") + cue(2, 4, "in May.") + cue(4, 6, "Then") + cue(9, 10, "it rained")
    text += cue(10, 38, "for long") + cue(38, 41, "and longer")
    assert [t.text for t in read(tmp_path, text).turns] == [
        "We began in May.",
        "Then",
        "it rained for long",
        "and longer",
    ]


def test_sloppy_files_are_read_and_reported(tmp_path):
    """A missing header and times with commas are read all the same, and said."""
    result = read(
        tmp_path, "1\n00:00:01,000 --> 00:00:02,000\nInterviewer: Why?\n\n2\n00:00:02,000 --> 00:00:03,500\nAna: Rain."
    )
    assert told(result) == [("Interviewer", "Why?", 1000, 2000), ("Ana", "Rain.", 2000, 3500)]
    assert result.turns[0].role is Role.INTERVIEWER
    assert "does not begin with WEBVTT" in result.report[0]
    assert "written with commas" in result.report[1]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("WEBVTT\n", "has no cue with times"),
        ("just some words\n", "has no cue with times"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<i></i>\n", "no cue with spoken text"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n", "no cue with spoken text"),
    ],
)
def test_files_without_speech_are_refused(tmp_path, text, sentence):
    """A file from which nothing can be taken ends in a sentence."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read(tmp_path, text)


def test_word_times_become_words(tmp_path):
    """A token with a time before it is a word that lasts until the next; offsets count from the turn's text."""
    text = "WEBVTT\n\n" + cue(0, 2, "so we<00:00:01.000><c> began</c><00:00:01.500><c> &amp;c</c>")
    text += cue(2, 4, "in the<00:00:03.000><c> spring</c>")
    (turn,) = read(tmp_path, text).turns
    assert [(turn.text[w.start : w.end], w.start_ms, w.end_ms) for w in turn.words] == [
        ("so", 0, 1000),
        ("began", 1000, 1500),
        ("&c", 1500, 2000),
        ("in", 2000, 3000),
        ("spring", 3000, 4000),
    ]


def test_word_times_that_cannot_be_are_dropped(tmp_path):
    """Times that run backwards or lie outside their cue are none."""
    for marks in ("a<00:00:01.500>b <00:00:01.000>c", "a <00:00:09.000>b"):
        (turn,) = read(tmp_path, "WEBVTT\n\n" + cue(1, 2, f"<v Ana>{marks}")).turns
        assert turn.words == ()
        assert turn.text.startswith("a")


def test_word_times_move_behind_a_name(tmp_path):
    """A name that is taken off the line does not shift the words."""
    text = "WEBVTT\n\n" + cue(0, 2, "P1: so <00:00:01.000>we") + cue(2, 3, "P2: no <00:00:02.500>way")
    turns = read(tmp_path, text).turns
    assert [[t.text[w.start : w.end] for w in t.words] for t in turns] == [["we"], ["way"]]


def test_teams_cues_have_guids(tmp_path):
    """Identifiers that programs give are numbers; those that people give are accounted for."""
    guid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    text = (
        f"WEBVTT\n\n{guid}/12-0\n" + cue(3, 4, "<v Ana Berg>I see.</v>") + f"{guid}/11-0\n" + cue(1, 2, "<v Bo>Hi.</v>")
    )
    text += "The end\n" + cue(5, 6, "<v Bo>Bye.</v>")
    result = read(tmp_path, text)
    assert told(result) == [("Bo", "Hi.", 1000, 2000), ("Ana Berg", "I see.", 3000, 4000), ("Bo", "Bye.", 5000, 6000)]
    assert [(left.characters, left.why, left.sample) for left in result.left_out] == [
        (6, "identifiers of cues", "The end")
    ]


def test_every_character_of_a_vtt_is_accounted_for(tmp_path):
    """Title, head, notes, styles and lost cues are left out by reason; the mapping reads the file the same again."""
    text = "WEBVTT A title\nKind: captions\n\nNOTE\nmade by hand\n\nSTYLE\n::cue{}\n\n" + cue(1, 2, "<v Ana>One.")
    text += "NOTE end\n\n" + cue(3, 4, "[Music]") + cue(4, 5, "<v Ana>Two.\n\nmore of it")
    result = read(tmp_path, text)
    assert told(result) == [("Ana", "One. Two. more of it", 1000, 5000)]
    assert [(left.characters, left.why) for left in result.left_out] == [
        (len("AtitleKind:captions"), "before the first cue"),
        (len("madebyhand::cue{}end"), "notes and styles of the caption file"),
        (len("[Music]"), "remarks that nobody says"),
    ]
    path = tmp_path / "talk.vtt"
    assert told(read_transcript(path, result.mapping)) == told(result)
