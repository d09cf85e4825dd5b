"""The queue in a real browser, with the real model: it goes on when the page, the browser and the app are closed."""

import time
import wave
from pathlib import Path

import numpy as np
import pytest
from at_rest import settle, until
from conftest import Complaints, chromium, running_app
from test_accessibility import OVERFLOW, complaints

from assistant.transcribe.audio import Recording
from assistant.transcribe.queue import worker_is_there
from store.interviews import add_interview, interview, interviews
from store.job_steps import fail_job, keep_progress, take_next
from store.job_values import JobState, Wanted
from store.jobs import cancel_job, jobs, pause_job, queue_job
from store.transcripts import transcript

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).parents[2] / "samples" / "recordings" / "I4.mp3"
PATIENCE_S = 180


def cut(path: Path, start_ms: int, length_ms: int) -> Path:
    """A stretch of a sample as a recording of its own."""
    with Recording(SAMPLE) as sound:
        samples = sound.read(start_ms, length_ms)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((samples * 32_000).astype(np.int16).tobytes())
    return path


@pytest.fixture
def spoken(study, tmp_path):
    """I3 and I4 are stretches of real speech of twenty seconds."""
    for label, start_ms in (("I3", 0), ("I4", 40_000)):
        sound = cut(tmp_path / f"{label}.wav", start_ms, 20_000)
        add_interview(study, sound, "recording", label=label, duration_ms=20_000)
    return study


def opened(browser, address: str):
    tab = browser.new_page()
    said = Complaints(tab)
    tab.goto(f"{address}/recordings")
    tab.locator("h1.page-title", has_text="Recordings").wait_for()
    settle(tab)
    return tab, said


@pytest.mark.models
def test_both_get_their_transcripts_although_everything_is_closed(spoken, tmp_path):
    """Queued by one click; then page, browser and app are closed at once. Opened again, both can be read."""
    place = tmp_path / "first"
    place.mkdir()
    with running_app(spoken.folder, place) as address, chromium(place) as browser:
        tab, said = opened(browser, address)
        tab.locator(".st-key-recording_all_in button").click()
        tab.locator(".notice.good", has_text="Queued: I3, I4.").wait_for()
        tab.close()
        assert said.found == []
    assert {str(job.state) for job in jobs(spoken)} <= {"waiting", "running"}, "nothing was done before it was closed"
    end = time.monotonic() + PATIENCE_S
    while any(job.state in (JobState.WAITING, JobState.RUNNING) for job in jobs(spoken)) and time.monotonic() < end:
        time.sleep(0.5)
    assert [(job.interview, job.state, job.why) for job in jobs(spoken)] == [
        ("I3", JobState.DONE, ""),
        ("I4", JobState.DONE, ""),
    ]
    assert all(interview(spoken, label).transcribed for label in ("I3", "I4"))
    assert all(len(transcript(spoken, label).text.split()) > 20 for label in ("I3", "I4"))
    place = tmp_path / "second"
    place.mkdir()
    with running_app(spoken.folder, place) as address, chromium(place) as browser:
        tab, _ = opened(browser, address)
        tab.get_by_role("link", name="Read I4").click()
        tab.locator("h1.page-title", has_text="Transcripts").wait_for()
        until(tab, "() => document.querySelector('.st-key-transcript_interview input').value.endsWith('I4')")
        assert tab.get_by_label("Coder", exact=True).input_value() == "Ana"
    assert not worker_is_there(spoken)


@pytest.mark.models
def test_the_page_follows_the_queue_by_itself(page, spoken):
    """Nobody clicks or loads the page again: what is done moves to those with a transcript, and then all is at rest."""
    cancel_after = interview(spoken, "I4").id
    page.get_by_role("link", name="Recordings", exact=True).click()
    page.locator("h1.page-title", has_text="Recordings").wait_for()
    settle(page)
    page.locator(".st-key-recording_all_in button").click()
    page.locator(".notice.good", has_text="Queued: I3, I4.").wait_for()
    page.locator(f".st-key-recording_cancel_{cancel_after} button").click()
    page.locator(".notice.good", has_text="I4 is not in the queue any more").wait_for()
    page.get_by_role("link", name="Read I3").wait_for(timeout=PATIENCE_S * 1_000)
    page.locator(".notice.good", has_text="I3 has its transcript.").wait_for()
    page.get_by_text("Nothing waits.").wait_for()
    assert {job.interview: str(job.state) for job in jobs(spoken)} == {"I3": "done", "I4": "cancelled"}


def test_every_state_can_be_read_by_everybody(page, study, tmp_path, address):
    """A running, waiting, paused, failed, cancelled and untouched recording: nothing for axe, nothing cut off."""
    for number in range(3, 9):
        (tmp_path / f"{'long name ' * 12}{number}.wav").write_bytes(bytes([number]) * 100)
        sound = tmp_path / f"{'long name ' * 12}{number}.wav"
        add_interview(study, sound, "recording", label=f"I{number}", duration_ms=3_600_000)
    for label in ("I3", "I4", "I5", "I6", "I7"):
        queue_job(study, label, Wanted("tiny.en", "en", "none"))
    fail_job(study, take_next(study).id, "The recording is missing; put it back, or add it again.")
    keep_progress(study, take_next(study).id, 900_000, 3_600_000, begun_ms=0, seconds=90.0)
    pause_job(study, "I5")
    cancel_job(study, "I6")
    assert len(interviews(study)) == 8
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in ((1280, 800), (853, 533)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.goto(f"{address}/recordings")
            page.locator(".recording-why").wait_for()
            settle(page)
            assert page.evaluate(OVERFLOW) == []
            assert complaints(page) == []
