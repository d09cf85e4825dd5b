"""Adjudications made elsewhere: each line must match a disagreement; all are kept or none."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.review.adjudication import compare, finished, verdict_on
from store.adjudications import adjudicate
from store.codebook import current_codebook
from store.errors import InvalidInputError
from store.study import Study


class AdjudicationLine(BaseModel):
    """One line of the file; `code` is a name or GUID, offsets are code points as `disagreements --json` tells them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interview: str = Field(min_length=1)
    start: int = Field(ge=0, lt=2**63)
    end: int = Field(gt=0, lt=2**63)
    code: str
    applies: bool
    memo: str = ""


def adjudicate_from(study: Study, coder: str, path: Path, name: str | None = None) -> int:
    """Keep the adjudications of a file; returns how many. Raises InvalidInputError that names the line at fault."""
    drawn = finished(study, name)
    codebook = current_codebook(study)
    cases = {
        (each.segment.interview, each.span.start, each.span.end, each.code): each
        for each in compare(study, drawn).disagreements
    }
    drafts = []
    for number, line in _lines(path):
        code = None if codebook is None else codebook.find(line.code)
        case = cases.get((line.interview, line.start, line.end, "" if code is None else code.guid))
        if case is None:
            msg = f"Line {number} of {path.name} matches no disagreement of “{drawn.name}”; nothing was kept."
            raise InvalidInputError(msg)
        drafts.append(verdict_on(drawn, case, applies=line.applies, memo=line.memo))
    return len(adjudicate(study, coder, drafts))


def _lines(path: Path) -> list[tuple[int, AdjudicationLine]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as UTF-8 text ({error}); check the name."
        raise InvalidInputError(msg) from error
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                given = json.loads(line)
                json.dumps(given, ensure_ascii=False).encode()  # half a character can be neither kept nor shown
                found.append((number, AdjudicationLine.model_validate(given)))
            except (ValueError, RecursionError, ValidationError) as error:
                msg = f"Line {number} of {path.name} is no adjudication ({str(error)[:120]}); nothing was kept."
                raise InvalidInputError(" ".join(msg.split())) from error
    return found
