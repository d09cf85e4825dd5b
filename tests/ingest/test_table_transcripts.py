import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.ingest import read_transcript
from assistant.ingest.header_words import kind_of, unit_of
from assistant.ingest.mapping import Mapping
from assistant.ingest.table_times import clock, guessed_unit, milliseconds
from store.errors import InvalidInputError
from store.values import Role

GUESS = Mapping()


def read(tmp_path, text, mapping=GUESS, name="talk.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_transcript(path, mapping)


def told(transcript):
    return [(t.speaker, t.text, t.start_ms, t.end_ms) for t in transcript.turns]


SPOKEN = [("Ann", "When did it begin?", 1000, 4000), ("Bo", "In May, I think.", 4000, 9000), ("Ann", "Oh.", 9000, 9500)]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("start,end,speaker,text", "talk.csv"),
        ("Start;Ende;Sprecher:in;Aussage", "talk.csv"),
        ("start_time\tend_time\tspeaker_label\ttranscript", "talk.tsv"),
        ("Début;Fin;Intervenant;Texte", "talk.csv"),
        ("Inicio,Fin,Hablante,Texto", "talk.csv"),
        ("startTime|endTime|speakerName|utterance", "talk.csv"),
        ("開始,終了,話者,発言", "talk.csv"),
        ("Start (s),End (s),Who,What was said text", "talk.csv"),
        ("From,To,Name,Content", "talk.csv"),
    ],
)
def test_columns_are_found_by_headings_in_many_languages(tmp_path, heading, name):
    """Whatever the columns are called and separated by, text, speaker and times are what they are."""
    mark = next(each for each in "\t;|," if each in heading)
    columns = heading.split(mark)
    rows = [[str(a / 1000), str(b / 1000), who, f'"{text}"'] for who, text, a, b in SPOKEN]
    result = read(tmp_path, "\r\n".join(mark.join(row) for row in [columns, *rows]), name=name)
    assert told(result) == SPOKEN
    taken = result.mapping
    assert [taken.start_column, taken.end_column, taken.speaker_column, taken.text_column] == columns
    assert (taken.layout, taken.head_lines, taken.time_unit) == ("table", 1, "s")
    assert result.left_out == ()


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        (["1.0,4.0", "4.0,9.0", "9.0,9.5"], "s"),
        (["1000,4000", "4000,9000", "9000,9500"], "ms"),
        (["0:01,0:04", "0:04,0:09", "0:09,0:09.5"], "s"),
        (["00:00:01,00:00:04", "00:00:04,00:00:09", "00:00:09,00:00:09.500"], "s"),
        (["[00:01],[00:04]", "[00:04],[00:09]", "[00:09],(00:09.5)"], "s"),
    ],
)
def test_tables_without_headings_are_understood_by_what_is_in_them(tmp_path, rows, unit):
    """Times rise and end after they start, names come back, the longest column is the text."""
    said = [f'{times},{who},"{text}"' for times, (who, text, _, _) in zip(rows, SPOKEN, strict=True)]
    result = read(tmp_path, "\n".join(said))
    assert [t.text for t in result.turns] == [text for _, text, _, _ in SPOKEN]
    assert [t.start_ms for t in result.turns] == [1000, 4000, 9000]
    assert result.turns[-1].end_ms == 9500
    assert (result.mapping.head_lines, result.mapping.time_unit) == (0, unit)
    assert result.mapping.start_column == "column 1"


def test_names_in_a_table_without_headings(tmp_path):
    """Short texts that come back are names; numbers of rows are neither times nor text."""
    text = "1,Ann Lee,0:01,When did it begin?\n2,Bo,0:04,In the month of May.\n3,Ann Lee,0:09,And how did you feel?\n"
    text += "4,Bo,0:12,Fine.\n"
    result = read(tmp_path, text)
    assert [(t.speaker, t.start_ms, t.end_ms) for t in result.turns] == [
        ("Ann Lee", 1000, 4000),
        ("Bo", 4000, 9000),
        ("Ann Lee", 9000, 12000),
        ("Bo", 12000, None),
    ]
    assert [left.why for left in result.left_out] == ["column “column 1”, which is not used"]


def test_one_column_is_read_as_running_text(tmp_path):
    """Cells with a name and a time, each above its text, and labels within cells."""
    above = read(tmp_path, "Ann Lee   0:01\nWhen did it begin?\nBo Li   0:04\nIn May.\nAnn Lee   0:09\nOh.\n")
    assert told(above) == [
        ("Ann Lee", "When did it begin?", 1000, 4000),
        ("Bo Li", "In May.", 4000, 9000),
        ("Ann Lee", "Oh.", 9000, None),
    ]
    within = read(tmp_path, 'Text\n"Ann: When, where?"\n"Bo: In May.\nAnn: Oh."\n')
    assert [(t.speaker, t.text) for t in within.turns] == [("Ann", "When, where?"), ("Bo", "In May."), ("Ann", "Oh.")]


