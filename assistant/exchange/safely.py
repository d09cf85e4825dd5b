"""Files that are given away only where they are safe to share."""

from collections.abc import Callable
from pathlib import Path

from assistant.pseudonyms import Checked, checked_export
from assistant.pseudonyms.language_model import Heard
from store.canonical import sha256_file
from store.errors import StudyError
from store.exports import withhold
from store.study import Study


def made_safely(
    study: Study, coder: str, key: Path, passphrase: str, write: Callable[[], Path], *, heard: Heard | None = None
) -> tuple[Path, tuple[str, ...]]:
    """Let a file be written and look through it; returns its path and what to know of it, in sentences.

    A file that is not safe is deleted, and the log says that it was withheld. Raises NotAllowedError where it is not,
    or where something in the study is not reviewed yet; then nothing is written.
    """
    written: list[str] = []

    def noted() -> Path:
        path = write()
        written.append(sha256_file(path))
        return path

    try:
        path, checked = checked_export(study, key, passphrase, noted, heard=heard)
    except StudyError:
        for digest in written:
            withhold(study, coder, digest)
        raise
    return path, _said(checked)


def _said(checked: Checked) -> tuple[str, ...]:
    parts = "1 part" if checked.parts == 1 else f"{checked.parts} parts"
    said = [f"No name of the key stands in it ({parts} with text were looked through)."]
    if checked.pictures:
        pictures = "1 picture" if checked.pictures == 1 else f"{checked.pictures} pictures"
        said.append(f"Nobody has looked into {pictures} in it; do that yourself.")
    return tuple(said)
