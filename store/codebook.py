"""Versions of the codebook: every edit makes a new one, none is ever changed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import events
from store.canonical import sha256_json
from store.errors import ConflictError, InvalidInputError, NotFoundError
from store.records import CodebookRow, CodeRow
from store.study import Study
from store.values import Code, Codebook


def keep_codebook(study: Study, codes: Sequence[Code], *, coder: str, reason: str) -> Codebook:
    """Keep a new version with exactly these codes, in this order.

    Raises InvalidInputError where two codes share a name or a GUID, or a parent is missing or below its own child.
    """
    with study.write() as session:
        return add_version(session, codes, coder=coder, reason=reason)


def keep_merged(
    study: Study, codes: Sequence[Code], *, coder: str, reason: str, seen: int | None, file: str
) -> Codebook:
    """Keep what a file was merged to; `seen` is the version it was merged with, None where there was none.

    Raises ConflictError where another version was kept meanwhile, and what `keep_codebook` raises.
    """
    with study.write() as session:
        refuse_newer(newest_version(session), seen, file)
        return add_version(session, codes, coder=coder, reason=reason)


def edit_codebook(
    study: Study,
    edit: Callable[[Codebook], Sequence[Code]],
    *,
    coder: str,
    reason: str,
    touched: Iterable[str] = (),
    seen: int | None = None,
) -> Codebook:
    """Keep the version that `edit` makes of the newest one; while it is made, nobody else can keep another.

    `touched` are the GUIDs of codes that the person saw in version `seen`: raises ConflictError where somebody has
    changed one of them since. What `edit` raises leaves everything as it was; an edit that changes nothing keeps none.
    """
    with study.write() as session:
        newest = newest_version(session)
        if newest is None:
            msg = "This study has no codebook yet; bring one with `interview codebook import`, or add a first code."
            raise NotFoundError(msg)
        if seen is not None and seen != newest.version:
            _refuse_changed(session, newest, seen, touched)
        codes = tuple(edit(newest))
        return newest if codes == newest.codes else add_version(session, codes, coder=coder, reason=reason)


def _refuse_changed(session: Session, newest: Codebook, seen: int, touched: Iterable[str]) -> None:
    row = session.scalar(select(CodebookRow).where(CodebookRow.version == seen))
    before = {} if row is None else {code.guid: code for code in _value(row).codes}
    now = {code.guid: code for code in newest.codes}
    for guid in touched:
        if guid in before and now.get(guid) != before[guid]:
            what = "changed" if guid in now else "took out"
            who = _last_changed(session, guid, seen)
            msg = (
                f"{who or 'Somebody'} {what} “{before[guid].name}” since you opened it (version "
                f"{newest.version}); look at it as it is now, then keep yours again."
            )
            raise ConflictError(msg)


def refuse_newer(newest: Codebook | None, seen: int | None, file: str) -> None:
    """Raise ConflictError where a version was kept since the one (None: there was none) that a file was merged with."""
    if newest is not None and newest.version != seen:
        msg = (
            f"{newest.coder} has kept version {newest.version} of the codebook while {file} was read; import it again. "
            "Nothing was added."
        )
        raise ConflictError(msg)


def _last_changed(session: Session, guid: str, seen: int) -> str:
    """Who kept the last version after that one in which this code differs from the version before."""
    query = select(CodebookRow).where(CodebookRow.version >= seen).order_by(CodebookRow.version)
    who, before = "", None
    for number, row in enumerate(session.scalars(query)):
        now = next((_code(code) for code in row.codes if code.guid == guid), None)
        if number and now != before:
            who = row.coder
        before = now
    return who


def add_version(session: Session, codes: Sequence[Code], *, coder: str, reason: str) -> Codebook:
    """The same within a write transaction of the caller's."""
    _refuse_broken(codes)
    newest = _newest(session)
    rows = [_row(position, code) for position, code in enumerate(codes)]
    row = CodebookRow(
        version=1 if newest is None else newest.version + 1,
        sha256=sha256_json([r.content() for r in rows]),
        reason=reason,
        coder=coder,
        created_at=datetime.now(UTC),
        codes=rows,
    )
    events.record(session, row, coder=coder)
    return _value(row)


