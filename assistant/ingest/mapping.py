"""How a file is taken as a transcript: what the reader guesses, and what a person says instead."""

from dataclasses import dataclass, field

from store.values import Role


@dataclass(frozen=True, slots=True)
class SpeakerAs:
    """Under which name, and in which role, a speaker of the file is kept; `name` empty keeps the file's own."""

    name: str = ""
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a reader takes each part of a file for; None leaves it to the reader's guess.

    A reader returns the mapping with every field that applies to its format filled in, so that it can be shown,
    corrected and given again.
    """

    encoding: str | None = None
    """How bytes become text, such as `cp1252`; for text files."""
    layout: str | None = None
    """What kind of file it was taken for, such as `labels`, `paragraphs`, `captions`, `table`, `noScribe`, `Teams`."""
    labels: tuple[str, ...] | None = None
    """The labels that are speakers; what else looks like a label is speech. Empty: nobody is named."""
    head_lines: int | None = None
    """How many lines at the start are about the file and no speech; lines without text are not counted."""
    text_column: str | None = None
    speaker_column: str | None = None
    """Empty: none of the columns."""
    start_column: str | None = None
    end_column: str | None = None
    time_unit: str | None = None
    """Of numbers in time columns: `s` or `ms`."""
    sheet: str | None = None
    speakers: dict[str, SpeakerAs] = field(default_factory=dict)
    """The file's speaker → how it is kept."""
