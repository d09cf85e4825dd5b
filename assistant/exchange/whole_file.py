"""Writing a file whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from store.errors import InvalidInputError


def write_whole(path: Path, content: bytes) -> None:
    """Put the content where the path says, in the place of what is there; raises InvalidInputError where it cannot."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        msg = f"{path} cannot be written ({error.strerror}); check the folder and who may write to it."
        raise InvalidInputError(msg) from error
