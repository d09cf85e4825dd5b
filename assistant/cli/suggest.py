"""`interview suggest`: the machine's proposals."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, counted, note, opened, print_json
from assistant.settings import Settings

_DETAILS = ("llama_cpp", "use_extra_bufts")
"""What else of the process changes its numbers."""


def suggest_command(
    study: StudyFolder,
    llm: Annotated[str | None, typer.Option(help="A model's name, `auto`, or `none` for retrieval alone.")] = None,
    interview: Annotated[list[str] | None, typer.Option(help="Only this interview; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose codes for what participants said. Nothing is coded: a person decides on each proposal."""
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest import Summary, suggest

    with opened(study) as (open_study, settings):
        embedder = local_embedder(settings)
        with language_model(llm or settings.llm, settings) as model, counted("Suggesting", "passages") as progress:
            summary: Summary = suggest(
                open_study,
                StudyEmbeddings(open_study, embedder, lambda done, total: progress(done, total, "(by meaning)")),
                model,
                interviews=interview or (),
                seed=settings.seed,
                context_tokens=settings.llm_context_tokens,
                progress=progress,
            )
    if as_json:
        print_json(_described(summary))
        return
    print(f"{summary.suggestions} suggestions for {summary.segments} segments wait for a decision.")
    if summary.too_long:
        note(f"{summary.too_long} segments were too long for the language model and were ranked by meaning alone.")
    print(f"Next: interview review {study}")


def _described(summary: Any) -> dict[str, object]:
    return {
        "run": summary.run.guid,
        "llm": summary.run.llm,
        "codebook_version": summary.run.codebook_version,
        "segments": summary.segments,
        "scored_now": summary.scored_now,
        "suggestions": summary.suggestions,
        "too_long": summary.too_long,
    }


@contextmanager
def language_model(wanted: str, settings: Settings) -> Iterator[Any]:
    """The language model to score with, its process started on demand; None for `none`."""
    from assistant.llm import LlmClient
    from assistant.models import choose
    from assistant.suggest import Model

    if wanted == "none":
        yield None
        return
    chosen = choose("llm", wanted, settings)
    with LlmClient(chosen.path, settings) as client:
        info = client.info()
        yield Model(chosen.name, chosen.sha256, client, {name: info[name] for name in _DETAILS})
