"""What statistics tell, as parts of a report: saturation, the agreement of double codings, and relations of codes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assistant.agreement import Asked, agreement
from assistant.agreement.chart import agreement_figure
from assistant.agreement.record import between, number, percent, summary
from assistant.agreement.work import choices
from assistant.exchange.outgoing import Outgoing
from assistant.exchange.report.drawing import Drawing, drawing
from assistant.relations import attributes_of, cooccurrence, crosstab, pairs, within_words
from assistant.relations.charts import attribute_figure, together_figure
from assistant.review import ground_of
from assistant.saturation import curve_figure
from assistant.saturation.report import report_of
from assistant.saturation.words import answer
from store.coders import coders
from store.segments import segments

_MOST_PAIRS, _MOST_VALUES, _FEWEST_VALUES = 20, 8, 2
_STEP, _NARROWEST, _WIDEST = 36, 420, 940
"""Pixels for an interview of the curve, and for all of them."""


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences, a figure if there is one, and sentences to keep in mind."""

    said: tuple[str, ...]
    figure: Drawing | None
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """The agreement of two coders on a double coding: a row of text for each code, the pool last."""

    title: str
    said: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cautions: tuple[str, ...]
    figure: Drawing | None


AGREEMENT_COLUMNS = ("Code", "Units", "Agree %", "Kappa", "95 % interval", "Alpha", "AC1")


@dataclass(frozen=True, slots=True)
class Related:
    """Codes together: the most frequent pairs as rows of text, and figures of pairs and of attributes."""

    within: str
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[Drawing, ...]


def saturation_told(out: Outgoing) -> Told:
    """What saturation amounts to, its curve, and what to keep in mind."""
    found = report_of(out.study, out.of)
    drawn = None
    if found.table.interviews:
        figure = curve_figure(found)
        wide: Any = figure.chart  # on a screen it is as wide as its place, for which it has no width of its own
        chart = wide.properties(width=min(_WIDEST, max(_NARROWEST, _STEP * len(found.table.interviews))))
        drawn = drawing(replace(figure, chart=chart), "saturation-curve")
    return Told(answer(found), drawn, found.cautions)


def compared(out: Outgoing) -> Iterator[Compared]:
    """The agreement of each blind double coding that had ended, of its second coder with each other coder."""
    basis = out.of.basis
    for drawn in choices(out.study, out.of.hidden):
        if out.through is not None and (drawn.ended_event or 0) > out.through:
            continue
        for other in coders(out.study):
            if other == drawn.second or basis.coder not in (None, other, drawn.second):
                continue
            found = agreement(out.study, Asked((other, drawn.second), double_coding=drawn.guid), hidden=out.of.hidden)
            if not len(found.units):
                continue
            used = [row for row in found.shown.rows if row.used]
            rows = [*used, *([found.shown.pooled] if used else [])]
            key = f"agreement-{drawn.guid[:8]}-{coders(out.study).index(other)}"
            figure = drawing(agreement_figure(found), key, without=frozenset({"guid"})) if used else None
            yield Compared(
                f"{other} and {drawn.second}, “{drawn.name}”",
                (*summary(found), *found.said),
                tuple(
                    (
                        row.line.name,
                        f"{row.found.n:,}",
                        percent(row.found.percent),
                        number(row.found.kappa),
                        between(row.ci.get("kappa")),
                        number(row.found.alpha),
                        number(row.found.ac1),
                    )
                    for row in rows
                ),
                tuple(dict.fromkeys(caution.sentence for caution in found.shown.pooled.cautions)),
                figure,
            )


def related(out: Outgoing) -> Related:
    """Codes in the same segment, the most frequent pairs first, and codes by each attribute that has a few values.

    An attribute that is different in every interview tells nothing of groups, and is left out.
    """
    on = ground_of(out.of)
    found = cooccurrence(on, segments(out.study))
    names, listed = found.rows.names, pairs(found)
    rows = [
        (names[pair.a], names[pair.b], str(pair.count), f"{pair.jaccard:.2f}", str(len(pair.interviews)))
        for pair in listed[:_MOST_PAIRS]
    ]
    places = frozenset({"row", "at"})
    query = {"basis": out.of.basis.to_json()}
    figures = [drawing(together_figure(found, query), "together", without=places | {"number"})] if listed else []
    for at, attribute in enumerate(attributes_of(on)):
        table = crosstab(on, attribute)
        shared = len(table.values) < sum(len(labels) for labels in table.interviews)
        if shared and _FEWEST_VALUES <= len(table.values) <= _MOST_VALUES and table.found.any():
            figures.append(drawing(attribute_figure(table, query), f"attribute-{at}", without=places))
    return Related(within_words(found.within), tuple(rows), tuple(figures))
