"""What is done on the import page; nothing is stored before `add_all`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.ingest.attributes import CaseTable
from assistant.ingest.folders import walk
from assistant.ingest.mapping import SpeakerAs
from assistant.intake import ENDINGS, add_file, describe
from assistant.segment import segment_new
from assistant.ui.candidate_cards import unmarked
from assistant.ui.import_desk import ImportDesk, Waiting
from assistant.ui.server_paths import refuse_typed_path
from store.errors import StudyError
from store.study import Study
from store.values import Role

PATH = "import_path"
CHOSEN = "import_chosen"
_MOST_REFUSED = 5


def dropped(desk: ImportDesk, key: str) -> None:
    """Put what was dropped on the list, and empty the field for more."""
    desk.said = []
    files = st.session_state.get(key) or []
    again = [file.name for file in files if not desk.take(file.name, data=file.getvalue())]
    if again:
        desk.said.append(("hint", f"On the list already: {', '.join(again)}."))
    if len(again) < len(files):
        desk.round += 1


def named(desk: ImportDesk) -> None:
    """Put the file or the files of the folder that was typed on the list."""
    typed = str(st.session_state.get(PATH, "")).strip().strip("\"'")
    if not typed:
        return
    desk.said = []
    try:
        refuse_typed_path()
        path = Path(typed).expanduser()
        found, skipped = _files(path)
    except StudyError as error:
        desk.said.append(("problem", str(error)))
        return
    except (OSError, ValueError, RuntimeError):
        desk.said.append(("problem", f"“{typed[:200]}” is no path on this machine; check it."))
        return
    taken = sum(desk.take(each.name, path=each) for each in found)
    if taken < len(found):
        desk.said.append(("hint", f"{len(found) - taken} of {len(found)} were on the list already."))
    if skipped:
        desk.said.append(("hint", f"Skipped: {'; '.join(skipped)}."))
    st.session_state[PATH] = ""


def _files(path: Path) -> tuple[list[Path], list[str]]:
    if path.is_dir():
        walked = walk(path, ENDINGS)
        if not walked.files:
            msg = f"The folder {path} holds no recording and no transcript that can be read; choose another one."
            raise StudyError(msg)
        return [each.resolve() for each in walked.files], [f"{s.path.name} ({s.why})" for s in walked.skipped]
    if not path.is_file():
        msg = f"There is no file or folder {path} on this machine; check its name."
        raise StudyError(msg)
    return [path.resolve()], []


def remove(desk: ImportDesk, number: int) -> None:
    """Take a file off the list."""
    desk.said = []
    desk.waiting = [each for each in desk.waiting if each.number != number]


def clear(desk: ImportDesk) -> None:
    """Take everything off the list."""
    desk.said, desk.waiting = [], []


def correct(one: Waiting, field: str, key: str) -> None:
    """Take the file as a widget says."""
    value = st.session_state[key]
    if field == "labels":
        value = tuple(value)
    if field == "head_lines":
        value = int(value)
    one.correct(**{field: value})


def name_speaker(one: Waiting, speaker: str, name_key: str, role_key: str) -> None:
    """Keep a speaker of the file under the name and in the role that the two fields say."""
    name = " ".join(str(st.session_state[name_key]).split())
    role = Role(st.session_state[role_key])
    one.correct(speakers={**one.mapping.speakers, speaker: SpeakerAs(name, role)})


def relabel(one: Waiting, key: str) -> None:
    """What the interview is to be called."""
    one.label = " ".join(str(st.session_state[key]).split())


def take_as(one: Waiting, key: str) -> None:
    """As a transcript or as a case table."""
    one.as_table = st.session_state[key] == "Case table"


def add_all(
    study: Study,
    desk: ImportDesk,
    labels: dict[int, str | None],
    problems: dict[int, str],
    tables: list[Waiting],
    tell: Callable[[str], Any],
) -> None:
    """Add every file, then describe interviews by the tables.

    What has a problem or is refused stays on the list, and its reason is said.
    """
    added, refused, recordings = list[str](), list[str](), 0
    files = [each for each in desk.waiting if each not in tables]
    for place, each in enumerate(files, start=1):
        if each.number in problems:
            refused.append(problems[each.number])
            continue
        tell(f"Adding {unmarked(each.name)} ({place} of {len(files)})")
        try:
            with each.on_disk() as path:
                made = add_file(study, path, labels.get(each.number), each.mapping)
        except StudyError as error:
            refused.append(str(error))
            continue
        added.append(f"{made['interview']} ({each.name})")
        recordings += made["kind"] == "recording"
        desk.waiting.remove(each)
    segment_new(study)
    desk.said = [("good", f"Added: {', '.join(added)}.")] if added else []
    if recordings:
        desk.said.append(("hint", "Recordings become text on the page Recordings, or with `interview transcribe`."))
    desk.said += [("problem", f"Not added: {why}") for why in refused[:_MOST_REFUSED]]
    if more := len(refused) - _MOST_REFUSED:
        desk.said += [("problem", f"Not added: {more} more, whose reasons stand in the list.")] if more > 0 else []
    _describe(study, desk, tables)


def _describe(study: Study, desk: ImportDesk, tables: list[Waiting]) -> None:
    read = [each.table for each in tables if isinstance(each.table, CaseTable)]
    desk.said += [("problem", each.table) for each in tables if isinstance(each.table, str)]
    if not read:
        return
    described = describe(study, read)
    if described["set"]:
        desk.said.append(("good", f"Attributes set for: {', '.join(described['set'])}."))
    desk.said += [("hint", sentence) for sentence in described["instructions"]]
    if described["unknown"]:
        desk.said.append(("hint", f"Rows that name no interview of this study: {', '.join(described['unknown'])}."))
    if described["without"]:
        desk.said.append(("hint", f"Interviews without a row in the table: {', '.join(described['without'])}."))
    for each in tables:
        if isinstance(each.table, CaseTable):
            desk.waiting.remove(each)
