import doctest
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from study_builder import add_talk

from assistant.figures import save_figure
from assistant.saturation import curve, curve_figure, report, saturation
from store.codebook import current_codebook
from store.decisions import keep_decisions
from store.errors import InvalidInputError
from store.segments import segments
from store.study import create_study
from store.values import DecisionDraft, Verdict


def decided(study, interview, text, verdict, name=None, coder="eve"):
    segment = next(s for s in segments(study, interview) if s.text.startswith(text))
    code = None if name is None else current_codebook(study).find(name).guid
    keep_decisions(study, coder, [DecisionDraft(segment.transcript_id, segment.span, verdict, code)])


def test_the_worked_example_holds():
    """The example in the docstring is checked by running it."""
    assert doctest.testmod(import_module("assistant.saturation.curve")) == (0, 1)


def test_guest_namey_chen_vector():
    """New codes 16, 9, 7, 5 in the first four interviews make the base of 37 of Guest, Namey & Chen (2020)."""
    new = [16, 9, 7, 5, 4, 3, 1, 0, 1, 0, 0]
    matrix = np.zeros((sum(new), len(new)), int)
    first = 0
    for interview, count in enumerate(new):
        matrix[first : first + count, interview:] = 1
        first += count
    found = curve(matrix)
    assert list(found.new_codes) == new
    assert found.cumulative_codes[3] == 37
    assert found.cumulative_codes[-1] == 46


@given(arrays(int, st.tuples(st.integers(0, 12), st.integers(0, 8)), elements=st.integers(0, 3)))
def test_curve_properties(matrix):
    """Never falling, never past the number of codes found, and new codes add up to it."""
    found = curve(matrix)
    total = int((matrix > 0).any(axis=1).sum()) if matrix.size else 0
    assert sum(found.new_codes) == total
    assert list(found.cumulative_codes) == list(np.cumsum(found.new_codes))
    assert all(n >= 0 for n in found.new_codes)
    assert len(found.new_codes) == matrix.shape[1]


@given(arrays(int, (6, 5), elements=st.integers(0, 2)), st.permutations(range(6)))
def test_the_order_of_codes_does_not_matter(matrix, order):
    """Renaming or sorting codes changes no curve."""
    assert curve(matrix) == curve(matrix[list(order)])


def test_only_interviews_that_were_read_count(machines):
    """A coding in an interview nobody recorded a reading of is listed as unread, not counted."""
    decided(machines, "I1", "We wait", Verdict.ADD, "queue")
    decided(machines, "I2", "The power", Verdict.ADD, "cost")
    decided(machines, "I1", "We wait", Verdict.READ)
    result = saturation(machines)
    assert (result.interviews, result.unread) == (("I1",), ("I2",))
    assert result.cumulative_codes == (1,)
    assert result.partly_read == ("I1",)
    for text in ("The power", "Cleaning", "My garden"):
        decided(machines, "I1", text, Verdict.READ)
    assert saturation(machines).partly_read == ()


def test_a_coder_without_any_reading_is_held_to_where_they_coded(machines):
    """As imported coders are; whoever has a single reading is held to their readings."""
    decided(machines, "I1", "We wait", Verdict.READ, coder="ada")
    decided(machines, "I2", "The power", Verdict.ADD, "cost")
    assert saturation(machines, coder="eve").interviews == ("I2",)
    decided(machines, "I2", "The power", Verdict.ADD, "cost", coder="ada")
    assert saturation(machines, coder="ada").interviews == ("I1",)


def test_without_any_readings_interviews_with_codings_count(machines):
    """Imported studies know of no readings."""
    decided(machines, "I2", "The power", Verdict.ADD, "cost")
    result = saturation(machines)
    assert (result.interviews, result.unread) == (("I2",), ("I1",))


def test_codes_themes_and_coders(machines):
    """Counts are codings; a theme counts what is below it; one coder's view leaves the others out."""
    for interview, text, name, coder in (
        ("I1", "We wait", "queue", "eve"),
        ("I1", "The power", "queue", "eve"),
        ("I2", "The power", "cost", "eve"),
        ("I2", "Cleaning", "cleaning", "ada"),
    ):
        decided(machines, interview, text, Verdict.ADD, name, coder)
    by_code = saturation(machines)
    assert dict(zip(by_code.codes, by_code.matrix.tolist(), strict=True))["queue"] == [2, 0]
    assert (by_code.new_codes, by_code.cumulative_codes) == ((1, 2), (1, 3))
    assert "compute" not in by_code.codes
    by_theme = saturation(machines, level="theme")
    assert dict(zip(by_theme.codes, by_theme.matrix.tolist(), strict=True)) == {"compute": [2, 1], "data": [0, 1]}
    assert saturation(machines, coder="ada").interviews == ("I2",)


def test_a_withdrawn_coding_counts_no_longer(machines):
    """Saturation follows what stands."""
    decided(machines, "I1", "We wait", Verdict.ADD, "queue")
    decided(machines, "I1", "We wait", Verdict.WITHDRAW, "queue")
    decided(machines, "I1", "We wait", Verdict.READ)
    assert saturation(machines).cumulative_codes == (0,)


def test_a_study_without_a_codebook_says_so(tmp_path):
    """One sentence, and what to do."""
    with create_study(tmp_path / "s") as study:
        add_talk(study, tmp_path, "I1")
        with pytest.raises(InvalidInputError, match="codebook import"):
            saturation(study)


def test_the_chart_holds_the_numbers_and_can_be_drawn(machines, tmp_path):
    """What is drawn is what was counted, its band and its query beside it; an unknown place is refused."""
    decided(machines, "I1", "We wait", Verdict.ADD, "queue")
    figure = curve_figure(report(machines))
    data = {
        "interview": "I1",
        "new": 1,
        "cumulative": 1,
        "mean_of_orders": 1.0,
        "low_of_orders": 1,
        "high_of_orders": 1,
    }
    assert figure.data.to_dict("records") == [data]
    assert figure.query == {"statistic": "saturation", "level": "code"}
    save_figure(figure, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        save_figure(figure, tmp_path / "no" / "such" / "curve.png")
