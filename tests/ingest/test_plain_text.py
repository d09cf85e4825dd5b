import itertools
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assistant.ingest import read_transcript
from store.errors import InvalidInputError
from store.interviews import add_interview
from store.study import create_study
from store.transcripts import add_transcript, clean_text
from store.values import Role


def read(tmp_path, text, name="talk.txt", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_transcript(path)


def said(transcript):
    return [(turn.speaker, turn.text) for turn in transcript.turns]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana: One.\nBo Lind: Two.\nAna: Three.\n", [("Ana", "One."), ("Bo Lind", "Two."), ("Ana", "Three.")]),
        ("I: Why?\n\nP1: Because\nof rain.\n\nI: I see.", [("I", "Why?"), ("P1", "Because of rain."), ("I", "I see.")]),
        ("INTERVIEWER:\nWhy?\n\nRESPONDENT:\nRain.\n", [("INTERVIEWER", "Why?"), ("RESPONDENT", "Rain.")]),
        ("[id1] One.\n\n[id2] Two.\n\n[id1] Three.", [("id1", "One."), ("id2", "Two."), ("id1", "Three.")]),
        ("Ana   0:01\nOne.\nBo   0:04\nTwo.\nAna   0:09\nThree.", [("Ana", "One."), ("Bo", "Two."), ("Ana", "Three.")]),
        ("[Ana] 10:02:31\nOne.\n\n[Bo] 10:02:40\nTwo.\n", [("Ana", "One."), ("Bo", "Two.")]),
        ("S01: [00:00:12] One.\n\nS02: [00:00:20] Two.", [("S01", "One."), ("S02", "Two.")]),
        ("[00:12:31] Ana: One.\n[00:12:40] Bo: Two.\n(00:13) Ana: Six.",
         [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]),
        ("00:12 Ana: One.\n00:15 Bo: Two.\n00:20 Ana: Six.", [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]),
        ("Ana (00:12): One.\nBo (00:15): Two.\nAna (00:18): Six.", [("Ana", "One."), ("Bo", "Two."), ("Ana", "Six.")]),
        ("B: Eins. #00:00:12-5#\nI: Zwei? #00:00:14-0#\nB: Drei.", [("B", "Eins."), ("I", "Zwei?"), ("B", "Drei.")]),
        ("[00:01:02] P3 - One.\n[00:01:04] I – Two.\n[00:01:09] P3 - Six.",
         [("P3", "One."), ("I", "Two."), ("P3", "Six.")]),
        ("Speaker 1  0:00\nOne.\n\nSpeaker 2  0:04\nTwo.\n\nSpeaker 1  1:02:09\nSix.\n",
         [("Speaker 1", "One."), ("Speaker 2", "Two."), ("Speaker 1", "Six.")]),
        ("<v Speaker 1>One.</v>\n<v Ana Berg>Two.\n<v Speaker 1>Six.\n<v Ana Berg>Ok.",
         [("Speaker 1", "One."), ("Ana Berg", "Two."), ("Speaker 1", "Six."), ("Ana Berg", "Ok.")]),
        ("Ja, genau. #00:00:12-5#\n\nWarum? #00:00:14-0#\n\nSo eben. #00:00:19-0#",
         [(None, "Ja, genau."), (None, "Warum?"), (None, "So eben.")]),
        ("B: Eins. #00:00:12-5#\nJa, eben. #00:00:13-5#\nI: Zwei? #00:00:14-0#\nB: Drei. #00:00:15-0#",
         [("B", "Eins. Ja, eben."), ("I", "Zwei?"), ("B", "Drei.")]),
        ("Speaker 1: One.\nSpeaker 2: Two.\nSPEAKER 1: Six.",
         [("Speaker 1", "One."), ("Speaker 2", "Two."), ("Speaker 1", "Six.")]),
        ("**I:** Why?\n\n**P1**: Rain.", [("I", "Why?"), ("P1", "Rain.")]),
        ("I\tWhy?\nAna\tRain.\nI\tI see.\nAna\tYes.",
         [("I", "Why?"), ("Ana", "Rain."), ("I", "I see."), ("Ana", "Yes.")]),
        ("00:01 Speaker 1\nWhy?\n\n00:04 Speaker 2\nRain.", [("Speaker 1", "Why?"), ("Speaker 2", "Rain.")]),
        ("[00:01] Yes\n[00:02] Yes\n[00:03] Good.", [(None, "Yes"), (None, "Yes"), (None, "Good.")]),
        ("Dr. Eva Maier-Ruiz: One.\nJosé: Two.\nDr. Eva Maier-Ruiz: Six.\nJosé: Ok.",
         [("Dr. Eva Maier-Ruiz", "One."), ("José", "Two."), ("Dr. Eva Maier-Ruiz", "Six."), ("José", "Ok.")]),
        ("李雷: 一。\n韩梅梅: 二。\n李雷: 三。\n", [("李雷", "一。"), ("韩梅梅", "二。"), ("李雷", "三。")]),
    ],
)  # fmt: skip
def test_labels_are_recognised_as_people_write_them(tmp_path, text, expected):
    """Each common way of naming speakers gives the same turns, without labels and time stamps in the text."""
    assert said(read(tmp_path, text)) == expected


