"""One file → one interview of the study."""

from pathlib import Path
from typing import Any

from assistant.ingest.mapping import Mapping
from assistant.ingest.mapping_file import mapping_to
from assistant.intake.looking import Look, left_out_to, look
from store.errors import InvalidInputError
from store.interviews import add_interview
from store.study import Study
from store.transcripts import add_transcribed

LONGEST_LABEL = 100


def add_file(study: Study, path: Path, label: str | None = None, mapping: Mapping | None = None) -> dict[str, Any]:
    """Add one file as a recording or as a transcript, and say what came of it.

    Raises a StudyError where it cannot be used or is there already; nothing is kept then.
    """
    wanted = None if label is None else checked_label(label)
    seen = look(path, mapping)
    return {"interview": _kept(study, seen, wanted), **seen.facts()}


def checked_label(label: str) -> str:
    """The label without white space at its ends; raises InvalidInputError where it cannot be one."""
    stripped = label.strip()
    if not stripped or len(stripped) > LONGEST_LABEL or len(stripped.splitlines()) > 1:
        msg = f"A label has 1 to {LONGEST_LABEL} characters on one line; choose another one."
        raise InvalidInputError(msg)
    return stripped


def _kept(study: Study, seen: Look, label: str | None) -> str:
    if seen.kind == "recording":
        return add_interview(study, seen.path, "recording", label=label, duration_ms=seen.duration_ms).label
    details = {
        "reader": seen.path.suffix.lower().lstrip("."),
        "report": list(seen.report),
        "left_out": left_out_to(seen.left_out),
        "mapping": mapping_to(seen.mapping),
    }
    return add_transcribed(study, seen.path, seen.turns, label=label, details=details).interview
