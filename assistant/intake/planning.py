"""What is to be added: the files that were named or lie in folders, their labels, and the tables among them."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.ingest.attributes import TABLES, CaseTable
from assistant.ingest.cases import Known, case_table_among, labels_from
from assistant.ingest.folders import Skipped, walk
from assistant.intake.describing import known
from assistant.intake.looking import ENDINGS, OFTEN_OTHERS
from store.errors import StudyError
from store.study import Study

_LABEL = re.compile(r"I[1-9]\d{0,5}")
"""A file name that is a label as the study gives them; the interview is called so."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A file, and the label that it is to have; None for the next one. `found` in a folder, or else named itself."""

    path: Path
    label: str | None
    found: bool = False

    @property
    def may_be_no_interview(self) -> bool:
        """Whether it is passed over, and no failure, where it cannot be read."""
        return self.found and self.path.suffix.lower() in OFTEN_OTHERS


@dataclass(slots=True)
class Plan:
    """The files in their order, the case tables among them, and what cannot be used."""

    files: list[Planned] = field(default_factory=list)
    tables: dict[Path, CaseTable] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    refused: list[Skipped] = field(default_factory=list)


def plan(
    study: Study,
    named: Iterable[Path],
    given: Sequence[CaseTable] = (),
    label: str | None = None,
    aside: Collection[Path] = (),
) -> Plan:
    """Look into folders, find the case tables, and give labels: `label` to the only file, else from tables, else names.

    `given` are tables that were named as such; `aside` are files that are something else, such as a mapping.
    """
    made, given_paths = Plan(), list(named)
    paths = _paths(given_paths, made, {_place(path) for path in aside})
    if label is not None:
        made.files = [Planned(path, label) for path in paths]
        return made
    for path, table in _tables(paths, known(study)).items():
        if isinstance(table, CaseTable):
            made.tables[path] = table
        else:
            made.refused.append(Skipped(path, table))
        paths.remove(path)
    labels = planned_labels(known(study), [path.name for path in paths], [*given, *made.tables.values()])
    alone = set(given_paths)
    made.files = [Planned(path, own, path not in alone) for path, own in zip(paths, labels, strict=True)]
    return made


def planned_labels(there: Sequence[Known], files: Sequence[str], tables: Sequence[CaseTable]) -> list[str | None]:
    """What each file is to be called: as a table says, or by its own name where that is a label; None: the next one."""
    stated = labels_from(tables, files)
    taken = {each.label for each in there} | set(stated.values())
    labels: list[str | None] = []
    for place, name in enumerate(files):
        stem, own = Path(name).stem.upper(), stated.get(place)
        if own is None and _LABEL.fullmatch(stem) and stem not in taken:
            own = stem
            taken.add(own)
        labels.append(own)
    return labels


def _paths(named: Iterable[Path], made: Plan, aside: Collection[Path]) -> list[Path]:
    paths: list[Path] = []
    for path in named:
        if not path.is_dir():
            paths += [] if _place(path) in aside else [path]
            continue
        try:
            walked = walk(path, ENDINGS)
        except StudyError as error:
            made.refused.append(Skipped(path, str(error)))
            continue
        usable = [file for file in walked.files if _place(file) not in aside]
        made.skipped += [each for each in walked.skipped if _place(each.path) not in aside]
        if not usable:
            why = f"The folder {path} holds no recording and no transcript that can be read; choose another one."
            made.refused.append(Skipped(path, why))
        paths += usable
    return list(dict.fromkeys(paths))


def _place(path: Path) -> Path:
    """Where a path leads; a link that leads in a circle stays as it is, and is refused when it is read."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _tables(paths: Sequence[Path], there: Sequence[Known]) -> dict[Path, CaseTable | str]:
    candidates = [path for path in paths if path.suffix.lower() in TABLES]

    def others(candidate: Path) -> list[Known]:
        return [*there, *(Known("", path.name) for path in paths if path != candidate)]

    found = {path: case_table_among(path, others(path)) for path in candidates}
    return {path: table for path, table in found.items() if table is not None}
