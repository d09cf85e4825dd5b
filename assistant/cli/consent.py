"""`interview consent` and `interview withdraw`: what participants consented to, what is due, and taking it back."""

import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from store.errors import ConflictError

if TYPE_CHECKING:
    from assistant.exchange.withdrawal import Withdrawal
    from store.consent import Consent, Due
    from store.erase import Erasure

consent_app = typer.Typer(
    help="What participants consented to, and until when things may be kept.", no_args_is_help=True
)
Who = Annotated[str | None, typer.Option("--coder", help="Who does it; the name of your account otherwise.")]
_T = TypeVar("_T")


class Only(StrEnum):
    """What a participant takes back, where it is not everything."""

    RECORDING = "recording"
    QUOTES = "quotes"


@consent_app.command("show")
def show_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """Show the consent to each interview: its state, what it covers, and until when things may be kept."""
    from store.consent import consents, due

    with opened(study) as (open_study, _):
        found, waiting = consents(open_study), due(open_study)
    if as_json:
        print_json([_record(each) for each in found])
        return
    for each in found:
        print(_line(each))
    if not found:
        print("There are no interviews in this study yet.")
    if waiting:
        note(f"{len(waiting)} {'thing is' if len(waiting) == 1 else 'things are'} due: interview consent due {study}")


