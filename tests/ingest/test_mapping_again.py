import os
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.ingest import read_transcript

DATA = Path(os.environ.get("INTERVIEW_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "transcripts"
NAMES = [
    "noscribe_0.7_interview_de.vtt",
    "teamslike_interview_A.csv",
    "teamslike_interview_A.xlsx",
    "whispertimestamped.csv",
    "whispertimestamped.vtt",
    "whispertimestamped_split20.srt",
    "zoom_cloud_example.vtt",
]
SPOKEN = {
    "words.json": (
        '{"segments": [{"start": 0, "end": 1.5, "text": "Yes.", "words": [{"word": "Yes.", "start": 0.5, "end": 1}]}]}'
    ),
    "rows.tsv": "start\tend\ttext\n0\t3000\tIt began in the spring.\n3000\t5400\tOf the year.\n",
    "rows.csv": "Study\nZeit;Wer;Text;Notiz\n0:01;Ann;Wann?;laut\n0:05;Bo;Im Mai.;\n",
    "rolls.srt": "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{'abcdef'[n - 1]}\n{'abcdef'[n]}\n\n" for n in range(1, 6)
    ),
}


def same_again(path):
    """Whether a file gives the same turns and leaves out the same when it is read by the mapping that came back."""
    first = read_transcript(path)
    second = read_transcript(path, replace(first.mapping))
    assert (second.turns, second.left_out, second.mapping) == (first.turns, first.left_out, first.mapping)


@pytest.mark.parametrize("name", NAMES)
def test_the_mapping_that_comes_back_says_how_the_file_was_read(name):
    """What is shown to a person and given back unchanged changes nothing."""
    if not (DATA / name).is_file():
        pytest.skip(f"no test data: set INTERVIEW_TEST_DATA to a folder with transcripts/{name}")
    same_again(DATA / name)


@pytest.mark.parametrize("name", SPOKEN)
def test_the_mapping_of_our_own_files_comes_back(tmp_path, name):
    """The same for kinds of files of which there is no real one."""
    (tmp_path / name).write_text(SPOKEN[name], encoding="utf-8")
    same_again(tmp_path / name)
