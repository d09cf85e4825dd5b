"""`interview agreement`: how far coders agree, code by code, and where they do not."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text
from typer.core import TyperCommand

from assistant.cli.basis_options import By
from assistant.cli.common import AsJson, StudyFolder, opened, print_json
from store.errors import NotFoundError

if TYPE_CHECKING:
    from assistant.agreement import Agreement, Row
    from assistant.settings import Settings
    from assistant.suggest import Proposals
    from store.study import Study

_CODERS = "--coders"


class Per(StrEnum):
    """What is compared."""

    SEGMENT = "segment"
    TURN = "turn"
    CHARACTER = "character"


class SeveralCoders(TyperCommand):
    """A command whose `--coders` takes all names that follow it, and may be repeated."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Spell out `--coders A B` as `--coders A --coders B`; a study that stands behind them is no coder."""
        spelt = _spelt_out(args)
        last = _last_coder(spelt)
        if last is not None and self.make_parser(ctx).parse_args(list(spelt))[0].get("study") is None:
            spelt = [*spelt[:last], *spelt[last + 1 :]]
        return super().parse_args(ctx, spelt)


def _spelt_out(args: Sequence[str]) -> list[str]:
    spelt: list[str] = []
    several = False
    for word in args:
        if word == _CODERS:
            several = True
        elif several and not word.startswith("-"):
            spelt += [_CODERS, word]
        else:
            several = False
            spelt.append(word)
    return spelt


def _last_coder(spelt: Sequence[str]) -> int | None:
    """Where the last `--coders NAME` of several stands."""
    places = [at for at, word in enumerate(spelt) if word == _CODERS]
    return places[-1] if len(places) > 1 else None


def agreement_command(
    study: StudyFolder,
    coders: Annotated[list[str], typer.Option(help="Who is compared: two names or more.", show_default=False)],
    unit: Annotated[Per, typer.Option(help="Compare segments, turns or characters.")] = Per.SEGMENT,
    level: Annotated[By, typer.Option(help="Show and pool codes or themes.")] = By.CODE,
    double_coding: Annotated[
        str | None, typer.Option(help="This blind double coding, as it stood when it ended; else the newest.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="All that they all read, independent of each other or not.")
    ] = False,
    machine: Annotated[bool, typer.Option("--machine", help="The machine too, on the blind sample alone.")] = False,
    threshold: Annotated[float, typer.Option(help="From this probability on the machine says yes.")] = 0.5,
    code: Annotated[str | None, typer.Option(help="List the disagreements about this code or theme.")] = None,
    draws: Annotated[int, typer.Option(min=0, max=100_000, help="Samples of interviews for intervals.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="By which they are drawn.")] = 20_201,
    plot: Annotated[Path | None, typer.Option(help="Draw it into this .png, .svg, .csv or .json file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell how far coders agree: percent, kappa, alpha, AC1 and unitizing alpha, with intervals by interview.

    What was coded blind counts as it stood when the double coding ended; text that was read and left uncoded counts.
    """
    from assistant.agreement import Asked, Unit, agreement, as_record, differing_record
    from store.placing import texts_of

    asked = Asked(
        coders=tuple(coders),
        unit=Unit(unit.value),
        level="theme" if level is By.THEME else "code",
        double_coding=double_coding,
        everything=everything,
        machine=machine,
        threshold=threshold,
        draws=draws,
        seed=seed,
    )
    with opened(study) as (open_study, settings):
        proposals = _proposals(open_study, settings) if machine else None
        found = agreement(open_study, asked, proposals=proposals, blind_share=settings.blind_share)
        behind = {}
        if code is not None:
            cases = found.differing(_row(found, code))
            texts = texts_of(open_study, (case.segment.transcript_id for case in cases))
            behind["disagreements"] = differing_record(cases, texts)
    if plot is not None:
        from assistant.agreement.chart import agreement_figure
        from assistant.figures import save_figure

        save_figure(agreement_figure(found), plot)
    if as_json:
        print_json(as_record(found) | behind)
        return
    _show(found, behind)


def _proposals(study: "Study", settings: "Settings") -> "Proposals":
    from assistant.suggest import propose

    return propose(study, precision=settings.expected_precision)


def _row(found: "Agreement", code: str) -> "Row":
    named = found.codebook.find(code)
    if named is None:
        msg = f"There is no code “{code}” in the codebook; correct the name."
        raise NotFoundError(msg)
    return found.row(named.guid)


def _show(found: "Agreement", behind: dict[str, Any]) -> None:
    from assistant.agreement.record import between, number, percent, summary

    console = Console(highlight=False)
    for sentence in (*summary(found), *found.said):
        console.print(Text(sentence), soft_wrap=True)
    figures = ("n", "%", "kappa", "95 %", "alpha", "AC1", "α_u")
    columns = [Column(name, justify="right", no_wrap=True) for name in figures]
    table = Table(found.asked.level, *columns, Column("given %", justify="right"))
    for row in (*(row for row in found.shown.rows if row.used), found.shown.pooled):
        if not row.line.guid:
            table.add_section()
        of = row.found
        shares = " · ".join(f"{100 * share:.1f}" for share in row.prevalence.values())
        told = (number(of.kappa), between(row.ci["kappa"]), number(of.alpha), number(of.ac1), number(row.alpha_u))
        table.add_row(Text(row.line.name), f"{of.n:,}", percent(of.percent), *told, shares)
    console.print(table)
    console.print(Text(f"given %: of how many units {' · '.join(found.coders)} said that the code applies."))
    for caution in found.shown.pooled.cautions:
        console.print(Text(caution.sentence), soft_wrap=True)
    if found.shown.unused:
        console.print(Text(f"Given by nobody, so not pooled: {', '.join(found.shown.unused)}."), soft_wrap=True)
    if found.shown.not_looked_for:
        unseen = ", ".join(found.shown.not_looked_for)
        console.print(Text(f"Not in view of all of them where they read: {unseen}."), soft_wrap=True)
    for names, nominal in found.of_pairs:
        console.print(Text(f"{names[0]} and {names[1]}: kappa {number(nominal.kappa)}, AC1 {number(nominal.ac1)}"))
    for case in behind.get("disagreements", ()):
        who = ", ".join(f"{name}: {'yes' if gave else 'no'}" for name, gave in case["gave"].items())
        console.print(
            Text.assemble((f"{case['interview']} ", "bold"), f"“{case['text']}” ", (who, "dim")), soft_wrap=True
        )
