"""What the exchange page holds in one tab: what became of a file that came in, and a file that was made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.exchange.bundle import Applied, apply_bundle
from assistant.exchange.refi.archive import is_project
from assistant.exchange.refi.import_report import ImportReport
from assistant.exchange.refi.taking import import_project, import_refi_codebook
from assistant.exchange.safely import made_safely
from assistant.pseudonyms.language_model import model_names
from assistant.review import Blindness
from assistant.ui.exchange_formats import Format, Wish, make_file
from assistant.ui.import_desk import safe_name
from assistant.ui.login_here import is_served
from assistant.ui.server_paths import key_path, refuse_typed_path
from assistant.ui.session import study_settings
from store.errors import InvalidInputError, StudyError
from store.rooms import room
from store.study import Study

ENDINGS = ("qdpx", "qdc", "zip")
"""Of files that can come in: projects, codebooks, and reproducibility bundles."""
LARGEST_DOWNLOAD = 200_000_000
PATH = "exchange_path"
_STATE = "exchange_desk"


@dataclass(frozen=True, slots=True)
class Came:
    """What became of a file: its name, a sentence, and the report where it has one."""

    name: str
    said: str
    report: ImportReport | Applied | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made: its content, or where it lies as it is too large to be downloaded; and what is said."""

    name: str
    content: bytes | None
    place: Path | None
    notes: tuple[str, ...]


@dataclass(slots=True)
class ExchangeDesk:
    """This tab's; `round` empties the field of files, `wanted` is what the file that was made was made from."""

    came: Came | None = None
    made: MadeFile | None = None
    wanted: object = None
    problem: str = ""
    trouble: str = ""
    round: int = 0


def current_exchange() -> ExchangeDesk:
    """This tab's."""
    desk: ExchangeDesk | None = st.session_state.get(_STATE)
    if desk is None:
        desk = st.session_state[_STATE] = ExchangeDesk()
    return desk


def take_in(study: Study, desk: ExchangeDesk, coder: str, key: str) -> None:
    """Take in the file of the field of that key, or else the one whose path was written."""
    desk.came, desk.problem = None, ""
    dropped, named = st.session_state.get(key), str(st.session_state.get(PATH, "")).strip()
    readings = bool(st.session_state.get("exchange_readings", True))
    try:
        if dropped is None and not named:
            msg = "Choose a file first, or write where it lies."
            raise InvalidInputError(msg)
        with _on_disk(study, dropped) if dropped is not None else _there(named) as path:
            desk.came = _taken(study, path, coder, readings=readings)
    except StudyError as error:
        desk.problem = str(error)
    else:
        desk.round += 1
        st.session_state[PATH] = ""


@contextmanager
def _there(named: str) -> Iterator[Path]:
    refuse_typed_path()
    path = Path(named).expanduser()
    if not path.is_file():
        msg = f"There is no file {path} on the machine on which the study lies; correct the path."
        raise InvalidInputError(msg)
    yield path


@contextmanager
def _on_disk(study: Study, dropped: Any) -> Iterator[Path]:
    """A dropped file, on the disk inside the study for as long as it is read."""
    with _room(study) as place:
        path = place / safe_name(dropped.name)
        path.write_bytes(dropped.getbuffer())
        yield path


@contextmanager
def _room(study: Study) -> Iterator[Path]:
    try:
        with room(study.folder) as place:
            yield place
    except OSError as error:
        msg = f"There is no room for the file in {study.folder} ({error.strerror or error}); nothing was done."
        raise InvalidInputError(msg) from error


def _taken(study: Study, path: Path, coder: str, *, readings: bool) -> Came:
    ending = path.suffix.lower().removeprefix(".")
    if ending == "qdpx" or (ending == "zip" and is_project(path)):
        report = import_project(study, path, coder=coder, readings=readings)
        return Came(path.name, report.sentences()[0], report)
    if ending == "qdc":
        done = import_refi_codebook(study, path, coder=coder)
        said = f"{path.name} was merged into the codebook, which is now version {done.codebook.version}."
        unchanged = f"The codebook has all that {path.name} holds already; nothing changed."
        return Came(path.name, said if done.changed else unchanged, done.report)
    if ending == "zip":
        applied = apply_bundle(study, path, coder=coder)
        count, there = applied.taken["decision"], len(applied.interviews)
        some = f"1 decision of {path.name} was" if count == 1 else f"{count} decisions of {path.name} were"
        said = f"{some} taken for {there} {'interview' if there == 1 else 'interviews'}."
        same = " The codings that stand are the same as where it was made." if applied.same else ""
        return Came(path.name, said + same, applied)
    msg = f"{path.name} cannot be taken in here; choose a file that ends in {', '.join(ENDINGS)}."
    raise InvalidInputError(msg)


@dataclass(frozen=True, slots=True)
class Safety:
    """A key of pseudonyms with its passphrase, where a file is to be checked before it is given out."""

    key: str = ""
    passphrase: str = field(default="", repr=False)


def make(
    study: Study, desk: ExchangeDesk, chosen: Format, name: str, hidden: Blindness, wish: Wish, safety: Safety | None
) -> None:
    """Make a file; one that is too large to be downloaded is left in the study's folder `exports`."""
    desk.made, desk.wanted, desk.trouble = None, (chosen.name, wish, safety is not None), ""
    try:
        with _room(study) as place:
            notes: list[str] = []

            def written() -> Path:
                notes.extend(make_file(study, chosen, place / name, hidden, wish))
                return place / name

            path = _checked(study, hidden.coder, safety, written, notes) if safety is not None else written()
            desk.made = _kept(study, path, tuple(notes))
    except StudyError as error:
        desk.trouble = str(error)


def _checked(study: Study, coder: str, safety: Safety, written: Callable[[], Path], notes: list[str]) -> Path:
    if not safety.key.strip() and not is_served():
        msg = "Write where the key of the pseudonyms lies; without it nobody can say whether a file is safe to share."
        raise InvalidInputError(msg)
    key, heard = key_path(study, safety.key.strip()), model_names(study_settings(study))
    path, said = made_safely(study, coder, key, safety.passphrase, written, heard=heard)
    notes.extend(said)
    return path


def _kept(study: Study, path: Path, notes: tuple[str, ...]) -> MadeFile:
    if path.stat().st_size <= LARGEST_DOWNLOAD:
        return MadeFile(path.name, path.read_bytes(), None, notes)
    exports = study.folder / "exports"
    exports.mkdir(exist_ok=True, mode=0o700)
    place, number = exports / path.name, 2
    while place.exists():
        place, number = exports / f"{path.stem}-{number}{path.suffix}", number + 1
    path.replace(place)
    return MadeFile(place.name, None, place, notes)
