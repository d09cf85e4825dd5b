"""Writing a file whole or not at all, and on the disk before anybody is told that it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import ConflictError, InvalidInputError
from store.rooms import room
from store.written import flush, put_in_place


def refuse_taken(path: Path, *, force: bool) -> None:
    """Raises ConflictError where the file is there already, unless `force` is given.

    A link counts as a file, wherever it leads. Raises InvalidInputError where that cannot be found out.
    """
    try:
        taken = path.is_symlink() or path.exists()
    except OSError as error:
        raise _unwritten(path, error) from error
    if taken and not force:
        msg = f"{path} is there already; choose another name, or give --force to replace it."
        raise ConflictError(msg)


def write_whole(path: Path, content: bytes) -> None:
    """Put the content where the path says, in the place of what is there; raises InvalidInputError where it cannot."""
    with put_whole(path) as beside:
        beside.write_bytes(content)


@contextmanager
def put_whole(path: Path) -> Iterator[Path]:
    """A file near the path to be written, which takes its place at the end; nothing is left of one broken off.

    A link is replaced, never followed. Raises InvalidInputError where it cannot be written.
    """
    try:
        with room(path.parent) as place:
            beside = place / path.name
            yield beside
            with beside.open("r+b") as file:
                flush(file)
            put_in_place(beside, path)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"{path} cannot be written ({error.strerror or error}); check its folder, who may write to it, and the space "
        "on that disk."
    )
