"""`interview saturation`: the code × interview table, the curve of new codes, and what further interviews may bring."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.basis_options import Adjudicated, AtMilestone, By, Coder, UnderVersion, Where, basis_of
from assistant.cli.common import AsJson, StudyFolder, opened, print_json


def saturation_command(
    study: StudyFolder,
    level: Annotated[By, typer.Option(help="Count codes or themes.")] = By.CODE,
    coder: Coder = None,
    adjudicated: Adjudicated = False,
    where: Where = None,
    by: Annotated[str | None, typer.Option(help="Also for each group of interviews by this attribute.")] = None,
    milestone: AtMilestone = None,
    version: UnderVersion = None,
    code: Annotated[
        str | None, typer.Option(help="Also the meaning saturation of this code or theme (exploratory).")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the curve into this .png, .svg, .csv or .json file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which codes were found in which interviews, how many were new in each, and what may be still to come.

    An earlier state, of a milestone or of a version of the codebook, is set beside that of now.
    """
    from assistant.figures import save_figure
    from assistant.review import blindness
    from assistant.saturation import curve_figure
    from assistant.saturation.record import whole_record
    from assistant.saturation.report import whole_report

    with opened(study) as (open_study, _):
        basis = basis_of(
            open_study, coder=coder, adjudicated=adjudicated, where=where, milestone=milestone, version=version
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
