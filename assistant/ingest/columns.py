"""Which column of a table is the text, which the speaker, which the times."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.ingest import column_contents as contents
from assistant.ingest.grids import Grid, GridRow
from assistant.ingest.header_words import Kind, kind_of
from assistant.ingest.labels import is_known
from assistant.ingest.mapping import Mapping
from store.errors import InvalidInputError

_SEARCHED = 10
_MOSTLY = 0.8
_HALF = 0.5
_FEWEST_KINDS = 2
_SHORT = 30
_MUCH_LONGER = 2.0


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of all columns, how many rows at the start are no speech, and the columns by what they hold."""

    names: tuple[str, ...]
    head: int
    text: int
    speaker: int | None = None
    start: int | None = None
    end: int | None = None

    def name(self, column: int | None) -> str:
        """The name of a column, empty for none."""
        return "" if column is None else self.names[column]


def find_columns(grid: Grid, mapping: Mapping, name: str) -> Columns:
    """The columns as `mapping` names them, or else by their headings, or else by what they hold.

    Raises InvalidInputError where there is no column of text, or `mapping` names a column that is not there.
    """
    head, has_names = _head(grid, mapping)
    names = _names(grid, head if has_names else 0)
    body = grid.rows[head:]
    if not body:
        msg = f"{name} holds headings but no row with text; choose another file."
        raise InvalidInputError(msg)
    stated = {
        kind: _stated(wanted, names, name)
        for kind, wanted in (
            ("text", mapping.text_column),
            ("speaker", mapping.speaker_column),
            ("start", mapping.start_column),
            ("end", mapping.end_column),
        )
        if wanted is not None
    }
    found = _Search(names, body, has_names, stated).run()
    text = found.get("text")
    if text is None:
        msg = f"{name} has no column with text; it has {', '.join(f'“{each}”' for each in names)}."
        raise InvalidInputError(msg)
    return Columns(names, head, text, found.get("speaker"), found.get("start"), found.get("end"))


def _head(grid: Grid, mapping: Mapping) -> tuple[int, bool]:
    """How many rows at the start are no speech, and whether the last of them names the columns."""
    if mapping.head_lines is not None:
        return min(mapping.head_lines, len(grid.rows)), mapping.head_lines > 0
    wanted = {
        column.strip().casefold()
        for column in (mapping.text_column, mapping.speaker_column, mapping.start_column, mapping.end_column)
        if column
    }
    first = grid.rows[:_SEARCHED]
    for at, row in enumerate(first):
        if wanted & {cell.text.casefold() for cell in row.cells}:
            return at + 1, True
    for at, row in enumerate(first):
        if _names_columns(row):
            return at + 1, True
    return (1, True) if _unlike_the_rest(grid) else (0, False)


def _names_columns(row: GridRow) -> bool:
    found = [kind_of(cell.text) for cell in row.cells if cell.text and cell.ms is None]
    kinds = {kind for each in found if each for kind in each[:1]}
    sure = any(each is not None and each[1] == 0 for each in found)
    filled = [cell for cell in row.cells if cell.text]
    return len(kinds) >= _FEWEST_KINDS or (sure and "text" in kinds and all(len(c.text) <= _SHORT for c in filled))


def _unlike_the_rest(grid: Grid) -> bool:
    """Whether the first row, short words all, stands above columns of times or of much longer texts."""
    if len(grid.rows) < 2 or grid.width < 2:  # noqa: PLR2004 - a heading stands above something
        return False
    first, rest = grid.rows[0], grid.rows[1:]
    if any(
        not cell.text or len(cell.text) > _SHORT or contents.is_time(cell) or contents.is_number(cell)
        for cell in first.cells
    ):
        return False
    if len({cell.text.casefold() for cell in first.cells}) < grid.width:
        return False
    for at in range(grid.width):
        filled = [row.at(at) for row in rest if row.at(at).text]
        if contents.share(filled, contents.is_time) >= _MOSTLY or contents.share(filled, contents.is_number) >= _MOSTLY:
            return True
    longest = max(contents.mean_length(rest, at) for at in range(grid.width))
    return longest > _SHORT and longest >= _MUCH_LONGER * max(len(cell.text) for cell in first.cells)


def _names(grid: Grid, head: int) -> tuple[str, ...]:
    """A name for each column that no other has: its heading, or its number."""
    names: list[str] = []
    for at in range(grid.width):
        heading = " ".join(grid.rows[head - 1].at(at).text.split()) if head else ""
        numbered = f"column {at + 1}"
        double = heading.casefold() in {name.casefold() for name in names}
        names.append(f"{heading} ({numbered})" if heading and double else heading or numbered)
    return tuple(names)


