"""The files that the exchange page makes: what each is called, what can be asked of it, and how it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.exchange.bundle import Holds, make_bundle
from assistant.exchange.outgoing import outgoing
from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.study_files import Parts, write_study_file
from assistant.exchange.study_tables import What
from assistant.review import Basis, Blindness
from store.archive import back_up_study, record_backup
from store.errors import InvalidInputError, NotAllowedError
from store.study import Study


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a file; each format takes of it what it knows."""

    basis: Basis = field(default_factory=Basis)
    table: What = What.CODINGS
    media: bool = False
    machine: bool = False
    holds: Holds = field(default_factory=Holds)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    `asks` names the fields that matter for it: `basis`, `table`, `media`, `machine`, `holds`, and `safe` where it can
    be safe to share. `whole` formats hold the work of everybody, so that whoever codes blind may not have them; of the
    others, what is hidden is left out.
    """

    name: str
    ending: str
    note: str
    asks: frozenset[str]
    make: Callable[[Study, Path, str, Wish], tuple[str, ...]]
    whole: bool = False
    called: str = ""
    """What stands in the file's name beside the study's title, where the ending does not tell it."""


def make_file(study: Study, chosen: Format, path: Path, hidden: Blindness, wish: Wish) -> tuple[str, ...]:
    """Write the file, say so in the log, and return what it does not hold, in sentences.

    Raises NotAllowedError where it would show what is hidden from whoever asks, and what its maker raises.
    """
    if chosen.whole and hidden.interviews:
        msg = f"{chosen.name} holds everybody’s work; finish your double coding first. Nothing was made."
        raise NotAllowedError(msg)
    return chosen.make(study, path, hidden.coder, wish)


def _refi(study: Study, path: Path, coder: str, wish: Wish) -> tuple[str, ...]:
    return export_refi(study, path, coder=coder, basis=wish.basis, machine=wish.machine, media=wish.media).notes


def _tables(study: Study, path: Path, coder: str, wish: Wish) -> tuple[str, ...]:
    parts = Parts((wish.table,)) if path.suffix == ".csv" else None
    return write_study_file(path, outgoing(study, wish.basis, coder), parts).notes


def _transcripts(study: Study, path: Path, coder: str, wish: Wish) -> tuple[str, ...]:
    out = outgoing(study, wish.basis, coder)
    labels = tuple(interview.label for interview in out.of.interviews if interview.transcribed)
    if not labels:
        msg = "None of these interviews has a transcript yet; transcribe them first."
        raise InvalidInputError(msg)
    return write_study_file(path, out, Parts(transcripts=labels)).notes


def _bundle(study: Study, path: Path, coder: str, wish: Wish) -> tuple[str, ...]:
    return make_bundle(study, path, coder=coder, holds=wish.holds).notes


def _backup(study: Study, path: Path, coder: str, wish: Wish) -> tuple[str, ...]:
    made = back_up_study(study, path, media=wish.media)
    record_backup(study, coder, path, made)
    missing = len(made.absent)
    if not missing or not wish.media:
        return ()
    return (f"{missing} {'recording is' if missing == 1 else 'recordings are'} missing in the study, and in the file.",)


_COUNTED = frozenset({"basis", "safe"})
FORMATS: Mapping[str, Format] = {
    "qdpx": Format(
        "REFI-QDA project (qdpx)",
        "qdpx",
        "For NVivo, ATLAS.ti, MAXQDA, QualCoder and others: transcripts, codes, codings, memos, cases.",
        _COUNTED | {"media", "machine"},
        _refi,
    ),
    "qdc": Format("REFI-QDA codebook (qdc)", "qdc", "The codes alone, for other programs.", frozenset({"safe"}), _refi),
    "xlsx": Format(
        "Tables (xlsx)", "xlsx", "Codings, codebook, matrix, decisions and interviews, a sheet each.", _COUNTED, _tables
    ),
    "csv": Format("One table (csv)", "csv", "Opens in Excel as it is.", _COUNTED | {"table"}, _tables),
    "docx": Format(
        "Quotes by theme (docx)",
        "docx",
        "Every coded passage under its theme and code.",
        _COUNTED,
        _tables,
        called="quotes",
    ),
    "transcripts": Format(
        "Transcripts with codes in the margin (docx)",
        "docx",
        "Whole transcripts; each coding is a Word comment.",
        _COUNTED,
        _transcripts,
        called="transcripts",
    ),
    "html": Format(
        "Report (html)", "html", "One page with figures and quotes that needs no network.", _COUNTED, _tables
    ),
    "md": Format("Tables and quotes (md)", "md", "Markdown, for notes and repositories.", _COUNTED, _tables),
    "bundle": Format(
        "Reproducibility bundle (zip)",
        "zip",
        "All decisions and the codebook, no transcripts: for a team that has the same transcripts.",
        frozenset({"holds", "safe"}),
        _bundle,
        whole=True,
        called="bundle",
    ),
    "backup": Format(
        "Backup of the whole study (zip)",
        "zip",
        "Everything, names and recordings too; `interview restore` makes the study again from it.",
        frozenset({"media"}),
        _backup,
        whole=True,
        called="backup",
    ),
}
"""By their keys in the address, in the order in which they are offered."""
