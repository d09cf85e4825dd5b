"""Writing a study as a file for other programs, with a line in its log."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.exchange.outgoing import hidden_from
from assistant.exchange.refi.giving import codebook_of, project_of
from assistant.exchange.refi.import_report import grouped
from assistant.exchange.refi.project import Finding
from assistant.exchange.refi.writing import write_qdc, write_qdpx
from assistant.exchange.whole_file import refuse_taken
from assistant.review.basis import Basis
from store.canonical import sha256_file
from store.errors import InvalidInputError
from store.exports import record_file, require_export
from store.study import Study


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, how much it holds of each kind, and what of the study it does not hold."""

    file: Path
    holds: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The findings in sentences."""
        return grouped(self.findings)


def export_refi(
    study: Study,
    path: Path,
    *,
    coder: str,
    basis: Basis | None = None,
    machine: bool = False,
    media: bool = True,
    force: bool = False,
) -> Exported:
    """Write a project (`.qdpx`) or the codebook alone (`.qdc`), whole or not at all; the log says that `coder` did.

    Raises ConflictError where the file is there already, unless `force` is given; InvalidInputError for another ending,
    or where there is nothing to write; NotFoundError where the basis names what there is not; NotAllowedError where
    the consent to no interview covers sharing.
    """
    require_export(study)
    ending, basis = path.suffix.lower(), basis or Basis()
    refuse_taken(path, force=force)
    if ending == ".qdpx":
        hidden = hidden_from(study, basis, coder)
        given = project_of(study, basis=basis, hidden=hidden, machine=machine, media=media)
        found = write_qdpx(given.project, path)
        options = {"basis": basis.to_json(), "machine": machine, "media": media}
        options |= {"without consent": dict.fromkeys(given.withheld, "interview")} if given.withheld else {}
    elif ending == ".qdc":
        given = codebook_of(study, basis=basis)
        if not given.project.codes:
            msg = f"{path.name} was not written: this study has no codes yet; bring a codebook, or add a first code."
            raise InvalidInputError(msg)
        found = write_qdc(given.project, path)
        options = {"basis": basis.to_json()}
    else:
        msg = f"{path.name} was not written: a project ends in .qdpx and a codebook in .qdc."
        raise InvalidInputError(msg)
    digest, kind = sha256_file(path), ending.removeprefix(".")
    record_file(study, coder, name=path.name, kind=kind, sha256=digest, holds=given.holds, options=options)
    return Exported(path, given.holds, (*given.findings, *found))
