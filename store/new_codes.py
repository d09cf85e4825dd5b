"""A code that is made while a passage is read: the codebook's new version and the coding, both or neither."""

import uuid
from dataclasses import dataclass, replace

from store.codebook import add_version, newest_version
from store.coders import coder_row
from store.decisions import add_decisions
from store.errors import NotFoundError
from store.study import Study
from store.values import Code, Decision, DecisionDraft


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code on its way into the codebook; `theme` is the GUID of the code above it."""

    name: str
    definition: str = ""
    theme: str | None = None
    colour: str = ""


@dataclass(frozen=True, slots=True)
class KeptCode:
    """The GUID of the new code, the version that has it first, and the decision that uses it."""

    code: str
    codebook_id: int
    decision: Decision


def keep_new_code(study: Study, coder: str, new: NewCode, use: DecisionDraft) -> KeptCode:
    """Put a code at the end of the newest codebook and code a passage with it.

    Raises InvalidInputError where the name is empty or taken, NotFoundError where the theme or the passage is gone.
    """
    with study.write() as session:
        who, before = coder_row(session, coder), newest_version(session)
        codes = () if before is None else before.codes
        if new.theme is not None and all(code.guid != new.theme for code in codes):
            msg = "The theme was taken out of the codebook in the meantime; choose another one. Nothing was kept."
            raise NotFoundError(msg)
        name = " ".join(new.name.split())
        code = Code(str(uuid.uuid4()), name, new.theme, new.definition.strip(), colour=new.colour)
        codebook = add_version(session, (*codes, code), coder=who.name, reason=f"added “{name}” while reading")
        (decision,) = add_decisions(session, who, [replace(use, code=code.guid, codebook_id=codebook.id)])
        return KeptCode(code.guid, codebook.id, decision)
