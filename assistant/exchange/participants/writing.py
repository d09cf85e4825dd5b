"""Packs → files, each of them recorded, so that what comes back can be told from what does not belong here."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.exchange.participants.pack import Pack
from assistant.exchange.participants.record import KIND, options_of
from assistant.exchange.whole_file import refuse_taken, write_whole
from store.errors import InvalidInputError
from store.exports import record_file, require_export
from store.study import Study


def _docx(pack: Pack) -> bytes:
    from assistant.exchange.participants.document import pack_as_docx

    return pack_as_docx(pack)


def _html(pack: Pack) -> bytes:
    from assistant.exchange.participants.page import pack_as_html

    return pack_as_html(pack)


_WRITERS: Mapping[str, Callable[[Pack], bytes]] = {"docx": _docx, "html": _html}
ENDINGS = tuple(_WRITERS)


def pack_file(pack: Pack, ending: str) -> bytes:
    """The pack as `docx` or `html`; raises InvalidInputError for another ending."""
    write = _WRITERS.get(ending.lower().removeprefix("."))
    if write is None:
        msg = f"A pack cannot be written as “{ending}”; choose one of {', '.join(ENDINGS)}."
        raise InvalidInputError(msg)
    return write(pack)


def write_pack(study: Study, pack: Pack, path: Path, *, coder: str, force: bool = False) -> None:
    """Write a pack as the file's ending says, and record it.

    Raises InvalidInputError where the ending is another, the folder is not there, or nobody is named as `coder`;
    ConflictError where the file is there already, unless `force` is given.
    """
    if not coder.strip():
        msg = "A pack is given out under a name; say who you are."
        raise InvalidInputError(msg)
    require_export(study)
    content = pack_file(pack, path.suffix)
    refuse_taken(path, force=force)
    write_whole(path, content)
    record_pack(study, pack, path.name, content, coder=coder)


def record_pack(study: Study, pack: Pack, name: str, content: bytes, *, coder: str) -> None:
    """Say in the log that a pack was given out as a file of that name."""
    record_file(
        study,
        coder,
        name=name,
        kind=KIND,
        sha256=hashlib.sha256(content).hexdigest(),
        holds={"passages": len(pack.passages), "themes": len(pack.themes)},
        options=options_of(pack),
    )
