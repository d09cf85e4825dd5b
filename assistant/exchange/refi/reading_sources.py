"""Sources of a project's XML: their texts, recordings, stretches and codings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from lxml import etree

from assistant.exchange.refi.archive import file_name
from assistant.exchange.refi.context import Context
from assistant.exchange.refi.findings import named
from assistant.exchange.refi.guids import normal
from assistant.exchange.refi.offsets import Marked, Measure, Measuring
from assistant.exchange.refi.placing import Placing, known
from assistant.exchange.refi.project import Media, Note, Selection, Source, SourceKind, SyncPoint
from assistant.exchange.refi.rulers import Convention, SourceText
from assistant.exchange.refi.stretches_read import (
    RawSync,
    Stretch,
    page_stretches,
    paired,
    selection,
    sync_points,
    text_stretches,
    timed_stretches,
    transcript_stretches,
)
from assistant.exchange.refi.xml_parts import child, children, content
from assistant.ingest.pieces import count
from store.errors import NotFoundError

_KINDS: dict[str, SourceKind] = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
_TEXT_IN: dict[SourceKind, Literal["Representation", "TextDescription"]] = {
    "pdf": "Representation",
    "picture": "TextDescription",
}
_RECORDINGS = ("audio", "video")
_FILES = ("path", "plainTextPath", "richTextPath")


@dataclass(slots=True)
class _Draft:
    """A source whose offsets are not characters yet; `holder` is the element that holds its text."""

    element: etree._Element
    kind: SourceKind
    guid: str
    name: str
    where: str
    holder: etree._Element | None = None
    text: SourceText | None = None
    transcript: str | None = None
    sync: list[RawSync] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    annotations: tuple[str, ...] = ()
    measuring: Measuring | None = None


def sources(
    root: etree._Element, notes: Sequence[tuple[Note, etree._Element]], context: Context
) -> tuple[tuple[Source, ...], Mapping[str, str]]:
    """The sources, and how the offsets of each with stretches count; users, codes and notes must have been read."""
    elements = children(child(root, "Sources"), *_KINDS)
    drafts = [_draft(each, context) for each in elements]
    _annotate(drafts, notes, context)
    for draft in drafts:
        _measure(draft, context)
    votes = Counter(
        convention
        for draft in drafts
        if draft.measuring is not None and draft.measuring.measure.speaks
        for convention in draft.measuring.measure.fits
    )
    made = [_source(draft, votes, context) for draft in drafts]
    return tuple(source for source, _ in made), {
        source.guid: known(measure) for source, measure in made if measure is not None
    }


def _draft(element: etree._Element, context: Context) -> _Draft:
    kind = _KINDS[etree.QName(element).localname]
    name, called = _name(element)
    where = named("Source", name)
    if called:
        context.findings.add("changed", where, "A source without a name was called after its file.")
    draft = _Draft(element, kind, context.own(element, "source", where), name, where)
    if kind in _RECORDINGS:
        _draft_transcript(draft, context)
        in_transcript = transcript_stretches(draft.holder, where, draft.sync, context)
        draft.stretches = paired(in_transcript, timed_stretches(element, where, context), context)
        return draft
    draft.holder = element if kind == "text" else child(element, _TEXT_IN[kind])
    if draft.holder is not None:
        draft.text = context.texts.text(context.places(draft.holder), where)
    in_text = text_stretches(draft.holder, where, context)
    draft.stretches = paired(in_text, page_stretches(element, where, context), context)
    return draft


def _name(element: etree._Element) -> tuple[str, bool]:
    """The name of a source, or else of its file where that says more than a GUID; and whether it is the file's."""
    name = element.get("name") or ""
    if name.strip():
        return name, False
    held = child(element, "Representation")
    given = [element.get(each) for each in _FILES] + ([held.get(each) for each in _FILES] if held is not None else [])
    stems = (file_name(each).rpartition(".")[0] or file_name(each) for each in given if each)
    found = next((stem for stem in stems if stem.strip() and normal(stem) is None), "")
    return found, bool(found)


def _draft_transcript(draft: _Draft, context: Context) -> None:
    """The first transcript with text; of the others it is said what is lost."""
    transcripts = list(children(draft.element, "Transcript"))
    for each in transcripts:
        text = context.texts.text(context.places(each), draft.where)
        if draft.holder is None or (text is not None and text.written.strip() and not _has_text(draft)):
            draft.holder, draft.text = each, text
    for each in transcripts:
        if each is not draft.holder:
            lost = len(list(children(each, "TranscriptSelection")))
            said = f"A further transcript of a recording, with {count(lost, 'selection')}, was left out; one is kept."
            context.findings.add("left out", named("Transcript", each.get("name") or ""), said)
    if draft.holder is not None:
        draft.transcript = context.own(draft.holder, "transcript", draft.where)
        draft.sync = sync_points(draft.holder, draft.where, context)


def _has_text(draft: _Draft) -> bool:
    return draft.text is not None and bool(draft.text.written.strip())


