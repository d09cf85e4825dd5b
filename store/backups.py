"""Rolling copies of `study.db` in `backups/`: made beside the work, read back before they count, thinned out with age.

A copy holds the database alone; recordings and settings lie in the study's folder, and `interview backup` archives all
of it. A copy is for its owner only, and is encrypted where the study is. A study in PostgreSQL has the same copies.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from store.database import back_up, connect, connect_reading, is_plain
from store.database_place import DatabasePlace
from store.errors import DamagedError, NotFoundError, StudyError
from store.events import Head
from store.keys import KEY_FILE, is_encrypted
from store.left_over import remove_left_over, remove_set_aside
from store.soundness import end_of, soundness
from store.sqlite import sqlite3

FOLDER = "backups"
LOCK = ".backup.lock"
"""Held while a copy is made or copies are removed, so that a half copy found without it is known to be left over."""
NEWEST = "newest"
_DATABASE = "study.db"
_NAME = re.compile(r"study-(\d{8}T\d{12}Z)-(\w+)\.db")
_STAMP = "%Y%m%dT%H%M%S%fZ"
_WAIT_SECONDS = 60.0
_NOTHING_YET = 1
"""The one event of a new study; its copy would hold nothing."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """When a copy is made, and which are kept; from the settings `backup_minutes` and so on of the study.

    A copy is due once something happened since the newest and it is `minutes` old, or `events` are not in it; with
    `minutes` 0 none is made beside the work. Of all copies, the `newest` so many stay, and the newest of each of the
    last `days` days and `weeks` weeks that have one.
    """

    minutes: int = 60
    events: int = 200
    newest: int = 10
    days: int = 14
    weeks: int = 8


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was read back: when it was made, its schema, its size in bytes, its last event, and its fault if any.

    `head` is the last event up to which the chain holds.
    """

    path: Path
    made_at: datetime
    schema: str | None
    size: int
    head: Head
    fault: str | None = None
    readable: bool = True

    @property
    def good(self) -> bool:
        """Whether it can take the place of the database."""
        return self.fault is None

    def to_json(self) -> dict[str, Any]:
        """As a script reads it."""
        return {
            "file": self.path.name,
            "made_at": self.made_at.isoformat(),
            "events": self.head.count,
            "bytes": self.size,
            "schema": self.schema,
            "good": self.good,
            "fault": self.fault,
        }


def plan_of(settings: Mapping[str, Any]) -> BackupPlan:
    """The plan that the `[settings]` of a study give; what is no count of at least 0 there counts as not given."""
    given = {name: settings.get(f"backup_{name}") for name in ("minutes", "events", "newest", "days", "weeks")}
    return BackupPlan(**{name: value for name, value in given.items() if type(value) is int and value >= 0})


def copies(folder: Path) -> Iterator[Copy]:
    """All copies of the study in that folder, newest first, each read back when it is asked for."""
    return (_read_back(path, made_at) for path, made_at in _named(folder))


def newest_good(folder: Path) -> Copy | None:
    """The newest copy that can take the place of the database."""
    return next((copy for copy in copies(folder) if copy.good), None)


def chosen_copy(folder: Path, which: str) -> Copy:
    """The copy of that number in the list (1 is the newest) or of that name, or the newest good one for `newest`.

    Raises NotFoundError where there is none, StudyError where it is damaged.
    """
    if which == NEWEST:
        found = newest_good(folder)
        if found is None:
            msg = f"There is no good copy in {folder / FOLDER}; restore an archive that `interview backup` made."
            raise NotFoundError(msg)
        return found
    named = _named(folder)
    for number, (path, made_at) in enumerate(named, start=1):
        if which in (str(number), path.name):
            copy = _read_back(path, made_at)
            if copy.fault is not None:
                ways = f"`interview backups {shown(folder)}` lists them"
                msg = f"{path} is damaged ({copy.fault}); choose another copy: {ways}."
                raise StudyError(msg)
            return copy
    listed = f"`interview backups {shown(folder)}` lists the {len(named)} there are"
    msg = f"There is no copy {which} in {folder / FOLDER}; {listed}."
    raise NotFoundError(msg)


def keep_copy(folder: Path, plan: BackupPlan | None = None, *, tag: str | None = None) -> Copy:
    """Make a copy now, read it back, and thin out the older ones; others may go on writing meanwhile.

    Raises StudyError where it cannot be made, DamagedError where the database cannot be read through; neither leaves
    anything behind.
    """
    with _held(folder):
        return _kept(folder, plan, tag)


