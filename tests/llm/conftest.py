import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.llm import Fork, LabelPrompt, LlmClient
from assistant.settings import Settings, load_settings

FAKE = Path(__file__).parent / "fake_worker.py"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """The folder that tells the stand-in what to do."""
    folder = tmp_path / "plan"
    folder.mkdir()
    return folder


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "stand-in.gguf"
    path.write_bytes(b"GGUF")
    return path


def here(runtime: Path, **values: Any) -> Settings:
    """Settings with that folder as the place where processes meet, whatever the environment says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERVIEW_RUNTIME_DIR", str(runtime))
        return Settings(**values)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="llm") as runtime:
        yield here(Path(runtime), cache_dir=tmp_path / "cache")


@pytest.fixture
def fake(plan: Path, model_file: Path, settings: Settings) -> Iterator[Callable[..., LlmClient]]:
    """Makes clients of the stand-in; ends every process at the end."""
    made: list[LlmClient] = []

    def make(given: Settings = settings, **kwargs) -> LlmClient:
        made.append(LlmClient(model_file, given, command=(sys.executable, str(FAKE), str(plan)), **kwargs))
        return made[-1]

    yield make
    for client in made:
        client.shutdown()


@pytest.fixture(scope="session")
def real_settings() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="llm") as runtime:
        folder = Path(runtime)
        yield here(folder, cache_dir=folder / "cache", llm_context_tokens=1024)


@pytest.fixture(scope="session")
def real_client(real_settings: Settings) -> Iterator[LlmClient]:
    """The small real model's process, shared by the tests and ended after them."""
    from assistant.models import model_path

    client = LlmClient(model_path("smollm2-135m", load_settings()), real_settings)
    yield client
    client.shutdown()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.models)])
def client(request: pytest.FixtureRequest) -> LlmClient:
    """Any client: what is proved with it holds for the stand-in and for the real process."""
    if request.param == "real":
        return request.getfixturevalue("real_client")
    return request.getfixturevalue("fake")()


@pytest.fixture
def prompt() -> LabelPrompt:
    prefix = "Read the passage from an interview, then say whether the code applies to it.\n"
    return LabelPrompt("You answer with Yes or No.", prefix, ("Yes", "No"))


CODES = (
    "Code: Data: where data come from. Does it apply?",
    "Code: Money: who pays for the work, and what it costs. Does it apply?",
    "Code: People: who takes part and how they meet. Does it apply?",
)


@pytest.fixture
def forks() -> list[Fork]:
    """Passages, each with a question about each of three codes."""
    passages = [
        "We met every Thursday, mostly online.",
        "Nobody knew who would pay for the machines, so, hm, we waited until spring.",
        "The texts came from a newspaper that closed.",
        "It rained.",
        "Half of us never said a word in the calls, and then somebody asked them, and they had a lot to say about it.",
    ]
    return [Fork(f"Passage: {passage}\n", CODES) for passage in passages]