@pytest.mark.parametrize(
    "speech",
    [
        "Note: this is only what I heard.",
        "and one thing: we never asked.",
        "http://example.org is the address.",
        "10:30 in the morning it was.",
        "[laughs] and so on.",
        "Berlin: that was the first stop.",
        "I - I mean, it is so.",
        "Berlin - that was the first stop.",
    ],
)
def test_speech_is_not_taken_for_a_label(tmp_path, speech):
    """A wrapped line that looks like a label, a stamp or a remark stays what its speaker said, every word of it."""
    read_one = read(tmp_path, f"Ana: We wrote it down,\n{speech}\n\nBo: I see.\n\nAna: Yes.\n\nBo: Good.\n")
    assert said(read_one)[0] == ("Ana", f"We wrote it down, {speech}")
    assert len(read_one.turns) == 4


def test_times_become_milliseconds(tmp_path):
    """A stamp is where the turn starts, the next one where it ends; the last has no end; hash stamps have tenths."""
    turns = read(tmp_path, "[00:01:05] Ana: One.\n[00:01:09.250] Bo: Two.\nAna: Three. [00:01:30] Still three.\n").turns
    assert [(t.start_ms, t.end_ms) for t in turns] == [(65_000, 69_250), (69_250, None), (None, None)]
    assert turns[2].text == "Three. Still three."
    hashed = read(tmp_path, "#00:00:12-5# I: Eins?\n#00:00:20-0# B: Zwei.").turns
    assert [(t.start_ms, t.end_ms) for t in hashed] == [(12_500, 20_000), (20_000, None)]
    ranged = read(tmp_path, "[00:00.500 --> 00:04.000]  One.\n[00:04.000 --> 00:06.000]  Two.\n").turns
    assert [(t.text, t.start_ms, t.end_ms) for t in ranged] == [("One.", 500, 4000), ("Two.", 4000, 6000)]


def test_a_stamp_on_its_own_line_belongs_to_the_next_label(tmp_path):
    """Stamp lines give the following turn its time and leave nothing in any text."""
    turns = read(tmp_path, "00:00:00\n\nAna: One.\n\n00:05:00\n\nBo: Two.\nAna: Three.\n").turns
    assert [(t.speaker, t.text, t.start_ms) for t in turns] == [
        ("Ana", "One.", 0), ("Bo", "Two.", 300_000), ("Ana", "Three.", None),
    ]  # fmt: skip


def test_text_without_labels_becomes_paragraphs(tmp_path):
    """Blank lines divide turns of nobody, wrapped lines are joined; lines that all end like sentences stand alone."""
    wrapped = read(tmp_path, "First line\nof one.\n\nSecond\nparagraph.\r\n\r\nThird.")
    assert said(wrapped) == [(None, "First line of one."), (None, "Second paragraph."), (None, "Third.")]
    assert said(read(tmp_path, "One.\nTwo!\nThree?\n")) == [(None, "One."), (None, "Two!"), (None, "Three?")]
    assert said(read(tmp_path, "just words\nand more\nwords")) == [(None, "just words and more words")]


