"""The bill of materials: packages and models together."""

from dataclasses import dataclass

from assistant.materials.needed import PRODUCT, Package, needed
from assistant.models import InstalledModel, files_of, models_in
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Model:
    """One model on this machine, with the SHA-256 of each of its files, the weights first."""

    installed: InstalledModel
    files: tuple[tuple[str, str], ...]

    @property
    def licence(self) -> str:
        """As the catalogue has it; nothing is known of a file of the researcher's own."""
        return self.installed.card.licence if self.installed.card else "unknown"


@dataclass(frozen=True, slots=True)
class Bill:
    """Everything that runs: the product itself, the packages it needs, and the models."""

    product: Package
    packages: tuple[Package, ...]
    models: tuple[Model, ...]


def bill_of(settings: Settings) -> Bill:
    """What is installed here now; raises NotFoundError where a package is missing that the product needs."""
    packages = {package.name: package for package in needed()}
    product = packages.pop(PRODUCT)
    models = tuple(Model(each, files_of(each.name, settings)) for each in models_in(settings))
    return Bill(product, tuple(packages.values()), models)
