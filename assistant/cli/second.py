"""`interview second`: blind double coding and adjudication from a script."""

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json

second_app = typer.Typer(help="Blind double coding: draw a sample, finish it, adjudicate.", no_args_is_help=True)
By = Annotated[str, typer.Option("--coder", help="Who does it.", show_default=False)]
Which = Annotated[str | None, typer.Option("--name", help="The double coding; the newest finished one otherwise.")]


@second_app.command("draw")
def draw_command(
    study: StudyFolder,
    name: Annotated[str, typer.Argument(help="What to call it.", show_default=False)],
    second: Annotated[str, typer.Option(help="Who codes it blind.", show_default=False)],
    coder: By,
    share: Annotated[float | None, typer.Option(help="Share of each interview's segments, such as 0.2.")] = None,
    interview: Annotated[list[str] | None, typer.Option(help="Only from this interview; may be given again.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The seed of an earlier draw, to draw the same.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a sample that a second coder codes without seeing suggestions or the work of others."""
    from assistant.review import draw

    with opened(study) as (open_study, _):
        drawn = draw(open_study, coder, name, second, share=share, interviews=interview or (), seed=seed)
    if as_json:
        print_json(_described(drawn))
    else:
        print(f"“{drawn.name}” for {drawn.second}: {drawn.size} segments, seed {drawn.seed}.")


@second_app.command("status")
def status_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show every double coding there was, and how it ended."""
    from store.double_coding import double_codings

    with opened(study) as (open_study, _):
        found = double_codings(open_study)
    if as_json:
        print_json([_described(each) for each in found])
        return
    for each in found:
        print(f"“{each.name}” for {each.second}: {each.size} segments, {each.ended or 'open'}.")


@second_app.command("finish")
def finish_command(
    study: StudyFolder,
    coder: By,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also with segments unread.")] = False,
) -> None:
    """Say as the second coder that you are done."""
    from assistant.review import finish

    with opened(study) as (open_study, _):
        finish(open_study, coder, anyway=anyway)
    print("Finished; a lead can adjudicate now.")


@second_app.command("disagreements")
def disagreements_command(study: StudyFolder, name: Which = None, as_json: AsJson = False) -> None:
    """Show where the second coder and the others differ in a finished double coding, and what was said of it."""
    from assistant.review import compare, finished
    from store.codebook import current_codebook

    with opened(study) as (open_study, _):
        codebook = current_codebook(open_study)
        found = compare(open_study, finished(open_study, name))
    names = {} if codebook is None else {code.guid: code.name for code in codebook.codes}
    if as_json:
        cases = [_case(each, names) for each in found.disagreements]
        counts = {"segments": found.segments, "alone": found.alone, "agreed": found.agreed}
        print_json({"name": found.double_coding.name, **counts, "disagreements": cases})
        return
    for each in found.disagreements:
        told = _case(each, names)
        who = "; ".join(f"{side}: {'coded' if coded else 'left out'}" for side, coded in told["sides"].items())
        print(f"{told['interview']} {told['start']}–{told['end']} “{told['code']}” ({told['difference']}): {who}")
        if told["applies"] is not None:
            print(f"   adjudicated: {'applies' if told['applies'] else 'does not apply'}")


@second_app.command("adjudicate")
def adjudicate_command(
    study: StudyFolder,
    coder: By,
    file: Annotated[Path, typer.Option(help="JSON Lines: interview, start, end, code, applies, memo.")],
    name: Which = None,
) -> None:
    """Keep adjudications from a file, all of them or none; each must match a disagreement."""
    from assistant.review.adjudication_file import adjudicate_from

    with opened(study) as (open_study, _):
        print(f"{adjudicate_from(open_study, coder, file, name)} adjudications kept.")


def _described(drawn: Any) -> dict[str, Any]:
    return {
        "guid": drawn.guid,
        "name": drawn.name,
        "lead": drawn.lead,
        "second": drawn.second,
        "seed": drawn.seed,
        "share": drawn.share,
        "segments": {label: len(spans) for label, spans in drawn.spans.items()},
        "at": drawn.at.isoformat(),
        "ended": drawn.ended,
    }


def _case(each: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "interview": each.segment.interview,
        "start": each.span.start,
        "end": each.span.end,
        "code": names.get(each.code, each.code),
        "difference": str(each.difference),
        "sides": {side.coder: side.coding is not None for side in each.sides},
        "applies": None if each.resolved is None else each.resolved.applies,
    }
