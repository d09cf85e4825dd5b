"""Consent from a table: one row for each interview, as a case table names it, and columns for what was consented to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.ingest.attributes import Case, read_case_table
from assistant.ingest.cases import match
from assistant.intake.describing import known
from store.consent import Consent, ConsentChange, read_covers, read_state, record_consents
from store.errors import InvalidInputError
from store.study import Study

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "state": ("consent", "consent state", "state"),
    "covers": ("covers", "consent covers"),
    "keep_recording_until": ("keep recording until", "recording until"),
    "keep_until": ("keep until", "retain until"),
    "note": ("note", "consent note"),
}
"""What each part of a consent is headed in a table; a case table may have other columns, which are passed over."""


@dataclass(frozen=True, slots=True)
class TakenConsents:
    """What was recorded, and which rows name no interview of the study."""

    recorded: tuple[Consent, ...]
    unknown: tuple[str, ...]


def take_consents(study: Study, path: Path, *, coder: str) -> TakenConsents:
    """Record what a csv or xlsx file says, all rows or none; an empty cell leaves what there is.

    Raises InvalidInputError where the file has none of the columns, or a row says what cannot be.
    """
    table = read_case_table(path)
    headed = {_plain(column): column for column in table.attributes}
    columns = {part: _first(names, headed) for part, names in COLUMNS.items()}
    if not any(columns.values()):
        names = ", ".join(names[0] for names in COLUMNS.values())
        msg = f"{path.name} says nothing of consent; its columns are to be headed {names}. Nothing was recorded."
        raise InvalidInputError(msg)
    found = match(table.cases, known(study))
    changes = {each.label: _change(case, columns, path.name) for case, fitting in found.found for each in fitting}
    return TakenConsents(record_consents(study, changes, coder=coder), tuple(case.names[0] for case in found.unknown))


def _change(case: Case, columns: Mapping[str, str | None], where: str) -> ConsentChange:
    said = {part: case.attributes.get(column or "", "").strip() for part, column in columns.items()}
    try:
        return ConsentChange(
            state=read_state(said["state"]) if said["state"] else None,
            covers=read_covers([said["covers"]]) if said["covers"] else None,
            keep_recording_until=said["keep_recording_until"] or None,
            keep_until=said["keep_until"] or None,
            note=said["note"] or None,
        )
    except InvalidInputError as error:
        msg = f"{where}, line {case.line}: {error}"
        raise InvalidInputError(msg) from error


def _plain(column: str) -> str:
    return " ".join(column.replace("_", " ").casefold().split())


def _first(names: tuple[str, ...], headed: Mapping[str, str]) -> str | None:
    return next((headed[name] for name in names if name in headed), None)
