"""The pictures hold the numbers, can be written as files, and take names for what they are: text."""

import pytest
from four_talks import POWER, QUEUE, code, four_talks, read

from assistant.figures import figure_bytes
from assistant.relations import cooccurrence, crosstab, theme_map, timeline
from assistant.relations.charts import attribute_figure, timeline_figure, together_figure
from assistant.relations.map_chart import map_figure
from assistant.review import ground
from store.codebook import current_codebook, keep_codebook
from store.segments import segments
from store.transcripts import transcript
from store.values import Code

HOSTILE = "=cmd|' /C calc'!A0 <b>**x**</b> datum.value " + "very " * 20


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """All four of one study in which a code has a hostile name."""
    with four_talks(tmp_path_factory.mktemp("figures")) as study:
        book = current_codebook(study)
        keep_codebook(study, [*book.codes, Code("odd", HOSTILE)], coder="ada", reason="odd")
        for label in ("I1", "I2"):
            read(study, label)
            code(study, label, QUEUE, "queue")
        code(study, "I1", QUEUE, "odd")
        code(study, "I1", POWER, "cost")
        on = ground(study)
        found = cooccurrence(on, segments(study))
        return {
            "together": together_figure(found, {"relations": "together"}),
            "map": map_figure(theme_map(found), {"relations": "map"}),
            "attribute": attribute_figure(crosstab(on, "region"), {"relations": "attribute"}),
            "timeline": timeline_figure(timeline(on, transcript(study, "I1")), {"relations": "timeline"}),
        }


def test_the_data_are_the_numbers(figures):
    """What is drawn is what was counted."""
    data = figures["together"].data
    (pair,) = data[data["count"] > 0].to_dict("records")
    assert (pair["count"], pair["jaccard"], pair["interviews"]) == (1, 0.5, 1)
    shares = figures["attribute"].data
    assert shares[shares.code == "queue"][["value", "of"]].values.tolist() == [
        ["north (n = 1)", "1/1"],
        ["south (n = 1)", "1/1"],
    ]
    assert set(figures["map"].data["interviews"]) == {1, 2}
    assert len(figures["timeline"].data.query("number >= 0")) == 3


@pytest.mark.parametrize("kind", ["together", "map", "attribute", "timeline"])
def test_each_can_leave_as_a_file(figures, kind):
    """As SVG with the name of the code as text, and as CSV in which it is no formula."""
    svg = figure_bytes(figures[kind], "svg").decode()
    assert svg.startswith("<svg")
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg or "…" in svg
    lines = figure_bytes(figures[kind], "csv").decode("utf-8-sig").splitlines()
    assert not [cell for line in lines for cell in line.split(",") if cell.startswith("=")]


def test_the_map_differs_by_shape_as_well_as_by_colour(figures):
    """So that it can be printed in grey."""
    dots = figures["map"].chart.to_dict()["layer"][2]["encoding"]
    assert dots["shape"]["field"] == dots["color"]["field"] == "theme"


def test_numbers_of_the_columns_do_not_run_into_each_other(figures):
    """Where the page is narrow some are left out; no name of a row is."""
    across, down = (figures["together"].chart.to_dict()["layer"][0]["encoding"][axis]["axis"] for axis in "xy")
    assert across["labelOverlap"] is True
    assert down["labelOverlap"] is False
