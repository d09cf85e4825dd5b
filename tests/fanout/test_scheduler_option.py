"""`--scheduler`, `--media-url` and `interview worker`, as a person types them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import _needs_sockets
from store.hosts import ALLOWED_HOSTS
from store.study import create_study


def interview(*words, **environment):
    """Run a command in a process of its own, sealed or not as it decides; its status and what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if name != ALLOWED_HOSTS} | environment,
    )
    return done.returncode, done.stderr


@pytest.fixture
def folder(tmp_path):
    """An empty study."""
    create_study(tmp_path / "study").close()
    return str(tmp_path / "study")


@pytest.mark.parametrize("words", [["transcribe"], pytest.param(["suggest"], marks=pytest.mark.models)])
def test_a_scheduler_elsewhere_is_refused_in_a_sentence(folder, words):
    """A name that was typed wrong, or that this machine does not allow; nothing is looked up."""
    if words == ["suggest"]:
        words = [*words, "--llm", "none"]
    status, said = interview(words[0], folder, *words[1:], "--scheduler", "tcp://workers.example.org:8786")
    assert status == 1
    assert ALLOWED_HOSTS in said
    assert said.count("\n") == 1


def test_what_is_no_address_is_said(folder):
    """With how one is written."""
    status, said = interview("transcribe", folder, "--scheduler=workers")
    assert (status, "tcp://host:8786" in said) == (1, True)


def test_an_address_of_recordings_is_for_workers(folder):
    """Without a scheduler it would be passed over in silence."""
    status, said = interview("transcribe", folder, "--media-url", "s3://bucket/study")
    assert status == 2
    assert "--scheduler" in said


def test_a_worker_goes_to_no_machine_that_is_not_allowed():
    """The same rule on the worker's side."""
    status, said = interview("worker", "--scheduler", "tcp://192.0.2.7:8786")
    assert (status, ALLOWED_HOSTS in said) == (1, True)


def test_a_worker_says_that_nobody_answers():
    """Port 9 of this machine answers nobody."""
    pytest.importorskip("distributed", reason="Dask is not installed (the extra `servers`)")
    status, said = interview("worker", "--scheduler", "tcp://127.0.0.1:9")
    assert (status, "dask scheduler" in said) == (1, True)


def test_a_worker_of_a_scheduler_here_does_not_listen_elsewhere():
    """It would let others in for nothing."""
    status, said = interview("worker", "--scheduler", "tcp://127.0.0.1:9", "--host", "192.0.2.8")
    assert (status, "--host" in said) == (1, True)


def test_only_commands_that_talk_to_others_keep_sockets():
    """All else is sealed, also a study of that name."""
    assert _needs_sockets(["transcribe", "study", "--scheduler", "tcp://127.0.0.1:8786"])
    assert _needs_sockets(["suggest", "--scheduler=tcp://127.0.0.1:8786", "study"])
    assert _needs_sockets(["worker"])
    assert not _needs_sockets(["transcribe", "study"])
    assert not _needs_sockets(["transcribe", "worker"])
    assert not _needs_sockets([])
