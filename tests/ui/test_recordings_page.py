"""The recordings page: each recording with its state and what can be done with it. The worker is tested apart."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from small_study import silence

from assistant.models import catalogue
from assistant.models.record import ModelRecord, measured, write_record
from assistant.transcribe.queue import QUEUE_LOCK
from assistant.ui import recordings_moves
from store.errors import StudyError
from store.glossary import glossary
from store.interviews import add_interview, interview
from store.job_steps import fail_job, keep_progress, take_next
from store.job_values import Wanted
from store.jobs import cancel_job, jobs, pause_job, queue_job
from store.segments import unsegmented
from store.transcripts import add_transcript
from store.values import NewTurn

MODEL = "own-model"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one speech model and one for voices, which nothing here loads."""
    for name, role, like in ((MODEL, "whisper", "base"), ("own-voices", "speakers", "voices")):
        card = replace(catalogue.known_card(like), name=name, files={"model.bin": None})
        monkeypatch.setitem(catalogue._BY_NAME, name, card)
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(b"weights")
        files = (measured(folder, "model.bin"),)
        write_record(folder, ModelRecord(name=name, role=role, source="local", files=files))
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The studies for which a worker would have been started."""
    calls: list[str] = []
    monkeypatch.setattr(recordings_moves, "start_worker", lambda study: calls.append(study.guid))
    return calls


@pytest.fixture
def recorded(study, tmp_path):
    """I3, I4 and I5 are recordings of twenty, thirty and forty seconds without transcripts."""
    for number in (3, 4, 5):
        seconds = 10 * number - 10
        sound = silence(tmp_path / f"<b>{number}<b>.wav", seconds)
        add_interview(study, sound, "recording", label=f"I{number}", duration_ms=seconds * 1_000)
    return study


def html(app) -> str:
    return "\n".join(block.proto.body for block in app.get("html"))


def states(study) -> dict[str, str]:
    return {job.interview: str(job.state) for job in jobs(study)}


def press(app, study, name: str, label: str):
    """Click that button in the row of that recording."""
    return app.button(key=f"recording_{name}_{interview(study, label).id}").click().run()


def buttons(app, study, label: str) -> list[str]:
    number = str(interview(study, label).id)
    return [b.label for b in app.button if b.key.startswith("recording_") and b.key.rpartition("_")[2] == number]


def test_a_study_without_recordings_says_where_they_come_from(page: Callable, study) -> None:
    """I1 and I2 have their transcripts: nothing waits, and the recorded one can be read."""
    app = page("recordings")
    assert not app.exception
    said = html(app)
    assert "Nothing waits." in said
    assert 'href="transcripts?interview=I2&amp;visit=' in said
    assert "I1" not in said


def test_all_are_queued_as_the_fields_say(page: Callable, recorded, started: list[str]) -> None:
    """Model, language and speakers go with each; one worker is started; file names are text, not mark-up."""
    app = page("recordings")
    assert buttons(app, recorded, "I3") == ["Transcribe"]
    assert "&lt;b&gt;3&lt;b&gt;.wav" in html(app)
    app.selectbox(key="recording_model").set_value(MODEL).run()
    app.selectbox(key="recording_language").set_value("de").run()
    app.selectbox(key="recording_speakers").set_value("2").run()
    assert app.button(key="recording_all_in").label == "Transcribe all 3"
    app.button(key="recording_all_in").click().run()
    assert not app.exception
    assert [job.interview for job in jobs(recorded)] == ["I3", "I4", "I5"]
    assert {job.wanted for job in jobs(recorded)} == {Wanted(MODEL, "de", "2")}
    assert started == [recorded.guid]
    assert "Queued: I3, I4, I5." in html(app)
    assert "model own-model · German · speakers: 2" in html(app)


def test_one_is_queued_moved_paused_resumed_and_cancelled(page: Callable, recorded, started: list[str]) -> None:
    """Every button does what it says, and says that it did."""
    app = page("recordings")
    for label in ("I3", "I4", "I5"):
        press(app, recorded, "transcribe", label)
    assert buttons(app, recorded, "I5") == ["First", "Up", "Down", "Pause", "Cancel"]
    press(app, recorded, "first", "I5")
    press(app, recorded, "up", "I4")
    press(app, recorded, "down", "I5")
    assert [job.interview for job in jobs(recorded)] == ["I4", "I5", "I3"]
    press(app, recorded, "pause", "I4")
    assert "I4 is paused; what was heard of it is kept." in html(app)
    assert buttons(app, recorded, "I4") == ["Resume", "Cancel"]
    before = len(started)
    press(app, recorded, "resume", "I4")
    assert (states(recorded)["I4"], len(started)) == ("waiting", before + 1)
    press(app, recorded, "cancel", "I3")
    assert states(recorded)["I3"] == "cancelled"
    assert buttons(app, recorded, "I3") == ["Transcribe"]
    assert not app.exception


def test_what_runs_shows_how_far_and_how_fast(page: Callable, recorded) -> None:
    """A bar, the speed and the time left, for it and for the whole queue; nothing offers to start another worker."""
    queue_job(recorded, "I3", Wanted(MODEL))
    queue_job(recorded, "I5", Wanted(MODEL))
    job = take_next(recorded)
    keep_progress(recorded, job.id, 5_000, 20_000, begun_ms=0, seconds=0.001)
    pause_job(recorded, "I5")
    with FileLock(recorded.folder / QUEUE_LOCK):
        app = page("recordings")
        said = html(app)
        assert '<progress max="100" value="25" aria-label="I3: 25 % done">' in said
        assert "Being transcribed · 25 % · 5000.0 × as fast as spoken · a few seconds left" in said
        assert "1 recording to go, a few seconds in all." in said
        assert [b.key for b in app.button if b.key == "recording_go_on"] == []
        assert buttons(app, recorded, "I3") == ["Pause", "Cancel"]


def test_a_queue_that_nobody_works_off_can_go_on(page: Callable, recorded, started: list[str]) -> None:
    """After a restart of the machine the page says so, and one click starts the queue again."""
    queue_job(recorded, "I3")
    keep_progress(recorded, take_next(recorded).id, 5_000, 20_000, begun_ms=0, seconds=1.0)
    app = page("recordings")
    assert "Nobody works the queue off" in html(app)
    assert "Interrupted · 25 %" in html(app)
    app.button(key="recording_go_on").click().run()
    assert started == [recorded.guid]
    assert "The queue goes on." in html(app)


def test_a_failure_shows_its_sentence_and_can_be_tried_again(page: Callable, recorded, started: list[str]) -> None:
    """As it was wanted, or as the fields say now."""
    queue_job(recorded, "I3", Wanted(MODEL, "en"))
    fail_job(recorded, take_next(recorded).id, "The <b>disk</b> was full.")
    app = page("recordings")
    assert "The &lt;b&gt;disk&lt;/b&gt; was full." in html(app)
    assert buttons(app, recorded, "I3") == ["Try again", "Queue as above", "Cancel"]
    press(app, recorded, "try", "I3")
    (job,) = jobs(recorded)
    assert (str(job.state), job.wanted.language) == ("waiting", "en")
    fail_job(recorded, take_next(recorded).id, "It broke.")
    app = page("recordings")
    press(app, recorded, "queue", "I3")
    (job,) = jobs(recorded)
    assert (str(job.state), job.wanted.language) == ("waiting", "auto")
    assert len(started) == 2


def test_a_number_of_speakers_needs_the_model_that_tells_them_apart(page: Callable, recorded, models: Path) -> None:
    """It is said at once, not hours later; without telling apart it can be queued."""
    (models / "own-voices" / "model.bin").unlink()
    app = page("recordings")
    app.selectbox(key="recording_speakers").set_value("2").run()
    press(app, recorded, "transcribe", "I3")
    assert "interview models pull voices" in html(app)
    assert jobs(recorded) == ()
    app.selectbox(key="recording_speakers").set_value("none").run()
    press(app, recorded, "transcribe", "I3")
    assert states(recorded) == {"I3": "waiting"}


def test_what_cannot_be_done_is_said(page: Callable, recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else was faster, or the worker cannot be started: a sentence, and the page goes on."""
    app = page("recordings")
    add_transcript(recorded, "I3", [NewTurn(text="Hello.")], origin="import")
    press(app, recorded, "transcribe", "I3")
    assert "I3 (&lt;b&gt;3&lt;b&gt;.wav) has a transcript already" in html(app)

    def broken(study):
        msg = "The queue could not be started."
        raise StudyError(msg)

    monkeypatch.setattr(recordings_moves, "start_worker", broken)
    press(app, recorded, "transcribe", "I4")
    assert "The queue could not be started." in html(app)
    assert states(recorded) == {"I4": "waiting"}
    assert not app.exception