def test_names_before_the_text_where_no_column_has_them(tmp_path):
    """A table of times and texts may name speakers in the text; a time in what they say stays."""
    result = read(tmp_path, "time,text\n0:01,Ann: When?\n0:04,Bo: 10:30 is late.\n0:09,Ann: Oh.\n")
    assert [(t.speaker, t.text, t.start_ms) for t in result.turns] == [
        ("Ann", "When?", 1000),
        ("Bo", "10:30 is late.", 4000),
        ("Ann", "Oh.", 9000),
    ]
    assert result.mapping.labels == ("Ann", "Bo")


def test_every_cell_is_accounted_for(tmp_path):
    """Rows above the table, columns not used and times that cannot be read are left out by name."""
    text = (
        "Study 5;;;;\nZeit;Sprecher;Text;Notiz;\n0:01;Ann;Wann?;laut;\nbald;Bo;Im Mai.;;\n0:09;Ann;Oh.;leise;\n;Bo;;;\n"
    )
    result = read(tmp_path, text)
    assert [(left.characters, left.why, left.sample) for left in result.left_out] == [
        (6, "rows above the table", "Study 5"),
        (9, "column “Notiz”, which is not used", "laut leise"),
        (4, "times in “Zeit” that cannot be read", "bald"),
    ]
    assert [t.start_ms for t in result.turns] == [1000, None, 9000]
    assert "Left out: 1 row without text." in result.report
    assert result.mapping.head_lines == 2
    assert told(read(tmp_path, text, result.mapping)) == told(result)


def test_a_speaker_named_once_for_several_rows_goes_on(tmp_path):
    """Where most cells are empty the name above holds; where few are, nobody is named."""
    goes_on = read(tmp_path, "speaker,text\nAnn,a\n,b\n,c\nBo,d\n,e\n")
    assert [(t.speaker, t.text) for t in goes_on.turns] == [("Ann", "a b c"), ("Bo", "d e")]
    nobody = read(tmp_path, "speaker,text\nAnn,a\n,b\nBo,c\nAnn,d\n")
    assert [t.speaker for t in nobody.turns] == ["Ann", None, "Bo", "Ann"]


def test_what_a_person_states_is_taken(tmp_path):
    """Columns by name or number, none at all, another unit, another first row."""
    text = "id,who,when,what,why\n1,Ann,5,Yes.,x\n2,Bo,7,No.,y\n"
    stated = Mapping(text_column="why", speaker_column="", start_column="when", time_unit="ms")
    assert told(read(tmp_path, text, stated)) == [(None, "x", 5, 7), (None, "y", 7, None)]
    numbered = Mapping(text_column="column 4", speaker_column="WHO", head_lines=1)
    assert [(t.speaker, t.text) for t in read(tmp_path, text, numbered).turns] == [("Ann", "Yes."), ("Bo", "No.")]
    late = Mapping(text_column="column 4", speaker_column="column 2", start_column="", end_column="", head_lines=0)
    assert [t.text for t in read(tmp_path, text, late).turns] == ["what", "Yes.", "No."]
    with pytest.raises(InvalidInputError, match="has no column “wer”; it has “id”, “who”, “when”, “what”, “why”"):
        read(tmp_path, text, Mapping(speaker_column="wer"))
    with pytest.raises(InvalidInputError, match="time_unit is “min”; write s for seconds or ms"):
        read(tmp_path, text, Mapping(text_column="what", start_column="when", time_unit="min"))


def test_tsv_with_stray_quotation_marks(tmp_path):
    """Whisper writes tabs between cells and does not quote; its times are milliseconds."""
    result = read(tmp_path, 'start\tend\ttext\n0\t3000\t"So" it began.\n3000\t5400\tIn "May"\n', name="talk.tsv")
    assert told(result) == [(None, '"So" it began.', 0, 3000), (None, 'In "May"', 3000, 5400)]
    assert result.mapping.time_unit == "ms"


def test_separators_within_text_need_quotes(tmp_path):
    """Speech never goes astray into a column of its own."""
    with pytest.raises(InvalidInputError, match="more cells at line 3 than names of columns; put text that holds"):
        read(tmp_path, "speaker,text\nAnn,Yes.\nBo,No, never.\nAnn,Oh.\nBo,So.\n")
    assert read(tmp_path, 'sep=;\nspeaker;text\nAnn;"Yes; so"\nBo;No\n').turns[0].text == "Yes; so"


def test_formulas_and_commands_in_cells_are_text(tmp_path):
    """Nothing in a csv file is computed."""
    result = read(tmp_path, 'speaker,text\nAnn,"=HYPERLINK(""http://x"")"\nBo,@SUM(1)\nAnn,+1\nBo,-2\n')
    assert [t.text for t in result.turns] == ['=HYPERLINK("http://x")', "@SUM(1)", "+1", "-2"]


