"""Memos as the notes of a project, and what points at each of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from assistant.exchange.refi.going import Going
from assistant.exchange.refi.own import fitting
from assistant.exchange.refi.project import Finding, Note
from store.memos import Memo
from store.values import Span


@dataclass
class NotesGiven:
    """All notes, and their GUIDs by what they are about: a code, a coding, an interview's label, a passage of it."""

    notes: list[Note] = field(default_factory=list)
    codes: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    codings: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    interviews: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    passages: Mapping[str, list[tuple[Span, Note]]] = field(default_factory=lambda: defaultdict(list))
    project: list[str] = field(default_factory=list)


def notes_given(going: Going, codings: Collection[str]) -> NotesGiven:
    """All memos; one whose code, coding or passage does not go out is about the interview or the study instead.

    `codings` are the GUIDs of the decisions whose codings go out.
    """
    given, moved = NotesGiven(), 0
    codes = {code.guid for code in going.codes}
    for memo in going.memos:
        guid = fitting(memo.guid)
        note = Note(guid, memo.title, memo.text, going.user(memo.first_coder), memo.first_at)
        given.notes.append(note)
        target = memo.target
        if target.kind == "code" and target.code is not None and target.code in codes:
            given.codes[target.code].append(guid)
        elif target.kind == "coding" and target.decision is not None and target.decision in codings:
            given.codings[target.decision].append(guid)
        elif target.kind == "passage" and target.interview and target.span and _is_placed(going, memo):
            given.passages[target.interview].append((target.span, note))
        else:
            moved += target.kind not in ("interview", "study")
            (given.project if target.interview is None else given.interviews[target.interview]).append(guid)
    if moved:
        said = "are about something that does not go out; they are notes on its interview, or on the project"
        going.findings.append(Finding("changed", f"{moved} {'memo' if moved == 1 else 'memos'}", said))
    return given


def _is_placed(going: Going, memo: Memo) -> bool:
    found = going.transcripts.get(memo.target.interview or "")
    return found is not None and found.id == memo.target.transcript_id
