import threading
import time

import numpy as np
import psutil
import pytest

from assistant.llm import Fork, LabelPrompt, LlmClient, LlmCrashedError, PromptTooLongError
from assistant.llm.client import FORKS_PER_REQUEST
from store.errors import InvalidInputError


def _gone(pid: int, seconds: float = 10.0) -> bool:
    try:
        psutil.Process(pid).wait(timeout=seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_scores_are_log_probabilities_in_the_order_given(client, prompt, forks):
    """Each fork has its own table, each branch its row, each label its column; the order changes no number."""
    scores = np.array(client.score_branches(prompt, forks))
    assert scores.shape == (5, 3, 2)
    assert scores.dtype == np.float32
    assert (np.exp(scores.astype(float)).sum(axis=2) <= 1.0).all()
    assert len({tuple(row) for table in scores for row in table}) == 15
    reverse = np.array(client.score_branches(prompt, forks[::-1]))[::-1]
    np.testing.assert_array_equal(reverse, scores)


def test_a_branch_scores_alike_in_any_company(client, prompt, forks):
    """Which other branches are asked about, and in which order, changes no bit: a score may be kept by its pair."""
    together = np.array(client.score_branches(prompt, forks))
    for branch in range(3):
        alone = client.score_branches(prompt, [Fork(f.stem, (f.branches[branch],)) for f in forks])
        np.testing.assert_array_equal(np.concatenate(alone), together[:, branch])
    turned = client.score_branches(prompt, [Fork(f.stem, f.branches[::-1]) for f in forks])
    np.testing.assert_array_equal(np.array(turned)[:, ::-1], together)


def test_nothing_to_score_is_an_empty_table(client, prompt):
    """No fork gives no table; a fork without branches gives one without rows that keeps its columns."""
    assert client.score_branches(prompt, []) == []
    assert client.score_branches(prompt, [Fork("It rained.\n", ())])[0].shape == (0, 2)


def test_second_client_meets_the_same_process(client, prompt, forks, request):
    """Two clients of one model share one process and see the same numbers."""
    fake = "fake" in request.node.name
    other = request.getfixturevalue("fake")() if fake else LlmClient(client._model_path, client._settings)
    with other:
        assert other.info()["pid"] == client.info()["pid"]
        np.testing.assert_array_equal(other.score_branches(prompt, forks), client.score_branches(prompt, forks))


@pytest.mark.parametrize("long", [Fork("word " * 9000, ("short",)), Fork("short", ("short", "word " * 9000))])
def test_too_long_fork_is_refused_and_named(client, prompt, long):
    """A passage or a question that does not fit is never cut: the error names it, also beyond the first request."""
    short = Fork("short", ("short",))
    forks = [short] * FORKS_PER_REQUEST + [short, long, short]
    with pytest.raises(PromptTooLongError, match=f"number {FORKS_PER_REQUEST + 2} ") as caught:
        client.score_branches(prompt, forks)
    assert caught.value.index == FORKS_PER_REQUEST + 1


def test_label_of_several_tokens_is_refused(client):
    """A label that is no single token has no score at one position, and the sentence says so."""
    with pytest.raises(InvalidInputError, match="single token"):
        client.score_branches(LabelPrompt("s", "p\n", ("A", "incomprehensibilities")), [Fork("x\n", ("y",))])


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


def test_killed_process_comes_back_with_the_same_numbers(client, prompt, forks):
    """SIGKILL between two requests costs a restart and nothing else."""
    before = client.score_branches(prompt, forks)
    pid = client.info()["pid"]
    psutil.Process(pid).kill()
    np.testing.assert_array_equal(client.score_branches(prompt, forks), before)
    assert client.info()["pid"] != pid


def test_kill_in_the_middle_of_scoring_loses_no_row(client, prompt, forks, plan):
    """SIGKILL while a request is under way: it is repeated, and every row is what an undisturbed run gives."""
    repeats = 10 if client.info()["model"] == "stand-in" else 2
    many = [Fork(f"{i}. {fork.stem}", fork.branches) for i in range(repeats) for fork in forks]
    undisturbed = client.score_branches(prompt, many)
    (plan / "slow").write_text("0.5", encoding="utf-8")
    pid = client.info()["pid"]
    found = []
    asking = threading.Thread(target=lambda: found.append(client.score_branches(prompt, many)))
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
    (plan / "score_branches").write_text("2", encoding="utf-8")
    with pytest.raises(LlmCrashedError) as caught:
        client.score_branches(prompt, [Fork("x\n", ("y",))])
    for part in ("stand-in.gguf", "exit status 7", "told to die", "interview doctor"):
        assert part in str(caught.value)
    assert client.score_branches(prompt, [Fork("x\n", ("y",))])[0].shape == (1, 2)


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
        client.score_branches(prompt, [Fork("x\n", ("y",))])
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
