"""The saturation curve as a picture."""

from pathlib import Path

import altair as alt
import pandas as pd

from assistant.saturation.table import Saturation
from store.errors import InvalidInputError

NEW = "#0072B2"
CUMULATIVE = "#D55E00"


def chart(result: Saturation) -> alt.LayerChart | alt.FacetChart:
    """Bars for the codes that were new in each interview, a line for all found so far; safe for colour-blind eyes."""
    data = pd.DataFrame(
        {"interview": result.interviews, "new": result.new_codes, "cumulative": result.cumulative_codes}
    )
    axis = alt.X(
        "interview:N",
        sort=list(result.interviews),
        title="Interview, in study order",
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
    )
    unit = "themes" if result.level == "theme" else "codes"
    bars = (
        alt.Chart(data)
        .mark_bar(color=NEW, width={"band": 0.5})
        .encode(
            axis, alt.Y("new:Q", title=f"Number of {unit}", axis=alt.Axis(tickMinStep=1)), tooltip=["interview", "new"]
        )
    )
    line = (
        alt.Chart(data)
        .mark_line(color=CUMULATIVE, point=alt.OverlayMarkDef(color=CUMULATIVE, size=60))
        .encode(axis, alt.Y("cumulative:Q"), tooltip=["interview", "cumulative"])
    )
    words = f"New {unit} (bars) and all {unit} so far (line)"
    title = alt.TitleParams(words, anchor="start", fontSize=14)
    drawn = alt.layer(bars, line).properties(title=title, height=320, description=words)
    configured: alt.LayerChart = drawn.configure_axis(labelFontSize=13, titleFontSize=14)
    return configured


def draw(result: Saturation, path: Path) -> None:
    """Draw the curve into a .png or .svg file; raises InvalidInputError for another ending or place."""
    if path.suffix.lower() not in (".png", ".svg"):
        msg = f"{path} does not end in .png or .svg; choose one of them."
        raise InvalidInputError(msg)
    try:
        chart(result).properties(width=480).save(str(path), scale_factor=2)
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); choose another place."
        raise InvalidInputError(msg) from error