def test_without_room_the_queue_waits_and_says_why(
    page: Callable, recorded, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No worker is started that would end at once."""
    monkeypatch.setattr("assistant.transcribe.queue.NEEDED_BYTES", 10**18)
    app = page("recordings")
    press(app, recorded, "transcribe", "I3")
    assert "so no further recording is taken" in html(app)
    assert (states(recorded), started) == ({"I3": "waiting"}, [])


def test_without_a_model_the_page_says_how_to_get_one(page: Callable, recorded, models: Path, monkeypatch) -> None:
    """The buttons that need one cannot be pressed; what is queued can still be changed."""
    monkeypatch.setenv("INTERVIEW_MODELS_DIR", str(models / "none"))
    queue_job(recorded, "I3")
    app = page("recordings")
    assert "interview models pull tiny.en" in html(app)
    assert app.button(key=f"recording_transcribe_{interview(recorded, 'I4').id}").disabled
    press(app, recorded, "cancel", "I3")
    assert states(recorded) == {"I3": "cancelled"}


def test_what_got_its_transcript_is_said(page: Callable, recorded) -> None:
    """Instead of what was said before, once, and not for those that had theirs when the page was opened."""
    queue_job(recorded, "I3")
    app = page("recordings")
    press(app, recorded, "pause", "I3")
    assert "has its transcript." not in html(app)
    add_transcript(recorded, "I3", [NewTurn(text="Hello there.")], origin="transcription")
    app.run()
    assert "I3 has its transcript." in html(app)
    assert "I3 is paused" not in html(app)
    assert "Read I3" in html(app)


def test_a_transcript_that_arrives_is_cut_into_segments(page: Callable, recorded) -> None:
    """Whichever page is open, what the queue brings can be reviewed."""
    app = page("memos")
    add_transcript(recorded, "I3", [NewTurn(text="Hello there.")], origin="transcription")
    assert unsegmented(recorded) == ("I3",)
    app.run()
    assert unsegmented(recorded) == ()


def test_the_glossary_is_kept_under_the_coders_name(page: Callable, recorded) -> None:
    """One term a line; doubles and empty lines go, and what is too long is refused with what was typed left there."""
    app = page("recordings")
    app.text_area(key="recording_glossary").set_value(" METR \n\nQwen\nMETR").run()
    app.button(key="recording_glossary_keep").click().run()
    assert glossary(recorded) == ("METR", "Qwen")
    assert "The glossary is kept; it has 2 entries." in html(app)
    assert app.text_area(key="recording_glossary").value == "METR\nQwen"
    app.text_area(key="recording_glossary").set_value("x" * 200).run()
    app.button(key="recording_glossary_keep").click().run()
    assert "is too long for the glossary" in html(app)
    assert app.text_area(key="recording_glossary").value == "x" * 200
    assert glossary(recorded) == ("METR", "Qwen")


def test_a_cancelled_one_says_that_what_was_heard_is_kept(page: Callable, recorded) -> None:
    """So that nobody fears to lose an hour of work."""
    queue_job(recorded, "I3")
    keep_progress(recorded, take_next(recorded).id, 5_000, 20_000, begun_ms=0, seconds=1.0)
    cancel_job(recorded, "I3")
    app = page("recordings")
    assert "Taken out of the queue, what was heard is kept" in html(app)
