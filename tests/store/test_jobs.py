"""The queue of recordings: one job for each, in an order a person chooses, with honest answers to senseless wishes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.audit import verify
from store.erase import erase_interview
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.event_log import last_event
from store.interviews import add_interview
from store.job_steps import fail_job, finish_job, job_state, keep_progress, put_back, recover, take_next
from store.job_values import JobState, Wanted
from store.jobs import cancel_job, jobs, move_job, pause_job, queue_job, resume_job, retry_job
from store.study import create_study
from store.transcripts import add_transcript
from store.values import NewTurn

LABELS = ("I1", "I2", "I3", "I4")


@pytest.fixture
def study(tmp_path):
    with create_study(tmp_path / "study") as made:
        for number, label in enumerate(LABELS):
            sound = tmp_path / f"{label}.wav"
            sound.write_bytes(bytes([number]) * 100)
            add_interview(made, sound, "recording", label=label, duration_ms=60_000)
        yield made


def order(study) -> list[str]:
    return [job.interview for job in jobs(study) if job.state in (JobState.WAITING, JobState.PAUSED)]


def states(study) -> dict[str, str]:
    return {job.interview: str(job.state) for job in jobs(study)}


def queue_all(study, labels=LABELS) -> None:
    for label in labels:
        queue_job(study, label)


def test_a_recording_is_queued_once(study):
    """Queueing again changes nothing but the wishes, and keeps the place."""
    queue_all(study)
    queue_job(study, "I2", Wanted("base", "de", "2"))
    assert order(study) == list(LABELS)
    assert [job.wanted for job in jobs(study)].count(Wanted("base", "de", "2")) == 1
    assert {job.total_ms for job in jobs(study)} == {60_000}
    assert jobs(study)[0].file == "I1.wav"


def test_what_is_being_transcribed_is_not_changed_beneath_it(study):
    """Queued again as it is, nothing happens; otherwise it is refused with what to do."""
    queue_job(study, "I1")
    take_next(study)
    assert queue_job(study, "I1").state is JobState.RUNNING
    with pytest.raises(ConflictError, match=r"I1 is being transcribed; cancel it first"):
        queue_job(study, "I1", Wanted("base"))


def test_the_queue_is_in_the_order_a_person_gave_it(study):
    """Up, down and first move one; at the ends nothing happens; the worker takes them in that order."""
    queue_all(study, ("I1", "I2", "I3"))
    move_job(study, "I3", "up")
    assert order(study) == ["I1", "I3", "I2"]
    move_job(study, "I1", "down")
    move_job(study, "I3", "up")
    assert order(study) == ["I3", "I1", "I2"]
    move_job(study, "I2", "first")
    move_job(study, "I1", "down")
    assert order(study) == ["I2", "I3", "I1"]
    queue_job(study, "I4", first=True)
    taken = [take_next(study).interview for _ in range(4)]
    assert taken == ["I4", "I2", "I3", "I1"]
    assert take_next(study) is None


def test_a_running_one_that_is_paused_comes_before_the_others(study):
    """Whatever was moved meanwhile, its place is its own."""
    queue_all(study)
    take_next(study)
    move_job(study, "I3", "first")
    pause_job(study, "I1")
    assert order(study) == ["I1", "I3", "I2", "I4"]
    assert len({job.priority for job in jobs(study)}) == 4


def test_the_worker_passes_over_what_is_paused(study):
    """A paused recording keeps its place, and is taken when it is resumed."""
    queue_all(study, ("I1", "I2"))
    pause_job(study, "I1")
    assert order(study) == ["I1", "I2"]
    assert take_next(study).interview == "I2"
    assert take_next(study) is None
    resume_job(study, "I1")
    assert take_next(study).interview == "I1"


def test_a_running_one_is_paused_with_what_was_heard(study):
    """The state changes at once, progress still arrives, a failure afterwards does not undo the pause."""
    queue_job(study, "I1")
    job = take_next(study)
    pause_job(study, "I1")
    assert job_state(study, job.id) is JobState.PAUSED
    keep_progress(study, job.id, 20_000, 61_000, begun_ms=0, seconds=4.0)
    fail_job(study, job.id, "late")
    (now,) = jobs(study)
    assert (now.state, now.done_ms, now.total_ms, now.why) == (JobState.PAUSED, 20_000, 61_000, "")
    assert now.speed == pytest.approx(5.0)


def test_the_speed_counts_only_what_this_run_heard(study):
    """What an earlier run heard makes this one no faster, and nothing heard is no speed."""
    queue_job(study, "I1")
    job = take_next(study)
    assert jobs(study)[0].speed is None
    keep_progress(study, job.id, 30_000, 60_000, begun_ms=30_000, seconds=0.0)
    assert jobs(study)[0].speed is None
    keep_progress(study, job.id, 50_000, 60_000, begun_ms=30_000, seconds=10.0)
    assert jobs(study)[0].speed == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("act", "before", "says"),
    [
        (pause_job, "failed", "I1 is failed, so there is nothing to pause."),
        (resume_job, "failed", "nothing to resume"),
        (resume_job, "cancelled", "nothing to resume"),
        (retry_job, "paused", "nothing to try again"),
        (cancel_job, "done", "nothing to cancel"),
    ],
)
def test_what_makes_no_sense_is_said(act, before, says, study):
    """A sentence that names the recording and its state; nothing changes."""
    bring(study, before)
    with pytest.raises(ConflictError, match=says):
        act(study, "I1")
    assert states(study) == {"I1": before}


def bring(study, state: str) -> None:
    queue_job(study, "I1")
    match state:
        case "failed":
            fail_job(study, take_next(study).id, "It broke.")
        case "cancelled":
            cancel_job(study, "I1")
        case "paused":
            pause_job(study, "I1")
        case "done":
            finish_job(study, take_next(study).id)


@pytest.mark.parametrize("act", [pause_job, resume_job, cancel_job, retry_job, lambda s, i: move_job(s, i, "up")])
def test_what_is_not_queued_is_said(act, study):
    """Neither a recording without a job nor an unknown label passes in silence."""
    with pytest.raises(ConflictError, match="I1 is not in the queue"):
        act(study, "I1")
    with pytest.raises(NotFoundError, match="There is no interview I9"):
        act(study, "I9")


def test_asking_twice_is_asking_once(study):
    """Every act may come again, as from a second click."""
    queue_job(study, "I1")
    for act, state in (
        (pause_job, "paused"),
        (resume_job, "waiting"),
        (cancel_job, "cancelled"),
        (retry_job, "waiting"),
    ):
        act(study, "I1")
        act(study, "I1")
        assert states(study) == {"I1": state}


def test_a_failure_can_be_tried_again_at_the_end_of_the_queue(study):
    """Its sentence is there until then, what was heard stays."""
    queue_all(study, ("I1", "I2"))
    job = take_next(study)
    keep_progress(study, job.id, 10_000, 60_000, begun_ms=0, seconds=1.0)
    fail_job(study, job.id, "It broke.")
    failed = next(each for each in jobs(study) if each.interview == "I1")
    assert (failed.state, failed.why, failed.ended_at is None) == (JobState.FAILED, "It broke.", False)
    again = retry_job(study, "I1")
    assert (again.why, again.done_ms, again.ended_at) == ("", 10_000, None)
    assert order(study) == ["I2", "I1"]


def test_only_recordings_without_a_transcript_are_queued(study, tmp_path):
    """A transcript file and a recording that has its transcript are refused."""
    text = tmp_path / "t.txt"
    text.write_text("Hello.", encoding="utf-8")
    add_interview(study, text, "transcript", label="T1")
    with pytest.raises(InvalidInputError, match=r"T1 \(t.txt\) is a transcript, not a recording"):
        queue_job(study, "T1")
    add_transcript(study, "I1", [NewTurn(text="Hello.")], origin="import")
    with pytest.raises(ConflictError, match=r"I1 \(I1.wav\) has a transcript already"):
        queue_job(study, "I1")
    with pytest.raises(NotFoundError):
        queue_job(study, "I9")
    assert jobs(study) == ()


def test_one_that_got_its_transcript_otherwise_is_done(study):
    """The worker does not fail on what somebody transcribed by hand meanwhile."""
    queue_all(study, ("I1", "I2"))
    add_transcript(study, "I1", [NewTurn(text="Hello.")], origin="transcription")
    assert take_next(study).interview == "I2"
    assert states(study)["I1"] == "done"


def test_a_dead_worker_leaves_nothing_running(study):
    """It waits again at its place; where two workers died at the same place it fails, and can be tried again."""
    queue_all(study, ("I1", "I2"))
    job = take_next(study)
    keep_progress(study, job.id, 10_000, 60_000, begun_ms=0, seconds=1.0)
    assert recover(study) == ("I1",)
    assert order(study) == ["I1", "I2"]
    job = take_next(study)
    keep_progress(study, job.id, 20_000, 60_000, begun_ms=10_000, seconds=1.0)
    recover(study)
    assert states(study)["I1"] == "waiting", "it got on between the two deaths"
    take_next(study)
    recover(study)
    failed = next(each for each in jobs(study) if each.interview == "I1")
    assert (failed.state, failed.done_ms) == (JobState.FAILED, 20_000)
    assert "I1 (I1.wav) ended twice at the same place" in failed.why
    assert recover(study) == ()
    retry_job(study, "I1")
    move_job(study, "I1", "first")
    take_next(study)
    recover(study)
    assert states(study)["I1"] == "waiting"


def test_a_worker_that_is_told_to_end_puts_back_what_it_has(study):
    """The place is kept; what was cancelled at that moment stays cancelled."""
    queue_all(study, ("I1", "I2"))
    put_back(study, take_next(study).id)
    assert order(study) == ["I1", "I2"]
    job = take_next(study)
    cancel_job(study, "I1")
    put_back(study, job.id)
    assert states(study)["I1"] == "cancelled"


def test_an_erased_interview_takes_its_job_with_it(study):
    """Also while a worker has it; what the worker still writes goes nowhere."""
    queue_all(study, ("I1", "I2"))
    job = take_next(study)
    erase_interview(study, "I1", coder="ana")
    assert job_state(study, job.id) is None
    keep_progress(study, job.id, 1, 2, begun_ms=0, seconds=1.0)
    finish_job(study, job.id)
    fail_job(study, job.id, "x")
    put_back(study, job.id)
    assert states(study) == {"I2": "waiting"}


def test_work_is_no_research(study):
    """The queue leaves no event, and the chain of those there are holds."""
    before = last_event(study)
    queue_all(study)
    pause_job(study, "I2")
    finish_job(study, take_next(study).id)
    assert last_event(study) == before
    assert verify(study).first_broken is None


acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["queue", "first", "pause", "resume", "cancel", "retry", "up", "down", "take", "fail", "recover"]
        ),
        st.sampled_from(LABELS),
    ),
    max_size=30,
)


@settings(max_examples=80, deadline=None)
@given(acts)
def test_whatever_is_done_there_is_one_job_each_and_one_order(made_once_jobs, steps):
    """Any order of acts leaves at most one job for a recording, and different places for those in the queue."""
    study = made_once_jobs
    running = None
    for act, label in steps:
        try:
            match act:
                case "queue" | "first":
                    queue_job(study, label, first=act == "first")
                case "up" | "down":
                    move_job(study, label, act)
                case "take":
                    running = running or take_next(study)
                case "fail":
                    if running:
                        fail_job(study, running.id, "x")
                        running = None
                case "recover":
                    recover(study)
                    running = None
                case _:
                    {"pause": pause_job, "resume": resume_job, "cancel": cancel_job, "retry": retry_job}[act](
                        study, label
                    )
        except ConflictError:
            pass  # what makes no sense now is refused, and changes nothing
        found = jobs(study)
        assert len({job.interview for job in found}) == len(found)
        assert sum(job.state is JobState.RUNNING for job in found) <= 1
        places = [job.priority for job in found if job.state in (JobState.WAITING, JobState.PAUSED)]
        assert places == sorted(set(places))
    recover(study)


@pytest.fixture(scope="module")
def made_once_jobs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    with create_study(folder / "study") as made:
        for number, label in enumerate(LABELS):
            (folder / f"{label}.wav").write_bytes(bytes([number]) * 100)
            add_interview(made, folder / f"{label}.wav", "recording", label=label, duration_ms=60_000)
        yield made
