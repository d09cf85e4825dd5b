import threading
import time

import numpy as np
import psutil
import pytest

from assistant.llm import LabelPrompt, LlmClient, LlmCrashedError, PromptTooLongError
from assistant.llm.client import SUFFIXES_PER_REQUEST
from store.errors import InvalidInputError


def _gone(pid: int, seconds: float = 10.0) -> bool:
    try:
        psutil.Process(pid).wait(timeout=seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_scores_are_log_probabilities_in_the_order_given(client, prompt, passages):
    """Each suffix has its own row, each label its column, and the order of asking changes no number."""
    scores = client.score_labels(prompt, passages)
    assert scores.shape == (5, 4)
    assert scores.dtype == np.float32
    assert (np.exp(scores.astype(float)).sum(axis=1) <= 1.0).all()
    assert len({tuple(row) for row in scores}) == 5
    reverse = client.score_labels(prompt, passages[::-1])[::-1]
    np.testing.assert_allclose(reverse, scores, atol=0 if client.info()["parallel"] == 1 else 0.5)


def test_nothing_to_score_is_an_empty_table(client, prompt):
    """No suffix gives no row, yet keeps the number of columns."""
    assert client.score_labels(prompt, []).shape == (0, 4)


def test_second_client_meets_the_same_process(client, prompt, passages, request):
    """Two clients of one model share one process and see the same numbers."""
    fake = "fake" in request.node.name
    other = request.getfixturevalue("fake")() if fake else LlmClient(client._model_path, client._settings)
    with other:
        assert other.info()["pid"] == client.info()["pid"]
        np.testing.assert_array_equal(other.score_labels(prompt, passages), client.score_labels(prompt, passages))


def test_too_long_suffix_is_refused_and_named(client, prompt):
    """A suffix that does not fit is never cut: the error names it, also beyond the first request."""
    suffixes = ["short"] * SUFFIXES_PER_REQUEST + ["short", "word " * 9000, "short"]
    with pytest.raises(PromptTooLongError, match=f"number {SUFFIXES_PER_REQUEST + 2} ") as caught:
        client.score_labels(prompt, suffixes)
    assert caught.value.index == SUFFIXES_PER_REQUEST + 1


def test_label_of_several_tokens_is_refused(client, prompt):
    """A label that is no single token has no score at one position, and the sentence says so."""
    with pytest.raises(InvalidInputError, match="single token"):
        client.score_labels(LabelPrompt("s", "p", ("A", "incomprehensibilities")), ["x"])


def test_count_tokens_counts_each_text(client):
    """Longer texts have more tokens and an empty one has none."""
    empty, one, many = client.count_tokens(["", "rain", "rain fell on the roof all night"])
    assert empty == 0
    assert 1 <= one < many


def test_chat_stops_at_the_length(client):
    """No more tokens come than were asked for, and the answer says why it ended."""
    answer = client.chat([{"role": "user", "content": "Count from one to a hundred in words please"}], max_tokens=3)
    assert answer.completion_tokens == 3
    assert answer.stopped_by == "length"
    assert answer.text


def test_killed_process_comes_back_with_the_same_numbers(client, prompt, passages):
    """SIGKILL between two requests costs a restart and nothing else."""
    before = client.score_labels(prompt, passages)
    pid = client.info()["pid"]
    psutil.Process(pid).kill()
    np.testing.assert_array_equal(client.score_labels(prompt, passages), before)
    assert client.info()["pid"] != pid


def test_kill_in_the_middle_of_scoring_loses_no_row(client, prompt, passages, plan):
    """SIGKILL while a request is under way: it is repeated, and every row is what an undisturbed run gives."""
    repeats = 10 if client.info()["model"] == "stand-in" else 2
    many = [f"{i}. {text}" for i in range(repeats) for text in passages]
    undisturbed = client.score_labels(prompt, many)
    (plan / "slow").write_text("0.5", encoding="utf-8")
    pid = client.info()["pid"]
    found = []
    asking = threading.Thread(target=lambda: found.append(client.score_labels(prompt, many)))
    asking.start()
    time.sleep(0.25)
    assert asking.is_alive()
    psutil.Process(pid).kill()
    asking.join(timeout=120)
    np.testing.assert_array_equal(found[0], undisturbed)
    assert client.info()["pid"] != pid


def test_two_crashes_end_in_a_sentence(fake, plan, prompt):
    """The second crash in one request is reported with model, exit status, the log's gist and what to do."""
    client = fake()
    (plan / "score_labels").write_text("2", encoding="utf-8")
    with pytest.raises(LlmCrashedError) as caught:
        client.score_labels(prompt, ["x"])
    for part in ("stand-in.gguf", "exit status 7", "told to die", "interview doctor"):
        assert part in str(caught.value)
    assert client.score_labels(prompt, ["x"]).shape == (1, 4)


def test_crash_in_the_self_test_falls_back_to_plain_weights(fake, plan):
    """When the CPU's fast path kills the process at its first decode, it is started again without it."""
    (plan / "self_test").write_text("1", encoding="utf-8")
    assert fake().info()["use_extra_bufts"] is False
    first, second = (plan / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert "--no-extra-bufts" not in first
    assert "--no-extra-bufts" in second


def test_crash_also_without_the_fast_path_ends_in_a_sentence(fake, plan):
    """A model that dies in both self-tests is reported, not tried for ever."""
    (plan / "self_test_always").write_text("2", encoding="utf-8")
    with pytest.raises(LlmCrashedError, match="died in the self-test") as caught:
        fake().info()
    assert "exit status 7" in str(caught.value)
    assert len((plan / "calls.txt").read_text(encoding="utf-8").splitlines()) == 2


def test_model_that_cannot_load_says_so_once(fake, plan):
    """A clean refusal of the worker reaches the caller as its own sentence, with no second try."""
    (plan / "refuses").touch()
    with pytest.raises(InvalidInputError, match="damaged"):
        fake().info()
    assert len((plan / "calls.txt").read_text(encoding="utf-8").splitlines()) == 1


def test_missing_model_file_is_a_sentence(fake, model_file):
    """A model file that is not there is named before anything is started."""
    model_file.unlink()
    with pytest.raises(InvalidInputError, match="cannot be read"):
        fake()


def test_idle_process_leaves_and_takes_its_files_along(fake, settings):
    """Without requests the process ends by itself, even with a client connected, and the client starts it again."""
    client = fake(settings.model_copy(update={"llm_idle_seconds": 0.4}))
    pid = client.info()["pid"]
    assert _gone(pid)
    left = {path.suffix for path in (settings.runtime_dir / "llm").iterdir()}
    assert left <= {".lock", ".log"}
    assert client.info()["pid"] != pid


def test_silent_process_counts_as_dead(fake, plan, prompt):
    """A process that does not answer in time is ended and asked once more after a restart."""
    client = fake(request_timeout=1.0)
    pid = client.info()["pid"]
    (plan / "slow").write_text("30", encoding="utf-8")
    with pytest.raises(LlmCrashedError, match="crashed twice"):
        client.score_labels(prompt, ["x"])
    assert _gone(pid)


def test_clients_that_start_together_start_one_process(fake, plan):
    """Whoever comes second waits for the first one's process."""
    clients = [fake() for _ in range(4)]
    pids: list[int] = []
    threads = [threading.Thread(target=lambda c=c: pids.append(c.info()["pid"])) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(pids) == 4
    assert len(set(pids)) == 1
    assert len((plan / "calls.txt").read_text(encoding="utf-8").splitlines()) == 1


def test_shutdown_ends_the_process(fake):
    """After a shutdown the process is gone and the next request starts another."""
    client = fake()
    pid = client.info()["pid"]
    client.shutdown()
    assert _gone(pid)
    assert client.info()["pid"] != pid
