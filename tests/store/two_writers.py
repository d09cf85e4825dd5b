"""What a second process does to a study in the tests of concurrency."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from store.codebook import current_codebook, edit_codebook
from store.decisions import keep_decisions
from store.errors import ConflictError
from store.index_folder import LOCK
from store.memos import MemoDraft, MemoTarget, keep_memo, memos, revise_memo
from store.study import Study, open_study
from store.transcripts import transcript
from store.values import Code, Codebook, DecisionDraft, Span, Verdict

ROUNDS = 15
SHARED_MEMO = "for both"
BOTH = "(for both)"


def decide_often(folder: Path, coder: str, count: int) -> None:
    """Write so many decisions, each in a transaction of its own."""
    with open_study(folder) as study:
        place = transcript(study, "T1").id
        for number in range(count):
            draft = DecisionDraft(place, Span(number % 5, number % 5 + 3), Verdict.ADD, f"code {number}")
            keep_decisions(study, coder, [draft])


def hold_index(folder: Path, held: object, done: object) -> None:
    """Hold the index's lock until told to let go."""
    from filelock import FileLock

    with FileLock(folder / LOCK):
        held.set()
        done.wait()


def code_work(folder: Path, coder: str, together: Barrier, told: Queue) -> None:
    """In each round a decision, a code and a memo of one's own, then the same code and the same memo as the other.

    Tells how often somebody else was there first, for codes and for memos.
    """
    refused = {"code": 0, "memo": 0}
    with open_study(folder) as study:
        place = transcript(study, "T1").id
        for number in range(ROUNDS):
            keep_decisions(study, coder, [DecisionDraft(place, Span(0, 3), Verdict.ADD, f"{coder} {number}")])
            _add_code(study, coder, f"{coder} code {number}")
            keep_memo(study, coder, MemoDraft(MemoTarget(), f"{coder} memo {number}"))
            refused["code"] += not _define(study, coder, number, together)
            refused["memo"] += not _write_on(study, coder, number, together)
    told.put((coder, refused))


def _add_code(study: Study, coder: str, name: str) -> None:
    new = Code(str(uuid.uuid4()), name)
    edit_codebook(study, lambda codebook: (*codebook.codes, new), coder=coder, reason="another code")


def _define(study: Study, coder: str, number: int, together: Barrier) -> bool:
    """Both have the first code open in the same version; whether this one's definition was kept."""
    together.wait(60)
    seen = current_codebook(study)
    together.wait(60)
    guid = seen.codes[0].guid

    def edit(codebook: Codebook) -> Sequence[Code]:
        words = f"{coder} {number} {BOTH}"
        return [replace(code, definition=words) if code.guid == guid else code for code in codebook.codes]

    try:
        edit_codebook(study, edit, coder=coder, reason="defined", touched=[guid], seen=seen.version)
    except ConflictError:
        return False
    return True


def _write_on(study: Study, coder: str, number: int, together: Barrier) -> bool:
    """Both have the same revision of the memo open; whether this one's text was kept."""
    together.wait(60)
    (memo,) = (each for each in memos(study) if each.title == SHARED_MEMO)
    together.wait(60)
    text = f"{coder} {number}"
    try:
        revise_memo(study, coder, memo.guid, revision=memo.revision, title=memo.title, text=text)
    except ConflictError:
        return False
    return True
