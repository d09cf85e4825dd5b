"""The sample study from its recordings to its table."""

import os
import subprocess
import sys

import pytest

from assistant.suggest import propose
from store.audit import verify
from store.decisions import codings
from store.study import create_study, open_study


def demo(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "assistant", "demo", "--headless", "--folder", str(folder), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "INTERVIEW_LLM": "smollm2-135m", "INTERVIEW_LLM_IDLE_SECONDS": "20"},
    )


@pytest.mark.models
def test_the_demo_counts_the_study_it_built(sample_study):
    """Its numbers are those of the study on disk, whose record is whole."""
    folder, counts = sample_study
    assert counts.keys() == {
        "interviews",
        "minutes_transcribed",
        "segments",
        "suggestions",
        "codings",
        "quotes",
        "saturation",
    }
    assert counts["interviews"] == 5
    assert 4 < counts["minutes_transcribed"] < 10
    assert counts["suggestions"] > 0
    assert 0 < counts["quotes"] < counts["codings"]
    assert [row["interview"] for row in counts["saturation"]] == ["I1", "I2", "I3"]
    cumulative = [row["cumulative_codes"] for row in counts["saturation"]]
    assert cumulative == sorted(cumulative)
    with open_study(folder) as study:
        assert verify(study).faults == ()
        assert counts["codings"] == len(codings(study))
        assert counts["suggestions"] == len(propose(study))


def test_the_demo_leaves_other_studies_alone(tmp_path):
    """A researcher's study in that place is not written over."""
    create_study(tmp_path / "mine", "How open language models are built together").close()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "thesis.docx").write_bytes(b"years of work")
    for folder in ("mine", "files"):
        done = demo(tmp_path / folder)
        assert done.returncode == 1
        assert "is not the sample study" in done.stderr
    done = demo(tmp_path / "files" / "thesis.docx")
    assert (done.returncode, "is not the sample study" in done.stderr) == (1, True)
    done = demo(tmp_path / "files" / "thesis.docx" / "study")
    assert (done.returncode, "choose another place" in done.stderr) == (1, True)
    assert (tmp_path / "files" / "thesis.docx").read_bytes() == b"years of work"
    with open_study(tmp_path / "mine") as study:
        assert study.title == "How open language models are built together"
