"""`interview participant`: what one participant said, out to them, and their comments back in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.basis_options import Where, pairs_of
from assistant.cli.common import AsJson, StudyFolder, acting, note, opened, print_json
from store.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.exchange.participants import Given, Pack

participant_app = typer.Typer(
    help="Member checking: a participant's own passages to them, their comments back.", no_args_is_help=True
)
Who = Annotated[str | None, typer.Option("--coder", help="Who does it; the name of your account otherwise.")]
_LARGEST_TEXT = 1_000_000


@participant_app.command("pack")
def pack_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A name that ends in .docx or .html.", show_default=False)],
    interview: Annotated[list[str] | None, typer.Option(help="An interview with them; may be repeated.")] = None,
    where: Where = None,
    speaker: Annotated[
        list[str] | None, typer.Option(help="The participant's name in the transcript, where several speak in it.")
    ] = None,
    same_person: Annotated[
        bool, typer.Option("--same-person", help="Several interviews are with one person, though no attribute says so.")
    ] = False,
    text: Annotated[Path | None, typer.Option(help="A text file with what stands at the beginning.")] = None,
    context: Annotated[int, typer.Option(help="How many turns around each passage, 0 to 5.")] = 1,
    adjudicated: Annotated[bool, typer.Option("--adjudicated", help="Disputed codings as adjudicated.")] = False,
    summaries: Annotated[
        bool, typer.Option(help="Tell what summaries of themes say of this participant alone.")
    ] = True,
    coder: Who = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file where it is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write one participant's passages in context, with room for comments, and nobody else's words or numbers."""
    from assistant.exchange.participants import DEFAULT_GREETING, Wishes, pack_for, participant_of, write_pack
    from assistant.review import blindness

    who = acting(coder)
    greeting = DEFAULT_GREETING if text is None else _text_of(text)
    with opened(study) as (open_study, _):
        person = participant_of(open_study, interview or (), pairs_of(where), speaker or (), same_person=same_person)
        hidden = blindness(open_study, who)
        pack = pack_for(open_study, person, Wishes(greeting, context, summaries, adjudicated), hidden)
        write_pack(open_study, pack, file, coder=who, force=force)
    for finding in (hidden.sentence, *pack.findings):
        if finding:
            note(finding)
    if as_json:
        print_json({"file": str(file), **_described(pack)})
        return
    count = len(pack.passages)
    print(f"Wrote {count} {'passage' if count == 1 else 'passages'} of {', '.join(person.labels)} to {file}.")
    note("Read it before you send it: what people said may name others.")


@participant_app.command("comments")
def comments_command(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="What came back: .docx, .html or .json.", show_default=False)],
    pack: Annotated[str | None, typer.Option(help="The pack's code, where the file does not say it any more.")] = None,
    coder: Who = None,
    as_json: AsJson = False,
) -> None:
    """Keep a participant's comments and permissions as memos on the passages; the same file twice doubles nothing."""
    from assistant.exchange.participants import take_comments

    with opened(study) as (open_study, _):
        taken = take_comments(open_study, file, coder=acting(coder), pack=pack)
    for sentence in taken.notes:
        note(sentence)
    if as_json:
        kept = [{"guid": m.guid, "title": m.title, "text": m.text, "target": m.target.kind} for m in taken.kept]
        known = {"known": taken.known, "notes": list(taken.notes)}
        print_json({"pack": taken.pack.token, "interviews": list(taken.interviews), "kept": kept} | known)
        return
    there = f", {taken.known} were there already" if taken.known else ""
    count = len(taken.kept)
    print(f"Kept {count} {'memo' if count == 1 else 'memos'} on {', '.join(taken.interviews)}{there}.")


@participant_app.command("packs")
def packs_command(study: StudyFolder, as_json: AsJson = False) -> None:
    """List the packs that were given out, with the codes by which they are known again."""
    from assistant.exchange.participants import given_packs
    from store.interviews import interviews

    with opened(study) as (open_study, _):
        given = given_packs(open_study)
        labels = {each.guid: each.label for each in interviews(open_study)}
    if as_json:
        print_json([_listed(each, labels) for each in given])
        return
    for each in given:
        said = ", ".join(labels.get(guid, "an erased interview") for guid in each.interviews)
        print(
            f"{each.token}  {each.at:%Y-%m-%d}  {said}: {len(each.passages)} passages in {each.name}, by {each.coder}"
        )
    if not given:
        print("No pack was given out yet.")


def _text_of(path: Path) -> str:
    from assistant.ingest.decoding import read_text

    text, _ = read_text(path)
    if len(text) > _LARGEST_TEXT:
        msg = f"{path.name} is far too long for a greeting; choose another file."
        raise InvalidInputError(msg)
    return text


def _described(pack: "Pack") -> dict[str, Any]:
    return {
        "pack": pack.token,
        "interviews": list(pack.person.labels),
        "themes": [{"name": t.meaning.name, "passages": t.count, "sentences": len(t.said)} for t in pack.themes],
        "passages": len(pack.passages),
        "findings": list(pack.findings),
    }


def _listed(given: "Given", labels: dict[str, str]) -> dict[str, Any]:
    return {
        "pack": given.token,
        "interviews": [labels.get(guid) for guid in given.interviews],
        "passages": len(given.passages),
        "file": given.name,
        "coder": given.coder,
        "at": given.at.isoformat(),
    }
