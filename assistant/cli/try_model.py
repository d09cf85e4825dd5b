"""`interview models try`: let a language model answer, to see that it works and how it writes."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, note, print_json
from assistant.settings import Settings, load_settings
from store.study import open_study


def try_command(
    prompt: Annotated[str, typer.Argument(help="What to ask.")],
    model: Annotated[str | None, typer.Option(help="A model's name; otherwise what the settings say.")] = None,
    study: Annotated[
        Path | None, typer.Option(help="Use this study's settings, with its endpoint if it has one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a language model something. What it writes is the model's and goes into no study."""
    settings = settings_of(study)
    if model is not None:
        settings = settings.model_copy(update={"llm": model, "endpoint": None})
    text, name = _answer(settings, prompt)
    if as_json:
        print_json({"model": name, "text": text})
    else:
        note(f"{name} writes:")
        print(text)


def settings_of(study: Path | None) -> Settings:
    """A study's settings below those of this machine; those of the machine alone without a study."""
    if study is None:
        return load_settings()
    with open_study(study) as opened:
        return load_settings(opened.settings())


def _answer(settings: Settings, prompt: str) -> tuple[str, str]:
    from assistant.llm import LlmClient
    from assistant.llm.endpoint_place import leaves_machine, uses_endpoint
    from assistant.llm.endpoints import chat_model
    from assistant.models import choose

    with ExitStack() as stack:
        local, name = None, settings.endpoint or ""
        if not uses_endpoint(settings):
            chosen = choose("llm", settings.llm, settings)
            local, name = stack.enter_context(LlmClient(chosen.path, settings)), chosen.name
        answering = chat_model(settings, local)
        if leaves_machine(settings):
            note("The question leaves this machine.")
        return str(answering.invoke(prompt).text), name
