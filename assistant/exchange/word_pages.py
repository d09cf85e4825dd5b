"""Paragraphs of a Word document, one after the other, in a time that grows with their number alone."""

from docx.document import Document as WordDocument
from docx.text.paragraph import Paragraph


class Pages:
    """The end of a document, before which paragraphs are put; `close` takes the end away again.

    The library looks for the end of a document from its start whenever something is added there.
    """

    def __init__(self, document: WordDocument) -> None:
        self._end = document.add_paragraph()

    def paragraph(self, text: str = "", style: str | None = None) -> Paragraph:
        """A new last paragraph."""
        return self._end.insert_paragraph_before(text or None, style)

    def heading(self, text: str, level: int) -> Paragraph:
        """A new heading, of level 1 to 9."""
        return self.paragraph(text, f"Heading {level}")

    def close(self) -> None:
        """No more paragraphs come."""
        last = self._end._p  # noqa: SLF001 - the library cannot take a paragraph away
        body = last.getparent()
        assert body is not None
        body.remove(last)
