"""Where the letters of a PDF land: counted, so that no file makes the layout of a page take hours or gigabytes."""

import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from pdfminer import pdftypes
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

_MOST_IN_ONE_PLACE = 400
"""Letters within a square as high as they are; lines on top of each other cost the square of their number."""
_MOST_ON_A_PAGE = 500_000
_MOST_FIGURES = 20_000
"""Forms can hold forms that hold forms, each several times."""
_WIDEST, _HIGHEST_LETTER = 20_000, 4_000
"""Points; pdfminer walks over every inch of what it lays out. PDF itself knows no page wider than 14,400."""


_CHECKSUM = 3
"""Bytes at the end of a packed stream, in which nothing is lost that was written."""


def _unpacked_as_far_as_it_goes(data: bytes) -> bytes:
    """What pdfminer does with a stream whose checksum is wrong, without copying all of it for every byte."""
    unpacking, pieces = zlib.decompressobj(), []
    for at in range(len(data)):
        try:
            pieces.append(unpacking.decompress(data[at : at + 1]))
        except zlib.error:
            if at < len(data) - _CHECKSUM:
                raise
            break
    return b"".join(pieces)


pdftypes.decompress_corrupted = _unpacked_as_far_as_it_goes


class CrowdedError(Exception):
    """A page is larger, or holds more in one place, than anybody can read."""


def laid_out(file: BinaryIO) -> Iterator[LTPage]:
    """The pages as pdfminer lays them out; raises CrowdedError, and whatever a damaged file makes the parser raise."""
    resources = PDFResourceManager(caching=True)
    device = _Counting(resources, laparams=LAParams(boxes_flow=None, all_texts=True))
    interpreter = PDFPageInterpreter(resources, device)
    for page in PDFPage.get_pages(file):
        interpreter.process_page(page)
        yield device.get_result()


class _Counting(PDFPageAggregator):
    """Counts letters by their place on the page, and figures."""

    def begin_page(self, page: PDFPage, ctm: Any) -> None:
        """Every page counts anew."""
        self._figures, self._letters = 0, 0
        self._places: Counter[tuple[int, int]] = Counter()
        super().begin_page(page, ctm)
        if max(self.cur_item.width, self.cur_item.height) > _WIDEST:
            raise CrowdedError

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """A picture, or a form with text of its own."""
        self._figures += 1
        if self._figures > _MOST_FIGURES:
            raise CrowdedError
        super().begin_figure(name, bbox, matrix)

    def render_char(self, *args: Any, **options: Any) -> float:
        """One letter; it is the last thing in what is being filled."""
        width = super().render_char(*args, **options)
        letter = self.cur_item._objs[-1]  # noqa: SLF001 - iterating over it would take its length each time
        if max(letter.height, letter.width) > _HIGHEST_LETTER:
            raise CrowdedError
        size = max(letter.height, 1.0)
        place = (int(letter.x0 // size), int(letter.y0 // size))
        self._places[place] += 1
        self._letters += 1
        if self._places[place] > _MOST_IN_ONE_PLACE or self._letters > _MOST_ON_A_PAGE:
            raise CrowdedError
        return width
