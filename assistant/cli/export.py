"""`interview export`: the transcript of an interview as a file for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import AsJson, StudyFolder, note, opened, print_json


def export_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A name that ends in .vtt, .srt or .txt.", show_default=False)],
    interview: Annotated[str, typer.Option(help="The label of the interview.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the transcript of an interview; its words stay as they are, and what the format cannot hold is said."""
    from assistant.exchange import write_transcript
    from store.transcripts import transcript

    with opened(study) as (open_study, _):
        found = transcript(open_study, interview)
    done = write_transcript(found, file, force=force)
    if as_json:
        record = {"file": str(done.file), "interview": found.interview, "revision": found.revision}
        print_json(record | {"turns": done.turns, "notes": list(done.notes)})
        return
    print(f"Wrote {done.turns} {'turn' if done.turns == 1 else 'turns'} of {found.interview} to {done.file}.")
    for sentence in done.notes:
        note(sentence)
