"""Stretches of sources as their elements have them, before their offsets are known to be characters."""

from dataclasses import dataclass, field

from lxml import etree

from assistant.exchange.refi.context import Context
from assistant.exchange.refi.offsets import Marked
from assistant.exchange.refi.project import ProjectCoding, Selection
from assistant.exchange.refi.xml_parts import child, children, content


@dataclass(slots=True)
class Stretch:
    """One stretch: raw offsets of its text, its times in milliseconds, and the elements that speak of it.

    `within` quotes the text that a stretch of a page shows. `notes` are notes about it that stand elsewhere.
    """

    element: etree._Element
    where: str
    start: int | None = None
    end: int | None = None
    begin_ms: int | None = None
    end_ms: int | None = None
    within: str = ""
    notes: tuple[str, ...] = ()
    also: list[etree._Element] = field(default_factory=list)

    def marked(self) -> Marked | None:
        """The stretch with what may quote it; None where it has no offsets."""
        if self.start is None or self.end is None:
            return None
        quotes = (self.element.get("name"), content(self.element, "Description"))
        return Marked(self.start, self.end, tuple(quote for quote in quotes if quote))


@dataclass(frozen=True, slots=True)
class RawSync:
    """A sync point: its GUID, its raw position and its time in milliseconds."""

    guid: str
    position: int | None
    time_ms: int | None


def text_stretches(parent: etree._Element | None, where: str, context: Context) -> list[Stretch]:
    """The stretches of a text right below its element."""
    made = []
    for number, each in enumerate(children(parent, "PlainTextSelection"), start=1):
        place = f"{where}, selection {number}"
        start = context.values.number(each.get("startPosition"), place, "a start of a selection")
        end = context.values.number(each.get("endPosition"), place, "an end of a selection")
        made.append(Stretch(each, place, *_ordered(start, end, place, context)))
    return made


def timed_stretches(parent: etree._Element, where: str, context: Context) -> list[Stretch]:
    """The stretches of a recording, by their times."""
    made = []
    for number, each in enumerate(children(parent, "AudioSelection", "VideoSelection"), start=1):
        place = f"{where}, selection {number} of the recording"
        begin = context.values.number(each.get("begin"), place, "a beginning of a selection")
        end = context.values.number(each.get("end"), place, "an end of a selection")
        begin, end = _ordered(begin, end, place, context)
        made.append(Stretch(each, place, begin_ms=begin, end_ms=end))
    return made


def transcript_stretches(
    parent: etree._Element | None, where: str, sync: list[RawSync], context: Context
) -> list[Stretch]:
    """The stretches of a transcript, between two sync points."""
    by_guid = {point.guid: point for point in sync}
    made = []
    for number, each in enumerate(children(parent, "TranscriptSelection"), start=1):
        place = f"{where}, selection {number} of the transcript"
        named = (context.pointed_at(each.get(name), "sync point", place) for name in ("fromSyncPoint", "toSyncPoint"))
        first, last = (by_guid.get(guid) if guid is not None else None for guid in named)
        start, begin_ms = (first.position, first.time_ms) if first else (None, None)
        end, end_ms = (last.position, last.time_ms) if last else (None, None)
        start, end = _ordered(start, end, place, context)
        begin_ms, end_ms = _ordered(begin_ms, end_ms, place, context)
        made.append(Stretch(each, place, start, end, begin_ms, end_ms))
    return made


def page_stretches(parent: etree._Element, where: str, context: Context) -> list[Stretch]:
    """The stretches of pages and pictures; a study has no place for where on the page they lie."""
    made = []
    for number, each in enumerate(children(parent, "PDFSelection", "PictureSelection"), start=1):
        place = f"{where}, selection {number} of the page"
        shown = child(each, "Representation")
        for what in ("PlainTextSelection", "Coding", "NoteRef"):
            for _ in children(shown, what):
                context.findings.add(
                    "left out", place, f"A {what} within the text of a stretch of a page was left out."
                )
        context.findings.add("left out", place, "Where on a page or picture a stretch lies is not kept.")
        made.append(Stretch(each, place, within=content(shown, "PlainTextContent") or ""))
    return made


def sync_points(parent: etree._Element | None, where: str, context: Context) -> list[RawSync]:
    """The sync points of a transcript, in the order of the file."""
    points = []
    for each in children(parent, "SyncPoint"):
        position, time = (
            context.values.number(each.get(name), where, f"a {said} of a sync point") if each.get(name) else None
            for name, said in (("position", "position"), ("timeStamp", "time"))
        )
        points.append(RawSync(context.own(each, "sync point", where), position, time))
    return points


def paired(text: list[Stretch], others: list[Stretch], context: Context) -> list[Stretch]:
    """All stretches, those that stand with one GUID in the text and on a page or recording as one."""
    by_guid = {guid: each for each in text if (guid := context.guids.pointed_at(each.element.get("guid"))) is not None}
    alone = []
    for other in others:
        same = by_guid.get(context.guids.pointed_at(other.element.get("guid")) or "")
        if same is None:
            alone.append(other)
            continue
        same.also.append(other.element)
        if other.begin_ms is not None and other.end_ms is not None:
            same.begin_ms, same.end_ms = other.begin_ms, other.end_ms
    return [*text, *alone]


def selection(stretch: Stretch, span: tuple[int, int] | None, context: Context) -> Selection:
    """The stretch as a selection, with its codings and notes; `span` are characters of the text."""
    element, where = stretch.element, stretch.where
    user, at = context.user(element, where), context.made_at(element, where)
    guid = context.own(element, "selection", where)
    codings = context.codings(element, where, user, at)
    notes = (*context.notes(element, where), *stretch.notes)
    for other in stretch.also:
        codings = (*codings, *_new(context.codings(other, where, user, at), codings, where, context))
        notes = (*notes, *context.notes(other, where))
    start, end = span or (None, None)
    return Selection(
        guid,
        start=start,
        end=end,
        begin_ms=stretch.begin_ms,
        end_ms=stretch.end_ms,
        name=element.get("name") or "",
        description=next((found for each in (element, *stretch.also) if (found := content(each, "Description"))), ""),
        codings=codings,
        notes=tuple(dict.fromkeys(notes)),
        user=user,
        at=at,
    )


def _new(
    more: tuple[ProjectCoding, ...], there: tuple[ProjectCoding, ...], where: str, context: Context
) -> list[ProjectCoding]:
    """Codings of a stretch on its page or recording that it has not in the text already."""
    have = {(coding.code, coding.user) for coding in there}
    new = [coding for coding in more if (coding.code, coding.user) not in have]
    for _ in range(len(more) - len(new)):
        context.findings.add(
            "changed", where, "A coding stands both in a text and on its page or recording; it was kept once."
        )
    return new


def _ordered(start: int | None, end: int | None, where: str, context: Context) -> tuple[int | None, int | None]:
    if start is None or end is None or start <= end:
        return start, end
    context.findings.add("changed", where, "A stretch ends before it begins; its ends were exchanged.")
    return end, start
