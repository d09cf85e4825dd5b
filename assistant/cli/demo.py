"""`interview demo`: the sample study from its recordings to its saturation table, then the app."""

import getpass
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from assistant.cli.common import AsJson, counted, note, print_json
from assistant.intake import add_file, attach
from assistant.settings import Settings, load_settings
from store.decisions import codings
from store.errors import ConflictError, StudyError
from store.interviews import interviews
from store.segments import segments
from store.study import Study, create_study, open_study

MARKER = ".sample-study"
"""Stands in a study that the demo built, and may build again; the title alone would not tell."""
SAMPLES = Path(__file__).parents[2] / "samples"


def demo_command(
    headless: Annotated[bool, typer.Option("--headless", help="Build it afresh, print the table, and end.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the sample study is built.")] = Path("demo"),
    port: Annotated[int, typer.Option(help="The app's port on this machine.", max=65535)] = 0,
    as_json: AsJson = False,
) -> None:
    """Build the sample study, with its recordings transcribed and codes suggested, and open it."""
    from assistant.cli.review import review_command

    settings = load_settings()
    plan = yaml.safe_load((SAMPLES / "study.yaml").read_text(encoding="utf-8"))
    with _built(folder, plan, settings, afresh=headless) as study:
        counts = _counts(study, plan)
    if as_json:
        print_json(counts)
    else:
        _print(counts)
    if not headless:
        review_command(folder, port)


def _built(folder: Path, plan: dict[str, Any], settings: Settings, *, afresh: bool) -> Study:
    """The sample study in `folder`: as it is there, or built now; never in the place of another study."""
    if folder.is_file() or (folder.exists() and any(folder.iterdir())):
        study = _existing(folder)
        if not afresh:
            return study
        study.close()
        shutil.rmtree(folder)
    with _workshop(folder) as workshop:
        with create_study(Path(workshop) / "study", plan["title"]) as study:
            _fill(study, plan, settings)
            (study.folder / MARKER).touch()
        if folder.exists():
            folder.rmdir()
        (Path(workshop) / "study").rename(folder)
    return open_study(folder)


def _workshop(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A place beside the folder to build in, so that a study half built never stands there."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".demo-", dir=folder.parent)
    except OSError as error:
        msg = f"{folder} cannot be made ({error.strerror}); choose another place with --folder."
        raise StudyError(msg) from error


def _existing(folder: Path) -> Study:
    if not (folder / MARKER).is_file():
        msg = f"{folder} is not the sample study, so it is left alone; choose another place with --folder."
        raise ConflictError(msg)
    return open_study(folder)


def _fill(study: Study, plan: dict[str, Any], settings: Settings) -> None:
    from assistant.codebook import import_codebook
    from assistant.ingest import read_attributes
    from assistant.review import decide, read_decisions
    from assistant.segment import segment_new

    for entry in plan["interviews"]:
        add_file(study, SAMPLES / entry["file"], entry["label"])
    attach(study, read_attributes(SAMPLES / plan["attributes"]))
    import_codebook(study, SAMPLES / plan["codebook"], coder=getpass.getuser())
    _transcribe(study, settings)
    segment_new(study)
    _suggest(study, settings)
    decide(study, plan["coder"], read_decisions(SAMPLES / plan["decisions"]))


def _transcribe(study: Study, settings: Settings) -> None:
    from assistant.transcribe import transcribe_all

    with counted("Transcribing", "per cent") as progress:
        outcome = transcribe_all(
            study, settings, progress=lambda label, done, total: progress(100 * done // max(total, 1), 100, label)
        )
    if outcome.failed:
        raise StudyError(" ".join(failure.why for failure in outcome.failed))


def _suggest(study: Study, settings: Settings) -> None:
    from assistant.cli.language_model import language_model
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest import suggest

    embeddings = StudyEmbeddings(study, local_embedder(settings))
    with language_model(settings.llm, settings) as model, counted("Suggesting", "segments") as progress:
        note(f"Scoring with {model.name if model else 'retrieval alone'}.")
        suggest(
            study,
            embeddings,
            model,
            seed=settings.seed,
            context_tokens=settings.llm_context_tokens,
            progress=progress,
        )


def _counts(study: Study, plan: dict[str, Any]) -> dict[str, Any]:
    from assistant.quotes import QuoteQuery, find
    from assistant.saturation import saturation
    from assistant.suggest import propose

    known = interviews(study)
    result = saturation(study)
    curve = zip(result.interviews, result.new_codes, result.cumulative_codes, strict=True)
    heard = sum(i.duration_ms or 0 for i in known if i.kind == "recording" and i.transcribed)
    return {
        "interviews": len(known),
        "minutes_transcribed": round(heard / 60_000, 1),
        "segments": len(segments(study)),
        "suggestions": len(propose(study, precision=load_settings(study.settings()).expected_precision)),
        "codings": len(codings(study)),
        "quotes": find(study, QuoteQuery(theme=plan["theme"], fold=False, limit=None)).total,
        "saturation": [{"interview": i, "new_codes": n, "cumulative_codes": c} for i, n, c in curve],
    }


def _print(counts: dict[str, Any]) -> None:
    console = Console(highlight=False)
    table = Table("The sample study", "", show_header=True)
    for name, value in counts.items():
        if name != "saturation":
            table.add_row(name.replace("_", " "), str(value))
    for row in counts["saturation"]:
        new, so_far = row["new_codes"], row["cumulative_codes"]
        table.add_row(f"saturation, {row['interview']}", f"{new} new codes, {so_far} so far")
    console.print(table)
