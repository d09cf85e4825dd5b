"""Weights from a file or folder that the researcher brought along."""

from pathlib import Path

from assistant.models.catalogue import ModelCard
from assistant.models.joined import JoinedFile, Tally
from assistant.models.record import FileRecord
from store.errors import InvalidInputError

_GGUF_MAGIC = b"GGUF"


def wanted_files(card: ModelCard | None, name: str, path: Path) -> dict[str, Path]:
    """Which file to take for each file of the model; InvalidInputError when `path` does not hold them.

    A model of the catalogue is one file, or a folder with all its files. Any other model is one .gguf file,
    which is kept as NAME.gguf.
    """
    if card is None:
        return {f"{name}.gguf": _gguf(name, path)}
    if path.is_dir():
        found = {file: path / file for file in card.files}
    elif len(card.files) == 1:
        found = {card.weights: path}
    else:
        raise InvalidInputError(
            f"The model {name!r} has {len(card.files)} files ({', '.join(card.files)}); "
            f"give the folder that holds them all instead of {path}.",
        )
    missing = [str(file) for file in found.values() if not file.is_file()]
    if missing:
        raise InvalidInputError(f"The model {name!r} cannot be taken from {path}: {missing[0]} is not there.")
    return found


def copy_files(
    files: dict[str, Path],
    card: ModelCard | None,
    folder: Path,
    tally: Tally,
) -> list[FileRecord]:
    """Copy files into `folder` and check the hashes that the catalogue knows."""
    return [_copied(path, name, card, folder, tally) for name, path in files.items()]


def _copied(path: Path, name: str, card: ModelCard | None, folder: Path, tally: Tally) -> FileRecord:
    file = JoinedFile(folder, name)
    try:
        with path.open("rb") as stream:
            file.append(stream, tally)
        return file.finish(card.files[name] if card else None, str(path))
    finally:
        file.close()


def _gguf(name: str, path: Path) -> Path:
    if path.is_file() and path.suffix.lower() == ".gguf":
        with path.open("rb") as stream:
            if stream.read(len(_GGUF_MAGIC)) == _GGUF_MAGIC:
                return path
    raise InvalidInputError(
        f"The file {path} cannot become the model {name!r}: a model that the catalogue does not know must be "
        "one .gguf file, the format of llama.cpp.",
    )