def test_turns_of_one_speaker_are_joined(tmp_path):
    """Lines that one speaker says in a row are one turn, from the first start to the last end."""
    turns = read(tmp_path, "[00:01] Ana: One.\n[00:02] ANA: Two.\n[00:05] Bo: Three.\n[00:06] Bo: Four.").turns
    assert [(t.speaker, t.text, t.start_ms, t.end_ms) for t in turns] == [
        ("Ana", "One. Two.", 1000, 5000), ("Bo", "Three. Four.", 5000, 6000),
    ]  # fmt: skip


def test_the_head_of_a_file_is_left_out_and_reported(tmp_path):
    """Lines before the first label are no speech, and the report says what they were."""
    result = read(tmp_path, "Interview about rain\nDate: 1 May\n\nI: Why?\nP: Rain.\nI: I see.\nP: Yes.")
    assert said(result)[0] == ("I", "Why?")
    assert "Left out: 2 lines before the first speaker (“Interview about rain Date: 1 May”)." in result.report
    facts = read(tmp_path, "Interviewer: Ana Berg\nDate: 1 May\nPlace: Ulm\n\nI: Why?\n\nP: Rain.\n\nI: Ok.\n\nP: Yes.")
    assert said(facts)[0] == ("I", "Why?")
    assert facts.report[0].startswith("Left out: 3 lines before the first speaker (“Interviewer: Ana Berg Date: 1 May")
    long_head = read(tmp_path, "word " * 300 + "\n\nI: Why?\nP: Rain.\nI: I see.\nP: Yes.")
    assert long_head.turns[0].speaker is None
    assert "kept as a turn without speaker" in long_head.report[0]


def test_empty_turns_are_counted(tmp_path):
    """A label without text adds no turn, and the report says so."""
    result = read(tmp_path, "I: Why?\nP1:\nI: Hm?\nP1: Rain.\n")
    assert said(result) == [("I", "Why? Hm?"), ("P1", "Rain.")]
    assert "Left out: 1 turn without text." in result.report


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("I: Schöne Grüße?\nB: Größe, „ja“ – 5 €.\n", "cp1252"),
        ("I: Где вы были вчера вечером?\nP: Мы были дома, и потом пошли в город.\n", "cp1251"),
        ("I: Größe?\nB: Ja 🙂\n", "utf-8-sig"),
        ("I: Größe?\nB: Ja 🙂\n", "utf-16"),
        ("I: Why so?\nB: Größe.\n", "utf-16-le"),
    ],
)
def test_encodings(tmp_path, text, encoding):
    """Files of other systems and editors read the same, with no mark left in the text."""
    turns = read(tmp_path, text, encoding=encoding).turns
    assert [f"{t.speaker}: {t.text}" for t in turns] == text.splitlines()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "talk.txt is empty"),
        (b" \n\t\n", "nothing but white space"),
        (b"PK\x03\x04rest of a document", "a Word, OpenDocument or zip file"),
        (b"\x00\x01\x02\xff\xfe binary \x00\x00\x07", "cannot be read as text"),
        (bytes(range(1, 32)) * 20 + b"\x81\x8d\xff", "cannot be read as text"),
        (b"\xff\xfe\x00\xd8", "says that it is utf-16-le"),
        (b"x" * 1_000_001, "has a line of 1,000,001 characters"),
        (b"[00:00:01]\n[00:00:02]\n", "no spoken text"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path, data, sentence):
    """A file that is no transcript ends in a sentence that says why, never in a traceback or an empty transcript."""
    path = tmp_path / "talk.txt"
    path.write_bytes(data)
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read_transcript(path)


def test_other_endings_and_missing_files_are_refused(tmp_path):
    """The sentence names the endings that can be read."""
    with pytest.raises(InvalidInputError, match=r"\.pages cannot be read as transcripts, only \.txt, \.vtt"):
        read_transcript(tmp_path / "talk.pages")
    with pytest.raises(InvalidInputError, match="There is no file"):
        read_transcript(tmp_path / "missing.txt")


