"""Which row of a case table belongs to which interview."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.ingest.attributes import TABLES, Case, CaseTable, read_case_table
from store.errors import InvalidInputError

_LONGEST_ENDING = 5
_FEWEST_MATCHED = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """What an interview can be found by; the label is empty where it has none yet."""

    label: str
    file: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Each case with the interviews that it describes, and what is left over on both sides."""

    found: tuple[tuple[Case, tuple[Known, ...]], ...]
    unknown: tuple[Case, ...]
    without: tuple[Known, ...]


def match(cases: Sequence[Case], known: Sequence[Known]) -> Matches:
    """Find each case's interviews: by label, then file name, then its stem; case is ignored.

    Files of one stem, such as a recording and its transcript, share a row that names the stem.
    """
    found: dict[int, tuple[Known, ...]] = {}
    free = list(dict.fromkeys(known))
    for finds in _WAYS:
        for place, case in enumerate(cases):
            names = {name.casefold() for name in case.names}
            if place not in found and (fitting := tuple(each for each in free if finds(each, names))):
                found[place] = fitting
                free = [each for each in free if each not in fitting]
    unknown = tuple(case for place, case in enumerate(cases) if place not in found)
    return Matches(tuple((cases[place], found[place]) for place in sorted(found)), unknown, tuple(free))


def labels_from(tables: Iterable[CaseTable], files: Sequence[str]) -> dict[int, str]:
    """The labels that tables with a file column give on import to files, found by their place among `files`."""
    labels: dict[int, str] = {}
    for table in tables:
        matches = match([case for case in table.cases if case.label], [Known("", name) for name in files])
        for case, fitting in matches.found:
            named = [place for place, name in enumerate(files) if any(name == each.file for each in fitting)]
            if len(named) == 1:
                labels.setdefault(named[0], case.label)
    return labels


def looks_like_cases(table: CaseTable, others: Sequence[Known]) -> bool:
    """Whether the rows each name one of the other interviews: most do, or a column is headed for that and some do.

    A transcript in a table does not: it names its speakers again and again, and no files.
    """
    enough = 1 if table.headed else max(1, _FEWEST_MATCHED * len(table.cases))
    return bool(table.attributes) and len(match(table.cases, others).found) >= enough


def case_table_among(path: Path, others: Sequence[Known]) -> CaseTable | str | None:
    """The file as a case table, where it looks like one; a sentence where it does but cannot be used as one."""
    if path.suffix.lower() not in TABLES:
        return None
    try:
        table = read_case_table(path)
    except InvalidInputError as error:
        return str(error) if _was_meant_as_cases(path, others) else None
    return table if looks_like_cases(table, others) else None


def _was_meant_as_cases(path: Path, others: Sequence[Known]) -> bool:
    """Whether a table with broken rows names interviews in a column that is headed for that, most of them once."""
    try:
        table = read_case_table(path, lenient=True)
    except InvalidInputError:
        return False
    once = len(table.cases) >= _FEWEST_MATCHED * max((case.line - 1 for case in table.cases), default=0)
    return table.headed and once and looks_like_cases(table, others)


def _stem(name: str) -> str:
    """The name without its ending, where it has one; `Dr. Ito` has none."""
    stem, dot, ending = name.rpartition(".")
    return stem if dot and stem and ending.isalnum() and len(ending) <= _LONGEST_ENDING else name


_WAYS: tuple[Callable[[Known, set[str]], bool], ...] = (
    lambda known, names: known.label.casefold() in names,
    lambda known, names: known.file.casefold() in names,
    lambda known, names: _stem(known.file.casefold()) in names,
    lambda known, names: _stem(known.file.casefold()) in {_stem(name) for name in names},
)
"""How a row finds its interview, the surest first; the last lets `I8.mp3` in a table find the transcript `I8.vtt`."""
