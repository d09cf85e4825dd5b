"""The bill of materials in CycloneDX 1.6, the form that others' tools read."""

import re
from collections.abc import Iterable

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from assistant.materials.bill import Bill, Model
from assistant.materials.licences import Licence
from assistant.materials.needed import Package

_OWN = "interview-assistant"


def as_cyclonedx(bill: Bill) -> str:
    """The bill as CycloneDX JSON: packages as libraries, models with their files and hashes, and who needs whom."""
    bom = Bom()
    product = _component(bill.product, ComponentType.APPLICATION)
    bom.metadata.component = product
    parts = {package.name: _component(package, ComponentType.LIBRARY) for package in bill.packages}
    models = [_model(model) for model in bill.models]
    bom.components.update(parts.values())
    bom.components.update(models)
    for package in bill.packages:
        bom.register_dependency(parts[package.name], _named(parts, package.needs))
    bom.register_dependency(product, [*_named(parts, bill.product.needs), *models])
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _named(parts: dict[str, Component], names: Iterable[str]) -> list[Component]:
    return [parts[name] for name in names if name in parts]


def _component(package: Package, kind: ComponentType) -> Component:
    return Component(
        name=package.name,
        version=package.version,
        type=kind,
        bom_ref=f"{package.name}@{package.version}",
        purl=PackageURL("pypi", None, package.name, package.version),
        licenses=_licences(package.licence),
        description=package.summary or None,
        properties=[Property(name=f"{_OWN}:bundled-library", value=name) for name in package.libraries],
    )


def _licences(licence: Licence) -> list[License]:
    if licence.spdx:
        return [LicenseFactory().make_from_string(licence.spdx)]
    return [LicenseFactory().make_with_name(licence.words)] if licence.words else []


def _model(model: Model) -> Component:
    installed = model.installed
    licence = re.sub(r",\s*", " AND ", model.licence)
    return Component(
        name=installed.name,
        version=f"sha256:{installed.sha256[:16]}",
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"model/{installed.name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=installed.sha256)],
        licenses=_licences(Licence(None if licence == "unknown" else licence, model.licence)),
        description=installed.card.good_for if installed.card else None,
        properties=[
            Property(name=f"{_OWN}:role", value=installed.role),
            Property(name=f"{_OWN}:source", value=installed.source),
        ],
        components=[_file(installed.name, name, sha256) for name, sha256 in model.files],
    )


def _file(model: str, name: str, sha256: str) -> Component:
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=f"model/{model}/{name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
    )
