"""What a memo of a project is about once the project is in a study."""

from dataclasses import dataclass

from store.values import Span


@dataclass(frozen=True, slots=True)
class About:
    """An interview, a passage, a code or a coding, by GUID; the study where nothing is set. `words` name it.

    `selection` is the GUID of the file's selection whose passage it is.
    """

    words: str
    interview: str | None = None
    span: Span | None = None
    code: str | None = None
    coding: str | None = None
    selection: str | None = None


THE_STUDY = About("the study")