def _annotate(drafts: Sequence[_Draft], notes: Sequence[tuple[Note, etree._Element]], context: Context) -> None:
    """Selections of notes: QualCoder writes with them where in a source an annotation stands."""
    about: dict[str, list[_Draft]] = {}
    for draft in drafts:
        for guid in dict.fromkeys(
            context.guids.pointed_at(e.get("targetGUID")) for e in children(draft.element, "NoteRef")
        ):
            about.setdefault(guid or "", []).append(draft)
    for note, element in notes:
        place = named("Note", note.name)
        stretches = text_stretches(element, place, context)
        of = about.get(note.guid, [])
        beyond = any((each.end or 0) > len(note.text) for each in stretches)
        if stretches and len(of) == 1 and _has_text(of[0]) and (beyond or "qualcoder" in context.origin.lower()):
            for each in stretches:
                each.notes = (note.guid,)
            of[0].stretches += stretches
            of[0].annotations += (note.guid,)
            context.findings.add(
                "guessed", place, "A note was taken as written at a place of the source that names it."
            )
        elif stretches:
            context.findings.add("left out", place, "A selection within a note was left out, with its codings.")
        for _ in children(element, "Coding"):
            context.findings.add("left out", place, "A coding of a note was left out; a study codes transcripts.")


def _measure(draft: _Draft, context: Context) -> None:
    marks = [mark for each in draft.stretches if (mark := each.marked()) is not None]
    positions = sorted({point.position for point in draft.sync if point.position is not None})
    marks += [Marked(start, end) for start, end in pairwise(positions)]
    if draft.text is not None and (marks or positions):
        draft.measuring = Measuring(draft.text, marks or [Marked(positions[0], positions[0])], context.origin)


def _source(draft: _Draft, votes: Counter[Convention], context: Context) -> tuple[Source, Measure | None]:
    measure = None if draft.measuring is None else draft.measuring.among(votes)
    text = None if draft.text is None else draft.text.read()
    placing = Placing(text or "", measure, draft.where, context.findings)
    sync = placing.sync(draft.sync)
    selections = tuple(_selection(each, draft, placing, sync, context) for each in draft.stretches)
    placing.report(len(draft.stretches))
    _say_lost(draft, context)
    holders = [draft.element] + (
        [draft.holder] if draft.holder is not None and draft.holder is not draft.element else []
    )
    notes = dict.fromkeys(note for each in holders for note in context.notes(each, draft.where))
    source = Source(
        draft.guid,
        draft.name,
        draft.kind,
        text,
        selections,
        tuple(coding for each in holders for coding in context.codings(each, draft.where)),
        tuple(note for note in notes if note not in draft.annotations),
        tuple(value for each in holders for value in context.variable_values(each, draft.where)),
        "\n\n".join(said for each in holders if (said := content(each, "Description"))),
        context.user(draft.element, draft.where),
        context.made_at(draft.element, draft.where),
        _media(draft, context),
        draft.transcript,
        sync,
    )
    return source, measure


def _selection(
    stretch: Stretch, draft: _Draft, placing: Placing, sync: Sequence[SyncPoint], context: Context
) -> Selection:
    span = None
    if stretch.start is not None and stretch.end is not None:
        span = placing.span(stretch.start, stretch.end, stretch.where)
    elif stretch.within and (span := placing.shown(stretch.within)) is not None:
        context.findings.add(
            "guessed", stretch.where, "A stretch of a page was placed where its words stand in the text."
        )
    elif stretch.begin_ms is not None and stretch.end_ms is not None:
        span = placing.spoken(stretch.begin_ms, stretch.end_ms, sync)
        if span is not None:
            said = "A stretch of a recording was placed between the sync points around it in the transcript."
            context.findings.add("guessed", stretch.where, said)
    if span is None and draft.text is not None:
        context.findings.add("left out", stretch.where, "A stretch has no place in its source’s text.")
    return selection(stretch, span, context)


def _say_lost(draft: _Draft, context: Context) -> None:
    """What is lost beside a text; of a source without any, whoever takes the project says what becomes of it."""
    if draft.text is None:
        return
    if draft.kind in _RECORDINGS and not draft.text.written.strip():
        context.findings.add_each("left out", draft.where, "The transcript of a recording is empty.")
    if draft.kind in ("pdf", "picture") and draft.text.written.strip():
        context.findings.add_each(
            "left out", draft.where, "The pages of a PDF file and pictures are not kept; their texts are."
        )


def _media(draft: _Draft, context: Context) -> Media | None:
    """The recording, unpacked where the project holds it."""
    given = draft.element.get("path") or ""
    if draft.kind not in _RECORDINGS or not given:
        return None
    own = file_name(given)
    name = draft.name if "." in draft.name or not draft.name else draft.name + own[own.rfind(".") :] * ("." in own)
    try:
        if context.archive is not None:
            return Media(name or own, context.archive.recording(given, draft.guid))
    except NotFoundError:
        pass
    context.findings.add_each(
        "left out", draft.where, "A recording is missing: it is neither in the file nor in its folder."
    )
    return Media(name or own)