def test_long_lines_of_hostile_shape_are_read_at_once(tmp_path):
    """Brackets, digits and colons without end do not make the reader slow: this would not return if they did."""
    for unit in ("[", "(1:1", "00:", "a: ", "**a", "a\t", "<v ", "A 0:0"):
        assert read(tmp_path, unit * 20_000 + " end").turns


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("Interviewer: Hi.\nAna: Hello.\n", {"Interviewer"}),
        ("I: Hi.\nP1: Hello.\nP2: Hello.\n", {"I"}),
        ("Moderatorin: Los.\nAna: Ja.\nBo: Ja.\nAna: Gut.\nBo: Gut.", {"Moderatorin"}),
        ("Enquêtrice: Oui.\nParticipante 2: Oui.", {"Enquêtrice"}),
        ("Eva (Entrevistadora): Si.\nP1: Si.\nEva (Entrevistadora): No.", {"Eva (Entrevistadora)"}),
        ("Ana: Why?\nBo: So.\nAna: When?\nBo: Then.\nAna: Who?\nBo: They.", {"Ana"}),
        ("Ana: Why?\nBo: So?\nAna: When?\nBo: Then.\nAna: Who?\nBo: They?", set()),
        ("Ana: Why?\nBo: So.\nAna: When?\nBo: Then.", set()),
        ("Dan: Hm.\nParticipant 1: Hm.\nParticipant 2: Hm.\nDan: Hm.", {"Dan"}),
        ("Interviewee 1: Hm.\nInterviewee 2: Hm.", set()),
    ],
)
def test_roles_are_guessed_by_name_then_by_questions(tmp_path, text, asking):
    """Who asks is told by name, or between two by clearly more questions; in doubt everyone is a participant."""
    result = read(tmp_path, text)
    assert {t.speaker for t in result.turns if t.role is Role.INTERVIEWER} == asking
    assert all(name in result.report[-1] for name in asking)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
texts = st.lists(
    st.one_of(words, st.sampled_from(["🙂", "e\u0301", "👩‍👩‍👧", "\r\n", "\n\n", " ", "\u2028"])), max_size=8
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with create_study(tmp_path_factory.mktemp("ingest") / "study") as made:
        yield made


numbers = itertools.count()


def joined(pairs):
    """What one speaker says in a row as one turn, empty turns left out."""
    filled = [(name, clean_text(text)) for name, text in pairs if text.strip()]
    groups = itertools.groupby(filled, key=lambda pair: pair[0])
    return [(name, " ".join(text for _, text in group)) for name, group in groups]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts.map("".join), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_survives_from_file_to_slice(tmp_path_factory, study, spoken, line_end):
    """Whatever is said reads back as its cleaned text, and every stored span slices exactly that out of the whole."""
    assume(not any(re.search(r"\d:\d\d|[:\[<]|#\d", text) for text in spoken))
    pairs = list(zip(itertools.cycle(["Ana Berg", "Bo"]), ["Go.", "Yes.", *spoken, "Ok.", "Ok."], strict=False))
    path = tmp_path_factory.mktemp("talk") / f"{next(numbers)}.txt"
    path.write_bytes(line_end.join(f"{name}: {text}" for name, text in pairs).encode())
    result = read_transcript(path)
    assert said(result) == joined(pairs)
    source = path.with_name("source.txt")
    source.write_text(path.stem, encoding="utf-8")
    interview = add_interview(study, source, "transcript")
    kept = add_transcript(study, interview.label, result.turns, origin="import")
    assert [turn.span.of(kept.text) for turn in kept.turns] == [text for _, text in joined(pairs)]


def test_a_clock_time_after_a_label_is_speech(tmp_path):
    """Somebody says when they met; a stamp with hours, in brackets or alone on its line is still a stamp."""
    path = tmp_path / "talk.txt"
    path.write_text(
        "Anna: 10:30 is when we met.\nBo: 00:00:12 Right.\nAnna: [01:02] Yes.\nBo: Fine.\n", encoding="utf-8"
    )
    turns = read_transcript(path).turns
    assert [(turn.text, turn.start_ms) for turn in turns[:3]] == [
        ("10:30 is when we met.", None),
        ("Right.", 12_000),
        ("Yes.", 62_000),
    ]
