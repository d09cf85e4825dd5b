"""Pages of a PDF as lines with their places."""

import io
import re
from collections.abc import Iterator
from typing import Any

from pdfminer.layout import LTChar, LTContainer, LTFigure, LTImage, LTTextLine
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

from assistant.ingest.page_lines import Page, PageLine
from assistant.ingest.pdf_device import CrowdedError, laid_out
from store.errors import InvalidInputError

_MOST_PAGES = 2_000
_WHITE = re.compile(r"[\t\r\n]")
"""What some programs write for the spaces between words."""
_DEEPEST = 20


def pages_of(data: bytes, name: str) -> list[Page]:
    """The pages of a file; `name` is what it is called in sentences."""
    pages: list[Page] = []
    try:
        for layout in laid_out(io.BytesIO(data)):
            pages.append(_page(layout))
            if len(pages) > _MOST_PAGES:
                break
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        msg = f"{name} is protected by a password; save it without one, and add that."
        raise InvalidInputError(msg) from error
    except CrowdedError as error:
        msg = f"{name} has a page larger, or fuller in one place, than anybody can read; add its text as another file."
        raise InvalidInputError(msg) from error
    except Exception as error:  # the parser lets whatever a damaged file provokes through: KeyError, struct.error …
        raise _damaged(name) from error
    if len(pages) > _MOST_PAGES:
        msg = f"{name} has more than {_MOST_PAGES:,} pages; split it into interviews."
        raise InvalidInputError(msg)
    if not pages:
        raise _damaged(name)
    return pages


def _damaged(name: str) -> InvalidInputError:
    return InvalidInputError(f"{name} is damaged or cut off and cannot be read; get the file again from its source.")


def _page(layout: Any) -> Page:
    x, y = layout.bbox[0], layout.bbox[1]
    found = list(_inside(layout, 0))
    lines = [line for element in found if isinstance(element, LTTextLine) and (line := _line(element, x, y))]
    return Page(layout.width, layout.height, lines, any(isinstance(element, LTImage) for element in found))


def _inside(container: Any, depth: int) -> Iterator[Any]:
    for element in container:
        if isinstance(element, (LTTextLine, LTImage)):
            yield element
        elif isinstance(element, (LTContainer, LTFigure)) and depth < _DEEPEST:
            yield from _inside(element, depth + 1)


def _line(line: LTTextLine, x: float, y: float) -> PageLine | None:
    text = _WHITE.sub(" ", line.get_text()).rstrip()
    if not text.strip():
        return None
    return PageLine(text, line.x0 - x, line.x1 - x, line.y0 - y, line.y1 - y, _bold(line))


def _bold(line: LTTextLine) -> int:
    """How many characters at the start are in a bold font."""
    length = 0
    for character in line:
        text = character.get_text()
        if isinstance(character, LTChar) and text.strip() and not _is_bold(character.fontname):
            return length
        length += len(text)
    return length


def _is_bold(font: str) -> bool:
    return any(word in font.casefold() for word in ("bold", "black", "heavy", "semibold", "demi"))
