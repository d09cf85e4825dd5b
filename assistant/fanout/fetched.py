"""A recording as a worker gets it: from a shared folder or an address; checked, and its copy gone after use."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.fanout.extra import extra
from assistant.fanout.places import media_host, media_path
from assistant.fanout.request import ElsewhereError
from assistant.privacy.guard import allow_host
from store.canonical import sha256_file
from store.errors import ConflictError, StudyError

MOST_BYTES = 16 * 2**30
_CHUNK = 1 << 20
_SILENT_SECONDS = 60


@contextmanager
def fetched(place: str, sha256: str, name: str) -> Iterator[Path]:
    """The recording as a file while it is needed; `name` is what messages call it.

    Raises ElsewhereError where this machine cannot get it, ConflictError where it is not the one that was added,
    InvalidInputError where its address is not to be gone to.
    """
    path = media_path(place)
    if path is not None:
        _checked(_sha256(path, name), sha256, name)
        yield path
        return
    host = media_host(place)
    if host is not None:
        allow_host(host)
    with tempfile.TemporaryDirectory(prefix="ia-media-", dir=_room()) as folder:
        path = Path(folder) / "recording"
        _checked(_copied(place, path, name), sha256, name)
        yield path


def _room() -> str | None:
    """The worker's own folder, which goes with it however it ends; the system's where there is no worker."""
    try:
        return str(extra("distributed").get_worker().local_directory)
    except (ImportError, StudyError, ValueError):
        return None


def _sha256(path: Path, name: str) -> str:
    try:
        return sha256_file(path)
    except OSError as error:
        raise ElsewhereError(
            f"The recording of {name} cannot be read there ({error.strerror or type(error).__name__}); share the "
            "study's folder under the same path with that machine, or give an address with --media-url."
        ) from error


def _checked(found: str, expected: str, name: str) -> None:
    if found != expected:
        raise ConflictError(
            f"The recording of {name} is not the one that was added, its bytes are others; put the original back, "
            "or add the new one as another interview."
        )


def _copied(url: str, path: Path, name: str) -> str:
    """Copy what lies at the address; returns the SHA-256 of what came."""
    digest, size = hashlib.sha256(), 0
    try:
        with _opened(url) as source, path.open("xb") as target:
            while chunk := source.read(_CHUNK):
                size += len(chunk)
                if size > MOST_BYTES:
                    break
                digest.update(chunk)
                target.write(chunk)
    except StudyError as error:
        raise ElsewhereError(str(error)) from error
    except ImportError as error:
        raise ElsewhereError(
            f"The recording of {name} lies where this program cannot read ({error}); install that package there."
        ) from error
    except Exception as error:  # each of fsspec's filesystems has errors of its own
        raise ElsewhereError(
            f"The recording of {name} could not be fetched ({_gist(error)}); check the address and the credentials."
        ) from error
    if size > MOST_BYTES:
        raise ElsewhereError(f"The recording of {name} is larger than {MOST_BYTES // 2**30} GiB; cut it in parts.")
    return digest.hexdigest()


def _opened(url: str) -> Any:
    options: dict[str, Any] = {}
    if url.startswith(("http://", "https://")):
        silent = extra("aiohttp").ClientTimeout(total=None, sock_connect=_SILENT_SECONDS, sock_read=_SILENT_SECONDS)
        options["client_kwargs"] = {"timeout": silent}
    return extra("fsspec").open(url, "rb", **options)


def _gist(error: Exception) -> str:
    """The kind of error, and its first line where that is short."""
    line = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {line}" if line and len(line) < 200 else type(error).__name__  # noqa: PLR2004