def test_roles_are_guessed_as_in_other_files(tmp_path):
    """A speaker column says who asks."""
    result = read(tmp_path, "speaker,text\nInterviewer,Why?\nP1,So.\n")
    assert [t.role for t in result.turns] == [Role.INTERVIEWER, Role.PARTICIPANT]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b",,,\n;;\n", "no column with text"),
        (b"speaker,text\n", "holds headings but no row with text"),
        (b"start,end\n0:01,0:02\n", "has no column with text; it has “start”, “end”"),
        (b'speaker,text\nAnn,"never closed', "cannot be read as a table at line"),
        (b"speaker,text\nAnn,\nBo,\n", "no column with text"),
        (b"1,2\n3,4\n", "no column with text"),
        (b"PK\x03\x04rest", "is a Word, OpenDocument or zip file"),
    ],
)
def test_what_is_no_transcript_ends_in_a_sentence(tmp_path, data, sentence):
    """Empty, truncated and wordless tables are refused."""
    with pytest.raises(InvalidInputError, match=re.escape(sentence)):
        read(tmp_path, data)


@pytest.mark.parametrize("time", ["-5", "NaN", "Infinity", "1e99", "9" * 400, "99999:00:00", "12:99", "x", "0x10", "١"])
def test_times_that_are_none_cost_no_text(tmp_path, time):
    """The turn stays, its time is unknown, and the report says so."""
    rows = "".join(f"0:{n:02},Ann,text number {n}\n" for n in range(1, 9))
    result = read(tmp_path, f"start,speaker,text\n{rows}{time},Bo,Yes.\n")
    assert [(t.speaker, t.text, t.start_ms) for t in result.turns][-1] == ("Bo", "Yes.", None)
    assert "Left out: 1 time that cannot be read." in result.report


def test_many_rows_and_columns_are_refused(tmp_path):
    """A table of two hundred thousand rows and more is no interview."""
    with pytest.raises(InvalidInputError, match="more than 200,000 filled rows"):
        read(tmp_path, "a\n" * 200_001)
    with pytest.raises(InvalidInputError, match="has 5,000 columns at row 1, too many for a transcript"):
        read(tmp_path, ",".join(["word"] * 5_000))


def test_clocks():
    """What is a time, and what is not."""
    assert clock("1:02:03,5") == (3_723_500, None)
    assert clock("#00:00:12-5#") == (12_500, None)
    assert clock("00:01 - 00:04") == (1000, 4000)
    assert clock("00:00:01.000 --> 00:00:02.250") == (1000, 2250)
    assert clock("01:02:03:12") == (3_723_000, None)
    assert clock("2m 5s") == (125_000, None)
    assert clock("75:30") == (4_530_000, None)
    for text in ("", "12", "1.5", "1:60", "1:2:3", "a:bc", "10-12", "1:75:00", "May 2", "h", "ms"):
        assert clock(text) is None, text


def test_units():
    """Fractions are seconds; whole numbers are what fits how fast people speak."""
    assert guessed_unit([0.5, 2000], 10) == "s"
    assert guessed_unit([0, 60], 900) == "s"
    assert guessed_unit([0, 60_000], 900) == "ms"
    assert milliseconds(float("nan"), "s") is None
    assert milliseconds(1.2345, "s") == 1234
    assert unit_of("Start [ms]") == "ms"
    assert unit_of("start_s") == "s"
    assert unit_of("startMs") == "ms"
    assert unit_of("start") is None


def test_headings():
    """Words decide, and the sure ones before the others; long headings are sentences."""
    assert kind_of("Speaker Name") == ("speaker", 2)
    assert kind_of("Transcript") == ("text", 0)
    assert kind_of("end_time") == ("end", 0)
    assert kind_of("notes") is None
    assert kind_of("The text that was said by the speaker at that time") is None


WORDS = st.text(st.sampled_from("ab ü,;\t\"'=\n|&<"), min_size=1, max_size=20).filter(lambda text: text.strip("\n\t ="))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["Ann", "Bo", ""]), WORDS, WORDS), min_size=1, max_size=6))
def test_no_character_is_lost(tmp_path, rows):
    """Text and what is left out are together what stands in the cells, names aside."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["speaker", "text", "note"], *rows])
    try:
        result = read(tmp_path, out.getvalue())
    except InvalidInputError:
        assert not any(any(map(str.isalpha, text)) for _, text, _ in rows)
        return
    kept = sum(len("".join(t.text.split())) for t in result.turns) + sum(left.characters for left in result.left_out)
    assert kept == sum(len("".join((text + note).split())) for _, text, note in rows)
