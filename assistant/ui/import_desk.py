"""What waits on the import page of one tab: files that were dropped or named, how they are taken, what is in them.

What is dropped stays in memory; it is on the disk only while it is read, in a folder of the study that is removed at
once.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import streamlit as st

from assistant.ingest.attributes import TABLES, CaseTable, read_case_table
from assistant.ingest.cases import Known, case_table_among, looks_like_cases
from assistant.ingest.mapping import Mapping
from assistant.intake import RECORDINGS, Look, look
from assistant.intake.choices import Choices, choices
from assistant.ui.session import study_folder
from store.errors import InvalidInputError, StudyError
from store.rooms import room

_STATE = "import_desk"
_LONGEST_NAME = 200

Kind = Literal["good", "problem", "hint"]


@dataclass(slots=True, eq=False)
class Waiting:
    """A file that is not added yet; `data` holds one that was dropped, `path` leads to one on this machine.

    `look` and `table` are what it was found to hold, or the sentence that says why not.
    """

    number: int
    name: str
    data: bytes | None = None
    path: Path | None = None
    mapping: Mapping = field(default_factory=Mapping)
    label: str = ""
    as_table: bool | None = None
    look: Look | str | None = None
    last: Look | None = None
    table: CaseTable | str | None = None
    broken: tuple[tuple[Known, ...], bool] | None = None
    choices: Choices = field(default_factory=Choices)
    digest: str = ""
    labels_seen: list[str] = field(default_factory=list)

    @property
    def may_be_table(self) -> bool:
        """Whether its ending is one of a table."""
        return Path(self.name).suffix.lower() in TABLES

    @property
    def is_recording(self) -> bool:
        """Whether its ending is one of a recording."""
        return Path(self.name).suffix.lower() in RECORDINGS

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Where it can be read for now."""
        if self.path is not None:
            yield self.path
            return
        with ExitStack() as stack:
            try:
                path = stack.enter_context(room(study_folder())) / self.name
                path.write_bytes(self.data or b"")
            except OSError as error:
                msg = f"{self.name} could not be read, the study’s folder has no room for it ({error.strerror})."
                raise InvalidInputError(msg) from error
            yield path

    def read(self) -> None:
        """Look into it as its mapping says, where that was not done yet."""
        if self.look is not None:
            return
        try:
            with self.on_disk() as path:
                self.choices = Choices() if self.is_recording else choices(path, self.mapping)
                found = look(path, self.mapping)
                if found.kind == "transcript":
                    self.choices = choices(path, found.mapping)
                    self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except StudyError as error:
            self.look = str(error)
        else:
            self.look = self.last = found

    def read_table(self) -> None:
        """Look into it as a case table, where that was not done yet."""
        if self.table is not None:
            return
        try:
            with self.on_disk() as path:
                self.table = read_case_table(path)
        except StudyError as error:
            self.table = str(error)

    def is_broken_table(self, others: Sequence[Known]) -> bool:
        """Whether it looks like a case table that cannot be used as one; asked once for the same other interviews."""
        asked = tuple(others)
        if self.broken is None or self.broken[0] != asked:
            try:
                with self.on_disk() as path:
                    self.broken = (asked, isinstance(case_table_among(path, asked), str))
            except StudyError:
                self.broken = (asked, False)
        return self.broken[1]

    def correct(self, **stated: object) -> None:
        """Take it as a person states from now on; None leaves a field to the guess again."""
        self.mapping = replace(self.mapping, **stated)  # type: ignore[arg-type]
        self.look = None

    def guess_again(self) -> None:
        """Forget what a person stated."""
        self.mapping, self.look, self.last = Mapping(), None, None


@dataclass(slots=True)
class ImportDesk:
    """What one tab has waiting, which file is looked at, and what there is to say; `round` empties the drop field."""

    waiting: list[Waiting] = field(default_factory=list)
    numbers: int = 0
    round: int = 0
    said: list[tuple[Kind, str]] = field(default_factory=list)

    def take(self, name: str, *, data: bytes | None = None, path: Path | None = None) -> bool:
        """Put a file on the list; False where it is there already."""
        if any(each.path == path if path else each.data == data and each.name == name for each in self.waiting):
            return False
        self.numbers += 1
        self.waiting.append(Waiting(self.numbers, safe_name(name), data, path))
        return True

    def find(self, number: int | None) -> Waiting | None:
        """The file of that number."""
        return next((each for each in self.waiting if each.number == number), None)

    def tables(self, there: Sequence[Known]) -> list[Waiting]:
        """The files that are taken as case tables: by a person's word, or because they look like ones."""
        return [each for each in self.waiting if each.may_be_table and self._is_table(each, there)]

    def _is_table(self, one: Waiting, there: Sequence[Known]) -> bool:
        if one.as_table is False:
            return False
        one.read_table()
        if one.as_table:
            return True
        others = [*there, *(Known("", each.name) for each in self.waiting if each is not one)]
        if isinstance(one.table, CaseTable):
            return looks_like_cases(one.table, others)
        return one.is_broken_table(others)


def current_import() -> ImportDesk:
    """This tab's."""
    desk: ImportDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = ImportDesk()
    return desk


def safe_name(name: str) -> str:
    """A dropped file's name as one that can stand in a folder."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()
    if len(bare.encode("utf-8", "replace")) > _LONGEST_NAME:
        ending = Path(bare).suffix[:10]
        bare = bare.encode("utf-8", "replace")[: _LONGEST_NAME - len(ending) - 10].decode("utf-8", "ignore") + ending
    return "file" if bare in {"", ".", ".."} else bare
