"""What is to be deleted from an index server because its interview was erased: at once, or at the next contact.

`.index-forget.json` in the study's folder is written before anything is erased, and holds numbers of transcripts and
the server's address; it goes when the server has deleted them.
"""

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock

from store.errors import InvalidInputError
from store.index_connection import IndexServerError, collections_of, connection
from store.index_place import IndexPlace, index_place, place_at
from store.study import Study
from store.written import replace_file

FORGET = ".index-forget.json"
_LOCK = ".index-forget.lock"
_AT_ONCE = 500


def prefix_of(study: Study) -> str:
    """How the names of a study's collections begin."""
    return f"study-{study.guid}-"


def remember_to_forget(study: Study, transcripts: Collection[int]) -> None:
    """Note that the vectors of these transcripts must go from the study's index server; nothing where it has none."""
    try:
        place = index_place(study)
    except InvalidInputError:
        return  # its settings name no server that was ever used
    if place is None or not transcripts:
        return
    with FileLock(study.folder / _LOCK):
        noted = _noted(study.folder)
        noted[place.url] = sorted({*noted.get(place.url, ()), *transcripts})
        replace_file(study.folder / FORGET, json.dumps(noted).encode())


def forget_all(study: Study) -> str:
    """Delete what is noted from every server that it is on; returns a sentence of what has to wait, "" where nothing.

    What cannot be reached now is deleted when the index is next brought up to the study.
    """
    said = []
    for url in _noted(study.folder):
        try:
            place = place_at(url)
            with connection(place) as client:
                forget_pending(study, place, client)
        except (IndexServerError, InvalidInputError) as error:
            said.append(
                f"Vectors of what was erased are still on the index server at {url}, and go when it is next asked "
                f"(`interview reindex` asks it): {error}"
            )
    return " ".join(said)


def forget_pending(study: Study, place: IndexPlace, client: Any) -> None:
    """Delete from this server what is noted for it, in the collections of every model."""
    transcripts = _noted(study.folder).get(place.url)
    if not transcripts:
        return
    for collection in collections_of(client, prefix_of(study)):
        opened = client.get_collection(collection.name, embedding_function=None)
        for start in range(0, len(transcripts), _AT_ONCE):
            some = {"transcript": {"$in": transcripts[start : start + _AT_ONCE]}}
            while opened.get(where=some, limit=1, include=[])["ids"]:
                opened.delete(where=some)
    with FileLock(study.folder / _LOCK):
        noted = _noted(study.folder)
        left = sorted(set(noted.pop(place.url, ())) - set(transcripts))
        if left:
            noted[place.url] = left
        if noted:
            replace_file(study.folder / FORGET, json.dumps(noted).encode())
        else:
            (study.folder / FORGET).unlink(missing_ok=True)


def _noted(folder: Path) -> dict[str, list[int]]:
    """By address, the numbers of transcripts; what is no such file counts as empty."""
    found: dict[str, list[int]] = {}
    with suppress(OSError, ValueError, AttributeError, TypeError):
        for url, numbers in json.loads((folder / FORGET).read_bytes()).items():
            found[str(url)] = [int(number) for number in numbers]
    return found
