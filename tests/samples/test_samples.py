import csv
import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pytest
import yaml

SAMPLES = Path(__file__).parents[2] / "samples"
INTERVIEWS = ["I1", "I2", "I3", "I4", "I5"]
CODED = ["I1", "I2", "I3"]


@pytest.fixture(scope="module")
def sample_text() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(SAMPLES), *sys.path])
        return importlib.import_module("sample_text")


@pytest.fixture(scope="module")
def make_decisions(sample_text: ModuleType) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(SAMPLES), *sys.path])
        return importlib.import_module("make_decisions")


def turns_of(sample_text: ModuleType, interview: str) -> list[Any]:
    turns: list[Any] = sample_text.read_turns(sample_text.transcript_path(interview))
    return turns


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def decisions() -> list[dict[str, Any]]:
    lines = (SAMPLES / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def themes_and_codes() -> tuple[set[str], set[str]]:
    codebook = rows("codebook.csv")
    themes = {row["parent"] for row in codebook if row["parent"]}
    return themes, {row["name"] for row in codebook} - themes


@pytest.mark.parametrize("interview", INTERVIEWS)
def test_each_interview_has_8_to_15_turns_of_two_people(sample_text: ModuleType, interview: str) -> None:
    """A transcript keeps the size that the study promises and has one interviewer and one participant."""
    turns = turns_of(sample_text, interview)
    assert 8 <= len(turns) <= 15
    speakers = {turn.speaker for turn in turns}
    assert len(speakers) == 2
    assert "Interviewer" in speakers
    assert all(len(turn.text.split()) <= 130 for turn in turns)


def test_one_transcript_is_webvtt_with_rising_times() -> None:
    """The study holds one transcript with times, and its cues follow each other without overlap."""
    content = (SAMPLES / "transcripts" / "I3.vtt").read_text(encoding="utf-8")
    assert content.startswith("WEBVTT\n")
    stamps = re.findall(r"\d\d:\d\d:\d\d\.\d{3}", content)
    assert len(stamps) == 2 * content.count("<v ")
    assert stamps == sorted(set(stamps))


def test_codebook_has_12_to_16_codes_in_4_themes() -> None:
    """Every code has a known theme, a definition, both borders and examples, and no name occurs twice."""
    codebook = rows("codebook.csv")
    themes, codes = themes_and_codes()
    assert list(codebook[0]) == ["name", "parent", "definition", "include", "exclude", "examples"]
    assert len(themes) == 4
    assert 12 <= len(codes) <= 16
    assert len(codebook) == len(themes) + len(codes)
    for row in codebook:
        assert row["definition"]
        assert row["include"]
        assert row["exclude"]
        assert bool(row["parent"]) == (row["name"] in codes) == bool(row["examples"])


def test_examples_are_not_taken_from_the_transcripts(sample_text: ModuleType) -> None:
    """A code's examples cannot give its passages away."""
    spoken = "\n".join(sample_text.interview_text(turns_of(sample_text, name)).casefold() for name in INTERVIEWS)
    examples = [example for row in rows("codebook.csv") for example in row["examples"].split(" | ") if example]
    assert examples
    assert not [example for example in examples if example.casefold().rstrip(".") in spoken]


def test_attributes_describe_every_interview() -> None:
    """Every interview has one complete row of attributes."""
    attributes = rows("attributes.csv")
    assert [row["interview"] for row in attributes] == INTERVIEWS
    assert all(all(row.values()) for row in attributes)


def test_decisions_name_codes_of_the_codebook() -> None:
    """An added code is a code of the codebook and never a theme; a reading names none."""
    _, codes = themes_and_codes()
    for decision in decisions():
        if decision["verdict"] == "add":
            assert decision["code"] in codes
        else:
            assert decision["verdict"] == "read"
            assert decision["code"] is None


def test_quotes_are_slices_of_the_text(sample_text: ModuleType) -> None:
    """Start and end of every decision cut out its quote."""
    texts = {name: sample_text.interview_text(turns_of(sample_text, name)) for name in CODED}
    for decision in decisions():
        assert texts[decision["interview"]][decision["start"] : decision["end"]] == decision["quote"]


@pytest.mark.parametrize("interview", CODED)
def test_every_turn_is_read_once_and_after_its_codes(sample_text: ModuleType, interview: str) -> None:
    """Readings cover the turns in order, and each coding lies in the turn whose reading comes next."""
    mine = [decision for decision in decisions() if decision["interview"] == interview]
    spans = [(turn.start, turn.end) for turn in turns_of(sample_text, interview)]
    assert [(d["start"], d["end"]) for d in mine if d["verdict"] == "read"] == spans
    added = 0
    pending: list[dict[str, Any]] = []
    for decision in mine:
        if decision["verdict"] == "add":
            pending.append(decision)
            continue
        assert all(decision["start"] <= d["start"] < d["end"] <= decision["end"] for d in pending)
        added += len(pending)
        pending = []
    assert not pending
    assert 9 <= added <= 14


def test_times_of_decisions_rise() -> None:
    """The coder's decisions are in the order in which they were made."""
    times = [decision["at"] for decision in decisions()]
    assert times == sorted(set(times))


def test_some_turns_have_two_codes_and_some_none(sample_text: ModuleType) -> None:
    """The sample holds a participant's turn with two codes and one without any."""
    counts = []
    for interview in CODED:
        added = [d for d in decisions() if d["interview"] == interview and d["verdict"] == "add"]
        counts += [
            len({d["code"] for d in added if turn.start <= d["start"] < turn.end})
            for turn in turns_of(sample_text, interview)
            if turn.speaker != "Interviewer"
        ]
    assert 0 in counts
    assert max(counts) >= 2


def test_new_codes_become_fewer_and_some_remain() -> None:
    """The saturation curve of the coded interviews falls, and the last interviews can still add to it."""
    seen: set[str] = set()
    new_codes = []
    for interview in CODED:
        codes = {d["code"] for d in decisions() if d["interview"] == interview and d["code"]}
        new_codes.append(len(codes - seen))
        seen |= codes
    assert new_codes == [7, 4, 2]
    assert themes_and_codes()[1] - seen


def test_decisions_are_what_the_codings_give(make_decisions: ModuleType) -> None:
    """The committed decisions are the ones that the script writes from the hand-made list."""
    written = [decision for interview in CODED for decision in make_decisions.decisions_of(interview)]
    assert written == decisions()


@pytest.mark.parametrize(("text", "said"), [("nothing here", "does not contain"), ("twice and twice", "twice;")])
def test_a_quote_that_is_not_unique_is_refused(make_decisions: ModuleType, text: str, said: str) -> None:
    """A quote that is absent or ambiguous stops the script with a sentence."""
    with pytest.raises(make_decisions.CodingError, match=said):
        make_decisions.locate(text, "twice", "I1")


def test_study_lists_all_interviews_and_their_files() -> None:
    """The demo's list is complete, in order, and points at files that exist."""
    study = yaml.safe_load((SAMPLES / "study.yaml").read_text(encoding="utf-8"))
    assert [entry["label"] for entry in study["interviews"]] == INTERVIEWS
    files = [entry["file"] for entry in study["interviews"]]
    files += [study["codebook"], study["attributes"], study["decisions"]]
    assert not [name for name in files if not (SAMPLES / name).is_file()]


@pytest.mark.parametrize("interview", ["I4", "I5"])
def test_recordings_are_small_mono_and_minutes_long(interview: str) -> None:
    """A recording lasts two to five minutes at 16 kHz, mono, and stays below 700 kB."""
    path = SAMPLES / "recordings" / f"{interview}.mp3"
    assert path.stat().st_size < 700_000
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert (stream.rate, stream.channels) == (16_000, 1)
        assert container.duration is not None
        assert 120 <= container.duration / av.time_base <= 300
