"""Krippendorff's alphas for codes that exclude each other: which code of a theme, which theme, on marked text."""

from collections.abc import Sequence

from assistant.agreement.marked_text import marked_text
from assistant.agreement.of_study import Agreement
from assistant.agreement.results import Row
from assistant.agreement.rows import Line, lines_of_themes
from assistant.agreement.valued_units import ValuedUnits, valued_units


def within_theme(found: Agreement, row: Row) -> ValuedUnits | None:
    """The family with the codes of a theme as values; None for a single code, and beside the machine."""
    codes = row.line.codes
    return None if len(codes) < 2 else _valued(found, [[code] for code in codes])  # noqa: PLR2004 - no choice of values


def between_themes(found: Agreement) -> ValuedUnits | None:
    """The family with the themes as values; None where there is one only, and beside the machine."""
    themes = [line.codes for line in lines_of_themes(found.codebook)]
    return None if len(themes) < 2 else _valued(found, themes)  # noqa: PLR2004


def _valued(found: Agreement, values: Sequence[Sequence[int]]) -> ValuedUnits | None:
    """On the text where all coders had all of these codes in view."""
    if found.sample is not None:
        return None
    lines = [Line("", "", (code,)) for codes in values for code in codes]
    text = marked_text(found.work.read, lines, found.units.interviews, together=True)
    place = iter(range(len(lines)))
    return valued_units(text, [[next(place) for _ in codes] for codes in values])
