import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from fake_listener import FakeListener
from fake_recogniser import FakeRecogniser, loud_stretches
from typer.testing import CliRunner

import assistant.transcribe
from assistant.cli.transcribe import plain_lines, transcribe_command
from store.interviews import add_interview
from store.study import Study

Writer = Callable[..., Path]

app = typer.Typer()
app.command()(transcribe_command)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeRecogniser:
    """The command with a recogniser that needs no model."""
    recogniser = FakeRecogniser()
    real = assistant.transcribe.transcribe_all
    with_fake = functools.partial(real, recogniser=recogniser, listener=FakeListener(), find=loud_stretches)
    monkeypatch.setattr(assistant.transcribe, "transcribe_all", with_fake)
    return recogniser


@pytest.fixture
def three(study: Study, speech_wav: Writer) -> Study:
    add_interview(study, speech_wav("a.wav", 5, (1, 2)), "recording", label="I1")
    add_interview(study, speech_wav("quiet.wav", 3), "recording", label="I2")
    add_interview(study, speech_wav("b.wav", 400, (1, 2), (200, 202), (390, 392)), "recording", label="I3")
    return study


def run(study: Study, *options: str):
    return CliRunner().invoke(app, [str(study.folder), *options])


def test_json_holds_each_outcome_and_nothing_else(three: Study, fake: FakeRecogniser) -> None:
    """stdout is one JSON object with what was heard and what failed; the sentence is also on stderr, status 1."""
    done = run(three, "--json")
    found = json.loads(done.stdout)
    first, second = found["interviews"]
    assert {key: first[key] for key in first if key != "seconds"} == {
        "interview": "I1",
        "duration_ms": 5_000,
        "language": "de",
        "turns": 1,
        "words": 1,
        "model": "fake",
        "resumed_from_ms": 0,
        "speakers": ["Speaker 1"],
        "notices": ["Taken as participants: Speaker 1; nobody looks like the interviewer."],
    }
    assert (second["interview"], second["turns"]) == ("I3", 3)
    assert [failure["interview"] for failure in found["failed"]] == ["I2"]
    assert found["failed"][0]["why"] in done.stderr
    assert done.exit_code == 1


def test_all_well_is_status_0(three: Study, fake: FakeRecogniser) -> None:
    """Where every named recording gets a transcript, the status is 0 and stdout says what came of each."""
    done = run(three, "--interview", "I1", "--interview", "I3")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("I1: 0:05 heard in")
    assert "3 turns of 1 speaker, 3 words" in done.stdout


def test_nothing_left_to_do_is_said(study: Study, fake: FakeRecogniser) -> None:
    """A study without waiting recordings is no failure."""
    done = run(study)
    assert (done.exit_code, done.stdout) == (0, "Every recording of this study has its transcript.\n")
    assert json.loads(run(study, "--json").stdout) == {"interviews": [], "failed": []}


def test_progress_is_plain_lines_without_a_terminal(three: Study, fake: FakeRecogniser) -> None:
    """Elsewhere than on a terminal each window gives a line on stderr with per cent and time left."""
    done = run(three, "--interview", "I3", "--json")
    lines = [line for line in done.stderr.splitlines() if line.startswith("I3  ")]
    assert lines[0] == "I3  0 %"
    assert lines[-1] == "I3  100 %  0:00 left"
    assert len(lines) > 3


def test_the_time_left_follows_from_this_run(capsys: pytest.CaptureFixture[str]) -> None:
    """A resumed run does not count what an earlier one heard when it says how long it still takes."""
    seconds = iter([10.0, 20.0])
    report = plain_lines(lambda: next(seconds))
    report("I4", 300_000, 1_000_000)
    report("I4", 400_000, 1_000_000)
    assert capsys.readouterr().err.splitlines() == ["I4  30 %", "I4  40 %  1:00 left"]


def test_the_same_line_of_progress_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A finished recording that is looked at again does not say twice that it is finished."""
    report = plain_lines(lambda: 1.0)
    report("I4", 1_000, 1_000)
    report("I4", 1_000, 1_000)
    assert capsys.readouterr().err == "I4  100 %\n"


@pytest.mark.parametrize("value", ["two", "0", "-1"])
def test_a_senseless_number_of_speakers_is_wrong_usage(value: str, three: Study, fake: FakeRecogniser) -> None:
    """Status 2, and nothing is heard."""
    assert run(three, f"--speakers={value}").exit_code == 2
    assert fake.heard == []


def test_an_interview_that_does_not_exist_is_named(three: Study, fake: FakeRecogniser) -> None:
    """A wrong label is a failure with the labels there are."""
    done = run(three, "--interview", "I9")
    assert done.exit_code == 1
    assert "There is no interview I9" in done.stderr