def keep_copy_when_due(folder: Path, plan: BackupPlan) -> Copy | None:
    """Make a copy where the plan asks for one; None where it does not, or another process is making one.

    Raises StudyError as `keep_copy` does.
    """
    if not plan.minutes or not is_due(folder, plan):
        return None
    with suppress(Timeout), FileLock(folder / LOCK).acquire(timeout=0):
        return _kept(folder, plan, None)
    return None


def is_due(folder: Path, plan: BackupPlan, now: datetime | None = None) -> bool:
    """Whether so much happened, or anything so long ago, that a copy should be made."""
    missing = _not_copied(folder)
    if not missing:
        return False
    named = _named(folder)
    old = not named or (now or datetime.now(UTC)) - named[0][1] >= timedelta(minutes=plan.minutes)
    return old or missing >= plan.events


def keep_copy_before(folder: Path, what: str) -> None:
    """Make a copy unless the newest one holds everything, or the study is as good as new.

    Raises StudyError, which says in `what` that the act before which it was to be made was not done.
    """
    from store.config import read_settings

    if _not_copied(folder) <= _NOTHING_YET:
        return
    try:
        keep_copy(folder, plan_of(read_settings(folder)))
    except StudyError as error:
        msg = f"{str(error).rstrip()} {what}"
        raise StudyError(msg) from error


def forget_erased(folder: Path, guids: Collection[str]) -> tuple[str, ...]:
    """Remove every copy that still holds one of these interviews, after a new one was made without them.

    Copies that cannot be read go too, and so do databases that were set aside, here or on the study's server, and
    recordings left over, for nobody can tell what is in them. Returns the names of what was removed. Raises StudyError
    where no new copy can be made: then nothing is removed, and the next try does it.
    """
    with _held(folder):
        holding = [path for path, _ in _named(folder) if _holds(path, guids)]
        if holding:
            _kept(folder, None, None)
        for path in holding:
            path.unlink(missing_ok=True)
        gone = (*(path.name for path in holding), *remove_set_aside(folder), *remove_left_over(folder, guids))
        return (*gone, *_drop_left(folder))


def _drop_left(folder: Path) -> tuple[str, ...]:
    place = _place(folder)
    if place is None:
        return ()
    from store.moving_there import drop_left
    from store.server_copies import guid_there

    return drop_left(folder, place, guid_there(folder, place))


def drop_half_backups(folder: Path) -> int:
    """Remove what copies that were broken off left behind, and say how many; raises Timeout while one is being made."""
    half = [*(folder / FOLDER).glob("*.partial*")]
    if half:
        with FileLock(folder / LOCK).acquire(timeout=0):
            for path in half:
                path.unlink(missing_ok=True)
    return sum(path.name.endswith(".partial") for path in half)


def thinned(times: Sequence[datetime], plan: BackupPlan) -> tuple[datetime, ...]:
    """Which of these times, newest first, a plan does not keep; the newest is always kept."""
    if not times:
        return ()
    keep = set(times[: max(1, plan.newest)])
    for period, count in (("%Y-%j", plan.days), ("%G-%V", plan.weeks)):
        newest_of: dict[str, datetime] = {}
        for time in times:
            newest_of.setdefault(time.strftime(period), time)
        span = timedelta(days=count if period == "%Y-%j" else 7 * count)
        keep.update(time for time in newest_of.values() if times[0] - time < span)
    return tuple(time for time in times if time not in keep)


def _kept(folder: Path, plan: BackupPlan | None, tag: str | None) -> Copy:
    path = _copied(folder, tag)
    made_at = _made_at(path)
    assert made_at is not None
    copy = _read_back(path, made_at)
    if not copy.readable:
        path.unlink(missing_ok=True)
        raise DamagedError(offer(folder, f"cannot be copied ({copy.fault})"), folder)
    _thin_out(folder, copy, plan or BackupPlan())
    return copy


def _copied(folder: Path, tag: str | None) -> Path:
    place = _place(folder)
    if place is None:
        return back_up(folder / _DATABASE, folder / FOLDER, tag)
    from store.server_copies import back_up_there

    return back_up_there(folder, place, folder / FOLDER, tag)


