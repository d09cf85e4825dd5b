"""`interview add --preview`: how a file would be taken, with the mapping that says so; nothing is added."""

from pathlib import Path
from typing import Any

from assistant.cli.common import clock, print_json
from assistant.ingest.mapping_file import Mappings, mapping_yaml, read_mappings
from assistant.intake import Look, look
from store.values import NewTurn

_SHOWN_TURNS = 8
_SHOWN_CHARACTERS = 160


def show_preview(path: Path, mapping: Path | None, *, as_json: bool) -> None:
    """Print the guess, the first turns, what is left out, and the mapping as yaml, ready to be corrected."""
    mappings = read_mappings(mapping) if mapping else Mappings()
    seen = look(path, mappings.of(path.name))
    if as_json:
        print_json({**seen.facts(), "first_turns": [_plain(turn) for turn in seen.turns[:_SHOWN_TURNS]]})
        return
    length = clock(seen.duration_ms)
    print(f"{path.name} would be added as a {seen.kind}{', ' + length if length else ''}; nothing was added.")
    if seen.kind == "transcript":
        _print_transcript(seen)


def _print_transcript(seen: Look) -> None:
    print(
        f"    {len(seen.turns)} turns of {', '.join(seen.speakers) or 'speakers not named'}, "
        f"{seen.timestamps} with a time, {seen.characters} characters."
    )
    for sentence in seen.report:
        print(f"    {sentence}")
    for sentence in seen.instructions:
        print(f"    {sentence}")
    print("\nIt begins:")
    for turn in seen.turns[:_SHOWN_TURNS]:
        print(f"    {_line(turn)}")
    for each in seen.left_out:
        print(f"\nLeft out, {each.characters} characters ({each.why}): {each.sample}")
    print("\nTaken so (correct what is wrong, keep it in a file, and give that with --mapping):\n")
    print(mapping_yaml(seen.mapping), end="")


def _line(turn: NewTurn) -> str:
    time = f"[{clock(turn.start_ms)}] " if turn.start_ms is not None else ""
    speaker = f"{turn.speaker} ({turn.role}): " if turn.speaker is not None else ""
    text = turn.text if len(turn.text) <= _SHOWN_CHARACTERS else f"{turn.text[:_SHOWN_CHARACTERS]}…"
    return f"{time}{speaker}{text}"


def _plain(turn: NewTurn) -> dict[str, Any]:
    return {"speaker": turn.speaker, "role": str(turn.role), "start_ms": turn.start_ms, "text": turn.text}
