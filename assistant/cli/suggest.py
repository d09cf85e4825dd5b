"""`interview suggest`: the machine's proposals."""

import math
from dataclasses import asdict
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, counted, note, opened, print_json
from assistant.cli.language_model import language_model, served_tally, tell_served
from assistant.cli.spread import spread_over
from store.config import keep_setting
from store.errors import InvalidInputError
from store.study import Study


def suggest_command(
    study: StudyFolder,
    llm: Annotated[str | None, typer.Option(help="A model's name, `auto`, or `none` for retrieval alone.")] = None,
    interview: Annotated[list[str] | None, typer.Option(help="Only this interview; may be repeated.")] = None,
    precision: Annotated[
        float | None, typer.Option(help="So large a share of what is shown should be right; kept for the study.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Have workers ask the models: a Dask scheduler, such as tcp://127.0.0.1:8786.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose codes for what participants said. Nothing is coded: a person decides on each proposal."""
    from assistant.llm.endpoint_place import settings_for
    from assistant.review import outlook_sentence
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest import Summary, propose, suggest

    with opened(study) as (open_study, settings):
        wish = settings.expected_precision if precision is None else _kept(open_study, precision)
        embedder = local_embedder(settings)
        asked = settings_for(settings, llm)
        with (
            language_model(llm or settings.llm, asked) as model,
            counted("Suggesting", "passages") as progress,
            spread_over(scheduler, open_study, settings, model) as (embed, ask),
        ):
            embeddings = StudyEmbeddings(
                open_study, embedder, lambda done, total: progress(done, total, "(by meaning)")
            )
            embed(embeddings)
            summary: Summary = suggest(
                open_study,
                embeddings,
                model,
                interviews=interview or (),
                seed=settings.seed,
                context_tokens=settings.llm_context_tokens,
                progress=progress,
                ask=ask,
            )
        proposals = propose(open_study, precision=wish)
        flagged = _instructions(open_study)
    served = served_tally(model)
    if as_json:
        print_json(_described(summary, proposals, wish) | {"instructions": flagged, "served": served})
        return
    outlook = proposals.outlook
    unread = outlook.segments - outlook.decided
    print(f"{outlook.shown} suggestions for {unread} segments on which nothing is decided yet wait for a decision.")
    print(outlook_sentence(outlook))
    if summary.too_long:
        why = (
            "were too long for the language model"
            if served is None
            else "got no answer that can be used, or were too long,"
        )
        note(f"{summary.too_long} segments {why} and were ranked by meaning alone.")
    tell_served(served)
    _tell_instructions(flagged)
    print(f"Next: interview review {study}")


def _instructions(study: Study) -> list[dict[str, object]]:
    """Passages of participants that read like an instruction to a machine, and where; offsets are those of the text."""
    from assistant.privacy.instructions import instructions_in
    from store.segments import segments
    from store.values import Role

    return [
        {
            "interview": segment.interview,
            "start": segment.span.start + found.span.start,
            "end": segment.span.start + found.span.end,
            "kind": str(found.kind),
            "words": found.span.of(segment.text),
        }
        for segment in segments(study)
        if segment.role is not Role.INTERVIEWER
        for found in instructions_in(segment.text)
    ]


def _tell_instructions(flagged: list[dict[str, object]]) -> None:
    if not flagged:
        return
    where = dict.fromkeys(str(each["interview"]) for each in flagged)
    stand = "One stretch reads" if len(flagged) == 1 else f"{len(flagged)} stretches read"
    note(
        f"{stand} like an instruction to a machine (in {', '.join(where)}): scores there may be off. Each is framed"
        " where people read it, and carries no guarantee."
    )


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
