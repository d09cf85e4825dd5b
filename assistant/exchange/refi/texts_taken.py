"""The sources of a project as interviews of a study: their labels, their turns with times, their recordings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.exchange.refi.import_report import Tally
from assistant.exchange.refi.layout import TakenApart
from assistant.exchange.refi.names import numbered, on_one_line
from assistant.exchange.refi.project import Project, Selection, Source
from assistant.exchange.refi.sources_there import Apart, There, without_ending
from assistant.exchange.refi.sync import spoken_at
from assistant.exchange.refi.times_taken import timed
from assistant.intake.adding import LONGEST_LABEL
from assistant.intake.looking import RECORDINGS
from store.canonical import sha256_file, sha256_text
from store.errors import StudyError
from store.turns import joined
from store.values import NewTurn, Span

_NAMELESS = "Unnamed"
_NO_RECORDING = "the recording is not in the project; its transcript is kept with its times"
_NOTHING_IN_IT = {
    "text": "there is no text in it",
    "pdf": "a PDF without its text; add the file itself to the study",
    "picture": "a picture; the study has no place for it",
    "audio": "neither the recording nor a transcript is in the project",
    "video": "neither the recording nor a transcript is in the project",
}


@dataclass(frozen=True, slots=True)
class TextTaken:
    """A source that becomes an interview; `apart` is how its text became turns, None where it has none.

    `there` is the interview that it is already, whose recording is not taken again. `sha256` is the hash of the
    recording, or of the text; `length` counts the code points of the interview's text.
    """

    source: Source
    label: str
    turns: tuple[NewTurn, ...]
    apart: TakenApart | None
    media: Path | None
    duration_ms: int | None
    sha256: str
    length: int
    there: There | None = None

    @property
    def whole(self) -> Span | None:
        """All of the interview's text, None where it has none yet."""
        return Span(0, self.length) if self.length else None

    @property
    def description(self) -> str:
        """What the source's description says beside who speaks."""
        return self.source.description if self.apart is None else self.apart.description

    def span(self, selection: Selection) -> Span | None:
        """Where a selection stands in the interview's text; None where nothing of it is there."""
        start, end = selection.start, selection.end
        if self.apart is None or self.source.text is None or start is None or end is None:
            return None
        start, end = max(0, start), min(end, len(self.source.text))
        return self.apart.span(Span(start, end)) if start < end else None


def texts_taken(
    project: Project,
    apart: Apart,
    there: Mapping[str, There],
    labels: Iterable[str],
    tally: Tally,
    *,
    own: bool,
) -> dict[str, TextTaken]:
    """The sources that become interviews, or are `there` by GUID; `labels` are those that the study has given.

    Where the project is the product's `own`, names are labels as they stand and sync points are exact; otherwise
    file endings are dropped from names.
    """
    tally.came("sources", len(project.sources))
    names = [on_one_line(source.name, LONGEST_LABEL) or _NAMELESS for source in project.sources]
    bare = names if own else [without_ending(name) for name in names]
    folded = [name.casefold() for name in bare]
    used, hashes = {label.casefold() for label in labels}, {each.interview.source_sha256 for each in there.values()}
    found: dict[str, TextTaken] = {}
    for source, name, short in zip(project.sources, names, bare, strict=True):
        if source.guid in there:
            found[source.guid] = _known(source, apart.get(source.guid), there[source.guid])
            tally.there("sources")
            continue
        wanted = short if folded.count(short.casefold()) == 1 else name
        made = _taken(source, apart.get(source.guid), wanted, hashes, tally, own=own)
        if made is None:
            continue
        label = numbered(wanted, lambda each: each.casefold() in used, LONGEST_LABEL)
        if label not in (source.name, short):
            tally.told("changed", f"“{source.name}”", f"is called “{label}” in the study", source=source.guid)
        used.add(label.casefold())
        hashes.add(made.sha256)
        found[source.guid] = replace(made, label=label)
    return found


def _known(source: Source, apart: TakenApart | None, there: There) -> TextTaken:
    turns = () if apart is None else apart.turns
    known = there.interview
    return TextTaken(source, known.label, turns, apart, None, None, known.source_sha256, len(joined(turns)), there)


def _taken(
    source: Source, apart: TakenApart | None, label: str, hashes: set[str], tally: Tally, *, own: bool
) -> TextTaken | None:
    text = source.text or ""
    turns = () if apart is None else apart.turns
    media, duration, digest = _recording(source, label, hashes, tally)
    if not turns and media is None:
        tally.left_out("sources", f"“{source.name}”", _NOTHING_IN_IT[source.kind])
        return None
    if apart is not None:
        for sentence in apart.report:
            tally.told("guessed", f"“{label}”", sentence.removesuffix("."), source=source.guid)
        turns = _timed(source, text, apart, own=own)
    digest = digest or sha256_text(text)
    digest = sha256_text(f"{source.guid}\n{text}") if digest in hashes else digest
    return TextTaken(source, label, turns, apart, media, duration, digest, len(joined(turns)))


def _timed(source: Source, text: str, apart: TakenApart, *, own: bool) -> tuple[NewTurn, ...]:
    exact = spoken_at(apart, source.transcript, source.sync) if own and source.transcript else None
    return timed(text, source.sync, apart) if exact is None else exact


def _recording(
    source: Source, label: str, hashes: set[str], tally: Tally
) -> tuple[Path | None, int | None, str | None]:
    """The recording with its length and hash, where the project holds one that can be heard."""
    nothing = (None, None, None)
    if source.kind not in ("audio", "video"):
        return nothing
    file = None if source.media is None else source.media.file
    if file is None:
        if (source.text or "").strip():
            tally.told("left out", f"“{label}”", _NO_RECORDING, source=source.guid)
        return nothing
    said = _unusable(file)
    if said is None:
        from assistant.transcribe.audio import probe

        try:
            duration, digest = probe(file).duration_ms, sha256_file(file)
        except StudyError:
            said = "the recording is damaged and was not kept"
        else:
            if digest not in hashes:
                return file, duration, digest
            said = "the recording is that of another source and was kept there"
    tally.told("left out", f"“{label}”", said, source=source.guid)
    return nothing


def _unusable(file: Path) -> str | None:
    if file.suffix.lower() in RECORDINGS:
        return None
    return f"recordings that end in {file.suffix or 'nothing'} cannot be played; it was not kept"
