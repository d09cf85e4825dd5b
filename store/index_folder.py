"""The folder of the vector index, apart from what reads it: opening a study must not load the search libraries."""

import shutil
from pathlib import Path

LOCK = ".index.lock"
"""Held by the one process that has the index open."""
WORDS = "words.db"
"""The index of words, which others make and read beside the vectors in the same folder."""
VECTORS = "vectors-"
"""How files begin that hold the vectors of all segments, to be searched exactly."""


def discard_index(folder: Path) -> None:
    """Remove everything in the index folder; nobody may have it open. Raises OSError where something stays."""
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.unlink(missing_ok=True)
    folder.mkdir(exist_ok=True)
