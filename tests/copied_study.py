"""A copy of a closed study, on whichever database the tests run."""

import shutil
from dataclasses import replace
from pathlib import Path

from servers.postgres import Cluster

from store.database_place import keep_place, kept_place


def copied_study(source: Path, target: Path, server: Cluster | None) -> Path:
    """Copy the folder, and its database with it where that is the only study of a database on the server."""
    shutil.copytree(source, target)
    place = kept_place(target)
    if server is not None and place is not None:
        keep_place(target, replace(place, url=server.copy_database(place.url)))
    return target
