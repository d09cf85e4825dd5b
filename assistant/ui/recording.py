"""A recording for the player of a page."""

from io import BufferedReader
from pathlib import Path

from store.media import media_file
from store.study import Study


def recording(study: Study, place: str) -> Path | BufferedReader:
    """What `st.audio` plays: the file itself, or where the study is encrypted what it holds."""
    file = media_file(study, place)
    return file.open() if file.is_sealed() else file.path
