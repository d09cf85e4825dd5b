"""What becomes of a run's scores when a transcript is corrected, and when that is taken back."""

import numpy as np
import pytest

from assistant.correction import correct, edit_text, set_role, undo
from assistant.segment import segment_new
from store.audit import verify
from store.codebook import keep_codebook
from store.interviews import add_interview
from store.runs import begin_run, keep_scores, load_scores
from store.segments import segments
from store.study import create_study
from store.transcripts import add_transcript, transcript
from store.values import Code, NewTurn, Role

ASKED = [0.5, 0.25, 0.75]


@pytest.fixture
def scored(tmp_path):
    """Three turns of two people, one code, and a complete run."""
    with create_study(tmp_path / "study") as study:
        (tmp_path / "a.txt").write_text("talk")
        add_interview(study, tmp_path / "a.txt", "transcript", label="I1")
        said = (("Ann", "We sow in May."), ("Ben", "And then we wait."), ("Ann", "In June it rains."))
        add_transcript(study, "I1", [NewTurn(text, speaker=name) for name, text in said], origin="import")
        segment_new(study)
        book = keep_codebook(study, [Code("c1", "Weather")], coder="Ana", reason="")
        run = begin_run(study, book.id, "model", {"seed": 1})
        found = segments(study, "I1")
        values = np.array([ASKED], np.float32).T
        signals = {"retrieval": values, "llm": values}
        keep_scores(study, run, found[0].transcript_id, [s.id for s in found], ["c1"], signals, complete=True)
        yield study, run


def scores(study, run):
    (found,) = [m for m in load_scores(study, run) if m.transcript_id == transcript(study, "I1").id]
    assert list(found.segments) == [s.id for s in segments(study, "I1") if s.role is not Role.INTERVIEWER]
    return found.complete, {name: signal.ravel().tolist() for name, signal in found.signals.items()}


def test_a_changed_segment_is_to_be_asked_about_again_and_the_others_keep_their_scores(scored):
    """The signal that tells of the meaning stays for all."""
    study, run = scored
    correct(study, "I1", edit_text(1, "And then we rest."), coder="Ana")
    complete, found = scores(study, run)
    assert not complete
    assert found["retrieval"] == ASKED
    assert np.isnan(found["llm"]).tolist() == [False, True, False]
    assert [found["llm"][0], found["llm"][2]] == [ASKED[0], ASKED[2]]


@pytest.mark.parametrize(
    "edit",
    [edit_text(1, "And then we rest."), set_role("Ben", Role.INTERVIEWER), set_role("Ann", Role.INTERVIEWER)],
    ids=["words", "role of one", "role of another"],
)
def test_what_is_taken_back_brings_its_scores_back(scored, edit):
    """A model that took a night to answer is not asked again because of a slip of the mouse."""
    study, run = scored
    correct(study, "I1", edit, coder="Ana")
    undo(study, "I1", coder="Ana")
    assert scores(study, run) == (True, {"retrieval": ASKED, "llm": ASKED})
    assert verify(study).faults == ()


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_signal_of_which_nothing_is_known_yet_says_nothing_on_the_way(tmp_path):
    """A warning of the library that counts is nothing for whoever corrects a word; its codes stay unknown."""
    with create_study(tmp_path / "study") as study:
        (tmp_path / "a.txt").write_text("talk")
        add_interview(study, tmp_path / "a.txt", "transcript", label="I1")
        add_transcript(study, "I1", [NewTurn("We sow in May."), NewTurn("In June it rains.")], origin="import")
        segment_new(study)
        book = keep_codebook(study, [Code("c1", "Weather"), Code("c2", "Seed")], coder="Ana", reason="")
        run = begin_run(study, book.id, "model", {"seed": 1})
        found = segments(study, "I1")
        values = np.full((len(found), 2), np.nan, np.float32)
        values[:, 0] = 0.5
        keep_scores(
            study, run, found[0].transcript_id, [s.id for s in found], ["c1", "c2"], {"llm": values}, complete=False
        )
        correct(study, "I1", edit_text(1, "In July it rains."), coder="Ana")
        _, carried = scores(study, run)
        assert np.isnan(carried["llm"]).sum() == 3