def _place(folder: Path) -> DatabasePlace | None:
    from store.study import place_of

    return place_of(folder)


def _thin_out(folder: Path, made: Copy, plan: BackupPlan) -> None:
    """Remove what the plan does not keep, never the newest good copy: one of a log that does not hold is none."""
    by_time = {time: path for path, time in _named(folder)}
    gone = thinned(sorted(by_time, reverse=True), plan)
    good = made if made.good or not gone else newest_good(folder)
    for time in gone:
        if good is None or by_time[time] != good.path:
            by_time[time].unlink(missing_ok=True)


def offer(folder: Path, what: str) -> str:
    """What to say of a damaged database: what is wrong, how much the newest good copy holds, and how to get it back."""
    good = newest_good(folder)
    path = folder / _DATABASE
    if good is None and not is_plain(path) and not is_encrypted(folder):
        return (
            f"{path} {what}. If the study was encrypted, its key is missing: put {KEY_FILE} back beside it, from an "
            f"archive that `interview backup` made, for nothing else opens it; if it was not, restore such an archive."
        )
    if good is None:
        return (
            f"{path} {what}, and there is no good copy in {folder / FOLDER}. `interview restore {shown(folder)} "
            f"--from-backups {NEWEST}` saves what can still be read, where all of it can be proved; otherwise restore "
            "an archive that `interview backup` made."
        )
    return (
        f"{path} {what}. The newest good copy is of {good.made_at:%Y-%m-%d %H:%M} UTC, {_ago(good.made_at)}"
        f"{_lacking(folder, good)}; `interview restore {shown(folder)} --from-backups {NEWEST}` puts it in its place, "
        "saves what can still be read, and keeps the damaged file."
    )


def shown(folder: Path) -> str:
    """The folder as it can be typed after a command."""
    return f'"{folder}"' if " " in str(folder) else str(folder)


def _lacking(folder: Path, good: Copy) -> str:
    from store.config import read_head

    try:
        missing = read_head(folder).count - good.head.count
    except StudyError:  # the settings are damaged too
        return f", and holds {good.head.count} events"
    if missing <= 0:
        return ", and holds every event"
    return f", and lacks the last {missing} events" if missing > 1 else ", and lacks the last event"


def _ago(moment: datetime) -> str:
    minutes = max(0, int((datetime.now(UTC) - moment).total_seconds() // 60))
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if count := minutes // size:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "made just now"


def _held(folder: Path) -> Any:
    try:
        return FileLock(folder / LOCK).acquire(timeout=_WAIT_SECONDS)
    except Timeout as error:
        msg = f"Another process has been copying the database of {folder} for a minute; try again."
        raise StudyError(msg) from error


def _named(folder: Path) -> list[tuple[Path, datetime]]:
    """All copies by their names, newest first."""
    found = ((path, _made_at(path)) for path in (folder / FOLDER).glob("study-*.db"))
    return sorted(((path, time) for path, time in found if time is not None), key=lambda pair: pair[1], reverse=True)


def _made_at(path: Path) -> datetime | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    with suppress(ValueError):
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
    return None


def _read_back(path: Path, made_at: datetime) -> Copy:
    found = soundness(path, still=True)
    size = path.stat().st_size if path.is_file() else 0
    return Copy(path, made_at, found.schema, size, found.head, found.fault, found.readable)


def _not_copied(folder: Path) -> int:
    """How many events are not in the newest copy."""
    now = _end(folder)
    named = _named(folder)
    if not named:
        return now.count
    try:
        with closing(connect_reading(named[0][0])) as connection:
            return abs(now.count - end_of(connection).count)
    except sqlite3.Error:
        return now.count


def _end(folder: Path) -> Head:
    place = _place(folder)
    if place is not None:
        from store.server_copies import end_there

        return end_there(folder, place)
    with closing(connect(folder / _DATABASE)) as connection:
        return end_of(connection)


def _holds(path: Path, guids: Collection[str]) -> bool:
    """Whether a copy holds one of these interviews; one that cannot be read may hold anything."""
    try:
        with closing(connect_reading(path)) as connection:
            found = {guid for (guid,) in connection.execute("SELECT guid FROM interview")}
            told = connection.execute("SELECT DISTINCT interview FROM event WHERE payload IS NOT NULL")
            return not found.union(guid for (guid,) in told).isdisjoint(guids)
    except sqlite3.Error:
        return True
