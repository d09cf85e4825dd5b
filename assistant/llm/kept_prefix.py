"""Evaluated prompt prefixes on disk, so that a new worker need not read the codebook again."""

import ctypes
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from assistant.llm.native import NativeModel

MAX_FILES = 20
MAX_BYTES = 2 * 1024**3


class KeptPrefixes:
    """A bounded folder of KV states, each named by what it was made from and by its own SHA-256; without one, none."""

    def __init__(self, folder: Path | None, model: NativeModel) -> None:
        self._folder = folder
        self._model = model
        stat = model.options.path.stat()
        self._made_by = "|".join(
            [
                str(model.options.path.resolve()),
                *map(str, (stat.st_size, stat.st_mtime_ns, model.context_tokens, model.options.extra_bufts)),
                str(model.c.__version__),
            ]
        )

    def load(self, tokens: Sequence[int], sequence: int) -> bool:
        """Fill an empty sequence from disk; False when nothing sound is there."""
        if self._folder is None:
            return False
        key = self._key(tokens)
        for path in self._folder.glob(f"{key}-*.kv"):
            if _digest(path) == path.stem.partition("-")[2] and self._read(path, tokens, sequence):
                os.utime(path)  # oldest out means least recently used
                return True
            self._model.forget(sequence)
            path.unlink(missing_ok=True)
        return False

    def save(self, tokens: Sequence[int], sequence: int) -> None:
        """Write a sequence that holds exactly these tokens; a full or read-only disk only costs time later."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write(self._folder, tokens, sequence)
            self._drop_oldest(self._folder)
        except OSError:
            return

    def _key(self, tokens: Sequence[int]) -> str:
        content = self._made_by + "|" + ",".join(map(str, tokens))
        return hashlib.sha256(content.encode("utf-8")).hexdigest()[:32]

    def _read(self, path: Path, tokens: Sequence[int], sequence: int) -> bool:
        c = self._model.c
        found = (c.llama_token * len(tokens))()
        count = ctypes.c_size_t(0)
        size = c.llama_state_seq_load_file(
            self._model.context, str(path).encode("utf-8"), sequence, found, len(tokens), ctypes.byref(count)
        )
        return bool(size) and list(found[: count.value]) == list(tokens)

    def _write(self, folder: Path, tokens: Sequence[int], sequence: int) -> None:
        c = self._model.c
        part = folder / f"{secrets.token_hex(8)}.part"
        try:
            size = c.llama_state_seq_save_file(
                self._model.context,
                str(part).encode("utf-8"),
                sequence,
                (c.llama_token * len(tokens))(*tokens),
                len(tokens),
            )
            if size:
                part.replace(folder / f"{self._key(tokens)}-{_digest(part)}.kv")
        finally:
            part.unlink(missing_ok=True)

    def _drop_oldest(self, folder: Path) -> None:
        files = sorted(folder.glob("*.kv"), key=lambda path: path.stat().st_mtime, reverse=True)
        total = 0
        for place, path in enumerate(files):
            total += path.stat().st_size
            if place >= MAX_FILES or (place > 0 and total > MAX_BYTES):
                path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]
