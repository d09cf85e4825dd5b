"""The vectors of all segments as one file of numbers in the index folder: a derived thing that repairs itself.

`index/vectors-….f32` has a row for each segment in study order, of length one, zeros where it has no vector yet. It is
never changed in place: it is written beside, then put in its place whole, by whoever holds the lock of the index
folder, as an erasure does. A large file is mapped, so that its pages are the system's to keep or to let go; a small
one, and any on Windows, where a mapped file cannot be removed, is read. An encrypted study has no such file.
"""

import json
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from sqlalchemy import select

from store.canonical import sha256_text
from store.index_folder import LOCK, VECTORS
from store.records import SegmentRow
from store.study import Study
from store.values import Segment
from store.vectors import load_vectors

Matrix = NDArray[np.float32]

_VERSION = 1
_HEAD = 512
_AT_ONCE = 20_000
_MAPPED_FROM = 256 * 2**20
"""Bytes from which on a file is mapped: one that somebody cuts short while it is mapped ends the process."""
_DTYPE = np.dtype("<f4")
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class _File:
    """What a file holds: vectors (segments, dimensions), and the hash of each row's text as bytes (segments, 32)."""

    stamp: str
    vectors: Matrix
    digests: NDArray[np.uint8]


class _Known(Protocol):
    """Where vectors are taken from: by the hashes of texts."""

    def __call__(self, digests: Sequence[str]) -> Mapping[str, Matrix]:
        """Those that are there."""


class SegmentVectors:
    """The vectors of one model for the segments of a study; not safe to share between threads."""

    def __init__(self, study: Study, model: str) -> None:
        self._study = study
        self._model = model
        self._path = study.index / f"{VECTORS}{sha256_text(model)[:16]}.f32"
        self._stamp = ""
        self._matrix: Matrix | None = None
        self._missing: set[str] = set()

    def of(self, segments: Sequence[Segment], stamp: str) -> Matrix | None:
        """Vectors of length one (segments, dimensions), zeros where one has none; None where none has any.

        `stamp` changes with the segments. What had no vector at the last call is looked for again.
        """
        if stamp != self._stamp:
            self._take(segments, stamp)
        elif self._missing and load_vectors(self._study, self._model, self._missing):
            self._make(segments, stamp)
        return self._matrix

    def _take(self, segments: Sequence[Segment], stamp: str) -> None:
        kept = self._kept()
        if kept is None or kept.stamp != self._stamp_of(stamp) or len(kept.vectors) != len(segments):
            self._make(segments, stamp)
            return
        self._hold(kept.vectors, segments, stamp)
        if self._missing and load_vectors(self._study, self._model, self._missing):
            self._make(segments, stamp)

    def _hold(self, matrix: Matrix, segments: Sequence[Segment], stamp: str) -> None:
        empty = _empty_rows(matrix)
        self._missing = {segments[row].text_sha256 for row in empty.tolist()}
        self._matrix = matrix if len(empty) < len(matrix) else None
        self._stamp = stamp

    def _stamp_of(self, stamp: str) -> str:
        return sha256_text(f"{_VERSION}|{self._model}|{stamp}")

    def _make(self, segments: Sequence[Segment], stamp: str) -> None:
        """Put a right file in place, or hold the matrix in memory where the folder is held or cannot be written."""
        known = self._known()
        width = self._width(segments)
        if width == 0:
            self._hold(np.zeros((len(segments), 1), np.float32), segments, stamp)
            return
        if self._study.key is None:
            try:
                with FileLock(self._study.folder / LOCK).acquire(timeout=0.0):
                    self._refuse_erased(segments)
                    self._write(segments, stamp, width, known)
                kept = self._kept(checked=True)
                if kept is not None and kept.stamp == self._stamp_of(stamp) and len(kept.vectors) == len(segments):
                    self._hold(kept.vectors, segments, stamp)
                    return
            except (Timeout, OSError):
                pass
        matrix = np.zeros((len(segments), width), np.float32)
        for start, some in _rows(segments, width, known):
            matrix[start : start + len(some)] = some
        self._hold(matrix, segments, stamp)

    def _width(self, segments: Sequence[Segment]) -> int:
        """How many dimensions the vectors have; 0 where no segment has one."""
        remaining = iter(segments)
        while some := list(islice(remaining, _AT_ONCE)):
            for vector in load_vectors(self._study, self._model, (s.text_sha256 for s in some[:500])).values():
                return len(vector)
            for vector in load_vectors(self._study, self._model, (s.text_sha256 for s in some[500:])).values():
                return len(vector)
        return 0

    def _known(self) -> _Known:
        """Vectors by hash: from the file there is, as far as it has them, else from the cache in the database."""
        kept = self._kept()
        sorted_rows: NDArray[np.intp] = np.zeros(0, np.intp)
        keys: NDArray[Any] = np.zeros(0, np.uint64)
        if kept is not None:
            keys = np.ascontiguousarray(kept.digests[:, :8]).view(np.uint64).ravel()
            sorted_rows = np.argsort(keys, kind="stable")
            keys = keys[sorted_rows]

        def known(digests: Sequence[str]) -> Mapping[str, Matrix]:
            found: dict[str, Matrix] = {}
            if kept is not None and len(keys):
                wanted = _bytes_of(digests)
                places = np.searchsorted(keys, np.ascontiguousarray(wanted[:, :8]).view(np.uint64).ravel())
                rows = sorted_rows[np.minimum(places, len(keys) - 1)]
                same = (kept.digests[rows] == wanted).all(axis=1)
                for at in np.flatnonzero(same).tolist():
                    vector = kept.vectors[rows[at]]
                    if vector.any():
                        found[digests[at]] = vector
            found.update(load_vectors(self._study, self._model, (each for each in digests if each not in found)))
            return found

        return known

    def _refuse_erased(self, segments: Sequence[Segment]) -> None:
        """Nothing that was erased since it was read may reach the disk again; raises Timeout, as while it is erased."""
        with self._study.read() as session:
            there = set(session.scalars(select(SegmentRow.id)))
        if not there.issuperset(s.id for s in segments):
            raise Timeout(str(self._study.folder / LOCK))

    def _write(self, segments: Sequence[Segment], stamp: str, width: int, known: _Known) -> None:
        self._study.index.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{VECTORS}.", dir=self._study.index)  # readable by its owner only
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                self._fill(file, segments, self._stamp_of(stamp), width, known)
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _fill(self, file: BinaryIO, segments: Sequence[Segment], stamp: str, width: int, known: _Known) -> None:
        file.write(bytes(_HEAD))
        checked = 0
        for _, some in _rows(segments, width, known):
            data = some.astype(_DTYPE).tobytes()
            checked = zlib.crc32(data, checked)
            file.write(data)
        remaining = iter(segments)
        while part := list(islice(remaining, _AT_ONCE)):
            data = _bytes_of([s.text_sha256 for s in part]).tobytes()
            checked = zlib.crc32(data, checked)
            file.write(data)
        head = {"version": _VERSION, "stamp": stamp, "rows": len(segments), "width": width, "crc32": checked}
        file.seek(0)
        file.write(json.dumps(head).encode().ljust(_HEAD, b" "))

    def _kept(self, *, checked: bool = False) -> _File | None:
        """The file, where there is one that is whole; every byte is looked at unless that was done."""
        if self._study.key is not None:
            return None
        try:
            return _opened(self._path, checked=checked)
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None


