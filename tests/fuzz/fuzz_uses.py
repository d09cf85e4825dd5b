"""What is done with a file that was read: it goes into a study, and the study into every kind of file.

Each takes the folder of a study made for it, the file, a folder to write into, and what was read. A StudyError is an
answer as good as any when a file goes in; what went in must come out.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.exchange import write_transcript
from assistant.exchange.outgoing import outgoing
from assistant.exchange.refi.exporting import export_refi
from assistant.exchange.study_files import Parts, study_file
from assistant.intake import add_file, describe
from assistant.review import Basis
from assistant.segment import segment_new
from store.audit import verify
from store.codebook import current_codebook
from store.errors import StudyError
from store.interviews import interviews
from store.study import Study, open_study
from store.transcripts import transcript

_WHO = "Ana"


def as_interview(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Add a transcript, cut it into segments, and write it in every form."""
    with open_study(folder) as study:
        label = add_file(study, path)["interview"]
        segment_new(study)
        found = transcript(study, label)
        assert found.text == "\n".join(turn.span.of(found.text) for turn in found.turns)
        for ending in (".vtt", ".srt", ".txt"):
            with suppress(StudyError):  # captions need times, which many have not
                write_transcript(found, into / f"out{ending}")
        out = outgoing(study, Basis(interviews=(label,)), _WHO)
        study_file(out, "docx", Parts(transcripts=(label,)))
        _given_out(study, into)


def as_recording(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Add a recording, and write the study with it."""
    with open_study(folder) as study:
        add_file(study, path)
        _given_out(study, into)


def as_cases(folder: Path, path: Path, into: Path, read: Any) -> None:
    """Give interviews the attributes of a table."""
    del path
    with open_study(folder) as study:
        describe(study, [read])
        _given_out(study, into)


def as_codebook(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Merge a codebook, and write it in every form."""
    from assistant.codebook import import_with_report, read_codebook, write_codebook

    with open_study(folder) as study:
        with suppress(StudyError):
            import_with_report(study, path, coder=_WHO)
        book = current_codebook(study)
        assert book is not None
        for ending in ("csv", "yaml"):
            write_codebook(book, into / f"book.{ending}")
            assert len(read_codebook(into / f"book.{ending}")) == len(book.codes)
        export_refi(study, into / "book.qdc", coder=_WHO)
        _given_out(study, into)


def as_project(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Take a project into the study, and write it again."""
    from assistant.exchange.refi.taking import import_project

    with open_study(folder) as study:
        with suppress(StudyError):
            import_project(study, path, coder=_WHO)
        _given_out(study, into)


def as_qdc(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Merge a codebook of another program, and write the study."""
    from assistant.exchange.refi.taking import import_refi_codebook

    with open_study(folder) as study:
        with suppress(StudyError):
            import_refi_codebook(study, path, coder=_WHO, reason=None)
        _given_out(study, into)


def as_decisions(folder: Path, path: Path, into: Path, read: Any) -> None:
    """Keep decisions, and write the study."""
    from assistant.review.decide import decide

    del path
    with open_study(folder) as study:
        with suppress(StudyError):
            decide(study, _WHO, read)
        _given_out(study, into)


def as_comments(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Keep the comments of a participant, and write the study."""
    from assistant.exchange.participants import take_comments

    with open_study(folder) as study:
        with suppress(StudyError):
            take_comments(study, path, coder=_WHO)
        _given_out(study, into)


def as_bundle(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Apply a bundle to a study that has nothing but the same transcripts."""
    from assistant.exchange.bundle import apply_bundle
    from store.study import create_study
    from store.transcripts import add_transcript
    from store.turns import as_new

    with open_study(folder) as whole, create_study(into / "bare", "Bare") as bare:
        from store.interviews import add_interview

        for number, each in enumerate(interviews(whole)):
            said = transcript(whole, each.label)
            source = into / f"{number}.txt"
            source.write_text(said.text, encoding="utf-8")
            add_interview(bare, source, "transcript", label=each.label)
            add_transcript(bare, each.label, [as_new(turn, said.text) for turn in said.turns], origin="import")
        segment_new(bare)
        with suppress(StudyError):
            apply_bundle(bare, path, coder=_WHO)
        _given_out(bare, into)


def as_archive(folder: Path, path: Path, into: Path, _: Any) -> None:
    """Restore an archive into a new folder; a study that opens can be written."""
    from store.restore import restore_study

    del folder
    try:
        restored = restore_study(path, into / "restored")
    except StudyError:
        return
    if not restored.report.faults:
        with open_study(restored.folder) as study:
            _given_out(study, into)


def _given_out(study: Study, into: Path) -> None:
    """The study as tables, as text and as a project; and its record is whole."""
    if current_codebook(study) is not None:  # a bundle that was refused leaves none
        out = outgoing(study, Basis(), _WHO)
        for ending in ("xlsx", "md"):
            study_file(out, ending)
    export_refi(study, into / "out.qdpx", coder=_WHO)
    assert not verify(study).faults, verify(study)
