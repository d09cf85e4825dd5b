"""`interview models`: list, pull, verify, remove and find the models on this machine."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assistant.cli.endpoint import endpoint_command
from assistant.cli.pull_progress import shown_progress
from assistant.cli.try_model import try_command
from assistant.models import (
    CATALOGUE,
    OFFLINE,
    HubSource,
    InstalledModel,
    ModelCard,
    model_path,
    models_in,
    pull,
    remove,
    verify,
)
from assistant.settings import Settings, load_settings
from store.errors import InvalidInputError, StudyError

models_app = typer.Typer(help="The models on this machine and those that can be had.", no_args_is_help=True)
models_app.command("try")(try_command)
models_app.command("endpoint")(endpoint_command)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Name = Annotated[str, typer.Argument(help="A model's name, as `interview models list` shows it.")]


@models_app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """Show the catalogue, what is installed, and what each model is good for."""
    settings = load_settings()
    rows = listed(settings)
    if as_json:
        print(json.dumps({"models_dir": str(settings.models_dir), "models": rows}, indent=2))
        return
    console = Console(highlight=False)
    console.print(_table_of(rows))
    for row in rows:
        console.print(f"[bold]{row['name']}[/bold]  {escape(row['good_for'])}")
    console.print(f"\nModels folder: {settings.models_dir}", soft_wrap=True)


def _table_of(rows: list[dict[str, Any]]) -> Table:
    table = Table("name", "role", "installed", "size", "memory", "licence", "languages")
    table.columns[0].no_wrap = table.columns[5].no_wrap = True
    states = {"installed": "yes", "not installed": "no"}
    for row in rows:
        size, memory = f"{row['size_bytes'] // 1_000_000:,} MB", f"{row['memory_mb']:,} MB"
        state = states.get(row["state"], row["state"])
        table.add_row(row["name"], row["role"], state, size, memory, row["licence"], row["languages"])
    return table


@models_app.command("pull")
def pull_command(
    names: Annotated[
        list[str],
        typer.Argument(help="Models to install; `offline` stands for what every stage needs at least."),
    ],
    from_file: Annotated[
        Path | None,
        typer.Option(help="Take the model from this file or folder; any .gguf file is welcome."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Install models; those that are there and undamaged are left alone."""
    wanted = list(dict.fromkeys(name for word in names for name in (OFFLINE if word == "offline" else (word,))))
    if from_file is not None and len(wanted) != 1:
        raise InvalidInputError("The option --from-file brings one model; give exactly one name with it.")
    settings = load_settings()
    pulled: list[InstalledModel] = []
    for name in wanted:
        with shown_progress(name) as progress:
            pulled.append(pull(name, settings, progress, from_file))
        if not as_json:
            print(f"{name}: ready, {pulled[-1].path}")
    if as_json:
        print(json.dumps([_as_row(model) for model in pulled], indent=2))


@models_app.command("verify")
def verify_command(
    names: Annotated[list[str] | None, typer.Argument(help="Models to check; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read every file of the models again and compare its SHA-256."""
    settings = load_settings()
    rows = [_verified(name, settings) for name in names or [model.name for model in models_in(settings)]]
    if as_json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(f"{row['name']}: {row['found'] if row['ok'] else 'not verified'}")
    if failed := [row["found"] for row in rows if not row["ok"]]:
        raise StudyError(" ".join(failed))


@models_app.command("remove")
def remove_command(names: Annotated[list[str], typer.Argument(help="Models to delete.")]) -> None:
    """Delete models from this machine."""
    settings = load_settings()
    for name in names:
        freed = remove(name, settings)
        print(f"{name}: removed, {freed // 1_000_000:,} MB freed")


@models_app.command("path")
def path_command(name: Name, as_json: AsJson = False) -> None:
    """Print where a model lies: its folder, or the .gguf file of a language model."""
    path = str(model_path(name, load_settings()))
    print(json.dumps({"name": name, "path": path}) if as_json else path)


def listed(settings: Settings) -> list[dict[str, Any]]:
    """One row for each model of the catalogue, and for each of the researcher's own."""
    there = {model.name: model for model in models_in(settings)}
    known = [_card_row(card, there.get(card.name)) for card in CATALOGUE]
    own = [_as_row(model) for model in there.values() if model.card is None]
    return known + own


def _card_row(card: ModelCard, model: InstalledModel | None) -> dict[str, Any]:
    if model is not None:
        return _as_row(model)
    via = "hub" if isinstance(card.source, HubSource) else "packages"
    return _about(card) | {"name": card.name, "role": card.role, "state": "not installed", "source": via}


def _as_row(model: InstalledModel) -> dict[str, Any]:
    about = _about(model.card) if model.card else _about_own(model)
    return about | {
        "name": model.name,
        "role": model.role,
        "state": "damaged" if model.damaged else "installed",
        "size_bytes": model.size_bytes,
        "source": model.source,
        "path": str(model.path),
        "sha256": model.sha256,
    }


def _about(card: ModelCard) -> dict[str, Any]:
    return {
        "name": card.name,
        "role": card.role,
        "state": "",
        "licence": card.licence,
        "size_bytes": card.size_bytes,
        "memory_mb": card.memory_mb,
        "languages": card.languages,
        "good_for": card.good_for,
        "sha256": card.files[card.weights],
    }


def _about_own(model: InstalledModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "role": model.role,
        "state": "",
        "licence": "unknown",
        "memory_mb": model.memory_mb,
        "languages": "unknown",
        "good_for": "A file of your own; see its maker's description.",
    }


def _verified(name: str, settings: Settings) -> dict[str, Any]:
    try:
        model = verify(name, settings)
    except StudyError as error:
        return {"name": name, "ok": False, "found": str(error)}
    return {"name": name, "ok": True, "found": f"verified, SHA-256 {model.sha256}", "sha256": model.sha256}