def _opened(path: Path, *, checked: bool) -> _File:
    """Raises OSError or ValueError where the file is none of ours, or not whole."""
    with path.open("rb") as file:
        head = json.loads(file.read(_HEAD))
        rows, width = int(head["rows"]), int(head["width"])
        size = _HEAD + rows * (width * _DTYPE.itemsize + _DIGEST)
        if rows < 0 or width < 1 or head["version"] != _VERSION or os.fstat(file.fileno()).st_size != size:
            msg = "another length"
            raise ValueError(msg)
        if not checked and _checksum(file) != head["crc32"]:
            msg = "other content"
            raise ValueError(msg)
        body = _body(file, size)
    end = rows * width * _DTYPE.itemsize
    vectors = body[:end].view(_DTYPE).reshape(rows, width)
    return _File(str(head["stamp"]), vectors, body[end:].reshape(rows, _DIGEST))


def _body(file: BinaryIO, size: int) -> NDArray[np.uint8]:
    if size >= _MAPPED_FROM and sys.platform != "win32":
        return np.memmap(file, np.uint8, "r", offset=_HEAD, shape=(size - _HEAD,)).view(np.ndarray)
    file.seek(_HEAD)
    read = np.fromfile(file, np.uint8, size - _HEAD)
    if len(read) != size - _HEAD:
        msg = "cut short"
        raise ValueError(msg)
    return read


def _checksum(file: BinaryIO) -> int:
    checked = 0
    file.seek(_HEAD)
    while part := file.read(2**22):
        checked = zlib.crc32(part, checked)
    return checked


def _rows(segments: Sequence[Segment], width: int, known: _Known) -> Iterator[tuple[int, Matrix]]:
    """The rows, so many at a time, each time with the number of the first."""
    for start in range(0, len(segments), _AT_ONCE):
        digests = [segment.text_sha256 for segment in segments[start : start + _AT_ONCE]]
        found = known(digests)
        rows = np.zeros((len(digests), width), np.float32)
        for row, digest in enumerate(digests):
            vector = found.get(digest)
            if vector is not None and len(vector) == width:
                rows[row] = vector
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows /= np.where(lengths > 0, lengths, np.float32(1))
        yield start, rows


def _empty_rows(matrix: Matrix) -> NDArray[np.intp]:
    """The numbers of rows that are zeros, without a copy of it all."""
    parts = [
        start + np.flatnonzero(~matrix[start : start + _AT_ONCE].any(axis=1))
        for start in range(0, len(matrix), _AT_ONCE)
    ]
    return np.concatenate([np.zeros(0, np.intp), *parts])


def _bytes_of(digests: Sequence[str]) -> NDArray[np.uint8]:
    """Hashes in hexadecimal as bytes (hashes, 32)."""
    return np.frombuffer(bytes.fromhex("".join(digests)), np.uint8).reshape(len(digests), _DIGEST)
