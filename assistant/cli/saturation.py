"""`interview saturation`: the code × interview table, the curve of new codes, and what further interviews may bring."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, known_coder, opened, print_json
from store.errors import InvalidInputError
from store.study import Study


class By(StrEnum):
    """What is counted."""

    CODE = "code"
    THEME = "theme"


def saturation_command(
    study: StudyFolder,
    level: Annotated[By, typer.Option(help="Count codes or themes.")] = By.CODE,
    coder: Annotated[str | None, typer.Option(help="Only this coder's decisions.")] = None,
    adjudicated: Annotated[
        bool, typer.Option("--adjudicated", help="Disputed codings as they were adjudicated.")
    ] = False,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only interviews with key=value; may be repeated, one key twice means either value."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Also for each group of interviews by this attribute.")] = None,
    milestone: Annotated[str | None, typer.Option(help="As it stood at this milestone, beside now.")] = None,
    version: Annotated[int | None, typer.Option(help="As it stood under this codebook version, beside now.")] = None,
    code: Annotated[
        str | None, typer.Option(help="Also the meaning saturation of this code or theme (exploratory).")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve into this .png, .svg, .csv or .json file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which codes were found in which interviews, how many were new in each, and what may be still to come."""
    from assistant.figures import save_figure
    from assistant.review import Basis, blindness
    from assistant.saturation import curve_figure
    from assistant.saturation.record import whole_record
    from assistant.saturation.report import whole_report

    with opened(study) as (open_study, _):
        basis = Basis(
            coder=known_coder(open_study, coder),
            adjudicated=adjudicated,
            where=_pairs(where or []),
            through=_through(open_study, milestone),
            version=version,
        )
        hidden = None if coder is None else blindness(open_study, coder)
        found = whole_report(open_study, basis, level=level.value, hidden=hidden, by=by, code=code)
    if plot is not None:
        save_figure(curve_figure(found.report), plot)
    if as_json:
        print_json(whole_record(found))
        return
    from assistant.cli.saturation_shown import show

    show(found)


def _through(study: Study, milestone: str | None) -> int | None:
    from assistant.review.milestones import milestone_of

    return None if milestone is None else milestone_of(study, milestone).through


def _pairs(where: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for item in where:
        key, sign, value = item.partition("=")
        if not sign or not key.strip():
            msg = f"--where takes key=value, not “{item}”."
            raise InvalidInputError(msg)
        pairs.append((key.strip(), value.strip()))
    return tuple(pairs)
