import pytest
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from pydantic import BaseModel

from assistant.llm.chat_model import LocalChat
from assistant.llm.endpoint_place import leaves_machine
from assistant.llm.endpoints import chat_model
from assistant.settings import load_settings
from store.errors import InvalidInputError, StudyError


def test_local_chat_answers_as_a_langchain_model(fake):
    """The process is a chat model like any other: messages in, message with token counts out."""
    answer = LocalChat(client=fake()).invoke([SystemMessage("Be brief."), HumanMessage("one two three")])
    assert answer.content == "one two three"
    assert answer.usage_metadata["total_tokens"] == 4
    assert answer.response_metadata == {"stopped_by": "end"}


def test_local_chat_passes_its_limits_on(fake):
    """A limit given with the call wins over the model's own."""
    chat = LocalChat(client=fake(), max_tokens=2)
    assert chat.invoke("one two three").content == "one two"
    assert chat.invoke("one two three", max_tokens=1).content == "one"


def test_local_chat_refuses_what_it_cannot_say(fake):
    """Messages of tools are refused instead of being passed off as something else."""
    with pytest.raises(InvalidInputError, match="kind tool"):
        LocalChat(client=fake()).invoke([ToolMessage("x", tool_call_id="1")])


class Age(BaseModel):
    age: int


@pytest.mark.models
def test_structured_output_is_an_instance(real_client):
    """A pydantic class binds the answer by a grammar and comes back filled in."""
    asked = LocalChat(client=real_client).with_structured_output(Age)
    assert isinstance(asked.invoke("How old is the oak? Answer as JSON."), Age)


def test_without_an_endpoint_the_local_process_writes(fake):
    """No endpoint, or one called local, is the process of this machine, with the study's seed."""
    client = fake()
    for endpoint in (None, "local:qwen"):
        chosen = chat_model(load_settings({"endpoint": endpoint, "seed": 5}), client)
        assert isinstance(chosen, LocalChat)
        assert (chosen.client, chosen.seed) == (client, 5)


def test_no_local_model_is_a_sentence():
    """Where nothing is installed, the sentence says how to get it."""
    with pytest.raises(StudyError, match="interview models pull"):
        chat_model(load_settings(), None)


@pytest.mark.parametrize(
    ("url", "leaves"),
    [
        (None, True),
        ("https://api.example.org/v1", True),
        ("http://192.168.1.5:11434", True),
        ("http://localhost.example.org", True),
        ("http://127.0.0.1@example.org/", True),
        ("http://127.0.0.1:11434", False),
        ("http://127.8.8.8", False),
        ("http://localhost:8080/v1", False),
        ("http://[::1]:8080", False),
    ],
)
def test_only_a_loopback_address_keeps_text_here(url, leaves):
    """Anything else, and no address at all, counts as leaving the machine and needs permission."""
    settings = load_settings({"endpoint": "ollama:qwen3", "endpoint_url": url})
    assert leaves_machine(settings) is leaves
    if leaves:
        with pytest.raises(StudyError, match="allow_remote = true"):
            chat_model(settings, None)


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [("ollama", "provider:model"), ("nonsense:x", "nonsense"), ("xai:x", "langchain-xai")],
)
def test_endpoint_that_cannot_be_used_is_a_sentence(endpoint, says):
    """A half-written endpoint, an unknown provider and a missing package are each said in one line."""
    settings = load_settings({"endpoint": endpoint, "endpoint_url": "http://127.0.0.1:1", "allow_remote": True})
    with pytest.raises(InvalidInputError, match=says) as caught:
        chat_model(settings, None)
    assert "\n" not in str(caught.value)


def test_without_a_host_nobody_is_told_to_name_one_in_the_environment(monkeypatch):
    """The sentence says what helps: an address."""
    settings = load_settings({"endpoint": "anthropic:claude", "allow_remote": True})
    with pytest.raises(InvalidInputError, match="set endpoint_url") as told:
        chat_model(settings, None)
    assert "INTERVIEW_ALLOWED_HOSTS" not in str(told.value)
