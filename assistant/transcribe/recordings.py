"""The recording behind an interview, the very same bytes that were added."""

from pathlib import Path

from store.canonical import sha256_file
from store.errors import ConflictError, NotFoundError
from store.study import Study
from store.values import Interview


def media_of(study: Study, found: Interview) -> tuple[Path, str]:
    """The file of a recording and what messages call it; raises where it is erased, missing or changed."""
    name = f"{found.label} ({found.source_name})"
    if found.media is None:
        if found.kind != "recording":
            raise NotFoundError(f"{name} is a transcript, there is no recording to be heard.")
        raise NotFoundError(f"The recording of {name} was erased; add it again to transcribe it.")
    path = study.folder / found.media
    if not path.is_file():
        raise NotFoundError(f"The recording of {name} is missing; put {path} back, or add it again.")
    if sha256_file(path) != found.source_sha256:
        raise ConflictError(
            f"The recording of {name} changed since it was added; put the original back as {path}, "
            "or add the new one as another interview."
        )
    return path, name
