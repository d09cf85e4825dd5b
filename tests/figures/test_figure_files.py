"""A figure leaves with its picture, its data and the query that made it."""

import csv
import io
import json

import altair as alt
import pandas as pd
import pytest
from lxml import etree
from PIL import Image

from assistant.figures import PALETTE, Figure, figure_bytes, ordered_shades, save_figure
from store.errors import InvalidInputError

DATA = pd.DataFrame({"interview": ["I1", "=1+1", "Zoë 🙂"], "new": [3, -1, 0]})
FIGURE = Figure(
    "saturation",
    "=New codes",
    alt.Chart(DATA).mark_bar().encode(x="interview:N", y="new:Q"),
    DATA,
    {"level": "code", "coder": "Zoë"},
)


def test_the_data_goes_out_as_a_table_without_formulas_and_with_its_query():
    """A spreadsheet opens it rightly and computes nothing; numbers stay numbers."""
    content = figure_bytes(FIGURE, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[:4] == [["interview", "new"], ["I1", "3"], ["'=1+1", "-1"], ["Zoë 🙂", "0"]]
    assert rows[4] == ["Figure", "'=New codes"]
    assert json.loads(rows[5][1]) == FIGURE.query


def test_the_json_holds_chart_data_and_query():
    """Whoever opens it can draw it again, and knows what was asked."""
    held = json.loads(figure_bytes(FIGURE, "json"))
    assert held["data"][2] == {"interview": "Zoë 🙂", "new": 0}
    assert (held["query"], held["title"]) == (FIGURE.query, "=New codes")
    assert held["chart"]["mark"] == {"type": "bar"}


def test_the_pictures_are_pictures(tmp_path):
    """A PNG of print resolution, and an SVG that holds the labels as text."""
    save_figure(FIGURE, tmp_path / "it.PNG")
    with Image.open(tmp_path / "it.PNG") as picture:
        assert min(picture.size) > 100
    drawn = etree.fromstring(figure_bytes(FIGURE, "svg"))
    assert "Zoë 🙂" in "".join(drawn.itertext())


def test_another_ending_or_place_is_refused(tmp_path):
    """In one sentence, before anything is drawn."""
    with pytest.raises(InvalidInputError, match=r"does not end in \.png"):
        save_figure(FIGURE, tmp_path / "it.bmp")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        save_figure(FIGURE, tmp_path / "missing" / "it.csv")
    with pytest.raises(InvalidInputError, match="“bmp”"):
        figure_bytes(FIGURE, "bmp")


def luminance(colour: str) -> float:
    """Relative luminance as in WCAG 2.2."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_shades_in_order_get_darker_evenly_and_colours_show_on_paper():
    """An order can be read without colour; every colour of the palette stands out from white."""
    shades = [luminance(each) for each in ordered_shades(6)]
    assert shades == sorted(shades, reverse=True)
    assert len(set(ordered_shades(6))) == 6
    assert ordered_shades(1) == ordered_shades(2)[:1]
    assert all(luminance(each) < 0.5 for each in PALETTE)
