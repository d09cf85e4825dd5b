"""Weights from the Hugging Face hub, or from a mirror that `hub_endpoint` names."""

import re
from pathlib import Path
from typing import Any, Self, cast

from assistant.models.catalogue import HubSource, ModelCard
from assistant.models.joined import JoinedFile, Tally
from assistant.models.record import FileRecord
from store.errors import StudyError

_SHA256 = re.compile(r"[0-9a-f]{64}")


def fetch_from_hub(
    card: ModelCard,
    source: HubSource,
    folder: Path,
    endpoint: str | None,
    tally: Tally,
) -> tuple[list[FileRecord], str]:
    """Download a model's files into `folder`; also the commit they came from.

    A file whose hash the catalogue does not know is checked against what the hub states, if it does.
    """
    from httpx import HTTPError
    from huggingface_hub.errors import EntryNotFoundError

    commit = source.revision
    records: list[FileRecord] = []
    try:
        for name, expected in card.files.items():
            partial, stated, commit = _downloaded(
                source,
                source.files[name],
                commit,
                folder=folder.parent,
                endpoint=endpoint,
                tally=tally,
            )
            records.append(_checked(folder, name, partial, expected or stated, f"the hub ({source.repo})"))
    except (OSError, HTTPError, EntryNotFoundError) as error:
        raise StudyError(
            f"The model {card.name!r} could not be downloaded from the hub repository {source.repo} "
            f"({_first_line(error)}). Check the network, or bring the file along and use "
            f"`interview models pull {card.name} --from-file PATH`.",
        ) from error
    return records, commit


def _downloaded(
    source: HubSource,
    name: str,
    revision: str,
    *,
    folder: Path,
    endpoint: str | None,
    tally: Tally,
) -> tuple[Path, str | None, str]:
    """The downloaded file, the SHA-256 that the hub states for it (if any), and the commit it is of."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    url = hf_hub_url(source.repo, name, revision=revision, endpoint=endpoint)
    stated = get_hf_file_metadata(url, endpoint=endpoint)
    commit = stated.commit_hash or revision
    path = hf_hub_download(
        source.repo,
        name,
        revision=commit,
        endpoint=endpoint,
        local_dir=folder / "hub",
        tqdm_class=cast("Any", _bar_for(name, tally)),
    )
    etag = stated.etag or ""
    return Path(path), etag if _SHA256.fullmatch(etag) else None, commit


def _checked(folder: Path, name: str, downloaded: Path, expected: str | None, origin: str) -> FileRecord:
    file = JoinedFile(folder, name)
    try:
        with downloaded.open("rb") as stream:
            file.append(stream, Tally(0, _silent))
        return file.finish(expected, origin)
    finally:
        file.close()
        downloaded.unlink()


def _bar_for(name: str, tally: Tally) -> type:
    """A class that the hub's library takes for a progress bar and that only counts."""

    class Bar:
        def __init__(self, *_: object, **__: object) -> None:
            self.n = 0

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def update(self, count: float | None = 1) -> None:
            tally.add(int(count or 0), f"downloading {name}")

        def close(self) -> None:
            return None

    return Bar


def _silent(_done: int, _total: int, _what: str) -> None:
    return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
