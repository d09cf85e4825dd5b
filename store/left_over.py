"""What was set aside and is no part of the study any more: recordings of no interview, and damaged databases.

Nothing of it is removed by itself; the erasure of an interview removes what may still hold it.
"""

import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from store.written import flush_folder

LEFT_OVER = "left-over"
SET_ASIDE = "damaged-"
QUEUE_LOG = "queue.log"
"""What the workers of the queue say; those of older versions named interviews by their labels in it."""
KEPT_MEDIA = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\..+")
"""The name of a recording that the study keeps: the GUID of its interview and an ending."""


def left_over(folder: Path, known: Iterable[str]) -> list[Path]:
    """Recordings in `media/` that none of the known places (`media/…`) names."""
    names = {place.rpartition("/")[2] for place in known}
    files = (path for path in (folder / "media").glob("*") if path.is_file())
    return sorted(path for path in files if KEPT_MEDIA.fullmatch(path.name) and path.name not in names)


def move_left_over(paths: Iterable[Path]) -> None:
    """Move recordings of no interview into `media/left-over/`, where nothing looks for them."""
    for path in paths:
        aside = path.parent / LEFT_OVER
        aside.mkdir(exist_ok=True, mode=0o700)
        path.replace(aside / path.name)
        flush_folder(aside)
        flush_folder(path.parent)


def remove_left_over(folder: Path, guids: Collection[str]) -> tuple[str, ...]:
    """Remove recordings left over of these interviews; returns their places."""
    gone = []
    for path in (folder / "media" / LEFT_OVER).glob("*"):
        match = KEPT_MEDIA.fullmatch(path.name)
        if match and match[1] in guids:
            path.unlink(missing_ok=True)
            gone.append(f"media/{LEFT_OVER}/{path.name}")
    return tuple(gone)


def remove_set_aside(folder: Path) -> tuple[str, ...]:
    """Remove every damaged database that was set aside; returns the names of their folders in `backups/`."""
    found = sorted((folder / "backups").glob(f"{SET_ASIDE}*"))
    for path in found:
        shutil.rmtree(path)
    return tuple(path.name for path in found)


def remove_queue_log(folder: Path) -> None:
    """Remove what the workers of the queue said so far."""
    (folder / QUEUE_LOG).unlink(missing_ok=True)
