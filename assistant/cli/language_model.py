"""The language model that commands score with: a process of this machine, or a served one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from assistant.cli.common import note
from assistant.settings import Settings

_DETAILS = ("llama_cpp", "use_extra_bufts")
"""What else of the process changes its numbers."""


def served_tally(model: Any) -> dict[str, object] | None:
    """How a served model was asked in this run and what came of it; None for a model of this machine, or none."""
    from assistant.suggest import Model

    if not isinstance(model, Model) or "endpoint" not in model.details:
        return None
    tally = getattr(model.scorer, "tally", None)
    return dict(model.details) | (asdict(tally) if tally is not None else {})


def tell_served(served: dict[str, object] | None) -> None:
    """Say what of a served model's answers is weaker than it should be."""
    if served is None:
        return
    if served.get("bounded"):
        note(f"{served['bounded']} scores are bounds: one of the labels was not among the likeliest tokens.")
    if served.get("refused"):
        note(
            f"{served['refused']} answers of {served['endpoint']} could not be used, asked twice; nothing was guessed."
        )


@contextmanager
def language_model(wanted: str, settings: Settings) -> Iterator[Any]:
    """The language model to score with: the endpoint of the settings, or a process of this machine that is started.

    None for `none`. Says where text goes where a served model is asked.
    """
    from assistant.llm import LlmClient
    from assistant.llm.endpoint_place import uses_endpoint
    from assistant.models import choose
    from assistant.suggest import Model

    if wanted == "none":
        yield None
        return
    if uses_endpoint(settings):
        from assistant.llm.served import ServedLlm

        with ServedLlm(settings) as served:
            note(served.place.notice)
            yield Model(served.place.name, "", served, served.details)
        return
    chosen = choose("llm", wanted, settings)
    with LlmClient(chosen.path, settings) as client:
        info = client.info()
        yield Model(chosen.name, chosen.sha256, client, {name: info[name] for name in _DETAILS})
