"""Where files that are dropped on a page may lie while they come in: in the study's own folder."""

import os
import tempfile
from pathlib import Path

UPLOADS = "INTERVIEW_UPLOADS"
"""The variable by which the command that starts the app names a folder that it clears away afterwards."""


def keep_uploads_inside() -> None:
    """Have the server put what is too large for its memory into that folder, and not among everybody's files."""
    folder = os.environ.get(UPLOADS, "")
    if folder and Path(folder).is_dir():
        tempfile.tempdir = folder
