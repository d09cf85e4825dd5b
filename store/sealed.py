"""A large file encrypted in pieces, so that any stretch of it can be read without the whole ever being in the clear.

Every piece of 64 KiB is encrypted by AES-256-GCM under a key of the file's own; its nonce is the number of the piece
and whether it is the last one, so that no piece can be moved, repeated, or cut off unnoticed (the STREAM construction
of Hoang, Reyhanitabar, Rogaway and Vizár 2015, “Online authenticated-encryption and its nonce-reuse
misuse-resistance”).
"""

import io
import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from store.errors import StudyError
from store.keys import StudyKey

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAGIC = b"interview sealed 1\n\0"
PIECE = 1 << 16
_SALT = 32
_TAG = 16
HEADER = len(MAGIC) + _SALT
_PURPOSE = b"media"


def is_sealed(path: Path) -> bool:
    """Whether a file is encrypted; raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal(source: IO[bytes], target: IO[bytes], key: StudyKey) -> None:
    """Encrypt all that `source` holds into `target`."""
    header = MAGIC + secrets.token_bytes(_SALT)
    cipher = _cipher(header, key)
    target.write(header)
    number, piece = 0, source.read(PIECE)
    while True:
        following = source.read(PIECE) if len(piece) == PIECE else b""
        target.write(cipher.encrypt(_nonce(number, last=not following), piece, header))
        if not following:
            return
        number, piece = number + 1, following


def open_sealed(path: Path, key: StudyKey) -> io.BufferedReader:
    """The content of an encrypted file, to be read and sought in; raises StudyError where it is damaged or cut off."""
    raw = path.open("rb")
    try:
        return io.BufferedReader(_Reader(raw, path, key), PIECE)
    except BaseException:
        raw.close()
        raise


def content_size(path: Path) -> int:
    """How many bytes an encrypted file holds in the clear."""
    body = path.stat().st_size - HEADER
    pieces = -(-body // (PIECE + _TAG))
    return max(0, body - pieces * _TAG)


class _Reader(io.RawIOBase):
    """Decrypts the piece that is asked for; the last one is checked first, so that a file that was cut off is told."""

    def __init__(self, raw: BinaryIO, path: Path, key: StudyKey) -> None:
        super().__init__()
        self._raw, self._path = raw, path
        self._header = raw.read(HEADER)
        if len(self._header) < HEADER or not self._header.startswith(MAGIC):
            raise self._damaged()
        self._cipher = _cipher(self._header, key)
        body = path.stat().st_size - HEADER
        self._pieces = max(1, -(-body // (PIECE + _TAG)))
        self._at, self._held, self._piece = 0, -1, b""
        self._size = (self._pieces - 1) * PIECE + len(self._decrypted(self._pieces - 1))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            msg = "negative seek position"
            raise ValueError(msg)
        self._at = start + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self._size or not view:
            return 0
        number, within = divmod(self._at, PIECE)
        found = self._decrypted(number)[within : within + len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)

    def close(self) -> None:
        self._raw.close()
        super().close()

    def _decrypted(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        if number != self._held:
            self._raw.seek(HEADER + number * (PIECE + _TAG))
            sealed = self._raw.read(PIECE + _TAG)
            try:
                self._piece = self._cipher.decrypt(
                    _nonce(number, last=number == self._pieces - 1), sealed, self._header
                )
            except (InvalidTag, ValueError) as error:
                raise self._damaged() from error
            self._held = number
        return self._piece

    def _damaged(self) -> StudyError:
        return StudyError(
            f"{self._path} is damaged or was cut off, or belongs to another study: it cannot be decrypted. "
            "Take it from a backup of the folder."
        )


def _cipher(header: bytes, key: StudyKey) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key.derived(_PURPOSE, header[len(MAGIC) :]))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
