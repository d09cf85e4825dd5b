"""The page “Add interviews”: drop files or name a folder, see how each would be taken, correct that, and add them."""

from collections.abc import Sequence

import streamlit as st

from assistant.ingest.attributes import CaseTable
from assistant.ingest.cases import Known
from assistant.ingest.reading import READABLE
from assistant.intake import RECORDINGS, Look
from assistant.intake.describing import known
from assistant.intake.planning import planned_labels
from assistant.ui import import_moves
from assistant.ui.candidate_cards import unmarked
from assistant.ui.import_desk import ImportDesk, Waiting, current_import
from assistant.ui.import_detail import draw_answers, draw_detail, draw_table_detail
from assistant.ui.import_moves import CHOSEN, PATH
from assistant.ui.login_here import is_served
from assistant.ui.markup import Folded, clock, element, heading, notice, table
from assistant.ui.role_here import Act, act_button
from assistant.ui.session import current_study
from store.interviews import interviews
from store.study import Study

_LARGEST_MB = 200
_HEADERS = ("File", "Label", "Taken as", "Turns or length", "Speakers", "Left out")
_MOST_NAMES = 6
_NEXT = "the next free"
_KINDS = (
    f"Transcripts: {', '.join(ending.lstrip('.') for ending in READABLE if ending != '.doc')}.",
    f"Recordings: {', '.join(ending.lstrip('.') for ending in sorted(RECORDINGS))}.",
    "A case table (csv, xlsx) has a row for each interview, named by label or file, and a column for each attribute.",
)


def import_page() -> None:
    """Draw the page of the study that is open."""
    study, desk = current_study(), current_import()
    heading(
        "Add interviews", "Recordings, transcripts, and a table of their attributes. Nothing is stored before “Add”."
    )
    for kind, said in desk.said:
        notice(said, kind)
    _draw_sources(desk)
    if not desk.waiting:
        st.html("".join(element("p", kind, "page-note") for kind in _KINDS))
        return
    there = known(study)
    tables, files = _read(desk, there)
    labels = _labels(there, files, tables)
    problems = _problems(study, files, labels)
    rows = [
        _table_cells(each) if each in tables else _cells(each, labels[each.number], problems.get(each.number))
        for each in desk.waiting
    ]
    table(_HEADERS, rows, numbers=(3, 5), key="import_list", caption="Files to add")
    _draw_buttons(study, desk, tables, labels, problems)
    _draw_chosen(desk, there, tables, labels, problems)


def _read(desk: ImportDesk, there: Sequence[Known]) -> tuple[list[Waiting], list[Waiting]]:
    """Look into all files that were not looked into yet: the case tables, and the others."""
    with st.spinner("Reading the files…"):
        place = st.empty()
        tables = desk.tables(there)
        files = [each for each in desk.waiting if each not in tables]
        new = [each for each in files if each.look is None]
        for number, each in enumerate(new, start=1):
            if len(new) > 1:
                place.caption(f"{number} of {len(new)}: {unmarked(each.name)}")
            each.read()
        place.empty()
    return tables, files


def _draw_sources(desk: ImportDesk) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        key = f"import_files_{desk.round}"
        st.file_uploader(
            "Drop files here",
            accept_multiple_files=True,
            key=key,
            max_upload_size=_LARGEST_MB,
            on_change=import_moves.dropped,
            args=(desk, key),
        )
    if is_served():  # files of the server are no member's
        return
    with right:
        st.text_input(
            "Or a file or folder on this machine",
            key=PATH,
            placeholder="/home/ana/interviews",
            help="For whole folders, and for recordings that are too large to drop.",
            on_change=import_moves.named,
            args=(desk,),
        )
        act_button("Look into it", act=Act.SHAPE, key="import_look", on_click=import_moves.named, args=(desk,))


