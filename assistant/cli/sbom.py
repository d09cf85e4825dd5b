"""`interview sbom`: what this program is made of."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.materials import Bill, Package, as_cyclonedx, bill_of
from assistant.settings import load_settings
from store.errors import ConflictError, InvalidInputError


def sbom_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="A name that ends in .json, to write CycloneDX 1.6 into.", show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print CycloneDX 1.6 and nothing else.")] = False,
) -> None:
    """List every package this program needs and every model installed, with versions, licences and hashes."""
    if file is not None:
        _check_name(file, force=force)
    bill = bill_of(load_settings())
    if file is not None:
        _write(file, as_cyclonedx(bill))
    if as_json:
        print(as_cyclonedx(bill))
    elif file is None:
        _print(bill)
    else:
        print(f"{file}: {len(bill.packages)} packages and {len(bill.models)} models")


def _check_name(file: Path, *, force: bool) -> None:
    if file.suffix.lower() != ".json":
        raise InvalidInputError(f"The list cannot be written into {file}; give a name that ends in .json.")
    if file.exists() and not force:
        raise ConflictError(f"The file {file} is there already; choose another name, or replace it with --force.")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise InvalidInputError(f"The file {file} cannot be written ({reason}); choose another place.") from error


def _print(bill: Bill) -> None:
    console = Console(highlight=False)
    packages = Table("package", "version", "licence", title="Packages", title_justify="left")
    for package in (bill.product, *bill.packages):
        packages.add_row(package.name, package.version, escape(str(package.licence)))
    console.print(packages)
    for package in bill.packages:
        if package.libraries:
            console.print(f"{package.name} brings native libraries of others: {_libraries(package)}.", soft_wrap=True)
    console.print()
    models = Table("model", "licence", "SHA-256 of its weights", "source", title="Models", title_justify="left")
    for model in bill.models:
        here = model.installed
        models.add_row(here.name, model.licence, here.sha256, escape(here.source))
    console.print(models)


def _libraries(package: Package) -> str:
    """The names alone, without the marks that tell builds apart."""
    plain = (name.partition(".so")[0].partition(".dylib")[0].partition(".dll")[0] for name in package.libraries)
    return escape(", ".join(sorted({name.rpartition("-")[0] or name for name in plain})))
