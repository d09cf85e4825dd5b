from functools import partial

import numpy as np
import pytest
from fake_cluster import CARRY_OUT, CancelledError, FakeCluster, not_found
from fake_recogniser import FakeRecogniser, loud_stretches
from made_sound import tone, write_wav

from assistant.fanout import recordings as room
from assistant.fanout import tasks, transcribe_spread
from assistant.fanout.cluster import SchedulerLostError
from assistant.fanout.tools import Tools
from assistant.settings import load_settings
from assistant.transcribe.away import Models, hear_order
from assistant.transcribe.transcription import waiting
from store.audit import verify
from store.config import keep_table
from store.errors import ConflictError, InvalidInputError
from store.hosts import ALLOWED_HOSTS
from store.interviews import add_interview
from store.study import create_study
from store.transcripts import transcript


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """Workers hear with a fake, in this process."""
    fake = FakeRecogniser()
    monkeypatch.setattr(room, "_models", lambda *_: Models("fake", fake.identity))
    monkeypatch.setattr(Tools, "recogniser", lambda *_: FakeRecogniser())
    monkeypatch.setattr(tasks, "hear_order", partial(hear_order, find=loud_stretches))


@pytest.fixture
def talks(tmp_path):
    """A study of five recordings."""
    with create_study(tmp_path / "study") as study:
        for number in range(1, 6):
            samples = np.concatenate([tone(2, 16_000, 300 + 50 * number), np.zeros(16_000, np.int16)])
            path = write_wav(tmp_path / f"I{number}.wav", samples)
            add_interview(study, path, "recording", label=f"I{number}")
        yield study


def spread(study, cluster, labels=None, **options):
    return transcribe_spread(study, load_settings(), cluster, labels, **options)


def here(name, workers):
    return CARRY_OUT


def test_every_recording_is_heard_once_and_kept(talks):
    """All in, nothing double, the chain whole; a second round has nothing to do."""
    told = []
    outcome = spread(talks, FakeCluster(here), progress=lambda *each: told.append(each))
    assert sorted(each.transcript.interview for each in outcome.done) == [f"I{n}" for n in range(1, 6)]
    assert outcome.failed == ()
    assert transcript(talks, "I3").text == "beep0"
    assert sorted(told) == [(f"I{n}", 3_000, 3_000) for n in range(1, 6)]
    assert spread(talks, FakeCluster(here)) == type(outcome)((), ())
    assert verify(talks).faults == ()


def test_one_that_fails_does_not_stop_the_others(talks):
    """Each failure is a sentence with the recording's name."""

    def answer(name, workers):
        return not_found(workers[0], "failed", "I2 is damaged.") if name.startswith("I2 ") else CARRY_OUT

    outcome = spread(talks, FakeCluster(answer))
    assert [(f.interview, f.why) for f in outcome.failed] == [("I2", "I2 is damaged.")]
    assert len(outcome.done) == 4
    assert waiting(talks) == ("I2",)


def test_a_name_that_is_not_there_is_a_failure_and_not_the_end(talks):
    """As without workers."""
    outcome = spread(talks, FakeCluster(here), ["I9", "I1"])
    assert [failure.interview for failure in outcome.failed] == ["I9"]
    assert [each.transcript.interview for each in outcome.done] == ["I1"]


def test_a_recording_that_is_gone_is_said_by_whoever_looks(talks):
    """The study's folder may be elsewhere on this machine; each worker says what it lacks."""
    (talks.folder / "media").rename(talks.folder / "elsewhere")
    outcome = spread(talks, FakeCluster(here))
    assert len(outcome.failed) == 5
    assert all("--media-url" in failure.why for failure in outcome.failed)
    done = spread(talks, FakeCluster(here), media_url=(talks.folder / "elsewhere").as_uri())
    assert len(done.done) == 5


def test_a_recording_that_was_changed_is_not_heard(talks):
    """Its hash is that of what was added."""
    path = min((talks.folder / "media").iterdir())
    path.write_bytes(path.read_bytes() + b"\0")
    (failure,) = spread(talks, FakeCluster(here)).failed
    assert "not the one that was added" in failure.why


def test_a_lost_scheduler_leaves_what_came_in(talks):
    """The next round goes on with the rest."""
    cluster = FakeCluster(lambda name, workers: CancelledError() if name.startswith("I3 ") else CARRY_OUT)
    with pytest.raises(SchedulerLostError):
        spread(talks, cluster)
    left = waiting(talks)
    assert "I3" in left
    assert len(left) < 5
    again = spread(talks, FakeCluster(here))
    assert sorted(each.transcript.interview for each in again.done) == sorted(left)
    assert verify(talks).faults == ()


def test_where_the_study_keeps_its_recordings_is_read_from_its_settings(talks, monkeypatch):
    """An address that this machine does not allow is refused before anything is sent."""
    monkeypatch.delenv(ALLOWED_HOSTS, raising=False)
    keep_table(talks.folder, "media", {"url": "https://media.example.org/study"})
    cluster = FakeCluster(here)
    with pytest.raises(InvalidInputError, match=ALLOWED_HOSTS):
        spread(talks, cluster)
    assert cluster.sent == []
    keep_table(talks.folder, "media", {"url": (talks.folder / "media").as_uri()})
    assert len(spread(talks, cluster).done) == 5


def test_an_address_that_is_no_text_is_said(talks):
    """Whatever somebody wrote into the file."""
    with (talks.folder / "interview.toml").open("a", encoding="utf-8") as file:
        file.write("\n[media]\nurl = 7\n")
    with pytest.raises(InvalidInputError, match=r"interview\.toml"):
        spread(talks, FakeCluster(here))


def test_two_at_once_are_refused(talks):
    """The same lock as without workers: nothing is heard twice."""

    def answer(name, workers):
        with pytest.raises(ConflictError, match="Another process"):
            spread(talks, FakeCluster(here))
        return CARRY_OUT

    assert len(spread(talks, FakeCluster(answer)).done) == 5


@pytest.mark.sqlite
def test_an_encrypted_study_sends_nothing(tmp_path):
    """What workers get lies open in their memory."""
    with create_study(tmp_path / "sealed", passphrase="correct horse battery staple") as study:
        cluster = FakeCluster(here)
        with pytest.raises(InvalidInputError, match="encrypted"):
            spread(study, cluster)
        assert cluster.sent == []
