"""A study → tables, documents and a report: what a file holds, by its ending."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from assistant.exchange.consent_gate import left_out
from assistant.exchange.outgoing import Outgoing
from assistant.exchange.study_tables import What, decided, table_of
from assistant.exchange.table_files import MadeFile, as_csv, as_xlsx
from assistant.exchange.whole_file import refuse_taken, write_whole
from store.consent import Covers
from store.errors import InvalidInputError
from store.exports import record_file

ENDINGS = ("xlsx", "csv", "docx", "html", "md")
"""Endings of files that a study can be written as, besides transcripts for other programs and REFI-QDA."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a study goes into a file: tables, all of them where none is named, or whole transcripts by label.

    Only a Word document holds `transcripts`; it holds the quotes by theme where there are none.
    """

    what: tuple[What, ...] = ()
    transcripts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A file that was made: its content, what it could not hold, what it holds by number, and what was asked for."""

    kind: str
    content: bytes
    notes: tuple[str, ...]
    holds: Mapping[str, int]
    options: Mapping[str, Any]


def study_file(out: Outgoing, ending: str, parts: Parts | None = None) -> StudyFile:
    """The content of a file with that ending, `xlsx`, `csv`, `docx`, `html` or `md`.

    Raises InvalidInputError for another ending, and where a format cannot hold the parts that are asked for.
    """
    ending, parts = ending.lower().removeprefix("."), parts or Parts()
    asked = parts
    make = _MAKERS.get(ending)
    if make is None:
        msg = f"A study cannot be written as “{ending}”; choose one of {', '.join(ENDINGS)}."
        raise InvalidInputError(msg)
    _refuse_unfit(ending, parts)
    made, parts, notes = _let_out(out, parts, make)
    options = {
        "basis": out.of.basis.to_json(),
        "what": [str(each) for each in parts.what],
        "transcripts": list(parts.transcripts),
        "without consent": _without_consent(out, asked, parts),
    }
    kept = {name: value for name, value in options.items() if value}
    return StudyFile(ending, made.content, (*made.notes, *notes), _holds(out, parts), kept)


def _let_out(
    out: Outgoing, parts: Parts, make: Callable[[Outgoing, Parts], MadeFile]
) -> tuple[MadeFile, Parts, Sequence[str]]:
    """The file as far as consent goes, the parts that are in it, and what was left out, in sentences."""
    if not parts.transcripts:
        made = make(out, parts)
        quoting = not parts.what or {What.CODINGS, What.DECISIONS}.intersection(parts.what)
        return made, parts, out.consent_notes if quoting else (*out.gate.cut, *out.gate.unchecked)
    held = out.gate.held_back(parts.transcripts, Covers.SHARING)
    if len(held) == len(parts.transcripts):
        out.gate.require(parts.transcripts, Covers.SHARING)
    parts = replace(parts, transcripts=tuple(label for label in parts.transcripts if label not in held))
    made = make(out, parts)
    notes = left_out(len(held), ("transcript", "transcripts"), held, Covers.SHARING)
    return made, parts, (*notes, *out.gate.cut, *out.gate.unchecked)


def _without_consent(out: Outgoing, asked: Parts, parts: Parts) -> dict[str, Any]:
    """What was left out for want of consent, by label, as the log keeps it."""
    if asked.transcripts:
        return {label: "transcript" for label in asked.transcripts if label not in parts.transcripts}
    return {label: number for label, number in out.unquoted.items() if not asked.what or What.CODINGS in asked.what}


def _holds(out: Outgoing, parts: Parts) -> dict[str, int]:
    """How much a file holds of each kind; one of single tables holds no more than they do."""
    held = {"interviews": len(parts.transcripts or out.of.interviews)} if set(parts.what) != {What.CODEBOOK} else {}
    if not parts.what or {What.CODINGS, What.MATRIX}.intersection(parts.what):
        held["codings"] = len(out.codings)
    if What.CODEBOOK in parts.what:
        held["codes"] = len(out.codebook.codes)
    if What.DECISIONS in parts.what:
        held["decisions"] = len(decided(out))
    return held


def write_study_file(path: Path, out: Outgoing, parts: Parts | None = None, *, force: bool = False) -> StudyFile:
    """Write a file as its ending says, whole or not at all, and say in the log that it was made.

    Raises what `study_file` raises; InvalidInputError where the folder is not there; ConflictError where the file is
    there already, unless `force` is given.
    """
    refuse_taken(path, force=force)
    made = study_file(out, path.suffix, parts)
    write_whole(path, made.content)
    record_study_file(out, path.name, made)
    return made


def record_study_file(out: Outgoing, name: str, made: StudyFile) -> None:
    """Say in the log that a file of that name was made; what it says is not repeated there."""
    digest = sha256(made.content).hexdigest()
    record_file(out.study, out.who, name=name, kind=made.kind, sha256=digest, holds=made.holds, options=made.options)


def _refuse_unfit(ending: str, parts: Parts) -> None:
    named = ", ".join(What)
    if ending == "csv" and len(parts.what) != 1:
        msg = f"A csv file holds one table; say which with --what: {named}. An xlsx file holds all of them."
        raise InvalidInputError(msg)
    if parts.what and ending in ("docx", "html"):
        msg = f"A {ending} file holds no single tables ({', '.join(parts.what)}); choose xlsx, csv or md for them."
        raise InvalidInputError(msg)
    if parts.transcripts and ending != "docx":
        msg = f"Whole transcripts are written as docx, or one by one as vtt, srt or txt, but not as {ending}."
        raise InvalidInputError(msg)


def _csv(out: Outgoing, parts: Parts) -> MadeFile:
    return MadeFile(as_csv(table_of(out, parts.what[0])))


def _xlsx(out: Outgoing, parts: Parts) -> MadeFile:
    return as_xlsx((table_of(out, each) for each in parts.what or What), (*out.about, *_LEGEND))


def _docx(out: Outgoing, parts: Parts) -> MadeFile:
    from assistant.exchange.basis_quotes import quotes_by_theme
    from assistant.exchange.quote_document import quotes_as_docx
    from assistant.exchange.transcript_document import transcripts_as_docx

    if parts.transcripts:
        return transcripts_as_docx(out, parts.transcripts)
    asked = out.asked(f"Quotes from {out.study.title}")
    return MadeFile(quotes_as_docx(quotes_by_theme(out), asked), tuple(out.unplaced(out.codings)))


def _html(out: Outgoing, _: Parts) -> MadeFile:
    from assistant.exchange.report import study_as_html

    return study_as_html(out)


def _md(out: Outgoing, parts: Parts) -> MadeFile:
    from assistant.exchange.study_markdown import study_as_markdown

    return study_as_markdown(out, parts.what)


_LEGEND = (
    ("Start, end", "Places in the interview’s text, counted in code points (Unicode characters) from 0."),
    (
        "Matrix",
        "0: the code was looked for and not found. Empty: it was not looked for, or nobody has read the interview.",
    ),
    ("An apostrophe", "stands before text that a spreadsheet would take for a formula; it is not part of the text."),
)
_MAKERS: Mapping[str, Callable[[Outgoing, Parts], MadeFile]] = {
    "xlsx": _xlsx,
    "csv": _csv,
    "docx": _docx,
    "html": _html,
    "md": _md,
}
