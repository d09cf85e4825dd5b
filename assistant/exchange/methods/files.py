"""The appendix as a file for a paper: Word, Markdown, LaTeX, or JSON with everything in it."""

import json
from collections.abc import Callable
from pathlib import Path

from assistant.exchange.methods.document import Appendix
from assistant.exchange.methods.latex import as_latex
from assistant.exchange.methods.markdown import as_markdown
from assistant.exchange.methods.record import as_record
from assistant.exchange.whole_file import refuse_taken, write_whole
from store.errors import InvalidInputError


def methods_file(ending: str, of: Appendix) -> bytes:
    """The appendix as `docx`, `md`, `tex` or `json`; raises InvalidInputError for another ending."""
    write = _WRITERS.get(ending.lower().removeprefix("."))
    if write is None:
        msg = f"The methods appendix cannot be written as “{ending}”; choose one of {', '.join(ENDINGS)}."
        raise InvalidInputError(msg)
    return write(of)


def write_methods(path: Path, of: Appendix, *, force: bool = False) -> bytes:
    """Write the appendix as the file's ending says, whole or not at all, and return what was written.

    Raises InvalidInputError where the ending is another or the folder is not there; ConflictError where the file is
    there already, unless `force` is given.
    """
    made = methods_file(path.suffix, of)
    refuse_taken(path, force=force)
    write_whole(path, made)
    return made


def _docx(of: Appendix) -> bytes:
    from assistant.exchange.methods.word_file import as_docx

    return as_docx(of)


def _json(of: Appendix) -> bytes:
    return (json.dumps(as_record(of), ensure_ascii=False, indent=2) + "\n").encode()


_WRITERS: dict[str, Callable[[Appendix], bytes]] = {
    "docx": _docx,
    "md": as_markdown,
    "tex": as_latex,
    "json": _json,
}
ENDINGS = tuple(_WRITERS)
