"""`interview speakers`, `interview again`, `interview glossary`: what makes a transcript better once it is there."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json
from store.errors import InvalidInputError

Label = Annotated[str, typer.Option("--interview", help="The interview's label.", show_default=False)]
Who = Annotated[str, typer.Option(help="Under whose name the correction is kept.")]
_MOST_PEOPLE = 20


def speakers_command(
    study: StudyFolder,
    interview: Label,
    count: Annotated[str, typer.Option(help="How many people speak, or `auto`.")] = "auto",
    coder: Who = "",
    as_json: AsJson = False,
) -> None:
    """Tell the speakers of a transcribed recording apart anew; words and codings stay, given names go."""
    if count != "auto" and not (count.isdecimal() and 0 < int(count) <= _MOST_PEOPLE):
        msg = f"--count takes auto, or a number from 1 to {_MOST_PEOPLE}"
        raise typer.BadParameter(msg)
    from assistant.correction.heard_again import tell_apart
    from assistant.transcribe.transcription import load_listener

    with opened(study) as (open_study, settings):
        people = None if count == "auto" else int(count)
        done = tell_apart(open_study, interview, load_listener(settings), count=people, coder=coder)
    found = list(dict.fromkeys(turn.speaker for turn in done.transcript.turns if turn.speaker is not None))
    if as_json:
        print_json({"interview": interview, "revision": done.transcript.revision, "speakers": found})
    else:
        print(done.said)


def again_command(
    study: StudyFolder,
    interview: Label,
    model: Annotated[str, typer.Option(help="A speech model; `auto` takes the best one installed.")] = "auto",
    language: Annotated[str, typer.Option(help="A language code for these stretches; else as before.")] = "",
    below: Annotated[
        float, typer.Option(min=0, max=1, help="Turns whose words are less sure on average are heard again too.")
    ] = 0.0,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would change, and keep nothing.")] = False,
    coder: Who = "",
    as_json: AsJson = False,
) -> None:
    """Hear the doubtful stretches of a transcript again, with a better model or in another language."""
    from assistant.correction import turns_of
    from assistant.correction.heard_again import doubtful, hear_again, keep_heard_again
    from assistant.transcribe.transcription import load_recogniser
    from store.glossary import glossary
    from store.transcripts import transcript

    with opened(study) as (open_study, settings):
        chosen = doubtful(turns_of(transcript(open_study, interview)), below)
        recogniser = load_recogniser(model, settings, glossary(open_study))
        again = hear_again(open_study, interview, recogniser, chosen, language=language or None)
        if again and not preview:
            keep_heard_again(open_study, interview, again, recogniser, coder=coder)
    changes = [{"start_ms": a.before.start_ms, "before": a.before.text, "after": a.after.text} for a in again]
    if as_json:
        print_json({"interview": interview, "heard": len(chosen), "changed": changes, "kept": not preview})
        return
    for change in changes:
        print(f"- {change['before']}\n+ {change['after']}")
    print(f"{len(chosen)} turns heard again, {len(changes)} {'would change' if preview else 'changed'}.")


def glossary_command(
    study: StudyFolder,
    add: Annotated[list[str] | None, typer.Option(help="A name or term to expect; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A term to take out; may be repeated.")] = None,
    file: Annotated[Path | None, typer.Option("--from", help="A text file with a term on each line.")] = None,
    coder: Who = "",
    as_json: AsJson = False,
) -> None:
    """Show or change the words that transcription is told to expect: names, projects, jargon."""
    from store.glossary import change_glossary, glossary

    with opened(study) as (open_study, _):
        new = [*(add or []), *_lines(file)]
        terms = glossary(open_study)
        if unknown := [term for term in remove or [] if term not in terms]:
            msg = f"The glossary has no term “{unknown[0]}”; nothing was changed."
            raise InvalidInputError(msg)
        found = list(change_glossary(open_study, add=new, remove=remove or [], coder=coder))
    if as_json:
        print_json({"terms": found})
    elif found:
        print("\n".join(found))
    else:
        note("The glossary is empty; --add a name, a project or a term that is misheard.")


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    from assistant.ingest import read_text

    text, _ = read_text(file)
    return [line.strip() for line in text.splitlines() if line.strip()]
