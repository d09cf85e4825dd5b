"""The index of words: SQLite's full-text search (FTS5) over the current segments, a derived thing that repairs itself.

`index/words.db` is never changed in place: it is written beside, then put in its place whole, so readers need no lock
and see one state. Whoever makes it holds the lock of the index folder, as an erasure does; whoever does not get the
lock searches in memory. Texts go in as `words_of` gives them, joined by spaces, so that the index finds exactly what
`spoken` finds in a text.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import select

from store.canonical import sha256_text
from store.database import connect, connect_reading
from store.index_folder import LOCK, WORDS
from store.records import SegmentRow
from store.sqlite import sqlite3
from store.study import Study
from store.values import Segment
from store.wording import VERSION, words_of

TELLING = 8
"""So many words of a question decide how texts rank by words; the others are hardly ever what it is about."""

_SCHEMA = """
CREATE TABLE about (stamp TEXT NOT NULL);
CREATE TABLE held (segment INTEGER PRIMARY KEY, digest TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(said, tokenize = 'ascii', prefix = '2 3');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; with `open_end`, the last of them is only the beginning of a word."""

    words: tuple[str, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Two phrases, either one first, from the one's last word to the other's first at most `within` words on."""

    left: Phrase
    right: Phrase
    within: int


Sought = Phrase | Near


def stamp_of(found: Sequence[Segment]) -> str:
    """What decides the content of the index."""
    return sha256_text(f"{VERSION}|" + "|".join(f"{s.id}:{s.text_sha256}" for s in found))


class WordsIndex:
    """The index of a study's words, shared between threads and processes. Call `refresh` before asking."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._file = study.index / WORDS
        self._lock = RLock()
        self._stamp: str | None = None
        self._wanted: Sequence[Segment] = ()
        self._checked: tuple[int, ...] = ()
        self._memory: sqlite3.Connection | None = None

    def refresh(self, found: Sequence[Segment], stamp: str | None = None) -> str | None:
        """Bring the index up to these segments; returns why the file was made or changed, None where it was right."""
        with self._lock:
            self._wanted, self._stamp = found, stamp or stamp_of(found)
            reason = self._wrong()
            if reason is None:
                self._forget_memory()
            else:
                self._make(whole=reason != "it was old")
            return reason

    def matches(self, sought: Sought) -> frozenset[int]:
        """The ids of the segments in which that stands."""
        if isinstance(sought, Phrase):
            return frozenset(
                row[0] for row in self._ask("SELECT rowid FROM words WHERE words MATCH ?", _phrase(sought))
            )
        # FTS5 takes what overlaps, and a word and itself, for near each other
        rows = self._ask("SELECT rowid, said FROM words WHERE words MATCH ?", _near(sought))
        return frozenset(row[0] for row in rows if spoken(sought, f" {row[1]} "))

    def ranked(self, sought: Sequence[Phrase]) -> Mapping[int, float]:
        """Segment id → Okapi BM25 of these phrases (k1 1.2, b 0.75, higher is better), for segments with any of them.

        Words that stand in more than half of the segments weigh nothing in BM25 and are left out; of the others, the
        `TELLING` rarest count.
        """
        telling = self._telling(tuple(dict.fromkeys(each for each in sought if each.words)))
        if not telling:
            return {}
        either = " OR ".join(_phrase(each) for each in telling)
        rows = self._ask("SELECT rowid, bm25(words) FROM words WHERE words MATCH ?", either)
        return {row[0]: -row[1] for row in rows}

    def _telling(self, sought: tuple[Phrase, ...]) -> list[Phrase]:
        """The rarest, phrases of several words before all others."""
        counts = {each: self._count(each) for each in sought}
        rarest = sorted((each for each in sought if 2 * counts[each] <= len(self._wanted)), key=counts.__getitem__)
        return rarest[:TELLING]

    def _count(self, sought: Phrase) -> int:
        if len(sought.words) > 1 or sought.open_end:
            return 0
        rows = self._ask("SELECT doc FROM vocabulary WHERE term = ?", sought.words[0])
        return int(rows[0][0]) if rows else 0

    def _ask(self, query: str, value: str) -> list[Any]:
        with self._lock:
            try:
                with self._opened() as connection:
                    return list(connection.execute(query, (value,)))
            except (sqlite3.Error, OSError):  # taken away, replaced by a newer one, or damaged since it was looked at
                self._make(whole=True)
                with self._opened() as connection:
                    return list(connection.execute(query, (value,)))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The index of these very segments; raises sqlite3.Error where the file is another."""
        if self._memory is not None:
            yield self._memory
            return
        with closing(_reading(self._file)) as connection:
            if _stamp(connection) != self._stamp:
                msg = "another state"
                raise sqlite3.DatabaseError(msg)
            yield connection

    def _wrong(self) -> str | None:
        """What is wrong with the file, if anything; a file seen for the first time is checked page by page."""
        try:
            about = self._file.stat()
            seen = (about.st_ino, about.st_mtime_ns, about.st_size)
            with closing(_reading(self._file)) as connection:
                if seen != self._checked and connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    return "it was damaged"
                if _stamp(connection) != self._stamp:
                    return "it was old"
        except FileNotFoundError:
            return "it was missing"
        except (sqlite3.Error, OSError):
            return "it was damaged"
        self._checked = seen
        return None

    def _make(self, *, whole: bool) -> None:
        """Put a right file in place, or hold the index in memory where the folder is held or cannot be written."""
        self._forget_memory()
        try:
            with FileLock(self._study.folder / LOCK).acquire(timeout=0.0):
                self._refuse_erased()
                self._write(whole=whole)
        except (Timeout, OSError, sqlite3.Error):
            self._memory = sqlite3.connect(":memory:", check_same_thread=False)
            self._fill(self._memory)

    def _refuse_erased(self) -> None:
        """Nothing that was erased since it was read may reach the disk again; raises Timeout, as while it is erased."""
        with self._study.read() as session:
            there = set(session.scalars(select(SegmentRow.id)))
        if not there.issuperset(s.id for s in self._wanted):
            raise Timeout(str(self._study.folder / LOCK))

    def _write(self, *, whole: bool) -> None:
        self._study.index.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{WORDS}.", dir=self._study.index)  # readable by its owner only
        os.close(handle)
        beside = Path(name)
        try:
            if not whole:
                beside.write_bytes(self._file.read_bytes())
            self._fill_file(beside)
            beside.replace(self._file)
        finally:
            beside.unlink(missing_ok=True)

    def _fill_file(self, path: Path) -> None:
        try:
            with closing(connect(path)) as connection:
                self._fill(connection)
        except sqlite3.Error:  # what was copied is no such index
            path.write_bytes(b"")
            with closing(connect(path)) as connection:
                self._fill(connection)

    def _fill(self, connection: sqlite3.Connection) -> None:
        """Take out what is not wanted any more, put in what is new."""
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
            connection.executescript(_SCHEMA)
        held = dict(connection.execute("SELECT segment, digest FROM held").fetchall())
        wanted = {s.id: s for s in self._wanted}
        gone = [(key,) for key, digest in held.items() if key not in wanted or wanted[key].text_sha256 != digest]
        new = [s for key, s in wanted.items() if held.get(key) != s.text_sha256]
        with connection:
            connection.executemany("DELETE FROM words WHERE rowid = ?", gone)
            connection.executemany("DELETE FROM held WHERE segment = ?", gone)
            connection.executemany(
                "INSERT INTO words (rowid, said) VALUES (?, ?)", ((s.id, " ".join(words_of(s.text))) for s in new)
            )
            connection.executemany("INSERT INTO held VALUES (?, ?)", ((s.id, s.text_sha256) for s in new))
            connection.execute("DELETE FROM about")
            connection.execute("INSERT INTO about VALUES (?)", (self._stamp,))

    def _forget_memory(self) -> None:
        if self._memory is not None:
            self._memory.close()
            self._memory = None


def _reading(path: Path) -> sqlite3.Connection:
    connection = connect_reading(path)
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA query_only = ON")
    return connection


def _stamp(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT stamp FROM about").fetchone()
    return str(row[0]) if row else ""


def _near(sought: Near) -> str:
    return f"NEAR({_phrase(sought.left)} {_phrase(sought.right)}, {max(0, sought.within - 1)})"


def _phrase(sought: Phrase) -> str:
    """In the language of FTS5; words hold letters and digits alone, and stand in quotation marks all the same."""
    words = " ".join(word.replace('"', "") for word in sought.words)
    return f'"{words}"{" *" if sought.open_end else ""}'


def spoken(sought: Sought, said: str) -> bool:
    """Whether that stands in a text given as its words with a space around each (` it takes weeks `).

    >>> spoken(Phrase(("take",), open_end=True), " it takes weeks ")
    True
    >>> spoken(Near(Phrase(("weeks",)), Phrase(("it",)), 1), " it takes weeks ")
    False
    """
    if isinstance(sought, Phrase):
        return f" {' '.join(sought.words)}{'' if sought.open_end else ' '}" in said
    left, right = _places(sought.left, said), _places(sought.right, said)
    far, here, there = sought.within, len(sought.left.words), len(sought.right.words)
    return any(0 < b - (a + here - 1) <= far or 0 < a - (b + there - 1) <= far for a in left for b in right)


def _places(sought: Phrase, said: str) -> list[int]:
    """The numbers of the words at which the phrase begins."""
    wanted = f" {' '.join(sought.words)}{'' if sought.open_end else ' '}"
    places, at = [], said.find(wanted)
    while at >= 0:
        places.append(said.count(" ", 0, at))
        at = said.find(wanted, at + 1)
    return places