def _stated(wanted: str, names: Sequence[str], file: str) -> int | None:
    if not wanted.strip():
        return None
    for at, name in enumerate(names):
        if wanted.strip().casefold() in (name.casefold(), f"column {at + 1}"):
            return at
    msg = f"{file} has no column “{wanted}”; it has {', '.join(f'“{name}”' for name in names)}."
    raise InvalidInputError(msg)


class _Search:
    """The columns found so far; what is stated comes first, then headings, then contents."""

    def __init__(
        self, names: Sequence[str], rows: Sequence[GridRow], has_names: bool, stated: dict[str, int | None]
    ) -> None:
        self._names, self._rows, self._has_names = names, rows, has_names
        self._filled = [[row.at(at) for row in rows if row.at(at).text] for at in range(len(names))]
        self._found: dict[str, int | None] = dict(stated)

    def run(self) -> dict[str, int | None]:
        """Every kind that has a column."""
        if self._has_names:
            for kind in ("text", "start", "end", "speaker"):
                self._by_heading(kind)
        self._times_by_content()
        self._text_by_content()
        self._speaker_by_content()
        return self._found

    def _free(self) -> list[int]:
        taken = set(self._found.values())
        return [at for at, cells in enumerate(self._filled) if at not in taken and cells]

    def _by_heading(self, kind: Kind) -> None:
        if kind in self._found:
            return
        ranked = []
        for at in self._free():
            found = kind_of(self._names[at])
            if found is None or found[0] != kind:
                continue
            timed = contents.share(self._filled[at], contents.is_time) + contents.share(
                self._filled[at], contents.is_number
            )
            if (kind in ("start", "end")) == (timed >= _HALF) or (kind == "speaker"):
                ranked.append((found[1], -contents.mean_length(self._rows, at) if kind == "text" else at, at))
        if ranked:
            self._found[kind] = min(ranked)[2]

    def _times_by_content(self) -> None:
        """Two columns that fit together as start and end, or else one that rises and does not number the rows."""
        timed = [at for at in self._free() if contents.share(self._filled[at], contents.is_time) >= _MOSTLY]
        if not timed and not self._has_names:
            timed = [at for at in self._free() if contents.share(self._filled[at], contents.is_number) >= _MOSTLY]
        if "start" in self._found:
            return
        pair = next((pair for pair in pairwise(timed) if "end" not in self._found and self._fit(*pair)), None)
        rising = [at for at in timed if self._rises(at) and not contents.only_counts(self._filled[at])]
        if pair is not None:
            self._found["start"], self._found["end"] = pair
        elif rising:
            self._found["start"] = rising[0]

    def _text_by_content(self) -> None:
        if "text" in self._found:
            return
        words = [at for at in self._free() if contents.share(self._filled[at], contents.is_words) >= 1 - _MOSTLY]
        if words:
            self._found["text"] = max(words, key=lambda at: contents.mean_length(self._rows, at))

    def _speaker_by_content(self) -> None:
        """Names come back, are short and look like names; under a heading that says nothing they must be labels."""
        if "speaker" in self._found:
            return
        for at in self._free():
            values = [cell.text for cell in self._filled[at]]
            different = len({value.casefold() for value in values})
            if different < 2 or different * 2 > len(values) or not all(map(contents.is_name, values)):  # noqa: PLR2004 - two talk
                continue
            if self._has_names and sum(map(is_known, values)) < _MOSTLY * len(values):
                continue
            self._found["speaker"] = at
            return

    def _fit(self, start: int, end: int) -> bool:
        """Whether each row ends after it starts, and mostly before the next starts."""
        pairs = [(contents.time_of(row.at(start)), contents.time_of(row.at(end))) for row in self._rows]
        timed = [(a, b) for a, b in pairs if a is not None and b is not None]
        apart = sum(b <= c for (_, b), (c, _) in pairwise(timed))
        return all(a <= b for a, b in timed) and self._rises(start) and apart >= (len(timed) - 1) * _HALF

    def _rises(self, at: int) -> bool:
        values = [value for cell in self._filled[at] if (value := contents.time_of(cell)) is not None]
        falls = sum(b < a for a, b in pairwise(values))
        return falls <= (1 - _MOSTLY) * len(values)
