import os
from pathlib import Path

import pytest

from assistant.ingest import read_transcript
from store.transcripts import clean_text
from store.values import Role

DATA = Path(os.environ.get("INTERVIEW_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "transcripts"
SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"

REAL = {
    "noscribe_0.7_interview_de.txt": (55, {"S00", "S01", "S02"}, True),
    "noscribe_0.7_interview_de.vtt": (52, {"S00", "S01", "S02"}, True),
    "qualcoder_example_focusgroup_bracket_ids.txt": (7, {"id1", "id2", "id3"}, False),
    "whispertimestamped.vtt": (1, {None}, True),
    "zoom_cloud_example.vtt": (10, {"Stewie Griffin", "Brian Griffin"}, True),
}


@pytest.mark.parametrize("name", REAL)
def test_files_of_real_tools(name):
    """Files that other tools wrote give as many turns, speakers and times as one counts by eye."""
    if not (DATA / name).is_file():
        pytest.skip(f"no test data: set INTERVIEW_TEST_DATA to a folder with transcripts/{name}")
    turns = read_transcript(DATA / name).turns
    count, speakers, timed = REAL[name]
    assert (len(turns), {t.speaker for t in turns}) == (count, speakers)
    assert all((t.start_ms is not None) is timed for t in turns)
    assert all(t.text == clean_text(t.text) != "" and "-->" not in t.text for t in turns)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*")), ids=lambda path: path.name)
def test_our_own_samples(path):
    """Every sample transcript has one interviewer and one participant who take turns."""
    turns = read_transcript(path).turns
    assert len({t.speaker for t in turns if t.role is Role.INTERVIEWER}) == 1
    assert len({t.speaker for t in turns if t.role is Role.PARTICIPANT}) == 1
    assert 8 <= len(turns) <= 15
