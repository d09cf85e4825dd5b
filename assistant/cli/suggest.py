"""`interview suggest`: the machine's proposals."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, counted, note, opened, print_json
from assistant.settings import Settings
from store.config import keep_setting
from store.errors import InvalidInputError
from store.study import Study

_DETAILS = ("llama_cpp", "use_extra_bufts")
"""What else of the process changes its numbers."""


def suggest_command(
    study: StudyFolder,
    llm: Annotated[str | None, typer.Option(help="A model's name, `auto`, or `none` for retrieval alone.")] = None,
    interview: Annotated[list[str] | None, typer.Option(help="Only this interview; may be repeated.")] = None,
    precision: Annotated[
        float | None, typer.Option(help="So large a share of what is shown should be right; kept for the study.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose codes for what participants said. Nothing is coded: a person decides on each proposal."""
    from assistant.review import outlook_sentence
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest import Summary, propose, suggest

    with opened(study) as (open_study, settings):
        wish = settings.expected_precision if precision is None else _kept(open_study, precision)
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
        proposals = propose(open_study, precision=wish)
    if as_json:
        print_json(_described(summary, proposals, wish))
        return
    outlook = proposals.outlook
    unread = outlook.segments - outlook.decided
    print(f"{outlook.shown} suggestions for {unread} segments on which nothing is decided yet wait for a decision.")
    print(outlook_sentence(outlook))
    if summary.too_long:
        note(f"{summary.too_long} segments were too long for the language model and were ranked by meaning alone.")
    print(f"Next: interview review {study}")


def _kept(study: Study, precision: float) -> float:
    """The precision, written into the study's settings; raises InvalidInputError where it is no share."""
    if not 0 < precision < 1:
        msg = f"{precision:g} is no expected precision; give a share between 0 and 1, such as 0.5."
        raise InvalidInputError(msg)
    keep_setting(study.folder, "expected_precision", precision)
    return precision


def _described(summary: Any, proposals: Any, precision: float | None) -> dict[str, object]:
    outlook = asdict(proposals.outlook)
    if not math.isfinite(outlook["threshold"]):
        outlook["threshold"] = None
    return {
        "run": summary.run.guid,
        "llm": summary.run.llm,
        "codebook_version": summary.run.codebook_version,
        "segments": summary.segments,
        "scored_now": summary.scored_now,
        "suggestions": len(proposals),
        "expected_precision": precision,
        "outlook": outlook,
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
