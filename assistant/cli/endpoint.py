"""`interview models endpoint`: whether the served model of the settings can be asked, and what it can do."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, note, print_json
from assistant.cli.try_model import settings_of
from store.errors import InvalidInputError
from store.one_line import one_line


def endpoint_command(
    study: Annotated[Path | None, typer.Option(help="The endpoint of this study's settings.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the served model some small questions that hold no text of a study, and say what it can do."""
    from assistant.llm.endpoint_place import uses_endpoint
    from assistant.llm.served import ServedLlm

    settings = settings_of(study)
    if not uses_endpoint(settings):
        raise InvalidInputError(
            "No endpoint is set; give one with INTERVIEW_ENDPOINT=openai:MODEL and INTERVIEW_ENDPOINT_URL=ADDRESS, or"
            " as endpoint and endpoint_url in the study's settings."
        )
    with ServedLlm(settings) as served:
        note(served.place.notice)
        found = served.info() | served.what_it_can()
    if as_json:
        print_json(found)
        return
    for line in _lines(found):
        print(one_line(line, None))


def _lines(found: dict[str, Any]) -> list[str]:
    named = found["model"] or "it does not say"
    refused = ", ".join(found["refuses"]) or "none of those that are sent"
    return [
        f"endpoint: {found['endpoint']} at {found['endpoint_url']} – it answers",
        f"model as the server names it: {named}; the hash of its weights is not known",
        f"text leaves this machine: {_yes(found['leaves_machine'])}; encrypted on the way: {_yes(found['encrypted'])}",
        f"log-probabilities: {_yes(found['logprobs'])}; passages are scored by {found['scored_by']}",
        f"bound to a JSON schema: {found['json'] or 'no'}; to a grammar: {found['grammar'] or 'no'}",
        f"parameters that it refuses: {refused}",
        f"tokens of a question and its answer: {found['context_tokens']}",
    ]


def _yes(true: bool) -> str:
    return "yes" if true else "no"
