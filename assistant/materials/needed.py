"""The packages that this program needs, found by what is installed: its own metadata first, then theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.materials.licences import Licence, licence_of
from store.errors import NotFoundError

PRODUCT = "interview-assistant"
SERVED = "served"
"""The extra for served models: listed where it is installed."""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package.

    `needs` are the names of those it asks for itself, `libraries` the native ones that travel in its wheel.
    """

    name: str
    version: str
    licence: Licence
    needs: tuple[str, ...]
    libraries: tuple[str, ...]
    summary: str


def needed(product: str = PRODUCT) -> list[Package]:
    """The product and every package it needs here, by name; those of its tests are left out.

    NotFoundError where the product, or a package that it cannot do without, is not installed.
    """
    found: dict[str, Package] = {}
    waiting = [(canonicalize_name(product), frozenset({"", SERVED}))]
    looked: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in looked:
            continue
        looked.add((name, extras))
        distribution = _installed(name)
        asked = [r for r in _requirements(distribution, extras) if _there(r) or not _optional(r)]
        names = {canonicalize_name(requirement.name) for requirement in asked}
        found[name] = _package(name, distribution, names | set(found[name].needs if name in found else ()))
        waiting += [(canonicalize_name(r.name), frozenset({"", *r.extras})) for r in asked]
    return [found[name] for name in sorted(found)]


def _installed(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError as error:
        raise NotFoundError(
            f"The package {name}, which this program needs, is not installed; install the program again.",
        ) from error


def _requirements(distribution: metadata.Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for text in distribution.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def _optional(requirement: Requirement) -> bool:
    return requirement.marker is not None and "extra" in str(requirement.marker)


def _there(requirement: Requirement) -> bool:
    try:
        metadata.distribution(requirement.name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _package(name: str, distribution: metadata.Distribution, needs: Iterable[str]) -> Package:
    about = distribution.metadata
    return Package(
        name=name,
        version=distribution.version,
        licence=licence_of(name, about),  # type: ignore[arg-type]
        needs=tuple(sorted(needs)),
        libraries=tuple(sorted(_libraries(distribution))),
        summary=str(distribution.metadata.json.get("summary", "")),
    )


def _libraries(distribution: metadata.Distribution) -> Iterator[str]:
    """Native libraries of others that were put into the wheel, which keeps them in a folder of their own."""
    for file in distribution.files or ():
        path = PurePosixPath(file)
        if path.parts[0].endswith((".libs", ".dylibs")) or ".dylibs" in path.parts:
            yield path.name
