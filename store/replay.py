"""Keeping what was done in another study: in the same order, with the same identities, all of it or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.backups import keep_copy_before
from store.codebook import add_version
from store.coders import coder_row
from store.decisions import add_decisions
from store.errors import ConflictError, InvalidInputError
from store.exchange_records import ImportRow
from store.history import Act, AdjudicationMade, DecisionMade, Person, Place, SampleDrawn, SampleEnded, VersionMade
from store.imports import Import, ImportedMemo, import_row, memo_draft
from store.interviews import add_attributes, interview_row
from store.memos import add_memo
from store.records import CodebookRow, CodeRow, CoderRow, DecisionRow, TranscriptRow
from store.study import Study
from store.transcripts import current_transcripts
from store.values import Code, DecisionDraft, Verdict
from store.work_records import AdjudicationRow, DoubleCodingEndRow, DoubleCodingPartRow, DoubleCodingRow, MemoRow

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Replay:
    """What is to be kept; interviews are named by their GUID here, and coders by their GUID in `people`.

    `attributes` are added to what interviews have. `report` says in sentences what was not taken.
    """

    file: str
    sha256: str
    origin: str
    acts: tuple[Act, ...]
    people: tuple[Person, ...]
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    memos: tuple[ImportedMemo, ...] = ()
    report: tuple[str, ...] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


def keep_history(study: Study, coder: str, given: Replay) -> None:
    """Keep all acts in their order.

    Answers to suggestions, which the study does not have, become codings or withdrawals of them. A study may have
    versions of the codebook already, as long as they are the first ones of those that are given. Raises ConflictError
    where they are others, or the file or something in it is there already; InvalidInputError as the acts do.
    """
    keep_copy_before(study.folder, "Nothing was added.")
    with study.write() as session:
        _refuse_known(session, given)
        people = {each.guid: _person(session, each) for each in given.people}
        whole = Import(given.file, given.sha256, given.origin, report=given.report, kept=given.kept)
        import_row(session, coder, whole)
        keeping = _Keeping(session, people, given.file)
        keeping.keep(given.acts)
        for guid, values in given.attributes.items():
            add_attributes(session, interview_row(session, guid), values)
        places = {guid: text.id for guid, text in keeping.texts.items()}
        for memo in given.memos:
            add_memo(session, memo.coder, memo_draft(memo, places))


def _refuse_known(session: Session, given: Replay) -> None:
    known = session.scalar(select(ImportRow).where(ImportRow.sha256 == given.sha256))
    if known is not None:
        msg = f"{given.file} was applied on {known.at:%Y-%m-%d} already, as {known.file}; nothing was added."
        raise ConflictError(msg)
    decided = {act.guid for act in given.acts if isinstance(act, DecisionMade)}
    drawn = {act.guid for act in given.acts if isinstance(act, SampleDrawn)}
    said = {act.guid for act in given.acts if isinstance(act, AdjudicationMade)}
    noted = {memo.guid for memo in given.memos}
    for what, guids, column in (
        ("decisions", decided, DecisionRow.guid),
        ("double codings", drawn, DoubleCodingRow.guid),
        ("adjudications", said, AdjudicationRow.guid),
        ("memos", noted, MemoRow.guid),
    ):
        if not guids.isdisjoint(session.scalars(select(column))):
            msg = (
                f"{given.file} holds {what} that are in this study already; apply it to a study that has only the "
                "transcripts. Nothing was added."
            )
            raise ConflictError(msg)
    names = {act.name for act in given.acts if isinstance(act, SampleDrawn)}
    if taken := names & set(session.scalars(select(DoubleCodingRow.name))):
        msg = (
            f"There is a double coding “{min(taken)}” in this study already, and another one in {given.file}; apply it "
            "to a study that has only the transcripts. Nothing was added."
        )
        raise ConflictError(msg)


def _person(session: Session, given: Person) -> CoderRow:
    taken = session.scalar(select(CoderRow.id).where(CoderRow.guid == given.guid)) is not None
    return coder_row(session, given.name, "model" if given.kind == "model" else "person", None if taken else given.guid)


class _Keeping:
    """Acts on their way into a study, within one transaction."""

    def __init__(self, session: Session, people: Mapping[str, CoderRow], file: str) -> None:
        self._session, self._people, self._file = session, people, file
        current = current_transcripts(session)
        rows = session.scalars(select(TranscriptRow).where(TranscriptRow.id.in_(current.values())))
        self.texts = {row.interview.guid: row for row in rows}
        self._books: dict[int, int] = {}
        self._samples: dict[str, DoubleCodingRow] = {}
        self._waiting: tuple[CoderRow, list[DecisionDraft]] | None = None

    def keep(self, acts: Sequence[Act]) -> None:
        """Keep them all; decisions of one coder in a row are written together."""
        self._know_versions([act for act in acts if isinstance(act, VersionMade)])
        for act in acts:
            if isinstance(act, DecisionMade):
                self._decide(act)
                continue
            self._flush()
            match act:
                case VersionMade():
                    self._version(act)
                case SampleDrawn():
                    self._draw(act)
                case SampleEnded():
                    self._end(act)
                case AdjudicationMade():
                    self._adjudicate(act)
        self._flush()

    def _know_versions(self, given: Sequence[VersionMade]) -> None:
        """The versions that the study has already, which must be the first of those that are given."""
        rows = list(self._session.scalars(select(CodebookRow).order_by(CodebookRow.version)))
        same = len(rows) <= len(given) and all(
            _shape_of(row.codes) == _shape(act.codes) for row, act in zip(rows, given, strict=False)
        )
        if not same:
            msg = (
                f"This study has a codebook of its own, other than the one in {self._file}; apply the file to a study "
                "without a codebook, it brings its own. Nothing was added."
            )
            raise ConflictError(msg)
        self._books = {act.version: row.id for row, act in zip(rows, given, strict=False)}

    def _version(self, act: VersionMade) -> None:
        if act.version not in self._books:
            made = add_version(self._session, act.codes, coder=act.coder, reason=act.reason)
            self._books[act.version] = made.id

    def _decide(self, act: DecisionMade) -> None:
        who, text = self._person(act.coder), self._text(act.place)
        draft = DecisionDraft(
            transcript_id=text.id,
            span=act.place.span,
            verdict=_UNPROMPTED.get(act.verdict, act.verdict),
            code=act.code,
            codebook_id=None if act.codebook is None else self._book(act.codebook),
            at=act.at,
            memo=act.memo,
            replaces=act.replaces,
            guid=act.guid,
        )
        if self._waiting is None or self._waiting[0] is not who:
            self._flush()
            self._waiting = (who, [])
        self._waiting[1].append(draft)

    def _flush(self) -> None:
        if self._waiting is not None:
            add_decisions(self._session, *self._waiting)
            self._waiting = None

    def _draw(self, act: SampleDrawn) -> None:
        lead, second = self._person(act.lead), self._person(act.second)
        row = DoubleCodingRow(
            guid=act.guid,
            name=act.name,
            lead_id=lead.id,
            lead=lead,
            second_id=second.id,
            second=second,
            seed=act.seed,
            share=act.share,
            at=act.at,
        )
        events.record(self._session, row, coder=lead.name)
        self._samples[act.guid] = row
        spans: dict[str, list[list[int]]] = {}
        for place in act.places:
            self._text(place)
            spans.setdefault(place.interview, []).append([place.span.start, place.span.end])
        for guid, pairs in spans.items():
            text = self.texts[guid]
            part = DoubleCodingPartRow(
                double_coding_id=row.id,
                double_coding=row,
                transcript_id=text.id,
                transcript=text,
                spans=sorted(pairs),
            )
            events.record(self._session, part, coder=lead.name, interview=guid)

    def _end(self, act: SampleEnded) -> None:
        who, sample = self._person(act.coder), self._sample(act.double_coding)
        row = DoubleCodingEndRow(
            double_coding_id=sample.id,
            double_coding=sample,
            how=act.how,
            reason="",
            coder_id=who.id,
            coder=who,
            at=act.at,
        )
        events.record(self._session, row, coder=who.name)

    def _adjudicate(self, act: AdjudicationMade) -> None:
        who, sample, text = self._person(act.coder), self._sample(act.double_coding), self._text(act.place)
        row = AdjudicationRow(
            guid=act.guid,
            double_coding_id=sample.id,
            double_coding=sample,
            transcript_id=text.id,
            transcript=text,
            start=act.place.span.start,
            end=act.place.span.end,
            code=act.code,
            applies=act.applies,
            memo=act.memo,
            resolves=list(act.resolves),
            coder_id=who.id,
            coder=who,
            at=act.at,
        )
        events.record(self._session, row, coder=who.name, interview=act.place.interview)

    def _text(self, place: Place) -> TranscriptRow:
        text = self.texts.get(place.interview)
        if text is None or place.span.end > len(text.text):
            msg = f"{self._file} names a stretch that this study does not have; nothing was added."
            raise InvalidInputError(msg)
        return text

    def _person(self, guid: str) -> CoderRow:
        return _named(self._people, guid, self._file, "a coder")

    def _sample(self, guid: str) -> DoubleCodingRow:
        return _named(self._samples, guid, self._file, "a double coding")

    def _book(self, version: int) -> int:
        return _named(self._books, version, self._file, "a version of the codebook")


_UNPROMPTED = {Verdict.ACCEPT: Verdict.ADD, Verdict.REJECT: Verdict.WITHDRAW}
"""What answers to suggestions come to where there are no suggestions."""


def _named(known: Mapping[_Key, _Value], key: _Key, file: str, what: str) -> _Value:
    found = known.get(key)
    if found is None:
        msg = f"{file} names {what} that it does not hold; make the file again. Nothing was added."
        raise InvalidInputError(msg)
    return found


_Shape = tuple[str, str | None, tuple[str, ...], bool]


def _shape(codes: Iterable[Code]) -> list[_Shape]:
    """What of a version decides how codings count; its words may have been left out where they quote somebody."""
    return [(code.guid, code.parent, code.origins, code.retired) for code in codes]


def _shape_of(rows: Iterable[CodeRow]) -> list[_Shape]:
    return [(row.guid, row.parent, tuple(row.origins or ()), bool(row.retired)) for row in rows]
