"""Saturation on a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from assistant.saturation import Kind, Report
from assistant.saturation.meaning import EXPLORATORY, Meaning
from assistant.saturation.report import Groups, Since, Whole
from assistant.saturation.words import answer, estimates, guest_rows, summary

_LONGEST_NAME, _PADDING = 40, 3
_SIGNS = {Kind.NOT_FOUND: "·", Kind.NOT_LOOKED_FOR: "?"}


def show(found: Whole) -> None:
    """The answer first, then what it rests on."""
    console, report = Console(highlight=False), found.report
    console.print(Text(f"{report.table.sentence}.", style="dim"))
    for sentence in answer(report):
        console.print(Text(sentence), soft_wrap=True)
    console.print()
    _matrix(console, report)
    if report.table.interviews:
        _table(console, "Stopping rule of Guest, Namey & Chen (2020)", _GUEST, guest_rows(report))
        _table(console, "How many there may be", ("estimate", "value", "95 % interval"), estimates(report))
    if found.since is not None:
        _since(console, found.since)
    if found.groups is not None:
        _groups(console, found.groups)
    if found.meaning is not None:
        _meaning(console, found.meaning)
    _cautions(console, report)


_GUEST = ("base", "run", "threshold", "result", "in random orders", "resampled")


def _matrix(console: Console, report: Report) -> None:
    """As many interviews beside each other as the terminal is wide, then the next ones."""
    of, columns = report.table, range(len(report.table.interviews))
    names = min(max((len(name) for name in of.codes), default=0), _LONGEST_NAME)
    wide = max((len(label) for label in of.interviews), default=0) + _PADDING
    at_once = max((console.width - names - len("interviews") - 3 * _PADDING) // wide, 1)
    for start in columns[::at_once] or (0,):
        console.print(_part(report, columns[start : start + at_once]))
    legend = "· looked for and not found   ? not looked for: not in the codebook at the last reading"
    console.print(Text(legend + ("   (·) looked for in a part only" if of.in_part.any() else "")))


def _part(report: Report, columns: Sequence[int]) -> Table:
    of = report.table
    labels = [Column(Text(of.interviews[column]), no_wrap=True) for column in columns]
    table = Table(Column(of.level, max_width=_LONGEST_NAME), *labels, "interviews", title="Codings by interview")
    for row, name in enumerate(of.codes):
        cells = [_cell(report, row, column) for column in columns]
        table.add_row(Text(name), *cells, str(int(of.found[row].sum())))
    table.add_section()
    table.add_row("new", *(str(of.new_codes[column]) for column in columns), "")
    table.add_row("so far", *(str(of.cumulative_codes[column]) for column in columns), "")
    return table


def _cell(report: Report, row: int, column: int) -> str:
    of = report.table
    sign = _SIGNS.get(of.kind(row, column), str(of.matrix[row, column]))
    return f"({sign})" if of.in_part[row, column] else sign


def _table(console: Console, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(*(Column(Text(head)) for head in heads), title=Text(title), title_justify="left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _since(console: Console, found: Since) -> None:
    rows = [(what, was, now) for (what, was), (_, now) in zip(summary(found.then), summary(found.now), strict=True)]
    _table(console, "Then and now", ("", "then", "now"), rows)
    for what, names in (("Found since", found.gained), ("Found then, not now", found.lost)):
        if names:
            console.print(Text(f"{what}: {', '.join(names)}."))


def _groups(console: Console, found: Groups) -> None:
    columns = [summary(group.report) for group in found.groups]
    rows = [(line[0][0], *(value for _, value in line)) for line in zip(*columns, strict=True)]
    _table(console, f"By {found.by}", ("", *(group.value for group in found.groups)), rows)
    if found.without:
        console.print(Text(f"In no group, for want of a value: {', '.join(found.without)}."))


def _meaning(console: Console, found: Meaning) -> None:
    console.print(Text(f"Meaning saturation of “{found.code.name}”. {EXPLORATORY}"))
    if found.facets is None:
        console.print(Text(found.note))
        return
    rows = [
        (label, str(new), str(so_far))
        for label, new, so_far in zip(found.interviews, found.facets.new, found.facets.cumulative, strict=True)
    ]
    _table(console, "Facets by interview", ("interview", "new", "so far"), rows)
    console.print(Text(f"Structure of the facets: {found.facets.structure}. {found.facets.decided_by}"))


def _cautions(console: Console, report: Report) -> None:
    if report.cautions:
        console.print(Text("What to keep in mind", style="bold"))
    for sentence in report.cautions:
        console.print(Text(f"– {sentence}"), soft_wrap=True)
