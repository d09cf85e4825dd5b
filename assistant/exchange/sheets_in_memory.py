"""Workbooks put together in memory: openpyxl leaves sheets in the system's temporary folder while it writes them."""

import io
import zipfile
from typing import Any


def begin_in_memory(sheet: Any) -> None:
    """Let a write-only sheet, laid out and still without rows, gather them in memory."""
    from openpyxl.worksheet._writer import WorksheetWriter

    sheet._writer = WorksheetWriter(sheet, io.BytesIO())  # noqa: SLF001 - openpyxl has no other door
    sheet._writer.write_top()  # noqa: SLF001


def saved_in_memory(book: Any) -> bytes:
    """The file of a write-only workbook all of whose sheets were begun in memory."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):
        """Takes each sheet from memory."""

        def write_worksheet(self, ws: Any) -> None:
            """Put one sheet into the file."""
            ws._drawing = SpreadsheetDrawing()  # noqa: SLF001
            ws.close()
            ws._rels = ws._writer._rels  # noqa: SLF001
            archive.writestr(ws.path[1:], ws._writer.read())  # noqa: SLF001
            self.manifest.append(ws)

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        InMemory(book, archive).write_data()
    return held.getvalue()
