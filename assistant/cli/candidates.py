"""`interview candidates`: what no code explains, in groups that may become codes."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Annotated, Any

import typer

from assistant.cli.common import AsJson, StudyFolder, clock, note, opened, print_json
from assistant.settings import Settings
from store.errors import NotFoundError

_QUOTES = 3


def candidates_command(
    study: StudyFolder,
    llm: Annotated[
        str | None, typer.Option(help="The model that drafts names, `auto`, or `none` for the groups' own words.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many groups.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Group what participants said that no code explains. A person makes codes of it, on the page “New codes”."""
    from assistant.segment import StudyEmbeddings, local_embedder
    from assistant.suggest import propose
    from assistant.suggest.candidates import candidates, explained_by, named, wants_name

    with opened(study) as (open_study, settings):
        embeddings = StudyEmbeddings(open_study, local_embedder(settings))
        found = candidates(open_study, embeddings, explained_by(propose(open_study)), most=most)
        with _writer(llm, settings) as writer:
            if writer is not None:
                found = tuple(named(open_study, c, writer) if wants_name(c, writer) else c for c in found)
    if as_json:
        print_json([_described(candidate) for candidate in found])
        return
    _print(found)
    if found:
        print(f"Next: interview review {study}, page “New codes”")


def _writer(wanted: str | None, settings: Settings) -> Any:
    """The model that names; none where none is wanted, or none is installed and none was asked for by name."""
    from assistant.llm.endpoint_place import endpoint_place, settings_for, uses_endpoint
    from assistant.models import choose
    from assistant.suggest.writer import opened_writer

    name = wanted or settings.llm
    if name == "none":
        return nullcontext()
    settings = settings_for(settings, wanted)
    if uses_endpoint(settings):
        note(endpoint_place(settings).notice)
        return opened_writer(name, settings)
    try:
        choose("llm", name, settings)
    except NotFoundError:
        if wanted is not None:
            raise
        note("No language model is installed: groups are named after their own words.")
        return nullcontext()
    return opened_writer(name, settings)


def _print(found: Sequence[Any]) -> None:
    if not found:
        print("Nothing that nobody explains is shared by three passages or more.")
    for number, candidate in enumerate(found, start=1):
        by = "its own words" if candidate.name is None else f"{candidate.name.written_by.model}’s words"
        passages = f"{len(candidate.members)} passages from {', '.join(candidate.interviews)}"
        print(f"{number}. {candidate.title} ({by}) – {passages}")
        if candidate.name is not None:
            print(f"   {candidate.name.definition}")
        for near in candidate.nearest[:1]:
            print(f"   {'May be' if near.close else 'Nearest is'} the code “{near.code.name}” ({near.similarity:.2f}).")
        for member in candidate.members[:_QUOTES]:
            place = " ".join(part for part in (member.interview, clock(member.start_ms), member.speaker or "") if part)
            print(f"   [{place}] {member.text}")


def _described(candidate: Any) -> dict[str, object]:
    """A candidate for reading by a script; `named_by` is the model whose words name and definition are."""
    name = candidate.name
    return {
        "id": candidate.id,
        "title": candidate.title,
        "named_by": None if name is None else name.written_by.model,
        "definition": "" if name is None else name.definition,
        "words": list(candidate.words),
        "interviews": list(candidate.interviews),
        "cohesion": candidate.cohesion,
        "nearest": [
            {"guid": n.code.guid, "name": n.code.name, "similarity": n.similarity, "close": n.close}
            for n in candidate.nearest
        ],
        "members": [
            {"interview": m.interview, "start": m.span.start, "end": m.span.end, "speaker": m.speaker,
             "start_ms": m.start_ms, "text": m.text}
            for m in candidate.members
        ],
        "pointed_at": [] if name is None else [[place.span.start, place.span.end] for place in name.quotes],
    }  # fmt: skip
