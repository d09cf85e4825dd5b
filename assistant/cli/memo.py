"""`interview memo`: notes on the study, interviews, passages and codes."""

from datetime import date
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, opened, print_json
from store.errors import InvalidInputError, NotFoundError

memo_app = typer.Typer(help="Notes on the study, interviews, passages and codes.", no_args_is_help=True)


@memo_app.command("add")
def add_command(
    study: StudyFolder,
    text: Annotated[str, typer.Argument(help="What to note.", show_default=False)],
    coder: Annotated[str, typer.Option(help="Who writes it.", show_default=False)],
    title: Annotated[str, typer.Option(help="A title.")] = "",
    interview: Annotated[str | None, typer.Option(help="The interview it is about.")] = None,
    start: Annotated[int | None, typer.Option(min=0, help="Where the passage begins, in code points.")] = None,
    end: Annotated[int | None, typer.Option(min=1, help="Where it ends, exclusive.")] = None,
    code: Annotated[str | None, typer.Option(help="The code it is about.")] = None,
    debriefing: Annotated[str | None, typer.Option(help="A debriefing note of that day, as 2026-03-01.")] = None,
    present: Annotated[str, typer.Option(help="The people present at the debriefing.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write a memo; without --interview and --code it is about the study."""
    from store.memos import MemoDraft, keep_memo
    from store.values import MemoKind

    with opened(study) as (open_study, _):
        target = _target(open_study, interview, start, end, code)
        kind = MemoKind.MEMO if debriefing is None else MemoKind.DEBRIEFING
        kept = keep_memo(open_study, coder, MemoDraft(target, text, title, kind, _day(debriefing), present))
    if as_json:
        print_json(_described(kept))
    else:
        print(f"Memo {kept.guid} is kept.")


@memo_app.command("list")
def list_command(
    study: StudyFolder,
    words: Annotated[str, typer.Argument(help="Only memos in which all these words occur.")] = "",
    coder: Annotated[str | None, typer.Option(help="Only memos of this person.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show memos, the newest first."""
    from assistant.review import Blindness
    from assistant.review.memos import find_memos

    with opened(study) as (open_study, _):
        found = find_memos(open_study, Blindness(""), words=words, coder=coder)
    if as_json:
        print_json([{**_described(each.memo), "about": each.about, "quote": each.quote} for each in found])
        return
    for each in found:
        print(f"{each.memo.first_at:%Y-%m-%d} {each.memo.first_coder} on {each.about}: {each.memo.title}")
        print(f"   {each.memo.text}")


@memo_app.command("history")
def history_command(
    study: StudyFolder,
    memo: Annotated[str, typer.Argument(help="The memo's GUID.", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show every revision of a memo."""
    from store.memos import memo_history

    with opened(study) as (open_study, _):
        found = memo_history(open_study, memo)
    if as_json:
        print_json([_described(each) for each in found])
        return
    for each in found:
        gone = ", deleted" if each.gone else ""
        print(f"Revision {each.revision}, {each.written_at:%Y-%m-%d %H:%M}, {each.coder}{gone}: {each.text}")


def _target(study: Any, interview: str | None, start: int | None, end: int | None, code: str | None) -> Any:
    from store.codebook import current_codebook
    from store.memos import MemoTarget
    from store.transcripts import transcript
    from store.values import Span

    if code is not None:
        codebook = current_codebook(study)
        found = None if codebook is None else codebook.find(code)
        if found is None:
            msg = f"There is no code “{code}” in the codebook; correct the name."
            raise NotFoundError(msg)
        return MemoTarget(code=found.guid)
    if interview is None or start is None or end is None:
        return MemoTarget(interview=interview)
    if end <= start:
        msg = f"The passage {start}–{end} is empty; the end comes after the start."
        raise InvalidInputError(msg)
    return MemoTarget(interview, transcript(study, interview).id, Span(start, end))


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        msg = f"“{text}” is no day; write it as 2026-03-01."
        raise InvalidInputError(msg) from error


def _described(memo: Any) -> dict[str, Any]:
    span = memo.target.span
    return {
        "guid": memo.guid,
        "revision": memo.revision,
        "kind": str(memo.kind),
        "target": memo.target.kind,
        "interview": memo.target.interview,
        "start": None if span is None else span.start,
        "end": None if span is None else span.end,
        "code": memo.target.code,
        "title": memo.title,
        "text": memo.text,
        "on": None if memo.on is None else memo.on.isoformat(),
        "present": memo.present,
        "coder": memo.coder,
        "written_at": memo.written_at.isoformat(),
        "first_coder": memo.first_coder,
        "gone": memo.gone,
    }
