"""The recording behind an interview, the very same bytes that were added; and one process at a time to hear it."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from store.errors import ConflictError, NotFoundError
from store.media import MediaFile, media_file
from store.study import TRANSCRIBE_LOCK, Study
from store.values import Interview


def media_of(study: Study, found: Interview) -> tuple[MediaFile, str]:
    """The file of a recording and what messages call it; raises where it is erased, missing or changed."""
    name = f"{found.label} ({found.source_name})"
    if found.media is None:
        if found.kind != "recording":
            raise NotFoundError(f"{name} is a transcript, there is no recording to be heard.")
        raise NotFoundError(f"The recording of {name} was erased; add it again to transcribe it.")
    file = media_file(study, found.media)
    if not file.is_there():
        raise NotFoundError(f"The recording of {name} is missing; put {file.path} back, or add it again.")
    if file.sha256() != found.source_sha256:
        raise ConflictError(
            f"The recording of {name} changed since it was added; put the original back as {file.path}, "
            "or add the new one as another interview."
        )
    return file, name


@contextmanager
def alone(study: Study) -> Iterator[None]:
    """Two processes that heard the same recording would commit it twice."""
    lock = FileLock(study.folder / TRANSCRIBE_LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ConflictError(
            f"Another process is transcribing in {study.folder}; wait until it is done, or stop it, and try again."
        ) from error
    try:
        yield
    finally:
        lock.release()
