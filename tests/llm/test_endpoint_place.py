import pytest

from assistant.llm.endpoint_place import endpoint_place, settings_for, uses_endpoint
from assistant.settings import load_settings
from store.errors import InvalidInputError, StudyError

HERE = "http://127.0.0.1:8080/v1"
AWAY = "https://llm.example.org/v1"


def place(**values):
    return endpoint_place(load_settings({"endpoint": "openai:m", "endpoint_url": HERE, **values}))


@pytest.mark.parametrize(
    ("endpoint", "given", "url"),
    [
        ("openai:m", HERE, HERE),
        ("openai:m", f"{HERE}/", HERE),
        ("openai:m", "http://[::1]:8080", "http://[::1]:8080"),
        ("ollama:m", "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("ollama:m", "http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
    ],
)
def test_the_address_is_that_of_the_protocol(endpoint, given, url):
    """Ollama's own address is enough; every other server is taken at its word."""
    found = place(endpoint=endpoint, endpoint_url=given)
    assert (found.name, found.url, found.leaves, found.encrypted) == (endpoint, url, False, False)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (None, "has no address"),
        ("", "no address that can be asked"),
        ("127.0.0.1:8080", "no address that can be asked"),
        ("file:///etc/passwd", "no address that can be asked"),
        ("http://", "no address that can be asked"),
        ("http://127.0.0.1:99999", "no address that can be asked"),
        ("http://[::1", "no address that can be asked"),
        ("http://127.0.0.1/ v1", "no address that can be asked"),
        ("http://127.0.0.1/v1\r\nX: y", "no address that can be asked"),
        ("http://me:secret@127.0.0.1/v1", "INTERVIEW_ENDPOINT_KEY"),
        ("http://127.0.0.1/v1?key=secret", "after its path"),
        ("http://127.0.0.1/v1#secret", "after its path"),
    ],
)
def test_what_is_no_address_is_a_sentence(url, says):
    """And a password in it is not repeated."""
    with pytest.raises(InvalidInputError, match=says) as caught:
        place(endpoint_url=url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("allowed", "hosts", "opens"),
    [
        (False, "", False),
        (True, "", False),
        (False, "llm.example.org", False),
        (True, "llm.example.org.evil.example", False),
        (True, "other.example, LLM.example.org", True),
    ],
)
def test_text_leaves_where_study_and_machine_both_allow_it(monkeypatch, allowed, hosts, opens):
    """A study that somebody sent may say what it likes of itself: this machine's environment has its own word."""
    monkeypatch.setenv("INTERVIEW_ALLOWED_HOSTS", hosts)
    if not opens:
        with pytest.raises(StudyError, match=r"off by default|does not allow"):
            place(endpoint_url=AWAY, allow_remote=allowed)
        return
    found = place(endpoint_url=AWAY, allow_remote=allowed)
    assert (found.leaves, found.encrypted) == (True, True)
    assert found.notice.startswith("Text leaves this machine:")


def test_whoever_sends_text_unencrypted_is_told(monkeypatch):
    """On this machine nobody reads along; on the way to another, somebody may."""
    monkeypatch.setenv("INTERVIEW_ALLOWED_HOSTS", "llm.example.org")
    assert "text stays on this machine" in place().notice
    assert "unencrypted" in place(endpoint_url="http://llm.example.org/v1", allow_remote=True).notice


def test_passages_are_scored_by_one_protocol_alone():
    """Another provider writes words, but its answers have no labels to be read."""
    with pytest.raises(InvalidInputError, match="OpenAI-compatible"):
        place(endpoint="anthropic:m")


def test_a_model_wanted_by_name_is_one_of_this_machine():
    """Naming one asks no server, whatever the study says."""
    settings = load_settings({"endpoint": "openai:m", "endpoint_url": HERE})
    assert uses_endpoint(settings_for(settings, None))
    assert not uses_endpoint(settings_for(settings, "auto"))
    assert not uses_endpoint(load_settings({"endpoint": "local:qwen"}))


@pytest.mark.parametrize(
    "values", [{"endpoint": "anthropic:claude"}, {"endpoint_url": None}, {"endpoint": "ollama:m", "endpoint_url": None}]
)
def test_what_cannot_be_asked_names_the_model_of_this_machine(values):
    with pytest.raises(InvalidInputError, match="--llm auto"):
        place(**values)