def _refuse_broken(codes: Sequence[Code]) -> None:
    guids = {code.guid for code in codes}
    names: set[str] = set()
    for code in codes:
        folded = code.name.strip().casefold()
        if not folded or folded in names:
            what = f"the name “{code.name}” twice" if folded else "a code without a name"
            msg = f"A codebook cannot hold {what}; rename one of them."
            raise InvalidInputError(msg)
        names.add(folded)
        if code.parent is not None and code.parent not in guids:
            msg = f"The code “{code.name}” stands below a theme that is not in the codebook; add the theme first."
            raise InvalidInputError(msg)
    if len(guids) != len(codes):
        msg = "Two codes of this codebook have the same GUID; give one of them another."
        raise InvalidInputError(msg)
    _refuse_circle(codes)


def _refuse_circle(codes: Sequence[Code]) -> None:
    parents = {code.guid: code.parent for code in codes}
    for code in codes:
        above, steps = code.parent, 0
        while above is not None:
            if above == code.guid or steps > len(codes):
                msg = f"The code “{code.name}” stands below itself; give it, or a theme above it, another parent."
                raise InvalidInputError(msg)
            above, steps = parents[above], steps + 1


def current_codebook(study: Study) -> Codebook | None:
    """The newest version, if there is any."""
    with study.read() as session:
        return newest_version(session)


def newest_version(session: Session) -> Codebook | None:
    """The same within a session of the caller's."""
    row = _newest(session)
    return None if row is None else _value(row)


def version_at(session: Session, through: int | None) -> Codebook | None:
    """The version that was the newest after the event of that number; the newest of all for None."""
    if through is None:
        return newest_version(session)
    query = select(CodebookRow).where(CodebookRow.event_id <= through).order_by(CodebookRow.version.desc())
    row = session.scalars(query.limit(1)).first()
    return None if row is None else _value(row)


def codebook_versions(study: Study, *, through: int | None = None) -> tuple[Codebook, ...]:
    """All versions, oldest first; with `through`, those made by the event of that number."""
    query = select(CodebookRow).order_by(CodebookRow.version)
    if through is not None:
        query = query.where(CodebookRow.event_id <= through)
    with study.read() as session:
        return tuple(_value(row) for row in session.scalars(query))


def version_end(study: Study, version: int) -> int | None:
    """The number of the last event under which a version was the newest; None where it still is.

    Raises NotFoundError for an unknown version.
    """
    query = select(CodebookRow.version, CodebookRow.event_id)
    with study.read() as session:
        begins = dict(session.execute(query).tuples().all())
    if version not in begins:
        msg = f"There is no version {version} of the codebook; there are {len(begins)}."
        raise NotFoundError(msg)
    after = [event for number, event in begins.items() if number > version]
    return min(after) - 1 if after else None


def _newest(session: Session) -> CodebookRow | None:
    return session.scalar(select(CodebookRow).order_by(CodebookRow.version.desc()).limit(1))


def _row(position: int, code: Code) -> CodeRow:
    return CodeRow(
        position=position,
        guid=code.guid,
        name=code.name,
        parent=code.parent,
        definition=code.definition,
        include=code.include,
        exclude=code.exclude,
        examples=list(code.examples),
        colour=code.colour,
        origins=list(code.origins) or None,
        retired=code.retired or None,
    )


def _value(row: CodebookRow) -> Codebook:
    return Codebook(
        id=row.id,
        version=row.version,
        sha256=row.sha256,
        codes=tuple(_code(code) for code in row.codes),
        created_at=row.created_at,
        coder=row.coder,
        reason=row.reason,
    )


def _code(row: CodeRow) -> Code:
    return Code(
        guid=row.guid,
        name=row.name,
        parent=row.parent,
        definition=row.definition,
        include=row.include,
        exclude=row.exclude,
        examples=tuple(row.examples),
        colour=row.colour,
        origins=tuple(row.origins or ()),
        retired=bool(row.retired),
    )
