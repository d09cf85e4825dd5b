"""The life of a coding: who suggested, decided, moved, discussed and settled it, in the order of time."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.adjudications import adjudications
from store.codebook import codebook_versions
from store.decisions import decision_of, decisions
from store.errors import InvalidInputError
from store.event_log import logged
from store.memos import memos
from store.remarks import remarks
from store.runs import event_of_suggestion, runs, suggestions
from store.study import Study
from store.transcripts import transcript
from store.values import Codebook, Decision, Verdict

_SAID = {
    Verdict.ACCEPT: "accepted the suggestion",
    Verdict.REJECT: "rejected the suggestion",
    Verdict.ADD: "added the code",
    Verdict.WITHDRAW: "took it back",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a coding; `event` is the number of its event, where it has one of its own."""

    at: datetime
    who: str
    what: str
    detail: str = ""
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A coding: where it stands, its code by the name of now, and everything that happened, oldest first."""

    interview: str
    code: str
    quote: str
    moments: tuple[Moment, ...]


def life(study: Study, decision: str) -> Life:
    """The whole life of the coding that a decision (its GUID) made, re-spanned or took back.

    Raises NotFoundError where there is no such decision, InvalidInputError for a reading, which codes nothing.
    """
    start = decision_of(study, decision)
    if start.code is None:
        msg = "That decision says that a passage was read; it codes nothing."
        raise InvalidInputError(msg)
    chain = _chain(start, decisions(study, interview=start.interview, coder=start.coder))
    last = chain[-1]
    text = transcript(study, last.interview, _revision(study, last)).text
    moments = [
        *_suggested(study, chain),
        *_decided(study, chain),
        *_code_changed(study, chain),
        *_said(study, chain),
        *_adjudicated(study, chain),
    ]
    moments.sort(key=lambda moment: moment.at)
    return Life(last.interview, _name(study, last.code or ""), last.span.of(text), tuple(moments))


def _revision(study: Study, decision: Decision) -> int:
    revision = 1
    while transcript(study, decision.interview, revision).id != decision.transcript_id:
        revision += 1
    return revision


def _chain(start: Decision, made: Sequence[Decision]) -> list[Decision]:
    """Every decision of this coder on the same stretch and code, and on those that it was moved from and to."""
    by_guid = {each.guid: each for each in made}
    places: set[tuple[int, object, str | None]] = set()
    waiting = [start]
    while waiting:
        one = waiting.pop()
        place = (one.transcript_id, one.span, one.code)
        if place in places:
            continue
        places.add(place)
        same = [each for each in made if (each.transcript_id, each.span, each.code) == place]
        guids = {each.guid for each in same}
        waiting += [by_guid[each.replaces] for each in same if each.replaces in by_guid]
        waiting += [each for each in made if each.replaces in guids]
    return [each for each in made if (each.transcript_id, each.span, each.code) in places]


def _suggested(study: Study, chain: Sequence[Decision]) -> Iterator[Moment]:
    wanted = {decision.suggestion_id for decision in chain} - {None}
    by_run = {run.guid: run for run in runs(study)}
    for shown in (each for each in suggestions(study) if each.id in wanted):
        run = by_run[shown.run]
        model = f", language model {run.llm}" if run.llm else ", without a language model"
        detail = f"Run {run.guid[:8]}{model}, codebook version {run.codebook_version}."
        what = f"suggested it with {100 * shown.probability:.0f} %"
        yield Moment(shown.shown_at, "The machine", what, detail, event_of_suggestion(study, shown.guid))


def _decided(study: Study, chain: Sequence[Decision]) -> Iterator[Moment]:
    versions = {book.id: book.version for book in codebook_versions(study)}
    for decision in chain:
        said = _SAID[decision.verdict]
        if decision.replaces is not None:
            said = "put it on another stretch, or under another code"
        book = versions.get(decision.codebook_id or 0)
        where = f"Characters {decision.span.start} to {decision.span.end}"
        under = "" if book is None else f", codebook version {book}"
        memo = f" Memo: {decision.memo}" if decision.memo else ""
        yield Moment(decision.recorded_at, decision.coder, said, f"{where}{under}.{memo}")


def _code_changed(study: Study, chain: Sequence[Decision]) -> Iterator[Moment]:
    """What became of the code since the coding was made: another name, another theme, merged, split, retired."""
    code, since = chain[-1].code or "", chain[0].recorded_at
    before: Codebook | None = None
    for book in codebook_versions(study):
        if before is not None and book.created_at > since and (what := _what_became(code, before, book)):
            yield Moment(book.created_at, book.coder, what, f"Codebook version {book.version}: {book.reason}.")
        before = book


def _what_became(guid: str, before: Codebook, after: Codebook) -> str:
    was = before.present(guid)
    if was is None:
        return ""
    now = after.present(guid)
    old = next(code for code in before.codes if code.guid == was)
    if now is None:
        return f"took the code “{old.name}” out of the codebook"
    new = next(code for code in after.codes if code.guid == now)
    if now != was:
        return f"merged the code “{old.name}” into “{new.name}”"
    if new.name != old.name:
        return f"renamed the code to “{new.name}”"
    if new.retired != old.retired:
        return "retired the code" if new.retired else "brought the code back"
    return ""


def _said(study: Study, chain: Sequence[Decision]) -> Iterator[Moment]:
    guids = {decision.guid for decision in chain}
    for remark in remarks(study, interview=chain[0].interview):
        if remark.decision in guids:
            what = f"said in the open review: {remark.outcome or remark.kind}"
            yield Moment(remark.at, remark.coder, what, remark.text)
    for memo in memos(study, interview=chain[0].interview):
        if memo.target.decision in guids:
            yield Moment(memo.first_at, memo.first_coder, "wrote a memo on it", memo.text)


def _adjudicated(study: Study, chain: Sequence[Decision]) -> Iterator[Moment]:
    guids = {decision.guid for decision in chain}
    for each in adjudications(study):
        if guids & set(each.resolves):
            what = "adjudicated: it applies" if each.applies else "adjudicated: it does not apply"
            yield Moment(each.at, each.coder, what, each.memo)


def _name(study: Study, guid: str) -> str:
    books = codebook_versions(study)
    present = books[-1].present(guid) if books else None
    named = (code.name for book in reversed(books) for code in book.codes if code.guid == (present or guid))
    return next(named, guid)


def coding_of_event(study: Study, number: int) -> str | None:
    """The GUID of the decision that an event tells of; None where it tells of none, or of a reading."""
    event = logged(study, number)
    if event.type != "decision.made" or event.payload is None:
        return None
    told = json.loads(event.payload)
    return str(told["guid"]) if told.get("code") else None