def _problems(study: Study, files: Sequence[Waiting], labels: dict[int, str | None]) -> dict[int, str]:
    """Why files cannot be added, by number: what is wrong in them, or that they or their labels are there already."""
    there = {each.source_sha256: each.label for each in interviews(study)}
    taken, first, found = set(there.values()), dict[str, str](), dict[int, str]()
    for each in files:
        label = labels[each.number]
        if not isinstance(each.look, Look):
            found[each.number] = each.look or ""
        elif each.digest in there:
            found[each.number] = f"{each.name} is in this study already, as {there[each.digest]}."
        elif each.digest and each.digest in first:
            found[each.number] = f"{each.name} holds the same as {first[each.digest]}; one of them is enough."
        elif label in taken:
            found[each.number] = f"The label {label} is taken; write another one into the field “Label”."
        else:
            first[each.digest] = each.name
            taken |= {label} if label else set()
    return found


def _labels(there: Sequence[Known], files: Sequence[Waiting], tables: Sequence[Waiting]) -> dict[int, str | None]:
    """What each file is to be called: as a person, the table or its own name says."""
    read = [each.table for each in tables if isinstance(each.table, CaseTable)]
    planned = planned_labels(there, [each.name for each in files], read)
    return {each.number: each.label or label for each, label in zip(files, planned, strict=True)}


def _cells(one: Waiting, label: str | None, problem: str | None) -> tuple[object, ...]:
    found = one.look
    if problem is not None or not isinstance(found, Look):
        return one.name, "", Folded("Cannot be added: why?", problem or ""), "", "", ""
    if found.kind == "recording":
        return one.name, label or _NEXT, "Recording", clock(found.duration_ms), "", ""
    names = ", ".join(found.speakers[:_MOST_NAMES]) + ("…" if len(found.speakers) > _MOST_NAMES else "")
    left = sum(each.characters for each in found.left_out)
    return one.name, label or _NEXT, "Transcript", len(found.turns), names or "not named", f"{left:,}" if left else ""


def _table_cells(one: Waiting) -> tuple[object, ...]:
    if isinstance(one.table, CaseTable):
        return one.name, "", "Case table", f"{len(one.table.cases)} rows", "", ""
    return one.name, "", Folded("Cannot be used: why?", one.table or ""), "", "", ""


def _draw_buttons(
    study: Study,
    desk: ImportDesk,
    tables: list[Waiting],
    labels: dict[int, str | None],
    problems: dict[int, str],
) -> None:
    good = len(desk.waiting) - len(tables) - len(problems)
    ready = good + sum(isinstance(each.table, CaseTable) for each in tables)
    what = f"Add {good} interview{'' if good == 1 else 's'}" if good else "Set the attributes" if ready else "Add"
    with st.container(horizontal=True, gap="small", key="import_actions"):
        pressed = act_button(what, act=Act.SHAPE, key="import_add", type="primary", disabled=not ready)
        st.button("Clear the list", key="import_clear", on_click=import_moves.clear, args=(desk,))
    if pressed:
        with st.spinner("Adding…", show_time=True):
            progress = st.empty()
            import_moves.add_all(study, desk, labels, problems, tables, progress.caption)
        st.rerun()


def _draw_chosen(
    desk: ImportDesk,
    there: Sequence[Known],
    tables: Sequence[Waiting],
    labels: dict[int, str | None],
    problems: dict[int, str],
) -> None:
    names = {each.number: each.name for each in desk.waiting}
    if st.session_state.get(CHOSEN) not in names:
        st.session_state[CHOSEN] = next(iter(names))
    st.html("<h2>Look at a file</h2>")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="import_look_at"):
        number = st.selectbox("File", list(names), key=CHOSEN, format_func=names.__getitem__, width=420)
        one = desk.find(number)
        if one is None:
            return
        draw_answers(desk, one)
    if one in tables:
        files = [each for each in desk.waiting if each not in tables and each.number not in problems]
        others = [*there, *(Known(labels[each.number] or "", each.name) for each in files)]
        draw_table_detail(one, others)
    else:
        draw_detail(one, labels[one.number], problems.get(one.number))
