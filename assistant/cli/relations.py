"""`interview relations`: codes that stand together, codes by attribute, a map of themes, codes through an interview."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.cli.basis_options import Adjudicated, AtMilestone, By, Coder, UnderVersion, Where, basis_of
from assistant.cli.common import AsJson, StudyFolder, clock, opened, print_json
from store.errors import InvalidInputError
from store.study import Study

if TYPE_CHECKING:
    from assistant.figures import Figure
    from assistant.relations import Cooccurrence, Crosstab, Level, ThemeMap, Timeline
    from assistant.review import Basis, Ground


class Kind(StrEnum):
    """What is related to what."""

    TOGETHER = "together"
    ATTRIBUTE = "attribute"
    TIMELINE = "timeline"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found: as JSON values, as it is printed, and as a figure, which is drawn only where one is asked for."""

    record: Mapping[str, Any]
    show: Callable[[Console], None]
    figure: Callable[[Mapping[str, Any]], "Figure"]


def relations_command(
    study: StudyFolder,
    kind: Annotated[Kind, typer.Option(help="Codes together, by attribute, through an interview, or a map.")] = (
        Kind.TOGETHER
    ),
    within: Annotated[
        str, typer.Option(help="Together in the same “segment”, by “overlap”, or within so many turns, such as 3.")
    ] = "segment",
    attribute: Annotated[str | None, typer.Option(help="The attribute, for --kind attribute.")] = None,
    interview: Annotated[
        list[str] | None, typer.Option(help="Only this interview; may be repeated. A timeline needs one.")
    ] = None,
    level: Annotated[By, typer.Option(help="Relate codes or themes.")] = By.CODE,
    coder: Coder = None,
    adjudicated: Adjudicated = False,
    where: Where = None,
    milestone: AtMilestone = None,
    version: UnderVersion = None,
    plot: Annotated[Path | None, typer.Option(help="Draw into this .png, .svg, .csv or .json file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which codes stand together, how codes differ by attribute, or where they come in an interview."""
    from assistant.review import blindness, ground

    with opened(study) as (open_study, _):
        basis = basis_of(
            open_study,
            coder=coder,
            adjudicated=adjudicated,
            interviews=() if kind is Kind.TIMELINE else interview,
            where=where,
            milestone=milestone,
            version=version,
        )
        on = ground(open_study, basis, None if coder is None else blindness(open_study, coder))
        answer = _ANSWERS[kind](open_study, on, level.value, _Options(within, attribute, tuple(interview or ())))
    if plot is not None:
        from assistant.figures import save_figure

        save_figure(answer.figure(_query(kind, level, basis, within, attribute, interview)), plot)
    if as_json:
        print_json(answer.record)
        return
    console = Console(highlight=False)
    answer.show(console)
    if on.unread:
        console.print(Text(f"Not read yet, so not counted: {', '.join(on.unread)}."))


@dataclass(frozen=True, slots=True)
class _Options:
    within: str
    attribute: str | None
    interviews: tuple[str, ...]


def _query(
    kind: Kind, level: By, basis: "Basis", within: str, attribute: str | None, interview: list[str] | None
) -> dict[str, Any]:
    asked: dict[str, Any] = {"relations": kind.value, "level": level.value, "basis": basis.to_json()}
    if kind in (Kind.TOGETHER, Kind.MAP):
        asked["within"] = within
    if kind is Kind.ATTRIBUTE:
        asked["attribute"] = attribute
    if kind is Kind.TIMELINE:
        asked["interview"] = (interview or [""])[0]
    return asked


def _together(study: Study, on: "Ground", level: "Level", options: _Options) -> _Answer:
    from assistant.relations import cooccurrence, cooccurrence_record, read_within
    from assistant.relations.charts import together_figure
    from store.segments import segments

    found = cooccurrence(on, segments(study), level=level, within=read_within(options.within))
    return _Answer(
        cooccurrence_record(found), lambda to: _show_pairs(to, found), lambda query: together_figure(found, query)
    )


def _show_pairs(console: Console, found: "Cooccurrence") -> None:
    from assistant.relations import counted_words, pairs, within_words

    table = Table(
        "code",
        "with",
        Column(counted_words(found.within).lower(), justify="right"),
        Column("Jaccard", justify="right"),
        Column("interviews", justify="right"),
        title=f"Together {within_words(found.within)}",
    )
    names = found.rows.names
    for pair in pairs(found):
        numbers = (str(pair.count), f"{pair.jaccard:.2f}", str(len(pair.interviews)))
        table.add_row(Text(names[pair.a]), Text(names[pair.b]), *numbers)
    console.print(table)
    _show_caption(console, found.sentence, found.unplaced)


def _show_caption(console: Console, sentence: str, unplaced: int = 0) -> None:
    console.print(Text(f"{sentence}."))
    if unplaced:
        console.print(f"Codings left out, because a correction tore their place apart: {unplaced}.")


def _attribute(_: Study, on: "Ground", level: "Level", options: _Options) -> _Answer:
    from assistant.relations import attributes_of, crosstab, crosstab_record
    from assistant.relations.charts import attribute_figure

    if options.attribute is None:
        known = ", ".join(attributes_of(on)) or "none yet"
        msg = f"--kind attribute needs --attribute NAME; there are: {known}."
        raise InvalidInputError(msg)
    found = crosstab(on, options.attribute, level=level)
    return _Answer(
        crosstab_record(found), lambda to: _show_crosstab(to, found), lambda query: attribute_figure(found, query)
    )


def _show_crosstab(console: Console, found: "Crosstab") -> None:
    heads = [Column(Text(value), justify="right") for value in found.values]
    tests = ("p", "p (Holm)", "odds ratio (95 %)") if found.tests else ()
    table = Table(found.rows.level, *heads, *tests, title=Text(f"Interviews with it, by {found.attribute}"))
    for row, name in enumerate(found.rows.names):
        cells = [f"{found.found[row, at]}/{found.looked[row, at]}" for at in range(len(found.values))]
        tested = found.tests.get(row)
        said = ["–"] * 3
        if tested is not None:
            odds = tested.odds
            said = [
                _p(tested.p),
                _p(tested.adjusted),
                f"{odds.estimate:.2f} ({odds.low:.2f}–{odds.high:.2f})",
            ]
        table.add_row(Text(name), *cells, *(said if tests else ()))
    console.print(table)
    _show_caption(console, found.sentence)
    if found.without:
        console.print(Text(f"Left out, because they have no {found.attribute}: {', '.join(found.without)}."))
    console.print(Text(found.note))


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - no p is 0


def _timeline(study: Study, on: "Ground", level: "Level", options: _Options) -> _Answer:
    from assistant.relations import timeline, timeline_record
    from assistant.relations.charts import timeline_figure
    from store.transcripts import transcript

    if len(options.interviews) != 1:
        msg = "--kind timeline needs exactly one --interview LABEL."
        raise InvalidInputError(msg)
    found = timeline(on, transcript(study, options.interviews[0]), level=level)
    return _Answer(
        timeline_record(found), lambda to: _show_timeline(to, found), lambda query: timeline_figure(found, query)
    )


def _show_timeline(console: Console, found: "Timeline") -> None:
    table = Table("from", "to", found.rows.level, "who speaks", "coders", title=Text(f"Through {found.interview}"))
    for mark in found.marks:
        ends = (mark.first, mark.last)
        places = [clock(int(at)) if found.by == "time" else f"{at:.0%}" for at in ends]
        table.add_row(*places, Text(found.rows.names[mark.row]), str(mark.role), Text(", ".join(mark.coders)))
    console.print(table)
    _show_caption(console, found.sentence, found.unplaced)


def _map(study: Study, on: "Ground", level: "Level", options: _Options) -> _Answer:
    from assistant.relations import cooccurrence, map_record, read_within, theme_map
    from assistant.relations.map_chart import map_figure
    from store.segments import segments

    found = theme_map(cooccurrence(on, segments(study), level=level, within=read_within(options.within)))
    return _Answer(map_record(found), lambda to: _show_map(to, found), lambda query: map_figure(found, query))


def _show_map(console: Console, found: "ThemeMap") -> None:
    table = Table(found.found.rows.level, Column("interviews", justify="right"), "linked to, largest Jaccard first")
    names = found.found.rows.names
    for node in found.nodes:
        others = [names[p.b if p.a == node.row else p.a] for p in found.links if node.row in (p.a, p.b)]
        table.add_row(Text(names[node.row]), str(node.interviews), Text(", ".join(others)))
    console.print(table)
    console.print(Text(found.note))


_ANSWERS: Mapping[Kind, Callable[[Study, "Ground", "Level", _Options], _Answer]] = {
    Kind.TOGETHER: _together,
    Kind.ATTRIBUTE: _attribute,
    Kind.TIMELINE: _timeline,
    Kind.MAP: _map,
}
