"""Every reader of files: how each is called, what must be true of what it returns, and what is then done with it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fuzz_uses as use
from fuzz_checks import sound_turns, utf8
from fuzz_mutation import changed
from fuzz_packages import changed_package, mended_archive, mended_bundle
from fuzz_studies import PASSPHRASE, changed_key

CORPUS = Path(__file__).parent / "corpus"
Use = Callable[[Path, Path, Path, Any], None]
"""Called with the folder of a study made for it, the file, a folder to write into, and what was read."""


@dataclass(frozen=True)
class Reader:
    """A reader: `kind` says how its files are changed, by ending; `uses` of a hundred that are read go into a study.

    `tries` are how many files the short run gives it. Files are called `stem`, for some are known by their names.
    """

    name: str
    read: Callable[[Path, Path], Any]
    kind: str | dict[str, str]
    check: Callable[[Any], None] = utf8
    use: Use | None = None
    uses: int = 4
    tries: int = 150
    stem: str = "talk"
    mend: Callable[..., Any] | None = field(default=None)

    def files(self) -> list[Path]:
        """The files of the corpus that it begins with."""
        return sorted((CORPUS / self.name).iterdir())

    def changed(self, data: bytes, ending: str, choose: random.Random, others: Sequence[bytes]) -> bytes:
        """A file of that ending, changed."""
        kind = self.kind if isinstance(self.kind, str) else self.kind[ending]
        if kind == "zip":
            return changed_package(data, choose, others, self.mend)
        if kind == "key":
            return changed_key(data, choose)
        return changed(data, kind, choose, others)


def _transcript(path: Path, _: Path) -> Any:
    from assistant.ingest import read_transcript

    return read_transcript(path)


def _cases(path: Path, _: Path) -> Any:
    from assistant.ingest.attributes import read_case_table

    return read_case_table(path)


def _codebook(path: Path, _: Path) -> Any:
    from assistant.codebook.files import read_with_report

    return read_with_report(path)


def _qdpx(path: Path, into: Path) -> Any:
    from assistant.exchange.refi.reading import read_qdpx

    return read_qdpx(path, into)


def _qdc(path: Path, _: Path) -> Any:
    from assistant.exchange.refi.reading import read_qdc

    return read_qdc(path)


def _decisions(path: Path, _: Path) -> Any:
    from assistant.review.decide import read_decisions

    return read_decisions(path)


def _adjudications(path: Path, _: Path) -> Any:
    from assistant.review.adjudication_file import _lines

    return _lines(path)


def _mapping(path: Path, _: Path) -> Any:
    from assistant.ingest.mapping_file import mapping_yaml, read_mappings

    found = read_mappings(path)
    return [mapping_yaml(each) for each in (found.every, *found.files.values())]


def _rulings(path: Path, _: Path) -> Any:
    from assistant.pseudonyms.deciding import rulings_in

    return rulings_in(path)


def _key(path: Path, into: Path) -> Any:
    from assistant.pseudonyms.key_file import _opened, _read

    del into
    return _opened(path, _read(path), PASSPHRASE).to_json()


def _returned(path: Path, _: Path) -> Any:
    from assistant.exchange.participants.returned import read_returned

    return read_returned(path)


def _bundle(path: Path, _: Path) -> Any:
    from assistant.exchange.bundle.contents import read_bundle

    return read_bundle(path)


def _archive(path: Path, _: Path) -> Any:
    from store.restore import check_archive

    return check_archive(path)


def _settings(path: Path, _: Path) -> Any:
    from assistant.settings import load_settings
    from store.config import read_head, read_settings

    read_head(path.parent)
    return load_settings(read_settings(path.parent))


def _model(path: Path, _: Path) -> Any:
    from assistant.models.installed import models_in
    from assistant.models.record import read_record
    from assistant.settings import Settings

    models_in(Settings(models_dir=path.parent.parent))
    return read_record(path.parent)


def _prompt(path: Path, _: Path) -> Any:
    from assistant.llm.prompts import parse_prompt

    return parse_prompt(path.name, path.read_bytes()).header


def _sound(path: Path, _: Path) -> Any:
    from assistant.transcribe.audio import Recording

    with Recording(path, path.name) as recording:
        facts = recording.facts
        for start in (0, max(0, facts.duration_ms - 500), 3_600_000):
            heard = recording.read(start, 700)
            assert heard.ndim == 1
            assert len(heard) <= 700 * 16
        recording.read_stereo(100, 200)
    assert 0 <= facts.duration_ms < 2**63, facts
    return facts


def _talk(name: str, kind: str, *, tries: int = 150) -> Reader:
    return Reader(name, _transcript, kind, sound_turns, use.as_interview, tries=tries)


READERS = (
    _talk("txt", "text"),
    _talk("vtt", "text"),
    _talk("srt", "text"),
    _talk("docx", "zip"),
    _talk("odt", "zip"),
    _talk("rtf", "rtf"),
    _talk("pdf", "pdf", tries=60),
    _talk("html", "xml"),
    _talk("json", "json"),
    _talk("table", "table"),
    _talk("xlsx", "zip", tries=60),
    Reader("cases", _cases, {".csv": "table", ".tsv": "table", ".xlsx": "zip"}, use=use.as_cases),
    Reader(
        "codebook", _codebook, {".csv": "table", ".tsv": "table", ".yaml": "text", ".yml": "text"}, use=use.as_codebook
    ),
    Reader("qdpx", _qdpx, "zip", use=use.as_project, uses=3),
    Reader("qdc", _qdc, "xml", use=use.as_qdc),
    Reader("decisions", _decisions, "json", use=use.as_decisions),
    Reader("adjudications", _adjudications, "json"),
    Reader("mapping", _mapping, {".yaml": "text", ".json": "json"}),
    Reader("rulings", _rulings, "table"),
    Reader("key", _key, "key"),
    Reader("returned", _returned, {".docx": "zip", ".html": "xml", ".json": "json"}, use=use.as_comments),
    Reader("bundle", _bundle, "zip", use=use.as_bundle, mend=mended_bundle),
    Reader("archive", _archive, "zip", use=use.as_archive, mend=mended_archive, tries=60),
    Reader("settings", _settings, "text", stem="interview"),
    Reader("model", _model, "json", stem="installed", tries=100),
    Reader("prompt", _prompt, "text", stem="ask_code.v1", tries=60),
    Reader("sound", _sound, "sound", use=use.as_recording, tries=200),
)
