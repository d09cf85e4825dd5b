"""REFI-QDA files written by hand for tests, in the conventions of their producers."""

import io
import zipfile
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "urn:QDA-XML:project:1.0"


def guid(number):
    """A GUID that tells what it is of."""
    return str(UUID(int=number))


USER, CODE, SOURCE = guid(1), guid(2), guid(3)


def project(inner, attributes='name="A study"', namespace=NAMESPACE):
    """The XML of a project."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="{namespace}" {attributes}>{inner}</Project>'


def codebook(*codes):
    """A code book with these names; the first has the GUID `CODE`."""
    inner = "".join(
        f'<Code guid="{CODE if not number else guid(200 + number)}" name={quoteattr(name)} isCodable="true"/>'
        for number, name in enumerate(codes)
    )
    return f"<CodeBook><Codes>{inner}</Codes></CodeBook>"


USERS = f'<Users><User guid="{USER}" name="Ana"/></Users>'


def packed(parts):
    """The bytes of a zip file of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def qdpx(path, xml, **sources):
    """A project file; `sources` are the bytes of its texts by name, an underscore for the point."""
    parts = {"project.qde": xml} | {f"sources/{name.replace('_', '.')}": data for name, data in sources.items()}
    path.write_bytes(packed(parts))
    return path


def raw_offset(text, place, *, unit="code points", line_end=1, first=0):
    """Where a producer says that a character of a text with line feeds stands."""
    before = text[:place]
    size = {
        "code points": len,
        "UTF-16 units": lambda each: len(each.encode("utf-16-le")) // 2,
        "UTF-8 bytes": lambda each: len(each.encode()),
    }[unit]
    return first + size(before) + (line_end - 1) * before.count("\n")


def coded(text, spans, *, quotes=True, inclusive=False, number=0, origin="", **convention):
    """Selections with a coding each, as a producer counts; `number` sets their GUIDs apart from those of others."""
    made = []
    for index, (start, end) in enumerate(spans, start=1000 * (number + 1)):
        first, last = (raw_offset(text, place, **convention) for place in (start, end))
        name = f" name={quoteattr(text[start:end])}" if quotes else ""
        made.append(
            f'<PlainTextSelection guid="{guid(index)}" startPosition="{first}" endPosition="{last - inclusive}"{name}>'
            f'<Coding guid="{guid(10_000_000 + index)}" creatingUser="{USER}"><CodeRef targetGUID="{CODE}"/></Coding>'
            "</PlainTextSelection>"
        )
    return "".join(made)


def text_source(inner="", *, number=0, content=None, attributes="", name="Interview 1"):
    """A text source; its text is `content`, or stands in `sources/<number>.txt`."""
    given = f' plainTextPath="internal://{number}.txt"' if content is None else ""
    held = "" if content is None else f"<PlainTextContent>{escape(content)}</PlainTextContent>"
    own = SOURCE if not number else guid(300 + number)
    return f'<TextSource guid="{own}" name={quoteattr(name)}{given} {attributes}>{held}{inner}</TextSource>'


def coded_project(*sources, origin="A program 1"):
    """A project of these text sources, with a user and a code."""
    return project(
        f"{USERS}{codebook('costs')}<Sources>{''.join(sources)}</Sources>", f'name="A study" origin="{origin}"'
    )
