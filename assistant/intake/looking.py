"""What a file holds, before anything of it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.ingest import READABLE, read_transcript
from assistant.ingest.attributes import TABLES
from assistant.ingest.mapping import Mapping
from assistant.ingest.mapping_file import mapping_to
from assistant.ingest.pieces import LeftOut
from assistant.intake.instructions import instructions_in_file
from store.errors import InvalidInputError
from store.values import TURN_SEPARATOR, NewTurn

RECORDINGS = frozenset(
    (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".mp4", ".mov", ".webm", ".mkv", ".aac", ".opus", ".wma")
)
"""The endings of files that are added as recordings."""
ENDINGS = RECORDINGS.union(READABLE, TABLES)
"""The endings of all files that can be used."""
OFTEN_OTHERS = frozenset((".json", ".doc"))
"""Endings that most often mean something else than a transcript that can be read."""


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it would be added: a recording with its length, or a transcript with its turns and how it was taken.

    `duration_ms` of a transcript is the last time in it, where it has any.
    """

    path: Path
    kind: Literal["recording", "transcript"]
    duration_ms: int | None
    turns: tuple[NewTurn, ...] = ()
    report: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    mapping: Mapping = field(default_factory=Mapping)

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of those who speak, in the order in which they begin."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker is not None))

    @property
    def timestamps(self) -> int:
        """How many turns have a start time."""
        return sum(turn.start_ms is not None for turn in self.turns)

    @property
    def characters(self) -> int:
        """The length of the text that is kept, as the study lays it out."""
        return len(TURN_SEPARATOR.join(turn.text for turn in self.turns))

    @property
    def instructions(self) -> tuple[str, ...]:
        """Sentences about what reads like an instruction to a machine; they are told, and not kept."""
        return instructions_in_file(self.path.name, self.speakers, (turn.text for turn in self.turns))

    def facts(self) -> dict[str, Any]:
        """All this as JSON holds it, without the turns themselves."""
        return {
            "kind": self.kind,
            "file": str(self.path),
            "turns": len(self.turns),
            "speakers": list(self.speakers),
            "timestamps": self.timestamps,
            "characters": self.characters,
            "left_out": left_out_to(self.left_out),
            "duration_ms": self.duration_ms,
            "report": list(self.report),
            "instructions": list(self.instructions),
            "mapping": mapping_to(self.mapping),
        }


def left_out_to(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """What was left out, as JSON holds it."""
    return [{"characters": each.characters, "why": each.why, "sample": each.sample} for each in left_out]


def look(path: Path, mapping: Mapping | None = None) -> Look:
    """Read a file as `mapping` says and otherwise by a guess; nothing is kept.

    Raises a StudyError with a sentence where it cannot be used.
    """
    if path.is_dir():
        msg = f"{path} is a folder; choose a file in it."
        raise InvalidInputError(msg)
    if not path.is_file():
        msg = f"There is no file {path}; check its name."
        raise InvalidInputError(msg)
    if path.suffix.lower() in RECORDINGS:
        from assistant.transcribe.audio import probe

        return Look(path, "recording", probe(path).duration_ms)
    if path.suffix.lower() not in READABLE:
        known = ", ".join((*READABLE, *sorted(RECORDINGS)))
        msg = f"{path.name} was not added: its ending is not one of those that can be read ({known})."
        raise InvalidInputError(msg)
    read = read_transcript(path, mapping or Mapping())
    turns = tuple(turn for turn in read.turns if turn.text.strip())
    ends = [turn.end_ms for turn in turns if turn.end_ms is not None]
    starts = [turn.start_ms for turn in turns if turn.start_ms is not None]
    last = max((*ends, *starts), default=None)
    return Look(path, "transcript", last, turns, read.report, read.left_out, read.mapping)
