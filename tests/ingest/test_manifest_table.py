"""Every real transcript of the test data and what it must give, each counted by hand from the file itself."""

import json
import os
from pathlib import Path

import pytest

from assistant.ingest import read_transcript
from store.transcripts import clean_text

DATA = Path(os.environ.get("INTERVIEW_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "transcripts"
MISSING = "no test data: set INTERVIEW_TEST_DATA to a folder that has transcripts/"

# File → (turns, speakers, turns with a start time).
TABLE = {
    # grep -c '^S0[0-9]:' says 55 paragraphs, no two of one speaker in a row; each has a stamp after its label.
    "noscribe_0.7_interview_de.txt": (55, {"S00", "S01", "S02"}, 55),
    # grep -o '>S0[0-9]: <span' | wc -l says 26 + 28 + 1 labels; each has a stamp and an anchor with times.
    "noscribe_0.7_interview_de.html": (55, {"S00", "S01", "S02"}, 55),
    # Seven blocks that begin with [id1], [id2] or [id3], read by eye.
    "qualcoder_example_focusgroup_bracket_ids.txt": (7, {"id1", "id2", "id3"}, 0),
    # unzip -p … word/document.xml | grep -oE '<w:t>[A-Z][a-z]+ [A-Z][a-z]+   [0-9]+:[0-9]{2}</w:t>': 16 + 16 in turn.
    "teamslike_interview_A.docx": (32, {"Jordan Lee", "Alex Morgan"}, 32),
    # unzip -p … | grep -oE '<w:p [^>]*[^/]>' | wc -l: 3 paragraphs with text, and one empty; nobody is named.
    "qualcoder_example_ID1.docx": (3, {None}, 0),
    # unzip -p … content.xml | grep -oE '<text:p ' | wc -l: 3, all with text; nobody is named.
    "qualcoder_example_ID2.odt": (3, {None}, 0),
    # One line for each <text:p> with sed, tags taken off: 240, of which 237 with text; 11 begin with MODERATOR:, no two
    # in a row. The person who thinks aloud is never named, so the moderator's paragraphs are the moderator's only.
    "serdif_P3.odt": (237, {None, "MODERATOR"}, 0),
    # 24 lines that end in a backslash or the last brace, 5 of them empty: notes of a session, nobody is named.
    "code_review_P1R1.rtf": (19, {None}, 0),
    # Lines of pypdf's text that begin with Dan: or Participant:, 47 + 47; twice somebody has two in a row.
    "pdpilot_P1.pdf": (92, {"Dan", "Participant"}, 0),
    # Rows of the table, counted as lines of pypdf's text that begin with P1 … P7 and a code: 88, 95 and 79 on the three
    # pages, the last of page 1 again the first of page 2. A row is a coded segment of the document that it names.
    "maxqda_coded_segments_export.pdf": (261, {"P1", "P2", "P3", "P4", "P5", "P6", "P7"}, 0),
    # grep -oE '^<v [^>]*>' | tr -d / | uniq | wc -l: 55 voices, 52 once those in a row are one; the cue without a voice
    # is a pause of twelve seconds.
    "noscribe_0.7_interview_de.vtt": (52, {"S00", "S01", "S02"}, 52),
    # grep -oE '^[A-Z][a-z]+ Griffin:' | uniq | wc -l: 20 cues, 10 once those of one speaker in a row are one.
    "zoom_cloud_example.vtt": (10, {"Stewie Griffin", "Brian Griffin"}, 10),
    # One cue, read by eye.
    "whispertimestamped.vtt": (1, {None}, 1),
    # Three cues that are one sentence, read by eye.
    "whispertimestamped_split20.srt": (1, {None}, 1),
    # One row without headings, read by eye: text, start and end in seconds.
    "whispertimestamped.csv": (1, {None}, 1),
    # grep -cE '^[0-9]:[0-9]{2},(Jordan Lee|Alex Morgan),': 32 rows below the headings, the two in turn (uniq: 32).
    "teamslike_interview_A.csv": (32, {"Jordan Lee", "Alex Morgan"}, 32),
    # unzip -p … xl/worksheets/sheet1.xml | grep -o '<row ': 33, one of them the headings; the cells of column B are
    # two strings in turn (uniq: 32), those of column A are texts such as 0:01.
    "teamslike_interview_A.xlsx": (32, {"Jordan Lee", "Alex Morgan"}, 32),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_file_gives_what_was_counted(name):
    """As many turns, just these speakers, and as many times as one counts by hand."""
    if not (DATA / name).is_file():
        pytest.skip(MISSING + name)
    turns = read_transcript(DATA / name).turns
    found = (len(turns), {t.speaker for t in turns}, sum(t.start_ms is not None for t in turns))
    assert found == TABLE[name]
    assert all(t.text == clean_text(t.text) != "" for t in turns)


def test_every_file_of_the_manifest_has_a_row():
    """No real file goes uncounted."""
    manifest = DATA / "manifest.json"
    if not manifest.is_file():
        pytest.skip(MISSING + "manifest.json")
    assert {entry["file"] for entry in json.loads(manifest.read_text(encoding="utf-8"))} == set(TABLE)