@consent_app.command("set")
def set_command(
    study: StudyFolder,
    interview: Annotated[list[str], typer.Option(help="The label of the interview; may be repeated.")],
    state: Annotated[str | None, typer.Option(help="unknown, given or restricted.")] = None,
    covers: Annotated[
        list[str] | None,
        typer.Option(help="analysis, quotes, sharing, recording, or all; may be repeated, or parted by commas."),
    ] = None,
    keep_recording_until: Annotated[
        str | None, typer.Option(help="The last day for the recording, such as 2027-03-31; empty for none.")
    ] = None,
    keep_until: Annotated[
        str | None, typer.Option(help="The last day for everything of the interview; empty for none.")
    ] = None,
    note_text: Annotated[str | None, typer.Option("--note", help="Where the form lies, what was said.")] = None,
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Record what a participant consented to; what is not named stays as it is.

    `quotes`: passages may stand word for word in publications. `sharing`: the whole transcript may be given to others.
    `recording`: the recording may be kept after it was transcribed. Every consent covers the analysis.
    """
    from store.consent import ConsentChange, read_covers, read_state, record_consents

    change = ConsentChange(
        None if state is None else read_state(state),
        None if covers is None else read_covers(covers),
        keep_recording_until,
        keep_until,
        note_text,
    )
    with opened(study) as (open_study, _):
        found = record_consents(open_study, dict.fromkeys(interview, change), coder=acting(coder))
    _show(found, as_json=as_json)


@consent_app.command("import")
def import_command(
    study: StudyFolder,
    file: Annotated[
        Path,
        typer.Argument(
            help="A csv or xlsx file: interview, consent, covers, keep recording until, keep until, note in columns.",
            show_default=False,
        ),
    ],
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Record the consent to many interviews from a table; an empty cell leaves what there is."""
    from assistant.intake.consent_table import take_consents

    with opened(study) as (open_study, _):
        taken = take_consents(open_study, file, coder=acting(coder))
    for name in taken.unknown:
        note(f"{file.name} names {name}, which is no interview of this study.")
    _show(taken.recorded, as_json=as_json)


@consent_app.command("due")
def due_command(
    study: StudyFolder,
    erase: Annotated[bool, typer.Option("--erase", help="Erase all of it, for good; asks first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; scripts are never asked.")] = False,
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show what may not be kept any longer: recordings and interviews whose last day is over."""
    from store.consent import due

    with opened(study) as (open_study, settings):
        waiting = due(open_study)
        if erase and waiting:
            _confirm(f"Erase this for good? {' '.join(each.sentence for each in waiting)}", yes=yes or as_json)
            who = acting(coder)
            for each in waiting:
                _shown(_busy(partial(_erased_as_due, open_study, settings, each, who)), as_json=as_json)
            waiting = due(open_study)
    if as_json:
        print_json([{"interview": d.interview, "what": d.what, "since": _day(d.since)} for d in waiting])
        return
    for each in waiting:
        print(each.sentence)
    if not waiting:
        print("Nothing is due.")


def withdraw_command(
    study: StudyFolder,
    interview: Annotated[str, typer.Option(help="The label of the interview, such as I8.")],
    only: Annotated[Only | None, typer.Option(help="Erase the recording alone, or quote it no more.")] = None,
    delete_exports: Annotated[
        bool, typer.Option("--delete-exports", help="Delete the files in exports/ that hold it, too.")
    ] = False,
    coder: Who = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; scripts are never asked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a consent back: the interview is erased from everything that the study holds, its copies too, for good.

    With --only recording the recording goes and the transcript stays; with --only quotes no export quotes it any more.
    """
    from assistant.exchange.withdrawal import traces, withdraw, withdraw_quotes, withdraw_recording

    who = acting(coder)
    with opened(study) as (open_study, settings):
        if only is Only.QUOTES:
            done = withdraw_quotes(open_study, interview, coder=who)
        elif only is Only.RECORDING:
            _confirm(f"Erase the recording of {interview} for good?", yes=yes or as_json)
            done = _busy(lambda: withdraw_recording(open_study, interview, coder=who))
        else:
            there = traces(open_study, interview).exports
            _confirm(f"Erase {interview} for good, from records, copies, index, recordings?", yes=yes or as_json)
            if there and not delete_exports and not (yes or as_json) and sys.stdin.isatty():
                names = ", ".join(path.name for path in there)
                delete_exports = typer.confirm(f"These files in exports/ hold it: {names}. Delete them too?", err=True)
            done = _busy(
                lambda: withdraw(open_study, interview, coder=who, settings=settings, delete_exports=delete_exports)
            )
    _shown(done, as_json=as_json)


def _erased_as_due(study: Any, settings: Any, each: "Due", who: str) -> "Withdrawal":
    from assistant.exchange.withdrawal import withdraw, withdraw_recording
    from store.consent import RECORDING
    from store.erase import EXPIRED

    if each.what == RECORDING:
        return withdraw_recording(study, each.interview, coder=who)
    return withdraw(study, each.interview, coder=who, settings=settings, why=EXPIRED)


def _busy(act: Callable[[], _T]) -> _T:
    from filelock import Timeout

    try:
        return act()
    except Timeout:
        msg = "Another process works on this study; let it end, then do it again. Nothing was erased."
        raise ConflictError(msg) from None


def _confirm(question: str, *, yes: bool) -> None:
    if sys.stdin.isatty() and not yes and not typer.confirm(question, err=True):
        note("Nothing was erased.")
        raise typer.Exit(1)


def _show(found: "Sequence[Consent]", *, as_json: bool) -> None:
    if as_json:
        print_json([_record(each) for each in found])
        return
    for each in found:
        print(_line(each))


def _record(given: "Consent") -> dict[str, Any]:
    return {
        "interview": given.interview,
        "state": str(given.state),
        "covers": sorted(given.covers),
        "keep_recording_until": _day(given.keep_recording_until),
        "keep_until": _day(given.keep_until),
        "note": given.note,
        "coder": given.coder,
        "at": None if given.at is None else given.at.isoformat(),
    }


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _line(given: "Consent") -> str:
    from store.consent import ConsentState

    parts = [f"{given.interview}: {given.state}"]
    if given.state is not ConsentState.UNKNOWN:
        parts.append(f"covers {', '.join(sorted(given.covers))}")
    if given.keep_recording_until is not None:
        parts.append(f"recording until {given.keep_recording_until}")
    if given.keep_until is not None:
        parts.append(f"everything until {given.keep_until}")
    return "; ".join([*parts, *([given.note] if given.note else [])])


def _shown(done: "Withdrawal", *, as_json: bool) -> None:
    """Say what went, and what only a person can reach."""
    told = done.traces
    if as_json:
        print_json(
            {
                "interview": done.interview,
                "erased": done.erasure is not None,
                "recording": done.recording,
                "copies": list(done.erasure.backups) if done.erasure else [],
                "examples": list(done.erasure.examples) if done.erasure else [],
                "glossary": list(done.erasure.glossary) if done.erasure else [],
                "exports_deleted": list(done.removed),
                "exports_left": list(done.left),
                "quoting": list(told.quoting),
                "given_out": list(told.given),
            }
        )
        return
    for sentence in _told(done):
        print(sentence)


def _told(done: "Withdrawal") -> Iterator[str]:
    told = done.traces
    if done.erasure is not None:
        yield from _told_erasure(done.interview, done.erasure)
    elif told.beyond:
        yield f"{done.interview} is quoted no more: what is exported from now on leaves its words out."
    else:
        gone = "is erased" if done.recording else "was gone already, or never there"
        yield f"The recording of {done.interview} {gone}; its transcript stays."
    if done.removed:
        yield f"Deleted: {', '.join(done.removed)}."
    if done.left:
        yield f"These files still hold it; delete them: {', '.join(done.left)}."
    if told.quoting:
        yield f"Its words are repeated in {', '.join(told.quoting)}; only you can reword that."
    if told.given:
        yield f"Files that were made earlier may hold it: {', '.join(told.given)}."
    yield from told.beyond


def _told_erasure(label: str, erasure: "Erasure") -> Iterator[str]:
    yield f"Erased {label}: {erasure.decisions} decisions, {erasure.events} events' contents."
    if erasure.backups:
        yield f"Copies that held it were replaced by a new one: {', '.join(erasure.backups)}."
    if erasure.examples:
        yield f"Examples taken from it are gone from every version of: {', '.join(erasure.examples)}."
    if erasure.drafted:
        yield f"Its passages were among those from which these codes were made: {', '.join(erasure.drafted)}."
    if erasure.glossary:
        yield f"The glossary has words of it, which may be names: {', '.join(erasure.glossary)}."
