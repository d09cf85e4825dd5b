"""A participant withdraws: their interview goes from everything that the study holds, and the rest is told.

What lies outside the study cannot be reached from here, and is named instead: files that were given out, the key of
the pseudonyms, the original recording, and archives made by `interview backup`.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from assistant.exchange.screen import Screen
from assistant.pseudonyms import default_path
from assistant.settings import Settings
from store.acting import require
from store.codebook import current_codebook
from store.consent import ConsentChange, ConsentState, Covers, consent_of, record_consent
from store.erase import WITHDRAWN, Erasure, erase_interview, erase_recording
from store.exports import exports
from store.history import texts_of_interview
from store.interviews import interview, interviews
from store.memos import memos
from store.study import Study

_LARGEST_PART = 200_000_000
_TAG = re.compile(r"<[^>]*>")
_MARKUP = (".xml", ".qde", ".html", ".htm", ".rels")


@dataclass(frozen=True, slots=True)
class Traces:
    """What else holds words of an interview: files in `exports/`, texts of researchers, and what was given out.

    `quoting` names codes and memos that repeat five words in a row of it; `given` are files on record that may
    hold it; `beyond` says in sentences what lies where nothing of ours reaches.
    """

    exports: tuple[Path, ...] = ()
    quoting: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What became of a withdrawal: what was erased, the files in `exports/` that went and that stay, and the traces."""

    interview: str
    erasure: Erasure | None
    recording: str | None
    removed: tuple[str, ...]
    left: tuple[str, ...]
    traces: Traces = field(default_factory=Traces)


def traces(study: Study, label: str) -> Traces:
    """Where words of an interview are besides its own records; raises NotFoundError."""
    found = interview(study, label)
    others = (text for each in interviews(study) if each != found for text in texts_of_interview(study, each.guid))
    screen = Screen(texts_of_interview(study, found.guid), others)
    folder = study.folder / "exports"
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _holds(path, screen, found.guid))
    given = dict.fromkeys(each.name for each in exports(study) if _may_hold(each.options, found.label))
    return Traces(tuple(files), tuple(_quoting(study, screen, found.label)), tuple(given), tuple(_beyond(study)))


def withdraw(
    study: Study,
    label: str,
    *,
    coder: str,
    settings: Settings | None = None,
    why: str = WITHDRAWN,
    delete_exports: bool = False,
) -> Withdrawal:
    """Erase an interview for good, with the files in `exports/` that hold it where that is wanted.

    `why` is WITHDRAWN or EXPIRED of `store.erase`.

    Killed in the middle, it is done again, or the next opening of the study finishes it. Raises what `erase_interview`
    raises; the files in `exports/` go first, for afterwards nobody can tell what they hold.
    """
    require(study, "interview.erased", "withdraw an interview")  # before files in exports/ go
    found = traces(study, label)
    removed = _removed(study, found.exports) if delete_exports else ()
    erasure = erase_interview(study, label, coder=coder, why=why)
    if settings is not None and erasure.examples:
        forget_prefixes(settings)
    left = () if delete_exports else tuple(str(path.relative_to(study.folder)) for path in found.exports)
    return Withdrawal(erasure.interview, erasure, None, removed, left, found)


def withdraw_recording(study: Study, label: str, *, coder: str) -> Withdrawal:
    """Erase the recording alone; the transcript and all work on it stay, and the consent says so from then on."""
    given = consent_of(study, label)
    if given.state is not ConsentState.UNKNOWN and Covers.RECORDING in given.covers:
        _restrict(study, label, Covers.RECORDING, coder)
    return Withdrawal(given.interview, None, erase_recording(study, label, coder=coder), (), ())


def withdraw_quotes(study: Study, label: str, *, coder: str) -> Withdrawal:
    """Quote an interview no more: it is analysed as before, and no export holds its words from then on."""
    given = _restrict(study, label, Covers.QUOTES, coder)
    return Withdrawal(given, None, None, (), (), traces(study, label))


def _restrict(study: Study, label: str, without: Covers, coder: str) -> str:
    covers = consent_of(study, label).covers - {without}
    if without is Covers.QUOTES:
        covers -= {Covers.SHARING}  # a transcript that others have is quoted by them
    change = ConsentChange(ConsentState.RESTRICTED, frozenset(covers))
    return record_consent(study, label, change, coder=coder).interview


def _removed(study: Study, files: Sequence[Path]) -> tuple[str, ...]:
    for path in files:
        path.unlink(missing_ok=True)
    return tuple(str(path.relative_to(study.folder)) for path in files)


def forget_prefixes(settings: Settings) -> None:
    """Prompts hold the codebook and its examples: what a model has read of them is kept on disk no longer."""
    for ending in ("kv", "part"):  # the second is what a killed process was writing
        for path in (settings.cache_dir / "kv").glob(f"*.{ending}"):
            path.unlink(missing_ok=True)


def _quoting(study: Study, screen: Screen, label: str) -> Iterator[str]:
    book = current_codebook(study)
    for code in book.codes if book is not None else ():
        if any(map(screen.quotes, (code.name, code.definition, code.include, code.exclude))):
            yield f"the code “{code.name}”"
    for memo in memos(study):
        if memo.target.interview != label and (screen.quotes(memo.title) or screen.quotes(memo.text)):
            yield f"the memo “{memo.title or memo.text[:40]}”"


def _may_hold(options: object, label: str) -> bool:
    """Whether a file that was made can hold an interview: unless it was asked for others alone, it can."""
    asked = options if isinstance(options, dict) else {}
    named = asked.get("transcripts") or asked.get("basis", {}).get("interviews")
    return (not named or label in named) and label not in asked.get("without consent", {})


def _beyond(study: Study) -> Iterator[str]:
    key = default_path(study)
    if key.is_file():
        yield f"The key of the pseudonyms, {key}, still tells its names; `interview pseudonyms` changes the key."
    yield (
        "The original file that was added, archives made by `interview backup`, and copies that others have are yours"
        " to delete or to call back."
    )


def _holds(path: Path, screen: Screen, guid: str) -> bool:
    try:
        with path.open("rb") as file:
            return any(guid in text or screen.quotes(text) for text in _texts(path.name, file))
    except OSError:
        return True  # what cannot be read may hold anything


def _texts(name: str, file: IO[bytes], depth: int = 2) -> Iterator[str]:
    """What a file says, part by part where it is a zip file, without the markup."""
    if depth and zipfile.is_zipfile(file):
        try:
            with zipfile.ZipFile(file) as zipped:
                for part in zipped.infolist():
                    yield part.filename
                    if part.file_size <= _LARGEST_PART:
                        with zipped.open(part) as inner:
                            yield from _texts(part.filename, inner, depth - 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, ValueError, EOFError):
            yield ""
        return
    file.seek(0)
    text = file.read(_LARGEST_PART).decode("utf-8", "replace")
    yield text
    if name.lower().endswith(_MARKUP):
        yield _TAG.sub("", text)
